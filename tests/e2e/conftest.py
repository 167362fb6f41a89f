"""The whole application, talking HTTP to a Bot API on loopback."""

from __future__ import annotations

import asyncio
import io
import logging
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bot import app
from bot.polling import Pulse
from bot.preview.telegram import LoopbackTelegram
from bot.store import FILE_NAME, Store
from bot.store.upgrading import upgrade
from config import logs
from config.settings import Settings
from tests.fakes.alerts import FakeAlerts
from tests.fakes.archive import FakeArchive, seeds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.preview.readers import Reader
    from bot.sources.fetching import Fetcher


@dataclass
class Running:
    """A started bot and what it stands on."""

    store: Store
    archive: FakeArchive
    alerts: FakeAlerts
    queues: Any


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, made once: a copy of it spares each test the migrations."""
    path = tmp_path_factory.mktemp("empty") / FILE_NAME
    upgrade(path)
    return path


@pytest.fixture
def tmp_path(tmp_path: Path, empty_database: Path) -> Path:
    shutil.copy(empty_database, tmp_path)
    return tmp_path


@pytest.fixture
async def telegram(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackTelegram]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with LoopbackTelegram() as server:
        yield server


@pytest.fixture
def archive() -> FakeArchive:
    return FakeArchive(seeds())


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything the program logs at the default level, as an operator reads it."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(Settings.model_fields["log_level"].default, ["123456:TEST-token"], stream)
    # The server on loopback shares the process; what it says about dropped connections is its own.
    root.handlers[0].addFilter(lambda record: not record.name.startswith("uvicorn"))
    yield stream
    root.handlers[:], root.level = before


def settings(telegram: LoopbackTelegram, data_dir: Path, **more: Any) -> Settings:
    usual = {
        "telegram_token": SecretStr(telegram.token),
        "telegram_api_url": telegram.url,
        "data_dir": data_dir,
        "newsroom": "The Desk",
        "questions_per_minute": 50,
        "semantic": False,
    }
    return Settings(_env_file=None, **usual | more)


@asynccontextmanager
async def running(
    telegram: LoopbackTelegram,
    archive: FakeArchive,
    data_dir: Path,
    fetcher: Fetcher | None = None,
    **more: Any,
) -> AsyncIterator[Running]:
    """Start the bot, and stop it as a signal would."""
    chosen = settings(telegram, data_dir, **more)
    async with Store.open(data_dir) as store:
        pulse = Pulse()
        alerts = FakeAlerts(archive, chosen.time_zone)
        behind = app.services(chosen, archive, store, alerts, fetcher)
        bot = app.build(chosen, behind, pulse)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(app.serve(bot, pulse, silence=60))
            yield Running(store, archive, alerts, bot.update_processor)
            serving.cancel()


@pytest.fixture
async def bot(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, log: io.StringIO
) -> AsyncIterator[Running]:
    async with running(telegram, archive, tmp_path) as started:
        yield started
    assert telegram.token not in log.getvalue()
    assert "Traceback" not in log.getvalue()


@pytest.fixture
def anna(telegram: LoopbackTelegram) -> Reader:
    return telegram.reader(1001, language_code="en", first_name="Anna")


@pytest.fixture
def huda(telegram: LoopbackTelegram) -> Reader:
    return telegram.reader(1002, language_code="ar", first_name="هدى")
