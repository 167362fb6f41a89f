from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot import render_alerts, render_operators, render_settings, zones
from bot.forecast import Forecast
from bot.hours import Rhythm
from bot.i18n.catalog import Catalogue, Voice, plain
from bot.layout import MESSAGE_LIMIT, Message, units
from bot.render_alerts import Told
from bot.store.following import Address, Alert, Wishes
from retrieval.models import Article, Language
from tests.fakes.archive import article

if TYPE_CHECKING:
    from bot.meaning import Standing

ENGLISH = Catalogue().voice(Language.ENGLISH)
ARABIC = Catalogue().voice(Language.ARABIC)
NOW = datetime(2024, 12, 9, 12, tzinfo=UTC)
BEIRUT = Rhythm(ZoneInfo("Asia/Beirut"), 22 * 60, 7 * 60, 8 * 60)
PLURALS = (0, 1, 2, 3, 11, 100)  # one of each of Arabic's six forms


def labels(message: Message) -> list[str]:
    return [button.label for row in message.keyboard for button in row]


def following(query: str = "Qatar", **more: object) -> Alert:
    fields: dict[str, object] = {
        "id": 12, "address": Address(1001), "query": query, "language": None, "digest": False,
        "paused": False, "muted_until": None, "made_at": NOW,
    }  # fmt: skip
    return Alert(**fields | more)  # type: ignore[arg-type] - the fields are listed above


def doha(**more: object) -> Article:
    usual: dict[str, object] = {
        "headline": "Doha & Damascus", "outlet": "The Desk", "url": "https://d.example/1?a=1&b=2",
        "published": datetime(2024, 12, 9, 21, 30, tzinfo=UTC),
    }  # fmt: skip
    return article("It rained. Qatar met <Syria>. Later.", **usual | more)


def told(source: Article, **more: object) -> Message:
    usual: dict[str, object] = {
        "alert_query": "Qatar Syria", "also": 0, "corrected": False, "say": ENGLISH, "number": 12,
    }  # fmt: skip
    marks = [(0, 5), (11, 16)]
    return render_alerts.alert(source, 11, 29, marks, **usual | more)  # type: ignore[arg-type] - as in following()


def test_an_alert_quotes_the_sentence_with_the_matched_words_bold_and_names_its_source() -> None:
    message = told(doha())

    assert message.html == (
        "Alert “\u2068Qatar Syria\u2069”\n"
        '<b><a href="https://d.example/1?a=1&amp;b=2">Doha &amp; Damascus</a></b>\n'
        "<blockquote><b>Qatar</b> met &lt;<b>Syria</b>&gt;.</blockquote>\n"
        "Source: \u2068The Desk\u2069, \u20689 December 2024, 21:30 UTC\u2069, English"
    )
    assert labels(message) == ["Open article", "Mute until tomorrow", "Edit alert"]


def test_an_alert_gives_the_time_by_the_chats_clock_and_says_what_came_later() -> None:
    english = told(doha(), say=zones.localised(ENGLISH, "Asia/Beirut", "UTC"), also=4)
    arabic = told(doha(), say=zones.localised(ARABIC, None, "Asia/Beirut"), corrected=True)

    assert "\u20689 December 2024, 23:30\u2069" in english.html
    assert english.html.endswith("\nAlso in 4 other outlets.")
    assert "\u20689 ديسمبر 2024، 23:30 بتوقيت بيروت\u2069" in arabic.html
    assert arabic.html.endswith("\nتحديث: عدّل الناشر هذا المقال لاحقًا.")


def test_an_alert_whose_headline_matched_quotes_no_sentence() -> None:
    message = render_alerts.alert(
        doha(url=None, published=None), 0, 0, [(0, 4)],
        alert_query="*", also=0, corrected=False, say=ENGLISH, number=1,
    )  # fmt: skip

    assert message.html == (
        "Alert “\u2068everything\u2069”\n<b>Doha &amp; Damascus</b>\n"
        "Source: \u2068The Desk\u2069, English"
    )
    assert labels(message) == ["Mute until tomorrow", "Edit alert"]


