"""Strangers' bytes, turned into submissions or refused by name."""

from bot.sources.reading import read
from bot.sources.submission import Refusal, Submission

__all__ = ["Refusal", "Submission", "read"]
