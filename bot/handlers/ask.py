"""Questions: typed in private, addressed to the bot in a group, or asked again by a button."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telegram import MessageEntity

from bot import render, smalltalk
from bot.handlers import alerts, operators
from bot.handlers.commands import guide
from bot.handlers.reply import reply
from bot.layout import Message as Rendered

if TYPE_CHECKING:
    from telegram import Message, Update
    from telegram.ext import ExtBot

    from bot.context import Context
    from bot.i18n.catalog import Voice
    from bot.smalltalk import Kind


async def in_private(update: Update, context: Context) -> None:
    """Answer a text, or the words beside a picture; say kindly that nothing else can be read."""
    message = update.effective_message
    if message is None or await alerts.answered(update, context):
        return
    if not await operators.handed(update, context):
        await _hear(update, context, message, hint="send_words")


async def in_group(update: Update, context: Context) -> None:
    """Answer what mentions the bot or replies to it, and nothing else."""
    message = update.effective_message
    if message is None or not _addressed(message, context.bot) or _by_a_bot(message):
        return
    if not await alerts.answered(update, context):
        await _hear(update, context, message, hint="ask_here")


async def answer(
    context: Context, message: Message, question: str, say: Voice, *, skip: int = 0
) -> None:
    """Ask the archive and reply to the message that holds the question."""
    found = await context.services.archive.ask(question, skip=skip)
    if found.quotes:
        said = render.answer(found, say, skip=skip)
    elif skip:
        said = Rendered(say.html("nothing_more"))
    else:
        said = render.refusal(found, say, await context.services.archive.summary())
    await reply(message, said)


def question_in(message: Message, bot: ExtBot[None]) -> str:
    """Return a message's words without the mention of the bot.

    Empty when there are none, and for a command, which is no question to the archive.
    """
    if any(e.type == MessageEntity.BOT_COMMAND and not e.offset for e in message.entities):
        return ""
    text = message.text or message.caption or ""
    question = _mention(bot).sub(" ", text).strip()
    return question if smalltalk.has_words(question) else ""


async def _hear(update: Update, context: Context, message: Message, *, hint: str) -> None:
    question = question_in(message, context.bot)
    say = await context.voice(update, question)
    if not question:
        await reply(message, say.html(hint))
        return
    small = smalltalk.kind(question)
    if small:
        operator = context.by_operator(update)
        await reply(message, await _chat(context, small, say, operator=operator))
        return
    pace = context.services.pace
    wait = pace.ask(update.effective_user.id if update.effective_user else message.chat_id)
    if wait is None:
        await answer(context, message, question, say)
    elif wait.tell:
        await reply(message, render.slow_down(wait.seconds, pace.limit, say))


async def _chat(context: Context, small: Kind, say: Voice, *, operator: bool) -> str:
    """Return what is said to small talk."""
    services = context.services
    if small == "help":
        return guide(context, say, operator=operator)
    if small == "about":
        return render.about(say, services.newsroom, await services.archive.summary())
    if small != "greeting":
        return say.html(small)
    lines: list[str] = [say.html("greeting", archive=render.archive_name(say, services.newsroom))]
    example = await services.archive.example(say.language)
    if example:
        lines.append(say.html("for_example", example=example))
    return "\n".join(lines)


def _addressed(message: Message, bot: ExtBot[None]) -> bool:
    original = message.reply_to_message
    if original and original.from_user and original.from_user.id == bot.id:
        return True
    return bool(_mention(bot).search(message.text or message.caption or ""))


def _by_a_bot(message: Message) -> bool:
    """Return whether a program wrote it; an anonymous administrator appears as one but is none."""
    return bool(message.from_user and message.from_user.is_bot and not message.sender_chat)


def _mention(bot: ExtBot[None]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@])@{re.escape(bot.username)}\b", re.IGNORECASE)