def test_a_sentence_that_is_too_long_is_named_and_never_cut() -> None:
    source = article("word " * 900, headline="Long")

    message = render_alerts.alert(
        source, 0, 4500, [(0, 4)],
        alert_query="word", also=0, corrected=False, say=ARABIC, number=1,
    )  # fmt: skip

    assert "الجملة أطول من أن أعرضها هنا حرفيًا." in message.html
    assert "word word" not in message.html


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(0, 320), st.integers(0, 320))))
def test_marks_never_change_a_letter(quote: str, marks: list[tuple[int, int]]) -> None:
    shown = render_alerts.marked(quote, marks)

    assert plain(shown) == quote
    assert shown.count("<b>") <= render_alerts.MOST_MARKS


WORDS = st.text(min_size=1, max_size=400)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=25), st.integers(0, 300))
def test_a_digest_fits_a_message_and_counts_what_it_leaves_out(
    stories: list[tuple[str, str, str]], more: int
) -> None:
    items = [
        Told(article("x", n, headline=headline, outlet=outlet), query)
        for n, (headline, outlet, query) in enumerate(stories)
    ]

    message = render_alerts.digest(items, more, ARABIC)

    left = more + max(len(items) - 10, 0)
    assert units(message.html) <= MESSAGE_LIMIT
    assert [button.data for row in message.keyboard for button in row] == (
        [f"q:{min(len(items), 10)}"] if left else []
    )


def test_a_digest_groups_headlines_by_alert_and_has_the_rest_behind_a_button() -> None:
    items = [
        Told(article("x", n, headline=f"News {n}", outlet="Desk"), "Qatar" if n % 2 else "قطر")
        for n in range(1, 13)
    ]

    first = render_alerts.digest(items, 5, ENGLISH)
    rest = render_alerts.digest(items[10:], 0, ENGLISH, skip=10)

    lines = first.html.splitlines()
    assert lines[0] == "Your digest: 17 headlines"
    assert lines[1:3] == ["Alert “\u2068Qatar\u2069”:", "1) <b>News 1</b> (\u2068Desk\u2069)"]
    assert lines[7] == "Alert “\u2068قطر\u2069”:"
    assert labels(first) == ["And 7 more"]
    assert rest.html.startswith("More of the digest:\nAlert “\u2068Qatar\u2069”:\n11) ")
    assert labels(rest) == []


def test_a_receipt_says_what_it_would_have_brought_and_when_it_keeps_quiet() -> None:
    forecast = Forecast(9, 0.3, (doha(), article("س", headline="قطر", language=Language.ARABIC)))

    first = render_alerts.receipt(following(), forecast, ENGLISH, usual=BEIRUT)
    later = render_alerts.receipt(following(digest=True), forecast, ARABIC, usual=None)

    assert first.html.startswith(
        "Saved: alert “\u2068Qatar\u2069”.\n"
        "It would have matched 9 articles in the last 30 days, most recently:\n1) <b>"
    )
    assert first.html.endswith(
        "I stay quiet from 22:00 to 07:00, \u2068Beirut\u2069 time. To change that:\n/settings"
    )
    assert labels(first) == ["Digest instead", "Edit", "Delete"]
    assert "كان سيطابق 9 مقالات في آخر 30 يومًا، أحدثها:\n1) <b>" in later.html
    assert labels(later) == ["عدّل", "احذف"]


@pytest.mark.parametrize(
    ("forecast", "english", "arabic"),
    [
        (Forecast(0, 0.0), "would have matched nothing", "لم يكن ليطابق شيئًا"),
        (Forecast(1194, 39.8), "That is about 40 a day", "هذا نحو 40 تنبيهًا في اليوم"),
    ],
)
def test_a_receipt_warns_of_silence_and_of_floods(
    forecast: Forecast, english: str, arabic: str
) -> None:
    in_english = render_alerts.receipt(following(), forecast, ENGLISH, usual=None)
    in_arabic = render_alerts.receipt(following("قطر"), forecast, ARABIC, usual=None)

    assert english in in_english.html
    assert arabic in in_arabic.html


def test_a_receipt_does_not_warn_of_what_is_bearable() -> None:
    message = render_alerts.receipt(following(), Forecast(1170, 39.0), ENGLISH, usual=None)

    assert "a day" not in message.html


