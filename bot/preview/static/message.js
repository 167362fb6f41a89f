// One message as an article: who said it, what it answers, its text, its time, its buttons.

import { direction, directed } from "./direction.js";
import { icon, make } from "./dom.js";
import { fill } from "./entities.js";
import { drawKeyboard } from "./keyboard.js";
import { textOf } from "./state.js";
import { directionOf, moment, say, size, time } from "./words.js";

const EXCERPT = 160;
const HUES = 6;

/**
 * Draws a message as `view` sees it: {reader, language, username, group, busy}, where busy tells
 * whether a button's press is still unanswered.
 */
export function drawMessage(message, view) {
  const mine = message.from?.id === view.reader;
  const bubble = make(
    "div",
    { class: "bubble" },
    view.group && !mine ? author(message) : null,
    message.via_bot?.username ? via(message.via_bot) : null,
    message.reply_to_message ? repliedTo(message.reply_to_message, view) : null,
    message.document ? file(message.document) : null,
    body(message, view),
    foot(message),
  );
  const keyboard = drawKeyboard(message, view);
  return make(
    "article",
    {
      class: `message ${mine ? "mine" : "theirs"}`,
      "data-id": message.message_id,
      "aria-label": [nameOf(message), time(message.date)].filter(Boolean).join(", "),
    },
    make("div", { class: "column" }, bubble, keyboard),
    make(
      "button",
      { type: "button", class: "reply", "aria-label": say("reply"), title: say("reply") },
      icon("reply"),
    ),
  );
}

export const nameOf = (message) =>
  [message?.from?.first_name, message?.from?.last_name].filter(Boolean).join(" ");

/** Returns the beginning of a message on one line. */
export function excerpt(message) {
  const words = (textOf(message) || message?.document?.file_name || say("message")).slice(0, 2000);
  const line = words.replace(/\s+/g, " ").trim();
  return line.length > EXCERPT
    ? `${line.slice(0, EXCERPT).replace(/[\ud800-\udbff]$/, "")}…`
    : line;
}

function body(message, view) {
  const text = textOf(message);
  if (!text) return null;
  const entities = message.text ? message.entities : message.caption_entities;
  const element = make("div", { class: "text" });
  directed(element, text, directionOf(view.language));
  return fill(element, text, entities, view.username);
}

function author(message) {
  const hue = Math.abs(Number(message.from?.id) || 0) % HUES;
  return make("p", { class: `author hue-${hue}` }, make("bdi", {}, nameOf(message) || "…"));
}

function via({ username }) {
  return make("p", { class: "via" }, `${say("via")} `, make("bdi", {}, `@${username}`));
}

function repliedTo(original, view) {
  const words = excerpt(original);
  const line = make("span", { class: "excerpt" }, words);
  line.dir = direction(words) ?? directionOf(view.language);
  return make(
    "button",
    { type: "button", class: "reply-to", "data-to": original.message_id },
    make("span", { class: "author" }, make("bdi", {}, nameOf(original) || "…")),
    line,
  );
}

function file({ file_id, file_name, file_size }) {
  const name = file_name || say("file");
  return make(
    "a",
    { class: "document", href: `/page/files/${encodeURIComponent(file_id ?? "")}`, download: name },
    icon("file"),
    make("span", {}, make("bdi", {}, name), make("small", {}, size(file_size))),
  );
}

function foot(message) {
  return make(
    "p",
    { class: "foot" },
    message.silent
      ? make(
          "span",
          { class: "silent", title: say("silent"), role: "img", "aria-label": say("silent") },
          icon("silent"),
        )
      : null,
    message.edit_date ? make("span", { class: "edited" }, say("edited")) : null,
    make("time", { class: "time", title: moment(message.date) }, time(message.date)),
  );
}
