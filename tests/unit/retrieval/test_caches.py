"""What is remembered of articles and questions is bounded: strangers write both."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from inspect import signature
from itertools import chain

import retrieval

# Asked for the word list's own terms alone, and for one of two models.
OF_OUR_OWN = {"retrieval.bilingual._analysed", "retrieval.decision.model"}


def test_no_cache_grows_with_what_strangers_write() -> None:
    names = [each.name for each in pkgutil.iter_modules(retrieval.__path__, "retrieval.")]
    members = chain.from_iterable(vars(import_module(name)).values() for name in names)
    caches = [each for each in members if hasattr(each, "cache_parameters")]
    unbounded = {
        f"{each.__module__}.{each.__qualname__}"
        for each in caches
        if each.cache_parameters()["maxsize"] is None and signature(each).parameters
    }

    assert len(caches) > len(unbounded) > 0
    assert unbounded == OF_OUR_OWN