@pytest.mark.parametrize("say", [ENGLISH, ARABIC])
def test_a_list_of_any_length_has_three_rows_of_buttons_at_most(say: Voice) -> None:
    held = [following(f"word{n}", id=n) for n in range(1, 26)]

    pages = [render_alerts.listed(held, say, NOW, page) for page in (-1, 1, 9)]

    assert [len(page.keyboard) for page in pages] == [3, 3, 2]
    assert [button.data for button in pages[1].keyboard[-1]] == ["i:0", "i:2"]
    assert pages[2].keyboard[0][0] == render_alerts.Button("21", "o:21")
    assert pages[0].html.count("\n") == 10


def test_a_list_says_which_alerts_are_still_and_an_empty_one_how_to_begin() -> None:
    soon = NOW + timedelta(hours=1)
    held = [
        following("a", paused=True), following("b", muted_until=soon), following("c", digest=True),
        following("d", muted_until=NOW),
    ]  # fmt: skip

    english = render_alerts.listed(held, ENGLISH, NOW)
    none = render_alerts.listed([], ARABIC, NOW)

    assert english.html.splitlines()[1:] == [
        "Alert 1: “\u2068a\u2069” – paused",
        "Alert 2: “\u2068b\u2069” – muted",
        "Alert 3: “\u2068c\u2069” – in the digest",
        "Alert 4: “\u2068d\u2069”",
    ]
    assert labels(none) == ["أنشئ تنبيهًا"]


def test_a_card_offers_to_undo_what_was_done() -> None:
    plainly = render_alerts.card(following(), ENGLISH, BEIRUT, NOW)
    changed = following(
        paused=True, digest=True, language=Language.ARABIC, muted_until=NOW + timedelta(hours=9)
    )

    undone = render_alerts.card(changed, ENGLISH, BEIRUT, NOW)

    assert labels(plainly) == [
        "Pause", "Mute until tomorrow", "Digest instead", "Coverage", "Edit", "Delete",
        "All alerts",
    ]  # fmt: skip
    assert labels(undone)[:3] == ["Resume", "Unmute", "At once"]
    assert undone.html.splitlines() == [
        "Alert “\u2068Qatar\u2069”",
        "Coverage: Arabic",
        "Delivery: in the digest at 08:00",
        "Paused: nothing comes until you resume it.",
    ]


def test_settings_tell_the_hours_and_offer_their_change() -> None:
    quiet = Rhythm(ZoneInfo("Asia/Beirut"), 0, 0, 8 * 60)

    usual = render_settings.settings(Wishes(1), BEIRUT, ENGLISH, NOW)
    chosen = render_settings.settings(Wishes(1, daily_cap=0, silent=True), quiet, ARABIC, NOW)

    assert usual.html.splitlines() == [
        "<b>Settings of this chat</b>",
        "Time zone: \u2068Beirut\u2069, where it is 14:00 now",
        "Quiet hours: 22:00 to 07:00; what comes meanwhile is told afterwards",
        "Digest: at 08:00, when there is something in it",
        "Daily limit: 20 alerts; the rest goes into the digest",
        "Sound: alerts ring as your Telegram rings",
    ]
    assert "ساعات الهدوء: لا شيء" in chosen.html
    assert "الحد اليومي: بلا حد" in chosen.html
    assert len(usual.keyboard) == 3


def test_the_state_shows_what_is_known_and_nothing_else() -> None:
    state = {"update": NOW, "parked": 3, "disk_free": 12_345_678_900, "oldest": None, "secret": 1}

    message = render_operators.status(state, ARABIC)

    assert message.html.splitlines() == [
        "<b>حالة البوت</b>",
        "آخر تحديث من تلغرام: \u20689 ديسمبر 2024، 12:00 UTC\u2069",
        "ما رفضه تلغرام ووُضع جانبًا: 3",
        "المتاح على القرص: \u206812.3 GB\u2069",
    ]


