from __future__ import annotations

import subprocess
import sys
import time
from hashlib import sha256

import pytest

from retrieval.signatures import BITS, BODY_WORDS, VERSION, Signature, signature

TEXT = (
    "Seven lorries reached Aleppo on Monday. وصلت 7 شاحنات إلى حلب الاثنين",
    "Turkey's minister said nothing of 1,200 others. لم يذكر الوزير التركي ١٢٠٠ آخرين",
)
DIGEST = "92bfcbb4779b5c17fa070db5a4899b25dcefeff0aedc1eb7a6130479386dc800"


def test_bytes_make_the_same_signature() -> None:
    made = signature(*TEXT)

    again = Signature(bytes(made))

    assert again == made
    assert (again.title, again.body) == (made.title, made.body)
    assert len(made.sketches) == 2 * BITS // 64


def test_another_process_makes_the_same_signature_and_so_did_the_one_that_was_stored() -> None:
    program = (
        "from retrieval.signatures import signature; from hashlib import sha256;"
        f"print(sha256(bytes(signature(*{TEXT!r}))).hexdigest())"
    )

    done = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]

    # Another digest means that stored signatures have another meaning: raise VERSION.
    assert {*done, sha256(bytes(signature(*TEXT))).hexdigest()} == {DIGEST}


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\x01",
        bytes((VERSION + 1,)) + bytes(signature(*TEXT))[1:],
        bytes(signature(*TEXT))[:-1],
        bytes(signature(*TEXT)) + b"\0",
    ],
)
def test_what_is_no_signature_of_this_version_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="signature"):
        Signature(packed)


@pytest.mark.parametrize("word", ["word", "كلمة"])
def test_a_long_text_is_looked_at_up_to_a_limit(word: str) -> None:
    started = time.thread_time()

    made = signature(word * 100_000, f"{word} {word}s " * 500_000)

    assert len(made.body) <= BODY_WORDS
    assert len(bytes(made)) < 1_000
    assert time.thread_time() - started < 1
