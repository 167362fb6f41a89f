"""`python -m bot feedback`: what readers marked, written out, and asked anew of the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.shell import finish, opened, read_settings, replace

if TYPE_CHECKING:
    from bot.marked import Exported
    from config.settings import Settings

OWNER_ALONE = 0o600

feedback = typer.Typer(
    help="What readers said of answers, without who said it.", no_args_is_help=True
)


@feedback.callback()
def _group() -> None:
    """Keep `export` a command of its own, although it is the only one."""


@feedback.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to write [default: shown].")
    ] = None,
) -> None:
    """Write what readers marked as JSON lines, which `evaluate --questions` reads back."""
    exported = finish(_exported(read_settings()))
    text = "".join(each.model_dump_json() + "\n" for each in exported.marked)
    if file is None or file == Path("-"):
        typer.echo(text, nl=False)
    else:
        try:
            replace(file, text.encode(), OWNER_ALONE)
        except OSError as error:
            raise typer.BadParameter(f"{file}: {error.strerror}") from error
        typer.echo(f"{len(exported.marked):,} written to {file}")
    if exported.gone:
        typer.echo(f"{exported.gone:,} left out: their quotes are gone", err=True)


async def ask_again(settings: Settings, questions: Path) -> dict[str, float]:
    """Return the figures of exported questions, asked anew of this archive."""
    from bot import marked
    from bot.progress import counting

    given = marked.read(questions)
    async with opened(settings) as (_, archive):
        with counting("questions") as (told,):
            figures = await marked.ask_again(given, archive, told)
    return {
        name: round(figure, 4) if isinstance(figure, float) else figure
        for name, figure in figures.items()
    }


async def _exported(settings: Settings) -> Exported:
    from bot import marked
    from bot.archive import Archive
    from bot.store import Store

    async with (
        Store.open(settings.data_dir) as store,
        Archive.open(store.articles, settings.data_dir) as archive,
    ):
        return await marked.export(store.feedback, archive)
