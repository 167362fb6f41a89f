"""Why something is refused, in a few words that repeat next to nothing of the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

SHOWN = 40
COMPLAINTS = 3
LONGEST_SHOWN = 200
_REASONS = {
    "extra_forbidden": "unknown field",
    "list_type": "not a list",
    "missing": "missing",
    "model_type": "not a table of fields",
    "string_type": "not a text",
    "string_unicode": "holds an unpaired surrogate",
}


class RefusedError(ValueError):
    """A file, a line or an article is not taken; the message is the reason.

    `line` is where in the file, counted from one, when that is known.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


def shown(text: str) -> str:
    """Return a stranger's words as they can stand in a log: on one line, and not too long."""
    return "".join(each if each.isprintable() else "?" for each in text[:LONGEST_SHOWN])


def complaints(error: ValidationError) -> str:
    """Return the first few complaints as "field: reason", without the values."""
    found = []
    for each in error.errors(include_url=False, include_input=False)[:COMPLAINTS]:
        # Whoever wrote the file counts from one.
        place = (part + 1 if isinstance(part, int) else part for part in each["loc"])
        field = ".".join(str(part)[:SHOWN] for part in place)
        reason = _REASONS.get(each["type"], each["msg"])
        if each["type"] == "value_error":
            reason = str(each["ctx"]["error"])
        found.append(f"{field}: {reason}" if field else reason)
    return "; ".join(found)
