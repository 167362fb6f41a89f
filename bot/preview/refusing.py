"""How the Bot API says no."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """An answer with ok=false: HTTP status, Telegram's description, response parameters."""

    def __init__(
        self, status: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad(description: str) -> RefusedError:
    """Return the refusal of a request that is wrong in itself."""
    return RefusedError(400, f"Bad Request: {description}")
