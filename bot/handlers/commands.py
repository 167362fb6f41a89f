"""Commands: what the bot is, how it speaks, what it keeps; answers reopened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import links, render
from bot.handlers.reply import reply
from bot.handlers.standing import revived
from bot.i18n.catalog import OWN_NAME, Html, isolated
from bot.layout import Button, Message, cut
from retrieval.models import Language

if TYPE_CHECKING:
    from telegram import Update

    from bot.context import Context
    from bot.i18n.catalog import Voice

# The groups of /help, and the command menu in their order.
FOLLOW = ("alert", "alerts")
SETTINGS = ("settings", "language", "privacy", "about")
MENU = (*FOLLOW, *SETTINGS, "help")
OPERATORS = ("status", "feeds")
_ANSWER = "q_"


async def start(update: Update, context: Context) -> None:
    """Welcome a reader, or open the answer that a deep link carries."""
    message = update.effective_message
    if message is None:
        return
    say = await context.voice(update)
    payload = context.args[0] if context.args else ""
    if not payload.startswith(_ANSWER):
        welcomed = await welcome(context, say)
        back = await revived(context, message.chat_id, say)
        text = f"{welcomed.html}\n{back}" if back else welcomed.html
        await reply(message, Message(text, welcomed.keyboard))
        return
    who = update.effective_user
    wait = context.services.opening_pace.ask(who.id if who else message.chat_id)
    if wait is None:
        places = links.decode(payload.removeprefix(_ANSWER))
        quotes = await context.services.archive.reopen(places)
        await reply(message, render.reopened(quotes, say))
    elif wait.tell:
        await reply(message, render.slow_press(wait.seconds, say))


async def help_(update: Update, context: Context) -> None:
    """Say how to ask, and list the commands."""
    if update.effective_message:
        say = await context.voice(update)
        text = guide(context, say, operator=context.by_operator(update))
        await reply(update.effective_message, text)


async def language(update: Update, context: Context) -> None:
    """Let the reader choose the language of the interface."""
    if update.effective_message:
        await reply(update.effective_message, language_choice(await context.voice(update)))


async def privacy(update: Update, context: Context) -> None:
    """Say what is stored."""
    if update.effective_message:
        say = await context.voice(update)
        await reply(update.effective_message, say.html("privacy"))


async def about(update: Update, context: Context) -> None:
    """Say whose archive this is, how large it is and which program reads it."""
    if update.effective_message:
        say = await context.voice(update)
        summary = await context.services.archive.summary()
        text = render.about(say, context.services.newsroom, summary)
        await reply(update.effective_message, text)


async def unknown(update: Update, context: Context) -> None:
    """Point to /help."""
    if update.effective_message:
        say = await context.voice(update)
        await reply(update.effective_message, say.html("unknown_command"))


def language_choice(say: Voice) -> Message:
    """Return the languages to choose from."""
    names = tuple(Button(name, f"l:{code}") for code, name in OWN_NAME.items())
    keyboard = (names, (Button(say.plain("automatic"), "l:"),))
    return Message(say.html("language_ask"), keyboard)


def guide(context: Context, say: Voice, *, operator: bool) -> str:
    """Return how to ask, to follow and to settle things in twelve lines; an operator sees more."""
    lines: list[str] = [
        say.html("help_ask", bot=f"@{context.bot.username}"),
        say.html("help_follow"),
        *map(_slashed, FOLLOW),
        say.html("help_settings"),
        *map(_slashed, SETTINGS),
    ]
    if operator:
        lines += [say.html("help_operators"), *map(_slashed, OPERATORS)]
    return "\n".join(lines)


async def welcome(context: Context, say: Voice) -> Message:
    """Return the first message a reader sees."""
    summary = await context.services.archive.summary()
    archive = render.archive_name(say, context.services.newsroom)
    other = Language.ENGLISH if say.language == Language.ARABIC else Language.ARABIC
    settings = (
        Button(OWN_NAME[other], f"s:{other}"),
        Button(say.plain("privacy_button"), "p:"),
    )
    if not summary.articles:
        return Message(say.html("welcome_empty", archive=archive), (settings,))
    text = say.html("welcome", archive=archive, holdings=render.holdings(say, summary))
    example = await context.services.archive.example(say.language)
    if example is None:
        return Message(text, ((Button(say.plain("create_alert"), "a:new"),), settings))
    invitation = say.html("for_example", example=_shown(example))
    trial = (
        Button(say.plain("try_example"), "e:"),
        Button(say.plain("create_alert"), "a:new"),
    )
    return Message(f"{text}\n{invitation}", (trial, settings))


def _slashed(command: str) -> str:
    return f"/{command}"


def _shown(example: str) -> Html:
    return isolated(cut(example, render.ECHO_LIMIT))
