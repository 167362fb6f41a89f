"""`feedback export` and `evaluate --questions`: what readers marked, out and back."""

from __future__ import annotations

import asyncio
import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot import render
from bot.archive import Archive
from bot.cli import app
from bot.errors import CorruptDataError
from bot.marked import LONGEST_LINE, read
from bot.newsroom import open_with_seeds
from bot.store import Store

if TYPE_CHECKING:
    from click.testing import Result

ENGLISH = "Who was appointed to lead the transitional administration?"
ARABIC = "من الذي تم تكليفه بقيادة السلطة الانتقالية في سوريا؟"
UNKNOWN = "Who won the football world cup?"
NOON = datetime(2024, 12, 7, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def data(own_settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return own_settings


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def marked(folder: Path, *presses: tuple[str, str, str, str | None]) -> None:
    """Give verdicts on the answers of one question, in the words of another or the same."""

    async def press() -> None:
        async with (
            Store.open(folder) as store,
            Archive.open(store.articles, folder) as archive,
        ):
            await open_with_seeds(store.articles)
            await archive.catch_up()
            for question, answered, verdict, reason in presses:
                quotes = (await archive.ask(answered)).quotes
                code = render.code_of(quotes)
                await store.feedback.add(question, code, verdict, reason, NOON)

    asyncio.run(press())


def exported(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("feedback", "export", *arguments).stdout.splitlines()]


def figures(file: str) -> dict[str, float]:
    result = run("evaluate", "--questions", file, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, float] = json.loads(result.stdout)
    return found


def test_what_readers_marked_is_written_with_the_quotes_as_published(data: Path) -> None:
    marked(data, (ENGLISH, ENGLISH, "helpful", None), (ARABIC, ARABIC, "not_helpful", "sentence"))

    lines = exported()

    assert [(each["question"], each["verdict"], each["reason"]) for each in lines] == [
        (ENGLISH, "helpful", None),
        (ARABIC, "not_helpful", "sentence"),
    ]
    seeds = Path(__file__).parents[2] / "seeds"
    for line in lines:
        assert 1 <= len(line["quotes"]) <= 3
        for quote in line["quotes"]:
            assert quote["text"] in (seeds / quote["outlet"]).read_text("utf-8")


def test_a_dash_is_the_standard_output(data: Path) -> None:
    marked(data, (ENGLISH, ENGLISH, "helpful", None))

    assert exported("-") == exported()
    assert not Path("-").exists()


def test_nothing_that_is_written_says_who_or_when_or_in_which_order(data: Path) -> None:
    given = [("من؟", "helpful"), ("b?", "not_helpful"), ("a?", "helpful"), ("b?", "helpful")]
    marked(data, *((question, ENGLISH, verdict, None) for question, verdict in given))

    lines = exported()

    assert {key for line in lines for key in line} == {"question", "verdict", "reason", "quotes"}
    assert {key for line in lines for quote in line["quotes"] for key in quote} == {
        "text", "title", "outlet",
    }  # fmt: skip
    assert [line["question"] for line in lines] == ["a?", "b?", "b?", "من؟"]


def test_a_file_is_written_for_its_owner_alone(data: Path, tmp_path: Path) -> None:
    marked(data, (ARABIC, ARABIC, "helpful", None))
    file = tmp_path / "feedback.jsonl"

    result = run("feedback", "export", str(file))

    assert result.stdout == f"1 written to {file}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text("utf-8"))["question"] == ARABIC
    assert ARABIC in file.read_text("utf-8")


def test_what_cannot_be_opened_any_more_is_left_out_and_counted(data: Path) -> None:
    marked(data, (ENGLISH, ENGLISH, "helpful", None))

    async def lose() -> None:
        async with Store.open(data) as store:
            await store.feedback.add("متى؟", "AbCd", "helpful", None, NOON)

    asyncio.run(lose())
    result = run("feedback", "export")

    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == "1 left out: their quotes are gone\n"


def test_without_feedback_there_is_nothing_to_write() -> None:
    result = run("feedback", "export")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_a_file_that_cannot_be_written_is_named(data: Path) -> None:
    marked(data, (ENGLISH, ENGLISH, "helpful", None))

    result = run("feedback", "export", "nowhere/feedback.jsonl")

    assert result.exit_code == 2
    assert "nowhere" in result.stderr


@pytest.mark.parametrize("question", [ENGLISH, ARABIC])
def test_what_was_helpful_is_right_while_it_comes_first_and_what_was_not_is_wrong(
    question: str, data: Path
) -> None:
    marked(data, (question, question, "helpful", None), (question, question, "not_helpful", "old"))
    run("feedback", "export", "feedback.jsonl")

    assert figures("feedback.jsonl") == {
        "questions": 2,
        "answered": 1.0,
        "right": 0.5,
        "helpful_first": 1.0,
        "not_helpful_not_first": 0.0,
    }


def test_a_refusal_is_right_for_what_was_not_helpful_alone(data: Path) -> None:
    marked(data, (UNKNOWN, ENGLISH, "not_helpful", None), (UNKNOWN, ARABIC, "helpful", None))
    run("feedback", "export", "feedback.jsonl")

    assert figures("feedback.jsonl") == {
        "questions": 2,
        "answered": 0.0,
        "right": 0.5,
        "helpful_first": 0.0,
        "not_helpful_not_first": 1.0,
    }


def test_only_what_was_marked_has_figures(data: Path) -> None:
    marked(data, (ARABIC, ARABIC, "helpful", None))
    run("feedback", "export", "feedback.jsonl")

    assert "not_helpful_not_first" not in figures("feedback.jsonl")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"question": "secret?", "verdict": "so-so", "quotes": []}', "line 1: not from"),
        ('{"verdict": "helpful", "quotes": []}', "question"),
        ("سرّ", "no JSON object"),
        ('{"data": []}', "line 1"),
        ("", "no questions"),
    ],
)
def test_another_file_is_named_without_repeating_what_readers_wrote(
    line: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "other.jsonl").write_text(f"{line}\n", "utf-8")

    result = run("evaluate", "--questions", "other.jsonl")

    assert result.exit_code == 1
    assert "other.jsonl" in result.stderr
    assert said in result.stderr
    assert "secret" not in result.stderr
    assert "سرّ" not in result.stderr


