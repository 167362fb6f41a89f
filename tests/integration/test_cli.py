"""The command line, as a shell and as a program call it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.newsroom import publish
from bot.sources import Submission
from bot.store import Store
from bot.store.deliveries import Match, Telling
from bot.store.following import Address
from retrieval.models import Language

if TYPE_CHECKING:
    from click.testing import Result

ROOT = Path(__file__).parents[2]
ASTANA = "When did the Astana process begin?"
ARABIC = "من الذي تم تكليفه بقيادة السلطة الانتقالية في سوريا؟"

pytestmark = pytest.mark.usefixtures("own_settings")


def run(*arguments: str, given: str | bytes = "") -> Result:
    result = CliRunner().invoke(app, arguments, input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def process(*arguments: str, given: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=given,
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | more,
        timeout=60,
    )


def test_an_english_question_is_answered_with_quote_and_source() -> None:
    result = run("ask", ASTANA)

    assert result.exit_code == 0
    assert "since 2017 in the so-called Astana process" in result.stdout
    assert "which began in 2016" in result.stdout
    assert "003_9ab4dc96716d2ae8.txt" in result.stdout
    assert "Sources differ; both are quoted." in result.stdout
    assert result.stderr == ""


def test_an_arabic_question_is_answered_in_arabic() -> None:
    result = run("ask", ARABIC)

    assert "محمد البشير، القيادي في هيئة تحرير الشام، والذي تم تكليفه" in result.stdout
    assert "قطر تبدأ اتصالات مباشرة مع هيئة تحرير الشام!" in result.stdout


def test_a_refusal_names_near_headlines_as_no_answer() -> None:
    result = run("ask", "Who won the football world cup?")

    assert result.exit_code == 0
    assert "I found no answer" in result.stdout
    assert "Closest headlines (not an answer):" in result.stdout


@pytest.mark.parametrize(("word", "reply"), [("hello", "Hello!"), ("شكرا", "على الرحب والسعة")])
def test_a_greeting_or_thanks_is_no_question(word: str, reply: str) -> None:
    result = run("ask", word)

    assert reply in result.stdout
    assert "found no answer" not in result.stdout


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("", "I can only read text."),
        ("🤔🤔", "I can only read text."),
        ("help", "Just type a question."),
        ("من أنت؟", "إسناد يجيب من"),
        ("bye", "Goodbye!"),
    ],
)
def test_what_is_no_question_gets_a_kind_line_and_not_a_refusal(words: str, reply: str) -> None:
    result = run("ask", words)

    assert reply in result.stdout
    assert "found no answer" not in result.stdout


def test_an_empty_question_in_json_is_an_answer_without_quotes() -> None:
    answer = json.loads(run("ask", "--json", "").stdout)

    assert (answer["question"], answer["answered"], answer["quotes"]) == ("", False, [])


def test_an_answer_in_json_has_the_promised_fields() -> None:
    answer: dict[str, Any] = json.loads(run("ask", "--json", "--limit", "2", ASTANA).stdout)

    assert [*answer] == ["question", "language", "answered", "elapsed_ms", "quotes", "near"]
    assert (answer["question"], answer["language"], answer["answered"]) == (ASTANA, "en", True)
    assert 0 < answer["elapsed_ms"] < 60_000
    assert answer["near"] == []
    assert len(answer["quotes"]) == 2
    for quote in answer["quotes"]:
        assert [*quote] == ["text", "start", "end", "score", "article", "also"]
        source = (ROOT / "seeds" / quote["article"]["outlet"]).read_text("utf-8").strip()
        assert source[quote["start"] : quote["end"]] == quote["text"]
    assert answer["quotes"][1]["article"] == {
        "id": 4,
        "title": ("Russian Foreign Minister Sergei Lavrov said Saturday that Syria must not fall…"),
        "outlet": "003_9ab4dc96716d2ae8.txt",
        "url": None,
        "published": "2024-12-07",
        "language": "en",
    }


def test_copies_and_refusals_have_their_fields_in_json_too() -> None:
    copied = json.loads(run("ask", "--json", "Who was appointed to lead Syria?").stdout)
    refused = json.loads(run("ask", "--json", "Who won the football world cup?").stdout)

    assert [*copied["quotes"][0]["also"][0]] == [
        "id", "title", "outlet", "url", "published", "language",
    ]  # fmt: skip
    assert (refused["answered"], refused["quotes"]) == (False, [])
    assert [[*each] for each in refused["near"]] == [["id", "title"]] * 3


def test_every_line_of_a_file_is_answered_in_order(tmp_path: Path) -> None:
    lines = [ASTANA, "", "  ", ARABIC, "؟", "x" * 30_000]
    (tmp_path / "questions").write_text("\n".join(lines), "utf-8")

    result = run("ask", "--batch", str(tmp_path / "questions"))

    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["question"] for each in answers[:-1]] == lines[:-1]
    assert lines[-1].startswith(answers[-1]["question"])
    assert [each["answered"] for each in answers] == [True, False, False, True, False, False]


def test_lines_of_standard_input_are_answered() -> None:
    result = run("ask", "--batch", "-", "--limit", "1", given=f"{ASTANA}\r\n\n{ARABIC}")

    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["question"] for each in answers] == [ASTANA, "", ARABIC]
    assert [len(each["quotes"]) for each in answers] == [1, 0, 1]


def test_bytes_that_are_not_utf_8_are_answered_too() -> None:
    given = b"\xff\xfe\n" + ASTANA.encode() + b"\xc3\n"

    ended = process("ask", "--batch", "-", given=given, PYTHONIOENCODING="ascii:strict")

    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert [each["question"] for each in answers] == ["\ufffd\ufffd", ASTANA + "\ufffd"]
    assert [each["answered"] for each in answers] == [False, True]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["ask"], "give a question, or --batch FILE"),
        (["ask", "x", "--batch", "-"], "give a question, or --batch FILE"),
        (["ask", "--batch", "none.txt"], "none.txt"),
        (["ask", "x", "--limit", "0"], "--limit"),
        (["add"], "SOURCES"),
        (["nonsense"], "nonsense"),
    ],
)
def test_misuse_is_explained(arguments: list[str], reason: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert reason.casefold() in result.stderr.casefold()


def test_adding_ends_with_counts_and_names_what_is_refused(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    line = {"url": "https://example.org/zarqa", "text": "The volcano Zarqa erupted on 7 May."}
    (inbox / "a.jsonl").write_text(json.dumps(line) + "\nnonsense\n")
    (inbox / "b.txt").write_text("It rained in Doha.")
    (inbox / "c.txt").write_bytes(b"\xff\xfe\xff")
    first = run("add", str(inbox))
    (inbox / "a.jsonl").write_text(
        json.dumps(line | {"text": "The volcano Zarqa erupted on 9 May."})
    )

    second = run("add", str(inbox))

    assert first.stdout == "2 added, 0 updated, 0 already known, 2 refused\n"
    assert "stored 2\n" in first.stderr
    assert f"refused: {inbox}/a.jsonl:line 2: " in first.stderr
    assert f"refused: {inbox}/c.txt: " in first.stderr
    assert second.stdout == "0 added, 1 updated, 1 already known, 1 refused\n"
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "erupted on 9 May" in run("ask", "When did the volcano Zarqa erupt?").stdout


def test_adding_nothing_but_refusals_fails(tmp_path: Path) -> None:
    result = run("add", str(tmp_path / "none"))

    assert result.exit_code == 1
    assert result.stdout == "0 added, 0 updated, 0 already known, 1 refused\n"
    assert "none" in result.stderr


def test_status_says_what_is_held_and_how_far_the_index_is(tmp_path: Path) -> None:
    empty = json.loads(run("status", "--json").stdout)
    run("ask", ASTANA)

    figures = json.loads(run("status", "--json").stdout)
    shown = run("status").stdout

    assert (empty["articles"], empty["last added"], empty["index behind by"]) == (0, None, 0)
    assert figures["data folder"] == str(tmp_path / "data")
    assert (figures["articles"], figures["articles ar"], figures["articles en"]) == (5, 1, 4)
    assert figures["passages"] == figures["passages indexed"] > 20
    assert figures["published from"] == figures["published to"] == "2024-12-07"
    assert figures["index behind by"] == 0
    assert figures["articles with vectors"] == 0  # the running bot computes them
    assert "disk free MB" in shown
    assert "texts, corrections included" in shown


def test_an_archive_may_begin_without_the_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_SEEDS", "false")

    result = run("ask", ASTANA)

    assert (result.exit_code, "2017" in result.stdout) == (0, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISNAD_TELEGRAM_TOKEN", "no-token-at-all"),
        ("ISNAD_TELEGRAM_API_URL", "not a url"),
        ("ISNAD_QUESTIONS_PER_MINUTE", "0"),
        ("ISNAD_SILENCE_SECONDS", "soon"),
        ("ISNAD_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    result = run("status")

    assert result.exit_code == 2
    assert result.stderr.startswith(f"{name}: ")
    assert value not in result.stderr


def test_a_data_folder_that_cannot_be_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ISNAD_DATA_DIR", str(tmp_path / "file"))

    result = run("status")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"isnad: {tmp_path / 'file'}")
    assert len(result.stderr.splitlines()) == 1


def test_a_damaged_database_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "isnad.db").write_bytes(b"not a database" * 100)

    result = run("ask", ASTANA)

    assert result.exit_code == 1
    assert "isnad.db" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_without_a_token_a_server_that_must_not_preview_ends() -> None:
    result = run("run", "--no-preview")

    assert result.exit_code == 2
    assert "ISNAD_TELEGRAM_TOKEN is not set" in result.stderr


def test_a_conversation_welcomes_in_both_languages() -> None:
    result = run("chat", given="")

    assert "أهلًا بك" in result.stdout
    assert "Welcome" in result.stdout


def test_the_program_says_what_it_can_do() -> None:
    shown = run("--help").stdout

    for command in (
        "run",
        "preview",
        "chat",
        "ask",
        "add",
        "evaluate",
        "feedback",
        "status",
        "retry",
    ):
        assert f" {command} " in shown


def test_what_was_set_aside_is_tried_again(tmp_path: Path) -> None:
    asyncio.run(_set_aside(tmp_path / "data"))

    before = json.loads(run("status", "--json").stdout)
    result = run("retry")
    after = json.loads(run("status", "--json").stdout)

    assert result.stdout == "1 to be sent again, by the running bot\n"
    assert (before["set aside"], before["alerts waiting"]) == (1, 0)
    assert (after["set aside"], after["alerts waiting"]) == (0, 1)


async def _set_aside(folder: Path) -> None:
    now = datetime.now(UTC)
    async with Store.open(folder) as store:
        alert = await store.following.add(Address(1001), "قطر", "ar", now)
        assert alert
        match = Match(alert.id, alert.address, 0, 0, (), digest=False, due_at=now)
        telling = Telling(1, 1, 1, b"", now, correction=False, matches=[match])
        article = Submission("It rained.", "test", None, None, None, None, Language.ENGLISH)
        await publish(store.articles, [article])
        await store.announcements.announce(1, [telling], now)
        (due,) = await store.outbox.due(now, 1)
        await store.outbox.park([due.id], "Bad Request")
