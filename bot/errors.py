"""Errors, sorted by who must act: the reader, time, or us."""

from __future__ import annotations


class IsnadError(Exception):
    """Everything that this program raises on purpose."""


class UserError(IsnadError):
    """The reader must act. `key` names a text of the catalogue, `params` fill it."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params: dict[str, object] = params


class TransientError(IsnadError):
    """Time will mend it: trying again later is right."""


class CorruptDataError(IsnadError):
    """We must act: what is stored is not what we wrote. The message names the file."""
