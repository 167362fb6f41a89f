"""The Bot API over HTTP: requests in, Telegram's envelope out."""

from __future__ import annotations

import email
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.preview import schema, strict
from bot.preview.faults import ReplyLostError
from bot.preview.refusing import RefusedError, bad
from bot.preview.schema import Upload

if TYPE_CHECKING:
    from email.message import Message

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from bot.preview.telegram import LoopbackTelegram

LARGEST_FORM = 51 * 1024 * 1024  # a file of 50 MB and its caption
LARGEST_TEXT = 2 * 1024 * 1024
MOST_FIELDS = 200


class Broken(Response):
    """A reply that begins and never comes: the server breaks the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Announce a body that does not follow."""
        headers = [(b"content-length", b"2"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


def routes(telegram: LoopbackTelegram) -> list[Route]:
    """Return the routes of the bot's side."""

    async def call(request: Request) -> Response:
        return await _call(telegram, request)

    async def download(request: Request) -> Response:
        file = telegram.files.get(request.path_params["file"])
        if file is None or request.path_params["token"] != telegram.token:
            return _refusal(RefusedError(404, "Not Found"))
        return Response(file.content, media_type="application/octet-stream")

    return [
        Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        Route("/file/bot{token}/documents/{file}", download),
    ]


async def _call(telegram: LoopbackTelegram, request: Request) -> Response:
    try:
        _authorise(telegram, request)
        method = schema.canonical(request.path_params["method"])
        sent = dict(request.query_params) | await _body(request)
        try:
            given = schema.decode(method, sent)
        except RefusedError:
            telegram.calls.append((method, _noted(sent)))
            raise
        telegram.calls.append((method, _noted(given)))
        updates = await telegram.updates.get(given) if method == "getUpdates" else None

        def perform() -> Any:
            return telegram.methods.table[method](given) if updates is None else updates

        result = telegram.faults.around(method, perform)
    except RefusedError as refused:
        return _refusal(refused)
    except ReplyLostError:
        return Broken()
    finally:
        telegram.stir()
    return JSONResponse({"ok": True, "result": result})


def _noted(given: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a call's parameters: of a file, which may have 50 MB, its name."""
    return {
        name: value.name if isinstance(value, Upload) else value for name, value in given.items()
    }


def _refusal(refused: RefusedError) -> Response:
    answer = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        answer["parameters"] = refused.parameters
    return JSONResponse(answer, refused.status)


def _authorise(telegram: LoopbackTelegram, request: Request) -> None:
    token = request.path_params["token"]
    # A bot is no browser: a page of some other site must not play one.
    if "origin" in request.headers or "sec-fetch-site" in request.headers:
        raise RefusedError(403, "Forbidden: not for browsers")
    if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
        raise RefusedError(404, "Not Found")
    if token != telegram.token:
        raise RefusedError(401, "Unauthorized")


async def _body(request: Request) -> dict[str, Any]:
    written = request.headers.get("content-type", "")
    kind = media_type(written)
    form = kind == "multipart/form-data"
    body = await bounded(request, LARGEST_FORM if form else LARGEST_TEXT)
    if kind == "application/json":
        return as_object(body)
    try:
        if form:
            return _form(written, body)
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise bad("can't parse the request") from None
    return dict(pairs)


def media_type(written: str) -> str:
    """Return what a Content-Type names, without its parameters."""
    return written.partition(";")[0].strip().lower()


async def bounded(request: Request, most: int) -> bytes:
    """Read a request's body of at most so many bytes. Raises RefusedError, 413."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise RefusedError(413, "Request Entity Too Large")
    return bytes(body)


def as_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises RefusedError."""
    try:
        parsed = strict.loads(body)
    except ValueError:
        raise bad("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad("JSON object expected")
    return parsed


def _form(kind: str, body: bytes) -> dict[str, Any]:
    # Cut by hand: `email` would read a file that is a message itself, and takes seconds for
    # a file of many lines.
    boundary = _headers(f"Content-Type: {kind}").get_boundary()
    if not boundary:
        raise bad("can't parse the form")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode(), MOST_FIELDS + 2)
    if len(parts) > MOST_FIELDS + 2:
        raise bad("too many fields")
    values: dict[str, Any] = {}
    for part in parts[1:]:
        if part.startswith(b"--"):
            return _attached(values)
        head, found, content = part.partition(b"\r\n\r\n")
        headers = _headers(head.decode("utf-8", "replace").strip())
        name = headers.get_param("name", header="content-disposition")
        if not found or not isinstance(name, str):
            break
        values[name] = _value(headers, content)
    raise bad("can't parse the form")


def _headers(written: str) -> Message:
    return email.message_from_string(written)


def _attached(values: dict[str, Any]) -> dict[str, Any]:
    """Put each file in the place of the "attach://name" that refers to it."""
    texts = [value for value in values.values() if isinstance(value, str)]

    def referred(name: str) -> bool:
        return any(f"attach://{name}" == text or f'"attach://{name}"' in text for text in texts)

    files = {
        f"attach://{name}": value
        for name, value in values.items()
        if isinstance(value, Upload) and referred(name)
    }
    return {
        name: files.get(value, value) if isinstance(value, str) else value
        for name, value in values.items()
        if f"attach://{name}" not in files
    }


def _value(headers: Message, content: bytes) -> str | Upload:
    name = headers.get_filename()
    if name is None:
        return content.decode()
    return Upload(name, content, headers.get_content_type())
