"""Languages, themes, narrow screens, the keyboard, and those who listen to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.window import Window, expect, style

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.browser.conftest import OpenWindow

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORUM = "What is the Doha Forum?"
KHULAIFI = "ما منصب محمد الخليفي؟"

# Text too faint for its background, as "ratio: words"; WCAG 2.2 asks for 4.5 to 1. The browser
# itself mixes the colours, whatever they are written in.
FAINT = """
() => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const paint = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const line = (element) => (element ? [...line(element.parentElement), element] : []);
  const contrast = (element) => {
    let behind = paint("white");
    for (const one of line(element)) behind = paint(getComputedStyle(one).backgroundColor);
    const words = paint(getComputedStyle(element).color);
    const [dark, light] = [luminance(behind), luminance(words)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const hasWords = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((one) => hasWords(one) && one.checkVisibility() && !one.closest(":disabled"))
    .map((one) => [contrast(one), one.textContent.trim().slice(0, 40)])
    .filter(([ratio]) => ratio < 4.5)
    .map(([ratio, words]) => `${ratio.toFixed(2)}: ${words}`);
}
"""
SPOKEN = {"button", "link", "textbox", "radio", "listbox", "option", "dialog", "log"}


async def test_the_page_and_the_bot_speak_the_language_that_is_chosen(daniel: Window) -> None:
    await daniel.choose("languages", "ar")

    await expect(daniel.root).to_have_attribute("lang", "ar")
    await expect(daniel.root).to_have_attribute("dir", "rtl")
    await expect(daniel.page.locator("#badge")).to_contain_text("معاينة")
    await expect(daniel.page.locator("#send")).to_have_text("أرسل")
    welcome = await daniel.ask("/start")
    await expect(welcome.locator(".text")).to_contain_text("أهلًا بك")


async def test_a_browser_in_arabic_begins_with_the_arabic_reader(layla: Window) -> None:
    await expect(layla.root).to_have_attribute("lang", "ar")
    await expect(layla.root).to_have_attribute("dir", "rtl")
    await expect(layla.page.locator("#readers label:has(:checked)")).to_contain_text("ليلى")
    await expect(layla.status).to_have_text("البوت يعمل")


async def test_a_language_chosen_in_the_chat_is_the_bots_alone(daniel: Window) -> None:
    question = await daniel.ask("/language")

    await daniel.press(question, "العربية")

    await expect(question.locator(".text")).to_contain_text("سأتحدث بالعربية هنا.")
    await expect(daniel.root).to_have_attribute("lang", "en")


async def test_the_page_is_light_or_dark_as_its_reader_likes_and_stays_so(daniel: Window) -> None:
    theme = daniel.page.locator("#theme")
    light = await style(daniel.root, "backgroundColor")
    await theme.click()
    await expect(daniel.root).to_have_attribute("data-theme", "light")
    await expect(daniel.root).to_have_css("background-color", light)

    await theme.click()

    await expect(daniel.root).to_have_attribute("data-theme", "dark")
    await expect(daniel.root).not_to_have_css("background-color", light)
    await daniel.page.reload()
    await expect(daniel.root).to_have_attribute("data-theme", "dark")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "question"), [("en-GB", FORUM), ("ar", KHULAIFI)])
async def test_every_word_stands_out_from_its_background(
    open_window: OpenWindow, locale: str, question: str, scheme: str
) -> None:
    window = await open_window(locale, color_scheme=scheme)
    answer = await window.ask(question)
    await answer.hover()
    await answer.locator(".reply").click()
    await window.text.press_sequentially("/")

    assert await window.page.evaluate(FAINT) == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("locale", "question"), [("en-GB", FORUM), ("ar", KHULAIFI)])
async def test_nothing_is_wider_than_a_small_phone(
    open_window: OpenWindow, locale: str, question: str
) -> None:
    window = await open_window(locale, viewport={"width": 360, "height": 640})
    await window.ask(question)
    await window.ask("https://desk.example/" + "a" * 300)
    await window.page.locator("#switches summary").click()

    for element in (window.root, window.log, window.page.locator("#switches")):
        assert await element.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.usefixtures("bot")
async def test_on_a_phone_the_reader_is_changed_in_a_panel_that_unfolds(
    open_window: OpenWindow,
) -> None:
    window = await open_window(viewport={"width": 360, "height": 640})
    await expect(window.page.locator("#readers")).to_be_hidden()

    await window.page.locator("#switches summary").click()
    await window.page.locator("#readers label", has_text="ليلى").click()

    await expect(window.root).to_have_attribute("lang", "ar")
    await expect(window.page.locator("#selection")).to_contain_text("ليلى")


@pytest.mark.usefixtures("bot")
async def test_on_a_wide_screen_lines_stay_readable(open_window: OpenWindow) -> None:
    window = await open_window(viewport={"width": 1400, "height": 900})
    answer = await window.ask(FORUM)

    box = await answer.locator(".bubble").bounding_box()

    assert box["width"] <= 760
    await expect(window.page.locator("#readers")).to_be_visible()


async def test_a_conversation_needs_no_mouse(daniel: Window) -> None:
    keyboard = daniel.page.keyboard
    await expect(daniel.text).to_be_focused()
    await keyboard.type(FORUM)
    await keyboard.press("Enter")
    answer = await daniel.received(0)

    await reach(daniel, answer.get_by_role("button", name="Show more"), "Shift+Tab")
    await keyboard.press("Enter")
    await expect(answer.locator(".expand")).to_have_text("Show less")
    await reach(daniel, answer.get_by_role("button", name="Not helpful"), "Tab")
    await keyboard.press("Enter")
    await expect(daniel.page.locator("#alert-close")).to_be_focused()
    await keyboard.press("Enter")

    await expect(daniel.alert).to_be_hidden()
    await expect(answer.get_by_role("button", name="Wrong source")).to_be_visible()
    await reach(daniel, daniel.text, "Tab")


async def test_the_panel_is_reached_and_used_with_the_keyboard(daniel: Window) -> None:
    keyboard = daniel.page.keyboard

    await reach(daniel, daniel.page.locator("#readers :checked"), "Shift+Tab")
    await keyboard.press("ArrowDown")

    await expect(daniel.root).to_have_attribute("lang", "ar")
    for place in ("#languages :checked", "#chats :checked", "#theme", "#block", "#log", "#text"):
        await reach(daniel, daniel.page.locator(place), "Tab")


async def reach(window: Window, goal: Locator, key: str) -> None:
    """Press a key until the focus is there, and see that it shows."""
    for _ in range(25):
        await window.page.keyboard.press(key)
        if await goal.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"{key} does not lead to {goal}")


async def test_those_who_listen_hear_what_everything_is(daniel: Window) -> None:
    answer = await daniel.ask(FORUM)
    await daniel.press(answer, "Not helpful")
    await expect(daniel.alert).to_be_visible()
    await daniel.page.locator("#alert-close").click()
    await daniel.text.fill("/")

    devtools = await daniel.page.context.new_cdp_session(daniel.page)
    tree = await devtools.send("Accessibility.getFullAXTree")

    spoken = [
        (node["role"]["value"], node["name"]["value"])
        for node in tree["nodes"]
        if not node["ignored"] and node["role"]["value"] in SPOKEN
    ]
    assert {"button", "textbox", "radio", "listbox", "option", "log"} <= dict(spoken).keys()
    assert [each for each in spoken if not each[1]] == []


async def test_new_messages_are_read_out_when_there_is_a_pause(daniel: Window) -> None:
    await expect(daniel.log).to_have_role("log")
    await expect(daniel.log).to_have_attribute("aria-live", "polite")
    await expect(daniel.page.locator("#toast")).to_have_role("status")
    await expect(daniel.page.locator("#typing")).to_have_role("status")