@pytest.mark.parametrize("option", ["--split", "--meaning", "--without-gold"])
def test_what_needs_a_corpus_is_not_passed_over_without_one(option: str) -> None:
    result = run("evaluate", "--questions", "feedback.jsonl", option)

    assert result.exit_code == 2
    assert option in result.stderr
    assert "--corpus" in result.stderr


HOSTILE = '\u202eمن\u2067 \x1b]0;x\x07\x9b31m\u2028\u0085{"verdict": "helpful"}\r\n؟\ufeff'


def test_whatever_was_asked_comes_back_as_it_was(data: Path, tmp_path: Path) -> None:
    marked(data, (HOSTILE, ARABIC, "helpful", '","verdict":"x'), (ENGLISH, ENGLISH, "helpful", ""))
    run("feedback", "export", "feedback.jsonl")

    content = (tmp_path / "feedback.jsonl").read_bytes()
    back = read(tmp_path / "feedback.jsonl")

    assert content.count(b"\n") == 2
    assert [(each.question, each.reason) for each in back] == [
        (ENGLISH, ""),
        (HOSTILE, '","verdict":"x'),
    ]
    assert b"\x1b" not in content
    assert figures("feedback.jsonl")["questions"] == 2


def test_a_byte_order_mark_before_the_first_line_does_no_harm(tmp_path: Path) -> None:
    line = '{"question": "?", "verdict": "helpful", "quotes": []}'
    (tmp_path / "some.jsonl").write_text(f"{line}\n\n{line}\n", "utf-8-sig")

    assert len(read(tmp_path / "some.jsonl")) == 2


def test_a_line_that_is_too_long_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text("\n" + " " * LONGEST_LINE, "utf-8")

    with pytest.raises(CorruptDataError, match="line 2: 100,000 characters or more"):
        read(tmp_path / "some.jsonl")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "some.jsonl").write_bytes(content)

    result = run("evaluate", "--questions", "some.jsonl")

    assert result.exit_code == 1
    assert "some.jsonl" in result.stderr
