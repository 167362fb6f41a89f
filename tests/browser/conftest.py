"""The bot as it is, a Telegram on loopback, and people at browsers."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot import app
from bot.archive import Archive
from bot.newsroom import open_with_seeds
from bot.preview.telegram import LoopbackTelegram
from bot.store import Store
from bot.trial import USERNAME
from config.settings import Settings
from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.browser.window import Window

    OpenWindow = Callable[..., Awaitable[Window]]
    Call = Callable[..., Awaitable[Any]]

LISTENS_WITHIN = 20  # seconds


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium on PATH: apt install chromium")
    async with chromium.started(path) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first articles, stored and indexed once; each test has a copy."""
    folder = tmp_path_factory.mktemp("library")
    async with Store.open(folder) as store, Archive.open(store.articles, folder) as archive:
        await open_with_seeds(store.articles)
        await archive.catch_up()
    return folder


@pytest_asyncio.fixture(loop_scope="session")
async def telegram(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackTelegram]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with LoopbackTelegram(username=USERNAME) as telegram:
        yield telegram


@pytest_asyncio.fixture(loop_scope="session")
async def bot(telegram: LoopbackTelegram, library: Path, tmp_path: Path) -> AsyncIterator[None]:
    """The application, run and stopped as a signal would."""
    data_dir = tmp_path / "data"
    shutil.copytree(library, data_dir)
    settings = Settings(
        _env_file=None,
        telegram_token=SecretStr(telegram.token),
        telegram_api_url=telegram.url,
        data_dir=data_dir,
        semantic=False,
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(app.run(settings))
        await telegram.until(lambda: telegram.updates.listening, LISTENS_WITHIN, "the bot")
        yield
        running.cancel()
    assert running.result() == app.STOPPED


@pytest_asyncio.fixture(loop_scope="session")
async def open_window(browser: Browser, telegram: LoopbackTelegram) -> AsyncIterator[OpenWindow]:
    """Windows of any kind; at the end of every test none has anything to complain about."""
    from tests.browser.window import Window  # noqa: PLC0415 - the tests skip without Playwright

    windows = []

    async def open_window(
        locale: str = "en-GB", *, address: str = telegram.url, **more: Any
    ) -> Window:
        context = await browser.new_context(locale=locale, reduced_motion="reduce", **more)
        window = Window(await context.new_page())
        windows.append(window)
        await window.open(address)
        return window

    yield open_window
    complaints = [each for window in windows for each in window.complaints]
    for window in windows:
        await window.page.context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def daniel(bot: None, open_window: OpenWindow) -> Window:  # noqa: ARG001 - it answers
    """The window of a reader in English."""
    return await open_window()


@pytest_asyncio.fixture(loop_scope="session")
async def layla(bot: None, open_window: OpenWindow) -> Window:  # noqa: ARG001 - it answers
    """The window of a reader in Arabic."""
    return await open_window("ar")


@pytest_asyncio.fixture(loop_scope="session")
async def call(telegram: LoopbackTelegram) -> AsyncIterator[Call]:
    """The Bot API, for what the bot does not do by itself."""
    url = f"{telegram.url}/bot{telegram.token}"
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:

        async def call(method: str, **given: Any) -> Any:
            response = await client.post(f"/{method}", json=given)
            return response.raise_for_status().json()["result"]

        yield call
