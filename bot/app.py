"""The composition root: builds every part of the bot, and owns its start and its stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from telegram import LinkPreviewOptions
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, Defaults, ExtBot
from telegram.request import HTTPXRequest

from bot import handlers
from bot.archive import Archive
from bot.context import SERVICES, Asked, Context, Services
from bot.handlers.commands import MENU
from bot.i18n.catalog import Catalogue
from bot.limiter import Pace
from bot.newsroom import open_with_seeds
from bot.polling import Complaint, PollingRequest, Pulse, ReaderQueues, until_deaf
from bot.store import Store
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from config.settings import Settings

log = logging.getLogger(__name__)

App = Application[
    ExtBot[None],
    Context,
    dict[Any, Any],
    dict[Any, Any],
    dict[str, Services],
    None,
]

STOPPED, BAD_TOKEN, DEAF = 0, 2, 3  # exit codes
POLL_SECONDS = 30
WIND_DOWN_SECONDS = 10.0  # for the questions in hand; confirming the last poll may take as long
LONGEST_PAUSE = 30.0
INDEX_SECONDS = 10.0  # the most that a start waits for the index
INLINE_PER_QUESTION = 6  # each key press arrives as a query
OPENINGS_PER_QUESTION = 3  # Context, shared answers and verdicts, all under one answer


async def run(settings: Settings) -> int:
    """Run the bot until a signal ends it; return the exit code.

    0 after SIGTERM or SIGINT, 2 when there is no valid token, 3 when Telegram has been silent for
    too long. Raises what the store and the archive raise when they cannot be opened.
    """
    if settings.telegram_token is None:
        log.error("ISNAD_TELEGRAM_TOKEN is not set")
        return BAD_TOKEN
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("run() needs a task that a signal can cancel")
    with _signals(task.cancel):
        try:
            return await _open_and_serve(settings)
        except asyncio.CancelledError:
            task.uncancel()
            log.info("stopped")
            return STOPPED


def services(settings: Settings, archive: Asked, store: Store) -> Services:
    """Return what the handlers act on."""
    return Services(
        archive=archive,
        readers=store.readers,
        feedback=store.feedback,
        catalogue=Catalogue(),
        pace=Pace(settings.questions_per_minute),
        inline_pace=Pace(settings.questions_per_minute * INLINE_PER_QUESTION),
        opening_pace=Pace(settings.questions_per_minute * OPENINGS_PER_QUESTION),
        newsroom=settings.newsroom,
    )


def build(settings: Settings, behind: Services, pulse: Pulse) -> App:
    """Return the application, not started. The token must be set."""
    token = settings.telegram_token
    if token is None:
        raise ValueError("a bot needs a token")
    # Telegram's waits as timedelta, the only form that the library's next version knows.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    app: App = (
        ApplicationBuilder()
        .token(token.get_secret_value())
        .base_url(f"{str(settings.telegram_api_url).rstrip('/')}/bot")
        .request(HTTPXRequest(connection_pool_size=64, pool_timeout=10, read_timeout=10))
        .get_updates_request(PollingRequest(pulse, connection_pool_size=2))
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .concurrent_updates(ReaderQueues())
        .context_types(ContextTypes(context=Context))
        .job_queue(None)
        .build()
    )
    app.bot_data[SERVICES] = behind
    app.add_handlers(handlers.routes())
    app.add_error_handler(handlers.failed)
    return app


async def serve(app: App, pulse: Pulse, *, silence: float) -> int:
    """Answer readers until cancelled or until Telegram is silent; return the exit code."""
    try:
        await _connect(app)
        await _listen(app, pulse, silence)
    except InvalidToken:
        log.error(  # noqa: TRY400 - the exception's message is the token
            "Telegram does not accept the token: set ISNAD_TELEGRAM_TOKEN to what @BotFather gave"
        )
        return BAD_TOKEN
    finally:
        await _wind_down(app, silence)
    log.critical("Telegram has been silent for %.0f s: ending, so as to be started anew", silence)
    return DEAF


async def _open_and_serve(settings: Settings) -> int:
    async with (
        Store.open(settings.data_dir) as store,
        Archive.open(store.articles, settings.data_dir) as archive,
    ):
        if settings.seeds:
            await open_with_seeds(store.articles)
        pulse = Pulse()
        app = build(settings, services(settings, archive, store), pulse)
        async with asyncio.TaskGroup() as group:
            following = group.create_task(archive.follow())
            # A large index that must be rebuilt does not keep readers waiting: what is in it
            # already is answered from.
            await archive.caught_up(INDEX_SECONDS)
            code = await serve(app, pulse, silence=settings.silence_seconds)
            following.cancel()
    return code


async def _connect(app: App) -> None:
    """Meet Telegram, however long the network is away. Raises InvalidToken."""
    complain = Complaint(log, "cannot reach Telegram, trying on")
    pause = 1.0
    while True:
        try:
            await app.initialize()
        except InvalidToken:
            raise
        except TelegramError as error:
            complain(error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return


async def _listen(app: App, pulse: Pulse, silence: float) -> None:
    """Handle updates until Telegram is silent."""
    if app.updater is None:
        raise ValueError("an application that polls has an updater")
    await app.start()
    await app.updater.start_polling(
        timeout=int(min(POLL_SECONDS, silence / 3)),
        bootstrap_retries=-1,
        allowed_updates=handlers.UPDATES,
        drop_pending_updates=False,
        error_callback=Complaint(log, "cannot hear Telegram, trying on"),
    )
    pulse.beat()
    log.info("listening as @%s", app.bot.username)
    async with asyncio.TaskGroup() as group:
        introduction = group.create_task(_introduce(app))
        await until_deaf(pulse, silence)
        introduction.cancel()


async def _introduce(app: App) -> None:
    """Set menus and descriptions in both languages; a failure leaves the earlier ones."""
    catalogue: Catalogue = app.bot_data[SERVICES].catalogue
    # English has no code: it is what readers of any other language see.
    codes: dict[Language, str | None] = {Language.ENGLISH: None, Language.ARABIC: "ar"}
    try:
        for language, code in codes.items():
            say = catalogue.voice(language)
            menu = [(name, say.plain(f"command_{name}")) for name in MENU]
            await app.bot.set_my_commands(menu, language_code=code)
            await app.bot.set_my_description(say.plain("description"), language_code=code)
            await app.bot.set_my_short_description(
                say.plain("short_description"), language_code=code
            )
    except TelegramError as error:
        log.warning("menus not set: %s: %s", type(error).__name__, error)


async def _wind_down(app: App, silence: float) -> None:
    """Confirm the updates taken, finish the questions in hand, close the connections."""
    if app.updater and app.updater.running:
        with suppress(TimeoutError):
            async with asyncio.timeout(min(WIND_DOWN_SECONDS, silence)):
                await app.updater.stop()
    if app.running:
        try:
            async with asyncio.timeout(WIND_DOWN_SECONDS):
                await app.stop()
        except TimeoutError:
            log.warning("some questions were still in hand after %.0f s", WIND_DOWN_SECONDS)
    await app.shutdown()
    await app.bot.shutdown()  # the application closes it only when it had met Telegram


@contextmanager
def _signals(stop: Callable[[], object]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
