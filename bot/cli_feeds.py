"""`python -m bot feeds`: the list of feeds, and a poll of all of them at once."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.errors import IsnadError
from bot.shell import FAILED, finish, opened, read_settings, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.feeds import Brought
    from bot.sources import Refusal
    from bot.sources.opml import Subscription
    from bot.store.feeds import Added, Polled
    from config.settings import Settings

OPML = frozenset((".opml", ".xml"))
TOML = frozenset((".toml",))

feeds = typer.Typer(
    help="The feeds that the running bot polls: RSS, Atom and JSON.", no_args_is_help=True
)
ListFile = Annotated[Path, typer.Argument(metavar="FILE", help="An .opml or a .toml file.")]


@feeds.command()
def add(
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    outlet: Annotated[str | None, typer.Option(help="Whose it is, as readers see it.")] = None,
    language: Annotated[str | None, typer.Option(help="ar or en, if it is in one.")] = None,
) -> None:
    """Poll a feed from now on; of one that is there already, change outlet or language."""
    from bot.sources.opml import subscription
    from bot.sources.refusing import RefusedError

    try:
        wanted = subscription(url, outlet, language)
    except RefusedError as error:
        raise typer.BadParameter(str(error)) from None
    added = finish(_added(read_settings(), [wanted]))
    typer.echo("added" if added.new else "changed" if added.changed else "already there")


@feeds.command()
def remove(url: Annotated[str, typer.Argument(help="The feed's address.")]) -> None:
    """Poll a feed no longer; its articles stay."""
    settings = read_settings()

    async def removed() -> bool:
        from bot.store import Store

        async with Store.open(settings.data_dir) as store:
            return await store.feeds.remove(url.strip())

    if not finish(removed()):
        typer.echo("isnad: no such feed", err=True)
        raise typer.Exit(FAILED)
    typer.echo("removed")


@feeds.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Show every feed and how it fares."""
    every = finish(_all(read_settings()))
    for each in every:
        typer.echo(json.dumps(_record(each), ensure_ascii=False) if as_json else _line(each))
    if not every:
        typer.echo("no feeds: python -m bot feeds add URL", err=True)


@feeds.command()
def poll() -> None:
    """Poll every feed at once, and say what came of each."""
    told = finish(_polled(read_settings()))
    new, failing = sum(each.new for each in told), sum(each.trouble is not None for each in told)
    refused = sum(len(each.refusals) for each in told)
    typer.echo(f"{len(told):,} polled: {new:,} new, {refused:,} refused, {failing:,} failing")
    if failing and failing == len(told):
        raise typer.Exit(FAILED)


@feeds.command("import")
def import_(file: ListFile) -> None:
    """Add the feeds of a list: OPML or TOML, by the file's ending."""
    wanted, refused = finish(_read(file))
    for each in refused:
        typer.echo(f"refused: {each.where}: {each.reason}", err=True)
    added = finish(_added(read_settings(), wanted))
    known = len(wanted) - added.new - added.changed
    counts = [f"{added.new:,} added", f"{known:,} already there", f"{len(refused):,} refused"]
    if added.changed:
        counts.insert(1, f"{added.changed:,} changed")
    typer.echo(", ".join(counts))
    if refused and not wanted:
        raise typer.Exit(FAILED)


@feeds.command()
def export(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="An .opml or a .toml file [default: TOML, shown]."),
    ] = None,
) -> None:
    """Write the list of feeds: OPML or TOML, by the file's ending."""
    from bot.sources.opml import Subscription, write_opml, write_toml

    if file is not None:
        _kind(file)
    every = [each.feed for each in finish(_all(read_settings()))]
    listed = [Subscription(each.url, each.outlet, each.language) for each in every]
    if file is None:
        sys.stdout.write(write_toml(listed).decode())
        return
    content = write_opml(listed) if _kind(file) == OPML else write_toml(listed)
    try:
        replace(file, content)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from error
    typer.echo(f"{len(listed):,} written to {file}")


async def _added(settings: Settings, wanted: Sequence[Subscription]) -> Added:
    from bot.sources.feeds import Feed
    from bot.store import Store

    rows = [Feed(each.url, each.outlet, each.language) for each in wanted]
    async with Store.open(settings.data_dir) as store:
        return await store.feeds.add(rows, datetime.now(UTC))


async def _all(settings: Settings) -> list[Polled]:
    from bot.store import Store

    async with Store.open(settings.data_dir) as store:
        return await store.feeds.all()


async def _polled(settings: Settings) -> list[Brought]:
    from bot.feeds import Newsagent
    from bot.progress import counting
    from bot.sources.fetching import Fetcher

    told: list[Brought] = []
    async with opened(settings) as (store, archive):
        every = await store.feeds.all()
        with counting("feeds") as (shown,):

            async def tell(brought: Brought) -> None:
                told.append(brought)
                for each in brought.refusals:
                    typer.echo(f"refused: {each.where}: {each.reason}", err=True)
                typer.echo(_outcome(brought))
                shown(len(told), len(every))

            async with Fetcher(allowed=settings.private_hosts) as fetcher:
                await Newsagent(store, fetcher, told=tell).poll(every)
        await archive.catch_up()
    return told


def _outcome(brought: Brought) -> str:
    if brought.trouble is not None:
        return f"{brought.url}: {brought.trouble}"
    refused = f", {len(brought.refusals):,} refused" if brought.refusals else ""
    return f"{brought.url}: {brought.new:,} new{refused}"


async def _read(file: Path) -> tuple[list[Subscription], list[Refusal]]:
    from bot.sources.files import contents
    from bot.sources.opml import LARGEST, read_opml, read_toml
    from bot.sources.refusing import RefusedError

    reader = read_opml if _kind(file) == OPML else read_toml
    try:
        return reader(contents(file, LARGEST))
    except RefusedError as error:
        raise _UnreadableError(f"{file}: {error}") from None
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from error


class _UnreadableError(IsnadError):
    """A list is not one."""


def _kind(file: Path) -> frozenset[str]:
    for kind in (OPML, TOML):
        if file.suffix.lower() in kind:
            return kind
    raise typer.BadParameter("the file's ending must be .opml or .toml")


def _line(each: Polled) -> str:
    about = [each.feed.outlet or "", each.feed.language.value if each.feed.language else ""]
    minutes = max(1, round(each.state.interval.total_seconds() / 60))
    state = f"every {minutes} min"
    if each.state.dead:
        state = f"dead: {each.trouble}"
    elif each.trouble is not None:
        state = f"failing: {each.trouble}"
    elif each.feed.answered is None:
        state = "not polled yet"
    return " · ".join(filter(None, (each.feed.url, *about, state)))


def _record(each: Polled) -> dict[str, Any]:
    feed, state = each.feed, each.state
    return {
        "url": feed.url,
        "outlet": feed.outlet,
        "language": feed.language and feed.language.value,
        "answered": feed.answered and feed.answered.isoformat(),
        "due": state.due.isoformat(),
        "interval_seconds": int(state.interval.total_seconds()),
        "failures": state.failures,
        "dead": state.dead,
        "trouble": each.trouble,
    }