@pytest.mark.parametrize(
    ("standing", "english", "arabic"),
    [
        (0, "0 articles of 12,415", "لا مقال بعد من أصل 12,415"),
        (1, "one article of 12,415", "مقال واحد من أصل 12,415"),
        (2, "2 articles of 12,415", "مقالان من أصل 12,415"),
        (3, "3 articles of 12,415", "3 مقالات من أصل 12,415"),
        (11, "11 articles of 12,415", "11 مقالًا من أصل 12,415"),
        (12_400, "12,400 articles of 12,415", "12,400 مقال من أصل 12,415"),
        (12_416, "12,416 articles of 12,416", "12,416 مقالًا من أصل 12,416"),
        ("off", "turned off", "أُوقف في الإعدادات"),
        ("absent", "not installed", "غير مثبَّت"),
        ("broken", "does not work, the log says why", "لا يعمل، والسبب في السجل"),
    ],
)
def test_the_state_has_one_line_on_meaning(standing: Standing, english: str, arabic: str) -> None:
    state = {"articles": 12_415, "meaning": standing}

    in_english = render_operators.status(state, ENGLISH).html.splitlines()
    in_arabic = render_operators.status(state, ARABIC).html.splitlines()

    assert in_english[2:] == [f"Search by meaning: {english}"]
    assert in_arabic[2:] == [f"البحث بالمعنى: {arabic}"]


@pytest.mark.parametrize("n", PLURALS)
def test_every_count_of_alerts_reads_well_in_each_of_six_arabic_forms(n: int) -> None:
    keys = (
        "would_have", "busy", "digest_of", "digest_more", "alerts_here", "set_cap", "forget_ask",
        "revived", "also_in",
    )  # fmt: skip

    texts = {key: ARABIC.html(key, n=n) for key in keys}

    form = Locale("ar").plural_form(n)
    assert (
        form == dict(zip(PLURALS, ("zero", "one", "two", "few", "many", "other"), strict=True))[n]
    )
    for key, text in texts.items():
        assert "{" not in text, key
        assert (str(n) in text.replace("30", "")) == (n > 2), key


@pytest.mark.parametrize(
    ("text", "zone"),
    [("Asia/Beirut", "Asia/Beirut"), ("  beirut ", "Asia/Beirut"), ("بيروت", "Asia/Beirut"),
     ("القاهره", "Africa/Cairo"), ("new york", "America/New_York"), ("الدوحة", "Asia/Qatar"),
     ("utc", "UTC"), ("GMT+3", None), ("nowhere", None), ("", None), ("x" * 5000, None)],
)  # fmt: skip
def test_a_zone_is_found_by_its_city_in_either_language(text: str, zone: str | None) -> None:
    assert zones.find(text) == zone


def test_a_zone_that_is_misspelt_is_guessed() -> None:
    assert zones.near("Berut")[0] == "Asia/Beirut"
    assert zones.near("القاهراه")[0] == "Africa/Cairo"
    assert zones.near("x" * 5000) == ()


def test_every_button_fits_telegram() -> None:
    longest = following("word " * 40, id=10**17, digest=True)
    screens = [
        told(doha(), number=10**17),
        render_alerts.receipt(longest, Forecast(0, 0.0), ARABIC, usual=BEIRUT),
        render_alerts.card(longest, ARABIC, BEIRUT, NOW),
        render_alerts.languages(longest, ENGLISH),
        render_alerts.deletion(longest, ENGLISH),
        render_settings.settings(Wishes(1), BEIRUT, ARABIC, NOW),
        render_settings.zone_choice(BEIRUT, ARABIC),
        render_settings.zone_unknown("x", ("America/Argentina/ComodRivadavia",), ARABIC),
        render_settings.quiet_choice(BEIRUT, ARABIC),
        render_settings.digest_choice(BEIRUT, ENGLISH),
        render_settings.cap_choice(Wishes(1), ENGLISH),
        render_settings.forgetting(0, ENGLISH),
    ]

    for screen in screens:
        assert len(screen.keyboard) <= 3
        for button in (each for row in screen.keyboard for each in row if each.data):
            assert len((button.data or "").encode()) <= 64


def test_a_plain_date_has_no_time_in_any_zone() -> None:
    say = zones.localised(ENGLISH, "America/New_York", "UTC")

    assert say.date(date(2024, 12, 9)) == "9 December 2024"


def test_a_zone_that_is_not_known_any_more_leaves_a_chat_with_greenwichs_clock() -> None:
    for say in (ENGLISH, ARABIC):
        local = zones.localised(say, "Europe/Atlantis", "UTC")

        assert "12:00" in local.date(datetime(2026, 11, 22, 12, tzinfo=UTC))
