from __future__ import annotations

import pytest

from bot.sources.charsets import decode

ARABIC = "بدأت الهدنة عند الفجر في المدينة، وعبرت شاحنات المساعدات الحدود إلى القرى."
FRENCH = "Le café où l’été naît à Orléans, déjà très fréquenté, a fermé."


@pytest.mark.parametrize(
    ("text", "charset", "header"),
    [
        (ARABIC, "utf-8", None),
        (ARABIC, "utf-8-sig", "windows-1256"),
        (ARABIC, "utf-8", "iso-8859-1"),
        (ARABIC, "utf-16", None),
        (ARABIC, "utf-32", "utf-8"),
        (ARABIC, "cp1256", "windows-1256"),
        (ARABIC, "cp1256", None),
        (ARABIC, "cp1256", "utf-8"),
        (ARABIC, "cp1256", "iso-8859-1"),
        (ARABIC, "iso8859-6", None),
        (ARABIC, "iso8859-6", "ISO-8859-6"),
        (FRENCH, "cp1252", None),
        (FRENCH, "cp1252", "iso-8859-1"),
        (FRENCH, "utf-8", "ascii"),
        (FRENCH, "cp1252", "no-such-charset"),
        (FRENCH, "cp1252", "hex"),
    ],
)
def test_bytes_become_the_text_they_were(text: str, charset: str, header: str | None) -> None:
    found = decode(text.encode(charset), header)

    assert found.text == text
    assert not found.damaged


@pytest.mark.parametrize(
    "declaration", ['<?xml version="1.0" encoding="{}"?>', "<meta charset={}>"]
)
def test_the_documents_own_declaration_counts(declaration: str) -> None:
    text = declaration.format("koi8-r") + "Перемирие началось"

    assert decode(text.encode("koi8-r")).text == text


def test_one_damaged_letter_does_not_turn_the_rest_into_another_charset() -> None:
    content = ARABIC.encode() + b"\xd8" + ARABIC.encode()

    found = decode(content, "windows-1256")

    assert found.text == f"{ARABIC}\ufffd{ARABIC}"
    assert (found.charset, found.damaged) == ("utf-8", True)
