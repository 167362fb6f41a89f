"""manifest.toml: what a folder knows of its files, where the files do not say it themselves."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from bot.sources.characters import decode
from bot.sources.details import Details
from bot.sources.refusing import RefusedError, complaints

if TYPE_CHECKING:
    from collections.abc import Collection

FILE_NAME = "manifest.toml"


def _name(value: str) -> str:
    if not value or "/" in value:
        raise ValueError("not the name of a file in this folder")
    return value


class Entry(Details):
    """One file of the folder."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[str, AfterValidator(_name)]


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    articles: list[Entry]


def parse_manifest(content: bytes, names: Collection[str]) -> dict[str, Entry]:
    """Return the manifest's entries by file name; `names` are the files of the folder.

    Raises RefusedError.
    """
    try:
        manifest = _Manifest.model_validate(tomllib.loads(decode(content).replace("\r\n", "\n")))
    except tomllib.TOMLDecodeError as error:
        raise RefusedError(f"not TOML: {error}"[:100]) from error
    except ValidationError as error:
        raise RefusedError(complaints(error)) from error
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            "not TOML" if isinstance(error, RecursionError) else str(error)
        ) from error
    entries: dict[str, Entry] = {}
    for number, entry in enumerate(manifest.articles, 1):
        if entry.file not in names:
            raise RefusedError(f"articles.{number}.file: no such file")
        if entry.file in entries:
            raise RefusedError(f"articles.{number}.file: named twice")
        entries[entry.file] = entry
    return entries
