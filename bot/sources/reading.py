"""From paths to submissions, one at a time: a folder of any size takes the memory of one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.sources.characters import decode, decode_as
from bot.sources.details import Details, submission
from bot.sources.files import contents, explained, find, opened, shown
from bot.sources.html import declared_charset, read_html
from bot.sources.manifest import FILE_NAME, parse_manifest
from bot.sources.markdown import read_markdown
from bot.sources.plain import read_plain
from bot.sources.records import Record, read_json, read_lines
from bot.sources.refusing import RefusedError
from bot.sources.submission import Refusal, Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.sources.manifest import Entry

LARGEST_FILE = 20_000_000
LARGEST_MANIFEST = 1_000_000
LARGEST_LINES_FILE = 2_000_000_000


def _ignore(path: Path) -> None:
    """Tell nobody."""
    del path


def read(
    paths: Sequence[Path], *, seen: Callable[[Path], None] = _ignore
) -> Iterator[Submission | Refusal]:
    """Yield the articles of files and folders, and by name what is not taken and why.

    Blocks on the disk only, and never raises for what it reads. `seen` hears of each file before
    the first of its articles.
    """
    manifests: dict[Path, dict[str, Entry]] = {}
    for found in find(paths, FILE_NAME):
        if isinstance(found, Refusal):
            yield found
            continue
        folder = found.parent
        if folder not in manifests:
            manifests[folder] = {}
            try:
                manifests[folder] = _manifest(folder)
            except (RefusedError, OSError) as error:
                yield Refusal(shown(folder / FILE_NAME), _reason(error))
        seen(found)
        yield from _file(found, manifests[folder].get(found.name))


def _manifest(folder: Path) -> dict[str, Entry]:
    try:
        content = contents(folder / FILE_NAME, LARGEST_MANIFEST)
    except FileNotFoundError:
        return {}
    return parse_manifest(content, {path.name for path in folder.iterdir()})


def _file(path: Path, entry: Entry | None) -> Iterator[Submission | Refusal]:
    where = shown(path)
    kind = path.suffix.lower()
    try:
        if kind == ".jsonl":
            with opened(path, LARGEST_LINES_FILE) as file:
                for number, record in read_lines(file):
                    yield _taken(record, entry, path, f"{where}:line {number}")
        elif kind == ".json":
            for place, record in read_json(decode(contents(path, LARGEST_FILE))):
                named = where if place is None else f"{where}:article {place}"
                yield _taken(record, entry, path, named)
        else:
            text, details = _document(kind, contents(path, LARGEST_FILE), entry)
            yield submission(text, details, entry, shown(Path(path.name)))
    except RefusedError as error:
        yield Refusal(f"{where}:line {error.line}" if error.line else where, str(error))
    except OSError as error:
        yield Refusal(where, explained(error))


def _document(kind: str, content: bytes, entry: Entry | None) -> tuple[str, Details]:
    """Return the text of a file that holds one article, and what it says of itself."""
    if kind in {".html", ".htm"}:
        return read_html(decode_as(content, declared_charset(content)))
    if kind == ".md":
        return read_markdown(decode(content))
    # Whoever wrote a manifest knew which files have a headline.
    return read_plain(decode(content), guess_headline=entry is None)


def _taken(
    record: Record | RefusedError, entry: Entry | None, path: Path, where: str
) -> Submission | Refusal:
    """Return one article of many; a manifest gives the outlet and language that it lacks."""
    if isinstance(record, RefusedError):
        return Refusal(where, str(record))
    given = entry and Details(
        outlet=record.outlet or entry.outlet, language=record.language or entry.language
    )
    try:
        return submission(record.text, record, given, shown(Path(path.name)))
    except RefusedError as error:
        return Refusal(where, str(error))


def _reason(error: RefusedError | OSError) -> str:
    return explained(error) if isinstance(error, OSError) else str(error)
