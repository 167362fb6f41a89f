"""Inline mode: `@bot question` in any chat, each quote a result to send there."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot import render, smalltalk
from bot.handlers.reply import markup

if TYPE_CHECKING:
    from telegram import InlineQuery, Update

    from bot.context import Context
    from bot.i18n.catalog import Voice
    from bot.render import Card

log = logging.getLogger(__name__)

ANSWER_SECONDS = 8.0  # Telegram waits for ten
CACHE_SECONDS = 60
SHORTEST = 3  # characters; every key press arrives as a query


async def asked(update: Update, context: Context) -> None:
    """Answer what stands behind the bot's name, or offer the private chat."""
    query = update.inline_query
    if query is None:
        return
    question = query.query.strip()
    say = await context.voice(update, question)
    if len(question) < SHORTEST or smalltalk.kind(question):
        await offer(query, say, "inline_ask")
    elif context.services.inline_pace.ask(query.from_user.id):
        await offer(query, say, "inline_slow", cache=0)
    else:
        await _search(query, context, question, say)


async def _search(query: InlineQuery, context: Context, question: str, say: Voice) -> None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            found = await context.services.archive.ask(question)
    except TimeoutError:
        await offer(query, say, "inline_slow", cache=0)
        return
    username = context.bot.username
    cards = [render.card(quote, question, say, username) for quote in found.quotes]
    results = [_result(card) for card in cards if card]
    if not results:
        await offer(query, say, "inline_none")
        return
    await _answer(query, results, None, CACHE_SECONDS)


async def offer(query: InlineQuery, say: Voice, key: str, cache: int = CACHE_SECONDS) -> None:
    """Show no result, but a button that leads to the private chat."""
    await _answer(query, [], InlineQueryResultsButton(say.plain(key), start_parameter="ask"), cache)


async def _answer(
    query: InlineQuery,
    results: list[InlineQueryResultArticle],
    button: InlineQueryResultsButton | None,
    cache: int,
) -> None:
    try:
        await query.answer(results, cache_time=cache, is_personal=True, button=button)
    except BadRequest as refused:
        if "query" not in str(refused).lower():
            raise
        log.info("inline query not answered: %s", refused)


def _result(card: Card) -> InlineQueryResultArticle:
    content = InputTextMessageContent(
        card.message.html,
        parse_mode=ParseMode.HTML,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    return InlineQueryResultArticle(
        card.code,
        card.title,
        content,
        reply_markup=markup(card.message.keyboard),
        description=card.description,
    )
