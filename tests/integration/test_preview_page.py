"""The page's side of the server: its files, its actions, and whom it turns away."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from bot.preview.page import ARABIC, ENGLISH, GROUP
from bot.preview.telegram import LoopbackTelegram
from tests.integration.calling import CHAT, article, button

if TYPE_CHECKING:
    import httpx

    from bot.preview.readers import Reader
    from tests.integration.calling import Client

SAY = {"reader": ENGLISH, "chat": ENGLISH, "text": "When?"}
PATHS = [
    "/", "/static/app.js", "/static/style.css", "/static/icon.svg", "/static/unknown.js",
    "/page/files/unknown", "/page/unknown", "/unknown", "/bot1:a/getMe", "/file/bot1:a/documents/b",
]  # fmt: skip


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


async def test_the_server_listens_on_loopback_alone(telegram: LoopbackTelegram) -> None:
    port = urlsplit(telegram.url).port

    assert telegram.url == f"http://127.0.0.1:{port}"

    # The rest of 127.0.0.0/8 is this machine too: a server at every address would answer there.
    with pytest.raises(OSError, match=r"refused|timed out|assign"):
        socket.create_connection(("127.0.0.2", port), timeout=1)


async def test_a_port_that_is_taken_is_an_error(telegram: LoopbackTelegram) -> None:
    taken = LoopbackTelegram(port=urlsplit(telegram.url).port)

    with pytest.raises(OSError, match="in use"):
        await taken.__aenter__()


async def test_the_page_and_what_it_loads_are_there(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/")
    script = await browser.get("/static/app.js")
    style = await browser.get("/static/style.css")
    icon = await browser.get("/static/icon.svg")

    kinds = [each.headers["content-type"] for each in (page, script, style)]
    assert kinds == [f"text/{kind}; charset=utf-8" for kind in ("html", "javascript", "css")]
    assert icon.headers["content-type"] == "image/svg+xml"
    assert '<script type="module" src="/static/app.js"' in page.text


@pytest.mark.parametrize("headers", [{}, {"Host": "a.example"}, {"Origin": "https://a.example"}])
async def test_every_answer_says_what_a_browser_may_do_with_it(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answers = [await browser.get(path, headers=headers) for path in PATHS]
    answers += [await browser.post(path, headers=headers) for path in PATHS]

    for answer in answers:
        assert answer.status_code < 500
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("host", ["a.example", "127.0.0.1.a.example", "[::1]", "127.0.0.2", ""])
async def test_a_name_that_is_not_ours_is_refused(browser: httpx.AsyncClient, host: str) -> None:
    own = await browser.get("/", headers={"Host": "localhost:80"})
    foreign = await browser.get("/", headers={"Host": host})

    assert own.status_code == 200
    assert foreign.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "https://a.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
async def test_another_sites_page_is_refused(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    paths = ("/static/app.js", "/page/events", "/page/files/a")

    said = await browser.post("/page/say", json=SAY, headers=headers)
    for path in paths:
        async with browser.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 403

    assert said.status_code == 403
    assert telegram.chats[ENGLISH].messages == {}
    assert not telegram.watchers


async def test_its_own_page_is_let_in_and_may_be_linked_to(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient
) -> None:
    own = {"Origin": telegram.url, "Sec-Fetch-Site": "same-origin"}
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    said = await browser.post("/page/say", json=SAY, headers=own)
    linked = await browser.get("/", headers=link)

    assert (said.status_code, linked.status_code) == (200, 200)


@pytest.mark.parametrize(
    "name",
    [
        "unknown.js", "page.py", "..", "..%2fpage.py", "..%2f..%2fpage.py", "%2e%2e/page.py", ".",
        ".js", "app.js%00", "%2fetc%2fpasswd", "APP.JS", "",
    ],
)  # fmt: skip
async def test_no_other_file_is_served(telegram: LoopbackTelegram, name: str) -> None:
    address = urlsplit(telegram.url)
    request = f"GET /static/{name} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n"

    reading, writing = await asyncio.open_connection(address.hostname, address.port)
    writing.write(request.encode())
    answer = await reading.read()
    writing.close()

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"import" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json-seq"},
    ],
)
async def test_an_action_comes_as_json_alone(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    said = b'{"reader": 4500000000000001, "chat": 4500000000000001, "text": "a"}'

    refused = await browser.post("/page/say", content=said, headers=headers)
    taken = await browser.post(
        "/page/say", content=said, headers={"Content-Type": "application/json; charset=utf-8"}
    )

    assert refusal(refused) == (415, "Content-Type: application/json expected")
    assert taken.status_code == 200
    assert len(telegram.chats[ENGLISH].messages) == 1


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "can't parse JSON object"),
        (b"{", 400, "can't parse JSON object"),
        (b"\xff", 400, "can't parse JSON object"),
        (b"[" * 60_000, 400, "can't parse JSON object"),
        (b'{"text": NaN}', 400, "can't parse JSON object"),
        (b'{"text": "\\ud800"}', 400, "can't parse JSON object"),
        (b"[]", 400, "JSON object expected"),
        (b"null", 400, "JSON object expected"),
        (b"{}", 400, "reader: Field required"),
        (b" " * 65_537, 413, "Request Entity Too Large"),
    ],
)
async def test_a_body_that_says_nothing_is_refused_in_words(
    browser: httpx.AsyncClient, body: bytes, status: int, words: str
) -> None:
    headers = {"Content-Type": "application/json"}

    response = await browser.post("/page/say", content=body, headers=headers)

    assert response.status_code == status
    assert words in response.json()["error"]


@pytest.mark.parametrize(
    ("action", "given", "words"),
    [
        ("say", {"text": ""}, "text: String should have at least 1 character"),
        ("say", {"text": " \n"}, "message text is empty"),
        ("say", {"text": "a" * 4097}, "text: String should have at most 4096 characters"),
        ("say", {"text": None}, "text: Input should be a valid string"),
        ("say", {"text": "a", "colour": "red"}, "colour: Extra inputs are not permitted"),
        ("say", {"text": "a", "reader": 5}, "no such reader or chat"),
        ("say", {"text": "a", "reader": 1 << 60}, "reader: Input should be less than or equal"),
        ("say", {"text": "a", "chat": 5}, "no such reader or chat"),
        ("say", {"text": "a", "chat": ARABIC}, "the reader is not in that chat"),
        ("press", {"message_id": 99, "data": "m"}, "no such message"),
        ("press", {"message_id": 99, "data": "m" * 65}, "data: String should have at most 64"),
        ("inline", {"query": "a" * 257}, "query: String should have at most 256 characters"),
        ("choose", {"query": "99", "result": "1"}, "no such result any more"),
        ("language", {"language_code": "english"}, "language_code: String should match"),
        ("language", {"reader": 5, "language_code": "en"}, "no such reader"),
        ("block", {"blocked": "perhaps"}, "blocked: Input should be a valid boolean"),
        ("block", {"reader": 5, "blocked": True}, "no such reader or chat"),
        ("fault", {"fault": "fire"}, "fault: Input should be 'slow_down'"),
        ("fault", {"fault": "slow_down", "times": 0}, "times: Input should be greater"),
        ("fault", {"fault": "migrate"}, "no such group"),
        ("fault", {"fault": "migrate", "chat": ENGLISH}, "no such group"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_words(
    telegram: LoopbackTelegram,
    browser: httpx.AsyncClient,
    action: str,
    given: dict[str, Any],
    words: str,
) -> None:
    usual = {"reader": ENGLISH, "chat": ENGLISH}
    known = {"language": ("reader",), "block": ("reader",), "fault": ()}.get(action, tuple(usual))

    body = {name: usual[name] for name in known} | given
    response = await browser.post(f"/page/{action}", json=body)

    assert response.status_code == 400
    assert words in response.json()["error"]
    assert len(telegram.updates) == 0


async def test_an_unknown_action_is_not_found(browser: httpx.AsyncClient) -> None:
    unknown = await browser.post("/page/dance", json={})
    looked_at = await browser.get("/page/say")

    assert refusal(unknown) == (404, "no such action")
    assert looked_at.status_code == 405


async def test_what_is_said_reaches_the_bot(browser: httpx.AsyncClient, call: Client) -> None:
    first = (await browser.post("/page/say", json=SAY)).json()["message_id"]
    group = {"reader": ARABIC, "chat": GROUP, "text": "@isnad_test_bot متى؟"}
    await browser.post("/page/say", json=group)
    await browser.post("/page/say", json={**SAY, "text": "a" * 4096, "reply_to": first})
    await browser.post("/page/say", json={**SAY, "reply_to": 99})

    updates = await call.result("getUpdates")

    said, there, reply, unrelated = [update["message"] for update in updates]
    assert (said["message_id"], said["text"]) == (first, "When?")
    assert said["from"] == {
        "id": ENGLISH,
        "is_bot": False,
        "first_name": "Daniel",
        "language_code": "en",
    }
    assert (there["chat"]["id"], there["from"]["id"]) == (GROUP, ARABIC)
    assert there["entities"][0]["type"] == "mention"
    assert reply["reply_to_message"]["message_id"] == first
    assert "reply_to_message" not in unrelated


async def test_a_bot_that_does_not_listen_is_spared_endless_messages(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient
) -> None:
    for number in range(1000):
        telegram.push(message={"message_id": number})

    refused = await browser.post("/page/say", json=SAY)

    assert refusal(refused) == (400, "Bad Request: too many messages wait for the bot")


async def test_a_press_on_a_message_or_an_inline_result_reaches_the_bot(
    browser: httpx.AsyncClient, call: Client
) -> None:
    await browser.post("/page/say", json=SAY)
    markup = button(callback_data="m")
    sent = await call.result("sendMessage", chat_id=ENGLISH, text="a", reply_markup=markup)
    press = {"reader": ENGLISH, "chat": ENGLISH, "data": "m"}
    typed = {"reader": ENGLISH, "chat": ENGLISH, "query": "a"}

    pressed = await browser.post("/page/press", json={**press, "message_id": sent["message_id"]})
    query = (await browser.post("/page/inline", json=typed)).json()["query"]
    await call.result("answerInlineQuery", inline_query_id=query, results=[article()])
    choice = {"reader": ENGLISH, "chat": ENGLISH, "query": query, "result": "1"}
    chosen = (await browser.post("/page/choose", json=choice)).json()
    await browser.post("/page/press", json=press | chosen)

    _, press_update, inline, message, inline_press = await call.result("getUpdates")
    assert press_update["callback_query"]["id"] == pressed.json()["query"]
    assert press_update["callback_query"]["message"]["message_id"] == sent["message_id"]
    assert inline["inline_query"]["query"] == "a"
    assert message["message"]["text"] == "Dawn"
    assert inline_press["callback_query"]["inline_message_id"].startswith("inline-")


async def test_a_reader_changes_the_language_and_blocks_the_bot(
    browser: httpx.AsyncClient, call: Client
) -> None:
    await browser.post("/page/say", json=SAY)
    await browser.post("/page/language", json={"reader": ENGLISH, "language_code": "ar"})
    await browser.post("/page/say", json=SAY)
    await browser.post("/page/block", json={"reader": ENGLISH, "blocked": True})

    blocked = await call("sendMessage", chat_id=ENGLISH, text="a")
    await browser.post("/page/block", json={"reader": ENGLISH, "blocked": False})
    unblocked = await call("sendMessage", chat_id=ENGLISH, text="a")

    updates = await call.result("getUpdates")
    codes = [each["message"]["from"]["language_code"] for each in updates if "message" in each]
    assert codes == ["en", "ar"]
    assert (blocked["error_code"], unblocked["ok"]) == (403, True)


async def test_faults_can_be_asked_for(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient, call: Client, anna: Reader
) -> None:
    await anna.send("one")
    (update,) = await call.result("getUpdates")
    for fault in (
        {"fault": "slow_down", "seconds": 7},
        {"fault": "break_gateway", "method": "getMe"},
        {"fault": "lose_reply", "method": "getFile"},
        {"fault": "repeat"},
    ):
        assert (await browser.post("/page/fault", json=fault)).json() == {}

    limited = await call("sendMessage", chat_id=CHAT, text="a")
    broken = await call("getMe")
    again = await call.result("getUpdates", offset=update["update_id"] + 1)
    moved = await browser.post("/page/fault", json={"fault": "migrate", "chat": GROUP})

    assert limited["parameters"] == {"retry_after": 7}
    assert broken["error_code"] == 502
    assert again == [update]
    assert telegram.chats[GROUP].moved_to == moved.json()["chat"]
    refused = await browser.post("/page/say", json={**SAY, "chat": GROUP})
    assert refusal(refused) == (400, "Bad Request: the reader is not in that chat")
