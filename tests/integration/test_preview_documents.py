from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest

from bot.preview.telegram import FILES_KEPT
from tests.integration.calling import CHAT, button, envelope

if TYPE_CHECKING:
    import httpx

    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.integration.calling import Client

CONTENT = bytes(range(256)) * 40 + b"\r\n\r\n--x\r\n"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}


async def upload(
    call: Client, content: bytes = CONTENT, name: str = "a.bin", kind: str = "", **more: str
) -> dict[str, Any]:
    file = (name, content, kind) if kind else (name, content)
    data = {"chat_id": str(CHAT), **more}
    return envelope(await call.http.post("/sendDocument", data=data, files={"document": file}))


async def downloaded(telegram: LoopbackTelegram, call: Client, number: str) -> httpx.Response:
    path = (await call.result("getFile", file_id=number))["file_path"]
    return await call.http.get(f"{telegram.url}/file/bot{telegram.token}/{path}")


@pytest.mark.usefixtures("anna")
async def test_a_document_comes_back_byte_for_byte(
    telegram: LoopbackTelegram, call: Client
) -> None:
    sent = await upload(call)

    document = sent["result"]["document"]
    back = await downloaded(telegram, call, document["file_id"])

    assert (document["file_name"], document["file_size"]) == ("a.bin", len(CONTENT))
    assert back.content == CONTENT
    info = await call.result("getFile", file_id=document["file_id"])
    assert info["file_size"] == len(CONTENT)


@pytest.mark.usefixtures("anna")
async def test_a_document_may_be_attached_under_any_name_or_sent_once_more(
    telegram: LoopbackTelegram, call: Client
) -> None:
    data = {"chat_id": str(CHAT), "document": "attach://any-name", "caption": "attach://any-name!"}
    files = {"any-name": ("a.txt", b"abc")}

    attached = envelope(await call.http.post("/sendDocument", data=data, files=files))
    number = attached["result"]["document"]["file_id"]
    again = await call.result("sendDocument", chat_id=CHAT, document=number)

    assert attached["result"]["caption"] == "attach://any-name!"
    assert again["document"]["file_name"] == "a.txt"
    back = await downloaded(telegram, call, again["document"]["file_id"])
    assert back.content == b"abc"


@pytest.mark.parametrize("document", ["attach://any-name", "attach://nothing", "any"])
async def test_a_file_that_nothing_refers_to_is_refused(call: Client, document: str) -> None:
    data = {"chat_id": str(CHAT), "document": document}
    files = {"any": ("a.txt", b"abc")}

    refused = envelope(await call.http.post("/sendDocument", data=data, files=files))

    assert refused["description"] == 'Bad Request: unknown field "any" of sendDocument'


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("تقرير 😀.txt", "text/plain"),
        ("letter.eml", "message/rfc822"),
        ("page.html", "text/html"),
        ("parts", "multipart/mixed; boundary=x"),
        ("a;b\\c.txt", "text/plain; charset=utf-16"),
    ],
)
@pytest.mark.usefixtures("anna")
async def test_a_document_may_have_any_name_and_be_of_any_kind(
    call: Client, telegram: LoopbackTelegram, name: str, kind: str
) -> None:
    sent = await upload(call, b"Subject: a\r\n\r\n--x\r\nb", name, kind)

    document = sent["result"]["document"]

    assert document["file_name"] == name
    assert document["mime_type"] == kind.partition(";")[0]
    assert telegram.files[document["file_id"]].content == b"Subject: a\r\n\r\n--x\r\nb"


async def test_a_caption_is_formatted_and_may_have_buttons(call: Client, anna: Reader) -> None:
    markup = '{"inline_keyboard": [[{"text": "More", "callback_data": "m"}]]}'

    sent = await upload(call, caption="😀 <b>Dawn</b>", parse_mode="HTML", reply_markup=markup)

    message = await anna.next()
    assert sent["result"]["caption"] == message.text == "😀 Dawn"
    assert message.entities == [{"type": "bold", "offset": 3, "length": 4}]
    assert message.data["reply_markup"] == button(callback_data="m")


async def test_a_caption_has_at_most_1024_utf_16_units(call: Client, anna: Reader) -> None:
    fits = await upload(call, caption="😀" * 512)
    beyond = await upload(call, caption="😀" * 512 + "a")

    assert fits["ok"]
    assert beyond["description"] == "Bad Request: message caption is too long"
    assert len(anna.unread) == 1


