"""How long the event loop is held without a pause, and by whom, in CPU time of its own thread."""

from __future__ import annotations

import asyncio.events
import contextlib
import contextvars
import gc
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Set it before a task is made, and everything that the task does is counted under that name.
WHO: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="the test")


@dataclass(slots=True)
class Holds:
    """The longest hold of each name, in seconds, and what held.

    `garbage` is the longest collection of garbage: it falls on whoever allocates next, and is not
    counted as that one's.
    """

    longest: dict[str, float] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)
    garbage: float = 0.0


@contextlib.contextmanager
def as_(name: str) -> Iterator[None]:
    """Name what is started inside."""
    token = WHO.set(name)
    try:
        yield
    finally:
        WHO.reset(token)


@contextlib.contextmanager
def held() -> Iterator[Holds]:
    """Measure every step that the running event loop takes."""
    holds = Holds()
    run = asyncio.events.Handle._run
    here = threading.get_ident()
    began = collected = 0.0

    def collecting(phase: str, _: object) -> None:
        nonlocal began, collected
        if threading.get_ident() != here:
            return
        if phase == "start":
            began = time.thread_time()
        else:
            took = time.thread_time() - began
            collected += took
            holds.garbage = max(holds.garbage, took)

    def timed(handle: asyncio.Handle) -> None:
        before = time.thread_time() - collected
        run(handle)
        took = time.thread_time() - collected - before
        who = handle._context.get(WHO) or "?"  # type: ignore[attr-defined] - asyncio's own
        if took > holds.longest.get(who, 0.0):
            holds.longest[who] = took
            holds.by[who] = repr(handle)

    asyncio.events.Handle._run = timed  # type: ignore[method-assign] - until the end alone
    gc.callbacks.append(collecting)
    try:
        yield holds
    finally:
        gc.callbacks.remove(collecting)
        asyncio.events.Handle._run = run  # type: ignore[method-assign] - as it was
