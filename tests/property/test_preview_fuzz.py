"""Whatever is sent to it, the preview answers in the Bot API's envelope and goes on."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.preview.page import ENGLISH
from tests.integration.calling import CHAT, envelope, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from bot.preview.telegram import LoopbackTelegram

SCHEMA = tomllib.loads((files("bot.preview") / "schema.toml").read_text("utf-8"))
PARAMETERS = {
    method: [each.partition(":")[0].rstrip("!") for each in written.split()]
    for method, written in SCHEMA["methods"].items()
}
FIELDS = sorted(
    each.partition(":")[0].rstrip("!")
    for written in SCHEMA["types"].values()
    for each in written.split()
)
RIGHT = {
    "chat_id": CHAT,
    "text": "a",
    "action": "typing",
    "results": [],
    "commands": [],
    "photo": {"type": "static"},
    "file_id": "a",
    "document": "a",
    "message_id": 1,
    "callback_query_id": "1",
    "inline_query_id": "1",
}
ACTIONS = "say press inline choose language block fault dance".split()
GIVEN = (
    "reader chat text reply_to message_id data query offset result language_code blocked".split()
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from([CHAT, ENGLISH, "<b>a</b>", "HTML", "a", "\ud800", 1 << 70, 1]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(FIELDS) | st.sampled_from(["\ud800", "a"]), inner, max_size=6
        )
    ),
    max_leaves=12,
)
headers = st.sampled_from(
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary*=utf-8''%ff",
        "text/plain",
        "",
    ]
)
parts = st.lists(
    st.sampled_from(
        [b"--x\r\n", b"\r\n--x\r\n", b"--x--", b'Content-Disposition: form-data; name="', b'text"',
         b'document"; filename="a"', b"\r\n\r\n", b"\r\n", b"Content-Type: ", b"text/plain",
         b"multipart/mixed", b"charset*=''x", b"chat_id", b"1001", b"=", b"&", b"%ff", b"{", b"}",
         b'"', b":", b"attach://text", b"filename*=a'b'c%", b";", b"\xff", b"\0"]
    )
    | st.binary(max_size=20),
    max_size=25,
).map(b"".join)  # fmt: skip


def written(value: Any) -> str:
    """A value as a form has it, which cannot hold half a character but can write it in JSON."""
    return value if isinstance(value, str) and value != "\ud800" else json.dumps(value)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[LoopbackTelegram, httpx.Client]]:
    with standing() as (telegram, http):
        yield telegram, http
        assert http.get(f"/bot{telegram.token}/getMe").json()["ok"]
        with http.stream("GET", "/page/events") as page:
            state = next(line for line in page.iter_lines() if line.startswith("data: "))
        json.loads(state.removeprefix("data: "), parse_constant=pytest.fail)


Server = tuple["LoopbackTelegram", "httpx.Client"]


@pytest.mark.parametrize("method", PARAMETERS)
def test_any_parameters_are_taken_or_refused(server: Server, method: str) -> None:
    telegram, http = server
    right = {name: RIGHT[name] for name in PARAMETERS[method] if name in RIGHT}
    names = st.sampled_from([*PARAMETERS[method], "chat_id", "\ud800"])

    @settings(max_examples=15, deadline=None)
    @given(st.dictionaries(names, anything, min_size=1, max_size=2), st.booleans())
    def send(wrong: dict[str, Any], as_json: bool) -> None:  # noqa: FBT001 - drawn
        given = right | wrong
        if method == "getUpdates":
            given["timeout"] = 0
        if as_json:
            body = {"content": json.dumps(given), "headers": {"Content-Type": "application/json"}}
        else:
            given.pop("\ud800", None)
            body = {"data": {name: written(value) for name, value in given.items()}}

        envelope(http.post(f"/bot{telegram.token}/{method}", **body))

    send()


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(["sendMessage", "sendDocument", "answerInlineQuery", "getMe", "no"]),
    kind=headers,
    body=parts,
)
def test_any_bytes_are_taken_or_refused(
    server: Server, method: str, kind: str, body: bytes
) -> None:
    telegram, http = server

    response = http.post(
        f"/bot{telegram.token}/{method}", content=body, headers={"Content-Type": kind}
    )

    assert envelope(response)["ok"] in {True, False}


@settings(max_examples=80, deadline=None)
@given(
    action=st.sampled_from(ACTIONS),
    given=st.dictionaries(st.sampled_from(GIVEN), anything) | anything,
)
def test_any_action_is_done_or_refused_in_words(server: Server, action: str, given: Any) -> None:
    _, http = server
    usual = {"reader": ENGLISH, "chat": ENGLISH}

    response = http.post(
        f"/page/{action}",
        content=json.dumps(usual | given if isinstance(given, dict) else given),
        headers={"Content-Type": "application/json"},
    )

    assert response.status_code < 500
    assert response.status_code == 200 or response.json()["error"]
