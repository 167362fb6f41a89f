"""`ask --explain`: why these quotes, or why none, for operators and for programs."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot import explaining
from bot.cli import app
from config.settings import Settings
from retrieval import answering
from retrieval.answering import Findings, Grounds
from retrieval.decision import Evidence, Proof, model
from retrieval.models import Language, Span
from retrieval.quotes import Place

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = "Who was appointed to lead the transitional administration?"
ARABIC = "من يقود هيئة تحرير الشام؟"
UNKNOWN = "Who won the football world cup?"
FEATURES = ["bm25", "story", "coverage", "bigrams", "cue", "meaning", "around", "unsaid"]

pytestmark = pytest.mark.usefixtures("own_settings")


def ask(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["ask", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def explanation(question: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(ask("--json", "--explain", question))
    found: dict[str, Any] = answer["explanation"]
    return found


def shown(findings: Findings) -> list[str]:
    console = Console(file=io.StringIO(), width=100)
    with console.capture() as captured:
        console.print(explaining.evidence(findings, findings.places[0]))
        console.print(explaining.decision(findings))
    return captured.get().splitlines()


@pytest.mark.parametrize("question", [ENGLISH, ARABIC])
def test_the_evidence_stands_under_each_quote(question: str) -> None:
    told = ask("--explain", "--limit", "2", question)

    headers = re.findall(r"^  evidence +(.+?) *$", told, re.MULTILINE)
    quotes = json.loads(ask("--json", "--limit", "2", question))["quotes"]
    assert [each.split() for each in headers] == [[*FEATURES, "sum"]] * len(quotes)
    values = re.findall(r"^  value +(.+?) *$", told, re.MULTILINE)
    assert all(re.fullmatch(r"-?\d+\.\d\d|–", part) for each in values for part in each.split())
    assert re.search(r"^probability 0\.\d\d, threshold 0\.25: quoted$", told, re.MULTILINE)


def test_a_refusal_shows_what_it_would_have_quoted_and_why_it_did_not() -> None:
    told = ask("--explain", UNKNOWN)

    assert "I found no answer" in told
    assert "threshold 0.25: refused" in told
    assert told.count("  evidence ") >= 1


def test_a_subject_that_the_archive_does_not_know_is_said_to_be_unknown() -> None:
    told = ask("--explain", "Where is Zoltqvarn Quuxbury?")

    assert re.search(r"refused\n[01]\.\d\d of the question's worth stands nowhere", told)


@pytest.mark.parametrize(
    ("nothing", "shows"), [("the of", "Nothing was found"), ("hello", "Hello")]
)
def test_what_finds_nothing_has_no_evidence(nothing: str, shows: str) -> None:
    told = ask("--explain", nothing)

    assert shows in told
    assert "evidence" not in told


def test_words_are_shown_with_their_equivalents_name_keys_and_acronyms() -> None:
    words = {each["word"]: each for each in explanation(ARABIC)["words"]}

    assert words["يقود"]["equivalents"] == ["lead"]
    assert words["الشام"]["acronyms"] == ["hts"]
    assert words["الشام"]["names"] != []
    assert "hts" not in words["الشام"]["equivalents"]


def test_an_english_word_is_shown_with_what_arabic_calls_it() -> None:
    words = {each["word"]: each for each in explanation(ENGLISH)["words"]}

    assert "انتقالي" in words["transitional"]["equivalents"]
    assert words["the"]["acronyms"] == []


def test_every_right_to_left_word_is_shut_in_and_every_line_runs_left_to_right() -> None:
    told = ask("--explain", "--limit", "1", ARABIC)

    table = told[told.index("name keys") :].splitlines()[1:]
    assert any("\u2068الشام\u2069" in line for line in table)
    for line in table:
        assert line.count("\u2068") == line.count("\u2069")
        assert not re.search("[\u0621-\u064a]", re.sub("\u2068.*?\u2069", "", line))
        assert re.match("\u200e|\\s|$", line)


def test_the_weighed_parts_add_up_to_the_score() -> None:
    answer = json.loads(ask("--json", "--explain", ENGLISH))

    for quote, place in zip(answer["quotes"], answer["explanation"]["places"], strict=True):
        assert (place["text"], place["start"]) == (quote["text"], quote["start"])
        assert [*place["evidence"]] == FEATURES
        parts = [part["weighed"] for part in place["evidence"].values() if part]
        assert sum(parts) == pytest.approx(quote["score"], abs=0.001)


def test_without_vectors_meaning_is_unknown_rather_than_nothing() -> None:
    found = explanation(ENGLISH)

    assert found["by_meaning"] is False
    assert found["places"][0]["evidence"]["meaning"] is None
    assert found["proof"]["meaning"] is None


def test_with_vectors_meaning_has_its_value_and_its_part() -> None:
    weights = model(meaning=True)
    evidence = Evidence(bm25=0.5, meaning=0.4, around=-0.1)
    proof = Proof(coverage=0.5, meaning=0.2)
    place = Place(1, 1, Span(0, 5), Span(0, 5), "قطر .", 1.0, (), evidence)
    findings = Findings(
        "?", Language.ARABIC, (place,), (1,), 0.6,
        grounds=Grounds((), 0.0, proof, weights, meaning=True),
    )  # fmt: skip

    lines = shown(findings)

    assert lines[1].split() == ["value", "0.50", *["0.00"] * 4, "0.40", "-0.10", "0.00"]
    assert lines[2].split()[6] == f"{0.4 * weights.ranking.meaning:.2f}"
    assert "probability 0.60, threshold 0.25: quoted" in lines


def test_json_lines_are_explained_too_and_others_are_as_ever(tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text(f"{ENGLISH}\n{ARABIC}\nthe of\n", "utf-8")

    explained = [json.loads(line) for line in ask("--batch", str(file), "--explain").splitlines()]

    assert [bool(each["explanation"]) for each in explained] == [True, True, False]
    assert "explanation" not in json.loads(ask("--json", ENGLISH))


@pytest.mark.parametrize("question", [ENGLISH, ARABIC])
def test_what_is_asked_of_a_quote_is_a_setting(
    question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISNAD_LEAST_TRUST", "1")

    answer = json.loads(ask("--json", "--explain", question))

    assert (answer["answered"], answer["quotes"]) == (False, [])
    assert answer["explanation"]["least"] == 1
    assert answer["explanation"]["trust"] > answering.LEAST


def test_asked_for_nothing_it_quotes_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_LEAST_TRUST", "0")

    assert json.loads(ask("--json", UNKNOWN))["answered"] is True


@pytest.mark.parametrize("wrong", ["1.5", "-0.1", "nan", "often"])
def test_a_threshold_that_is_no_probability_is_named(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISNAD_LEAST_TRUST", wrong)

    result = CliRunner().invoke(app, ["ask", ENGLISH])

    assert result.exit_code == 2
    assert "ISNAD_LEAST_TRUST" in result.output


def test_the_setting_and_the_search_agree_on_the_usual_threshold() -> None:
    assert Settings().least_trust == answering.LEAST


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("Who is leading the transitional authority in Syria?", "From coverage in Arabic:"),
        (ARABIC, "لم أجد شيئًا بالعربية. هذا ما ورد في التغطية الإنجليزية كما نُشر."),
    ],
)
def test_the_terminal_says_once_that_an_answer_crosses_languages(question: str, line: str) -> None:
    own, other = ("en", "ar") if question.isascii() else ("ar", "en")
    answer = json.loads(ask("--json", question))

    told = ask(question)

    languages = [quote["article"]["language"] for quote in answer["quotes"]]
    assert answer["language"] == own
    assert other in languages
    assert told.splitlines().count(line) == 1
    first = answer["quotes"][languages.index(other)]["text"].splitlines()[0]
    assert told.index(line) < told.index(first)


@pytest.mark.parametrize(
    "question",
    [
        "who \x1b[31mleads\u202e [bold]Syria[/x] \u2066\x07\x9b2J\x1b]0;title\x07?",
        "من \u202eيقود\u2067 [red]هيئة[/x] \x1b[2J\x07\x9b2J \u061cتحرير\u200f الشام\x7f؟",
    ],
)
def test_what_is_asked_neither_moves_the_terminal_nor_turns_its_lines(question: str) -> None:
    told = ask("--explain", question)

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2067\u061c\u200f]", told)
    assert told.count("\u2066") == 0
    for line in told.splitlines():
        assert line.count("\u2068") == line.count("\u2069")


def test_an_empty_archive_explains_that_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_SEEDS", "false")

    assert "archive is still empty" in ask("--explain", ENGLISH)
    assert "الأرشيف فارغ" in ask("--explain", ARABIC)
    assert explanation(ARABIC) is None
