// Long quotes: an expandable one shows three lines until its reader asks for the rest.

import { make } from "./dom.js";
import { say } from "./words.js";

const SLACK = 2; // pixels, for rounding

const watcher = new ResizeObserver((changes) => fold(changes.map(({ target }) => target)));

const quotesIn = (article) => article.querySelectorAll("blockquote.expandable > .quoted");

/** Watches the expandable quotes of a message: whether one is long depends on its width. */
export const watchQuotes = (article) => quotesIn(article).forEach((one) => watcher.observe(one));

export const forgetQuotes = (article) => quotesIn(article).forEach((one) => watcher.unobserve(one));

/** Folds at once what the watcher would fold before the next frame. */
export const foldQuotes = (article) => fold([...quotesIn(article)]);

export function toggleQuote(quote) {
  const button = buttonOf(quote);
  if (!button) return;
  const open = !isOpen(quote);
  quote.classList.toggle("collapsed", !open);
  button.setAttribute("aria-expanded", String(open));
  button.textContent = say(open ? "less" : "more");
}

/** Opens in a redrawn message the quotes that were open before. */
export function keepOpen(before, after) {
  const quotes = after.querySelectorAll("blockquote.expandable");
  before.querySelectorAll("blockquote.expandable").forEach((quote, index) => {
    if (!isOpen(quote) || !quotes[index]) return;
    addButton(quotes[index]);
    toggleQuote(quotes[index]);
  });
}

// All are measured before any is changed: a change in between would have the browser lay out the
// whole chat again for each quote.
function fold(quotes) {
  const folded = quotes.filter((quoted) => !isOpen(quoted.parentElement) && quoted.clientHeight);
  for (const quoted of folded) quoted.parentElement.classList.add("collapsed");
  const long = folded.map((quoted) => quoted.scrollHeight - quoted.clientHeight > SLACK);
  folded.forEach(({ parentElement: quote }, index) => {
    quote.classList.toggle("collapsed", long[index]);
    if (!long[index]) buttonOf(quote)?.remove();
    else if (!buttonOf(quote)) addButton(quote);
  });
}

const buttonOf = (quote) => quote.querySelector(":scope > .expand");
const isOpen = (quote) => buttonOf(quote)?.getAttribute("aria-expanded") === "true";

function addButton(quote) {
  const attributes = { type: "button", class: "expand", "aria-expanded": "false" };
  quote.append(make("button", attributes, say("more")));
}