async def test_a_file_must_not_be_empty(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    refused = await upload(call, b"")

    assert refused["description"] == "Bad Request: file must be non-empty"
    assert anna.unread == []
    assert not telegram.files


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "multipart/form-data"}, b"--x--"),
        ({"Content-Type": "multipart/form-data; boundary="}, b"--x--"),
        (MULTIPART, b""),
        (MULTIPART, b"--x"),
        (MULTIPART, b"--y\r\n\r\na\r\n--y--\r\n"),
        (MULTIPART, b"--x\r\n\r\na\r\n--x--\r\n"),
        (MULTIPART, b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
        (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\na'),
        (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="chat_id"\r\n--x--'),
        (MULTIPART, b'--x\r\nContent-Disposition: a; name="chat_id"\r\n\r\n\xff\r\n--x--'),
        (MULTIPART, b'--x\r\nContent-Disposition: a; name="n"\r\n\r\na\r\n' * 300 + b"--x--"),
        ({}, b"chat_id=%ff&text=\xff"),
        ({}, b"&".join(b"n%d=1" % n for n in range(201))),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    call: Client, headers: dict[str, str], body: bytes
) -> None:
    response = await call.http.post("/sendDocument", content=body, headers=headers)

    refused = envelope(response)
    assert refused["error_code"] == 400
    assert "parse the" in refused["description"] or "too many" in refused["description"]


@pytest.mark.parametrize(
    ("headers", "size"),
    [({}, 2 << 20), ({"Content-Type": "application/json"}, 2 << 20), (MULTIPART, 51 << 20)],
)
async def test_a_body_that_is_too_large_is_refused(
    call: Client, headers: dict[str, str], size: int
) -> None:
    refused = await call.http.post("/sendDocument", content=b" " * (size + 1), headers=headers)
    taken = await call.http.post("/sendDocument", content=b" " * size, headers=headers)

    assert envelope(refused)["error_code"] == 413
    assert envelope(taken)["error_code"] == 400


@pytest.mark.usefixtures("anna")
async def test_the_oldest_files_are_forgotten_and_calls_hold_none(
    telegram: LoopbackTelegram, call: Client
) -> None:
    sent = [await upload(call, b"%d" % number) for number in range(FILES_KEPT + 2)]
    numbers = [each["result"]["document"]["file_id"] for each in sent]

    gone = await call("getFile", file_id=numbers[1])

    assert gone["description"] == "Bad Request: invalid file_id"
    assert list(telegram.files) == numbers[2:]
    assert {each["document"] for each in telegram.called("sendDocument")} == {"a.bin"}


@pytest.mark.usefixtures("anna")
async def test_a_file_is_given_to_its_bot_alone(telegram: LoopbackTelegram, call: Client) -> None:
    number = (await upload(call))["result"]["document"]["file_id"]

    answers = [
        envelope(await call.http.get(f"{telegram.url}/file/bot{path}"))
        for path in (f"1:a/documents/{number}", f"{telegram.token}/documents/unknown")
    ]

    assert [answer["error_code"] for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.html", "a.html"),
        ("تقرير.txt", "_____.txt"),
        ('a"; filename=b.exe\r\nSet-Cookie: c=d', "a__ filename_b.exe__Set-Cookie_ c_d"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a" * 300, "a" * 100),
    ],
)
@pytest.mark.usefixtures("anna")
async def test_the_page_downloads_a_file_and_never_shows_it(
    call: Client, browser: httpx.AsyncClient, name: str, shown: str
) -> None:
    head = b"--x\r\nContent-Disposition: form-data; name=%b\r\n\r\n%b\r\n"
    named = b"document; filename*=UTF-8''" + quote(name).encode()
    form = head % (b"chat_id", b"%d" % CHAT) + head % (named, b"<script>alert(1)</script>")

    sent = envelope(
        await call.http.post("/sendDocument", content=form + b"--x--", headers=MULTIPART)
    )
    response = await browser.get(f"/page/files/{sent['result']['document']['file_id']}")

    assert sent["result"]["document"]["file_name"] == name
    assert response.content == b"<script>alert(1)</script>"
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["x-content-type-options"] == "nosniff"
    plain, _, whole = response.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == f'attachment; filename="{shown}"'
    assert unquote(whole) == name[:100]
    assert "set-cookie" not in response.headers


async def test_the_page_knows_no_other_files(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/page/files/unknown")

    assert response.status_code == 404
    assert response.json() == {"error": "no such file"}
