// The messages of the chat on the screen. Nodes are kept by message, so an event redraws only what
// it changed, however long the chat is.

import { byId, make } from "./dom.js";
import { drawMessage } from "./message.js";
import { foldQuotes, forgetQuotes, keepOpen, watchQuotes } from "./quotes.js";
import { shown, textOf } from "./state.js";
import { day, say } from "./words.js";

const NEAR = 48; // pixels from the end that still count as reading the latest
const PAUSE = 300; // seconds after which the same author begins a new group of messages

const log = byId("log");
const messages = byId("messages");
const latest = byId("latest");

let drawn = new Map(); // key → {value, node}
let view = null;
let atEnd = true;
let unseen = 0;

/** Draws a chat's messages; with `fresh`, another chat or other words: nothing is kept. */
export function drawLog(list, newView, fresh) {
  view = newView;
  if (fresh) clear();
  const known = drawn;
  const nodes = arrange(list.filter(shown));
  for (const [key, { node }] of known) if (!drawn.has(key)) drop(node);
  place(nodes);
  const news = list.filter((one) => drawn.has(one.message_id) && !known.has(one.message_id));
  if (fresh) toEnd();
  else arrived(news, list.at(-1), known);
  // Those who listen to the page hear what is new, not a whole chat at every change of chat.
  requestAnimationFrame(() => log.removeAttribute("aria-busy"));
}

export const articleOf = (id) => messages.querySelector(`article[data-id="${Number(id)}"]`);

/** Brings a message into sight and marks it for a moment. */
export function reveal(id) {
  const article = articleOf(id);
  if (!article) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  article.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  article.classList.remove("revealed");
  void article.offsetWidth; // so that the mark begins anew
  article.classList.add("revealed");
  article.querySelector(".reply")?.focus({ preventScroll: true });
}

export function toEnd() {
  log.scrollTop = log.scrollHeight;
  atEnd = true;
  unseen = 0;
  drawLatest();
}

function clear() {
  log.setAttribute("aria-busy", "true");
  for (const { node } of drawn.values()) forgetQuotes(node);
  messages.replaceChildren();
  drawn = new Map();
  unseen = 0;
}

// Returns the nodes in order: messages, and a line with the date where a day begins.
function arrange(list) {
  const known = drawn;
  const nodes = [];
  drawn = new Map();
  let before = null;
  for (const message of list) {
    const today = new Date((message.date ?? 0) * 1000).toDateString();
    if (today !== before?.today && Number.isFinite(message.date)) {
      nodes.push(kept(known, `day ${today}`, message.date, dayLine));
    }
    const node = kept(known, message.message_id, message, article);
    node.classList.toggle("joined", joins(message, before?.message) && today === before.today);
    nodes.push(node);
    before = { message, today };
  }
  return nodes;
}

function kept(known, key, value, draw) {
  const before = known.get(key);
  const same = before && (before.value === value || draw === dayLine);
  const node = same ? before.node : draw(value, before);
  drawn.set(key, { value, node });
  return node;
}

const dayLine = (date) => make("p", { class: "day" }, make("span", {}, day(date)));

function article(message, before) {
  const node = drawMessage(message, view);
  watchQuotes(node);
  if (before) replace(before, node, message);
  return node;
}

// An edit often changes the buttons alone: what was unfolded stays so, and the focus stays.
function replace({ node: old, value }, node, message) {
  if (textOf(value) === textOf(message)) keepOpen(old, node);
  forgetQuotes(old);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = [...old.querySelectorAll("a, button, [tabindex]")].indexOf(focused);
  old.replaceWith(node);
  foldQuotes(node);
  if (!focused) return;
  const stops = [...node.querySelectorAll("a, button, [tabindex]")];
  (stops[place] ?? node.querySelector(".reply")).focus({ preventScroll: true });
}

function drop(node) {
  forgetQuotes(node);
  node.remove();
}

function place(nodes) {
  let here = messages.firstChild;
  for (const node of nodes) {
    if (node === here) here = here.nextSibling;
    else messages.insertBefore(node, here);
  }
}

const joins = (message, before) =>
  Boolean(before) &&
  message.from?.id === before.from?.id &&
  Math.abs((message.date ?? 0) - (before.date ?? 0)) < PAUSE;

function arrived(news, last, known) {
  const own = news.some((one) => one.from?.id === view.reader);
  const changed = last && known.has(last.message_id) && known.get(last.message_id).value !== last;
  if (own || (atEnd && (news.length || changed))) showEnd();
  else unseen += news.length;
  drawLatest();
}

// The end of the chat, but of a message that is taller than the screen its beginning.
function showEnd() {
  const last = messages.lastElementChild;
  if (last && last.offsetHeight > log.clientHeight) {
    last.scrollIntoView({ block: "start" });
    atEnd = false;
  } else toEnd();
}

function drawLatest() {
  latest.hidden = atEnd;
  latest.textContent = unseen ? `↓ ${say("newMessages", unseen)}` : "↓";
  latest.setAttribute("aria-label", unseen ? say("newMessages", unseen) : say("toLatest"));
}

log.addEventListener(
  "scroll",
  () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    if (atEnd) unseen = 0;
    drawLatest();
  },
  { passive: true },
);
latest.addEventListener("click", () => {
  toEnd();
  log.focus({ preventScroll: true });
});

// The composer grows, a quote unfolds, the window turns: who read the end goes on reading it.
const sizes = new ResizeObserver(() => atEnd && toEnd());
sizes.observe(log);
sizes.observe(messages);
