// Long quotes: an expandable one shows three lines until its reader asks for the rest.

import { make } from "./dom.js";
import { say } from "./words.js";

const SLACK = 2; // pixels, for rounding

const watcher = new ResizeObserver((changes) => changes.forEach(({ target }) => fold(target)));

const quotesIn = (article) => article.querySelectorAll("blockquote.expandable > .quoted");

/** Watches the expandable quotes of a message: whether one is long depends on its width. */
export const watchQuotes = (article) => quotesIn(article).forEach((one) => watcher.observe(one));

export const forgetQuotes = (article) => quotesIn(article).forEach((one) => watcher.unobserve(one));

/** Folds at once what the watcher would fold before the next frame. */
export const foldQuotes = (article) => quotesIn(article).forEach(fold);

export function toggleQuote(quote) {
  const button = quote.querySelector(":scope > .expand");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  quote.classList.toggle("collapsed", !open);
  button.setAttribute("aria-expanded", String(open));
  button.textContent = say(open ? "less" : "more");
}

/** Opens in a redrawn message the quotes that were open before. */
export function keepOpen(before, after) {
  const quotes = after.querySelectorAll("blockquote.expandable");
  before.querySelectorAll("blockquote.expandable").forEach((quote, index) => {
    if (quote.classList.contains("collapsed") || !quote.querySelector(":scope > .expand")) return;
    if (!quotes[index]) return;
    addButton(quotes[index]);
    toggleQuote(quotes[index]);
  });
}

function fold(quoted) {
  const quote = quoted.parentElement;
  const button = quote.querySelector(":scope > .expand");
  if (button?.getAttribute("aria-expanded") === "true" || !quoted.clientHeight) return;
  quote.classList.add("collapsed");
  const long = quoted.scrollHeight - quoted.clientHeight > SLACK;
  quote.classList.toggle("collapsed", long);
  if (long && !button) addButton(quote);
  if (!long) button?.remove();
}

function addButton(quote) {
  const attributes = { type: "button", class: "expand", "aria-expanded": "false" };
  quote.append(make("button", attributes, say("more")));
}
