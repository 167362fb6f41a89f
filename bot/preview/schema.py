"""The parameters of the Bot API's methods: names, types, and what must be there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bot.preview import strict
from bot.preview.refusing import RefusedError, bad

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in a form."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    required: bool
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Schema:
    methods: Mapping[str, tuple[_Field, ...]]
    types: Mapping[str, tuple[_Field, ...]]
    unplayed: frozenset[str]


@cache
def _schema() -> _Schema:
    read = tomllib.loads((files("bot.preview") / "schema.toml").read_text("utf-8"))
    return _Schema(
        {name: _fields(written) for name, written in read["methods"].items()},
        {name: _fields(written) for name, written in read["types"].items()},
        frozenset(read["unplayed"].split()),
    )


def _fields(written: str) -> tuple[_Field, ...]:
    return tuple(
        _Field(name.rstrip("!"), name.endswith("!"), tuple(types.split("|")))
        for name, _, types in (each.partition(":") for each in written.split())
    )


def canonical(method: str) -> str:
    """Return the method's name as it is written in the reference: Telegram ignores its case.

    Raises RefusedError for a method that Telegram does not have, or that the preview does not play.
    """
    for name in _schema().methods:
        if name.lower() == method.lower():
            return name
    for name in _schema().unplayed:
        if name.lower() == method.lower():
            raise RefusedError(501, f"Not Implemented: the preview does not play {name}")
    raise RefusedError(404, "Not Found: method not found")


def decode(method: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Give each parameter its type, from a form's texts or from JSON.

    Raises RefusedError for an unknown or missing name, and for a value of another type, wherever in
    it that stands. A null is as good as nothing.
    """
    fields = _schema().methods[method]
    given = {name: value for name, value in sent.items() if value is not None}
    _names(given, fields, method)
    return {
        field.name: _parameter(field, given[field.name]) for field in fields if field.name in given
    }


def _names(given: Mapping[str, Any], fields: tuple[_Field, ...], of: str) -> None:
    if unknown := given.keys() - {field.name for field in fields}:
        raise bad(f'unknown field "{min(unknown)}" of {of}')
    for field in fields:
        if field.required and field.name not in given:
            # Telegram has words of its own for the two that are forgotten most.
            said = {"chat_id": "chat_id is empty", "text": "message text is empty"}
            raise bad(said.get(field.name, f'can\'t find field "{field.name}" of {of}'))


def _parameter(field: _Field, value: Any) -> Any:
    if "String" in field.types and isinstance(value, str) and "Integer" not in field.types:
        return value
    if "String" in field.types and isinstance(value, str) and value.startswith("@"):
        return value
    if isinstance(value, str):
        value = _read(field, value)
    return _checked(field.types, value, field.name)


def _read(field: _Field, text: str) -> Any:
    if field.types == ("Boolean",):
        if text.lower() not in _BOOLEANS:
            raise bad(f"can't parse {field.name}: Boolean expected")
        return _BOOLEANS[text.lower()]
    if not text and "Integer" in field.types:
        raise bad(f"{field.name} is empty")
    try:
        return strict.loads(text)
    except ValueError:
        raise bad(f"can't parse {field.name}: can't parse JSON") from None


def _checked(types: tuple[str, ...], value: Any, where: str) -> Any:
    """Return the value if it is of one of the types; of several objects, the one it names most."""
    if len(types) > 1:
        kinds = [kind for kind in types if kind in _schema().types]
        if isinstance(value, dict) and kinds:
            closest = max(kinds, key=lambda kind: len(value.keys() & _known(kind)))
            return _object(closest, value)
        for kind in types:
            try:
                return _checked((kind,), value, where)
            except RefusedError:
                continue
        raise bad(f'field "{where}" must be of type {" or ".join(types)}')
    kind = types[0]
    if kind.endswith("[]"):
        if not isinstance(value, list):
            raise bad(f'field "{where}" must be an Array')
        return [_checked((kind[:-2],), each, where) for each in value]
    if kind in _schema().types:
        return _object(kind, value)
    if not _is(kind, value):
        raise bad(f'field "{where}" must be of type {kind}')
    return value


def _object(kind: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad(f"object expected as {kind}")
    fields = _schema().types[kind]
    given = {name: each for name, each in value.items() if each is not None}
    try:
        _names(given, fields, kind)
        return {
            field.name: _checked(field.types, given[field.name], field.name)
            for field in fields
            if field.name in given
        }
    except RefusedError as refused:
        if refused.description.startswith(_INSIDE):
            raise
        reason = refused.description.removeprefix("Bad Request: ")
        raise bad(f"can't parse {kind}: {reason}") from None


_INSIDE = "Bad Request: can't parse "


def _known(kind: str) -> set[str]:
    return {field.name for field in _schema().types[kind]}


def _is(kind: str, value: Any) -> bool:
    match kind:
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63
        case "Float":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "Boolean":
            return isinstance(value, bool)
        case "String":
            return isinstance(value, str)
        case "InputFile":
            return isinstance(value, Upload)
        case _:
            return isinstance(value, dict)
