from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import CorruptDataError
from bot.evaluate import evaluate, normalised
from retrieval.models import Language

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = {
    "truce": (
        "The truce in the valley of Zarqa began on 7 May. Farmers returned to their fields.",
        [("When did the truce in Zarqa begin?", "7 May")],
    ),
    "bridge": (
        "Engineer Salma Haddad rebuilt the bridge of Harran. It had fallen in a storm.",
        [("Who rebuilt the bridge of Harran?", "Salma Haddad")],
    ),
    "museum": (
        "The museum of Tarsus holds 412 coins. Most of them are silver.",
        [("How many coins does the museum of Tarsus hold?", "412"), ("Who is mayor?", "nobody")],
    ),
}
ARABIC = {
    "truce": (
        "بدأت الهدنة في وادي الزرقاء يوم ٥ أيار. وعاد المزارعون إلى حقولهم.",
        [("متى بدأت الهدنة في الزرقاء؟", "٥ أيار")],
    ),
    "bridge": (
        "أعادت المهندسة سلمى حداد بناء جسر حران. وكان قد انهار في عاصفة.",
        [("من أعاد بناء جسر حران؟", "سلمى حداد")],
    ),
    "museum": (
        "يضم متحف طرسوس 412 قطعة نقدية. ومعظمها من الفضة.",
        [("كم قطعة نقدية يضم متحف طرسوس؟", "412"), ("من هو العمدة؟", "لا أحد")],
    ),
}


def squad(texts: dict[str, tuple[str, list[tuple[str, str]]]]) -> dict[str, Any]:
    return {
        "version": "1.1",
        "data": [
            {
                "title": title,
                "paragraphs": [
                    {
                        "context": context,
                        "qas": [
                            {
                                "id": f"{title}-{number}",
                                "question": question,
                                "answers": [{"text": answer, "answer_start": context.find(answer)}],
                            }
                            for number, (question, answer) in enumerate(qas)
                        ],
                    }
                ],
            }
            for title, (context, qas) in texts.items()
        ],
    }


@pytest.fixture
def english(tmp_path: Path) -> Path:
    path = tmp_path / "en.json"
    path.write_text(json.dumps(squad(ENGLISH)))
    return path


@pytest.fixture
def arabic(tmp_path: Path) -> Path:
    path = tmp_path / "ar.json"
    path.write_text(json.dumps(squad(ARABIC)))
    return path


@pytest.mark.parametrize("name", ["english", "arabic"])
def test_answers_are_measured_against_the_gold(name: str, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(name)

    report = evaluate(path, path)

    assert report.questions == 4
    assert report.answered == 0.75
    assert report.sentence_1 == report.sentence_3 == 0.75
    assert 0.75 <= report.passage_hit_1 <= report.passage_mrr_10 <= report.passage_hit_5
    assert 0 < report.latency_p50_ms <= report.latency_p99_ms


def test_a_question_in_the_other_language_finds_nothing_to_quote(
    english: Path, arabic: Path
) -> None:
    report = evaluate(english, arabic)

    assert report.questions == 4
    # Figures and names of countries alone cross from one script to the other.
    assert report.sentence_1 <= 0.25


def test_a_split_keeps_odd_documents_of_the_one_and_even_ones_of_the_other(
    english: Path, arabic: Path
) -> None:
    asked_in_english = evaluate(english, arabic, split=True)
    asked_in_arabic = evaluate(arabic, english, split=True)

    # Of documents 1, 2 and 3 the question's own language holds 1 and 3.
    assert asked_in_english.sentence_1 == asked_in_arabic.sentence_1 == 0.5


def test_how_far_it_is_can_be_followed(english: Path) -> None:
    told: list[tuple[int, int]] = []

    evaluate(english, english, told=lambda done, total: told.append((done, total)))

    assert told[-1] == (4, 4)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_command_prints_the_named_figures(english: Path) -> None:
    arguments = ["evaluate", "--questions", str(english), "--corpus", str(english)]

    figures = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    table = CliRunner().invoke(app, arguments).stdout

    assert [*figures] == [
        "questions", "answered", "passage_hit@1", "passage_hit@5", "passage_mrr@10", "sentence@1",
        "sentence@3", "latency_p50_ms", "latency_p99_ms",
    ]  # fmt: skip
    assert figures["sentence@1"] == 0.75
    assert [line.split()[0] for line in table.splitlines()] == [*figures]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not SQuAD's format"),
        ("[]", "not SQuAD's format"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', "context"),
        ('{"data": []}', "no questions"),
        ('{"data": [{"paragraphs": []}]}', "no questions"),
    ],
)
def test_a_file_of_another_format_is_refused_by_name(
    tmp_path: Path, content: str, reason: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content)

    with pytest.raises(CorruptDataError, match=reason) as raised:
        evaluate(path, path)

    assert str(path) in str(raised.value)


def test_files_that_do_not_match_are_refused(tmp_path: Path, english: Path) -> None:
    shorter = tmp_path / "short.json"
    shorter.write_text(json.dumps(squad({"truce": ENGLISH["truce"]})))

    with pytest.raises(CorruptDataError, match="1 documents, not 3"):
        evaluate(english, shorter)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    path = str(tmp_path / "none.json")

    result = CliRunner().invoke(app, ["evaluate", "--questions", path, "--corpus", path])

    assert result.exit_code == 1
    assert result.stderr == f"isnad: {path}: No such file or directory\n"


@pytest.mark.parametrize(
    ("answer", "language", "expected"),
    [
        ("The  Treaty, of 1648!", Language.ENGLISH, "treaty of 1648"),
        ("an apple's", Language.ENGLISH, "apples"),
        ("«الهُدنة»، 2016", Language.ARABIC, "الهدنه 2016"),
        ("٢٠٢٤؟", Language.ARABIC, "2024"),
    ],
)
def test_answers_are_normalised_as_squad_does(
    answer: str, language: Language, expected: str
) -> None:
    assert normalised(answer, language) == expected
