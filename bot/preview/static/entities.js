// A text and its entities as nodes. Entities come in UTF-16 units, which are JavaScript's own.
//
// Whatever arrives is drawn: an unknown or impossible entity leaves plain text, and one that
// reaches beyond the entity it began in is cut there.

import { directed, undirectedLines } from "./direction.js";
import { make } from "./dom.js";
import { follow } from "./links.js";
import { say } from "./words.js";

const MOST = 1000; // entities; Telegram sends about 100
const PLAIN_TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
};
const QUOTES = ["blockquote", "expandable_blockquote"];
const BLOCKS = ["BLOCKQUOTE", "PRE"];
const TOUCHED = ["text_link", "url", "bot_command", "spoiler"];

/** Fills an element with a text as its author formatted it. */
export function fill(element, text, entities, username) {
  const breaks = undirectedLines(text);
  const open = [{ node: element, end: text.length, type: null }];
  let at = 0;

  const write = (end) => {
    while (at < end) {
      if (breaks[0] < at) breaks.shift();
      else if (breaks[0] === at) {
        breaks.shift();
        open.at(-1).node.append(make("span", { class: "undirected" }));
      } else {
        const stop = Math.min(end, breaks[0] ?? end);
        writeRun(open.at(-1).node, text.slice(at, stop));
        at = stop;
      }
    }
  };
  const goTo = (position) => {
    while (open.length > 1 && open.at(-1).end <= position) {
      write(open.at(-1).end);
      open.pop();
    }
    write(position);
  };

  for (const { type, offset, end, url } of tidy(entities, text.length)) {
    goTo(offset);
    const stop = Math.min(end, open.at(-1).end);
    const drawn = draw(type, text.slice(offset, stop), url, username, open);
    if (!drawn) continue;
    if (BLOCKS.includes(drawn.outer.nodeName)) hideLastBreak(open.at(-1).node);
    open.at(-1).node.append(drawn.outer);
    open.push({ node: drawn.inner, end: stop, type });
  }
  goTo(text.length);
  return element;
}

function tidy(entities, length) {
  return (Array.isArray(entities) ? entities : [])
    .slice(0, MOST)
    .filter((one) => Number.isInteger(one?.offset) && Number.isInteger(one?.length))
    .map(({ type, offset, length: size, url }) => ({
      type,
      url,
      offset: Math.max(0, offset),
      end: Math.min(length, offset + size),
    }))
    .filter(({ offset, end }) => offset < end)
    .sort((a, b) => a.offset - b.offset || b.end - a.end || rank(a) - rank(b));
}

// Of two entities over the same words, the quote holds the link, not the other way round.
const rank = ({ type }) => (QUOTES.includes(type) ? 0 : TOUCHED.includes(type) ? 1 : 2);

function draw(type, words, url, username, open) {
  const within = (types) => open.some((one) => types.includes(one.type));
  if (Object.hasOwn(PLAIN_TAGS, type)) return same(make(PLAIN_TAGS[type]));
  if (type === "pre") return same(directed(make("pre"), words, "ltr"));
  if (type === "mention") return same(make("span", { class: "mention" }));
  if (QUOTES.includes(type)) return within(QUOTES) ? null : quote(type, words, open[0].node.dir);
  if (type === "spoiler" && !within(["spoiler"])) {
    const attributes = {
      class: "spoiler",
      role: "button",
      tabindex: 0,
      "aria-label": say("hidden"),
    };
    return same(make("span", attributes));
  }
  if (within(["text_link", "url", "bot_command"])) return null;
  if (type === "bot_command") {
    return same(make("span", { class: "command", role: "button", tabindex: 0 }));
  }
  if (type === "text_link" || type === "url") {
    const goal = follow(type === "url" ? words : url, username);
    return goal && same(anchor(goal));
  }
  return null;
}

const same = (node) => ({ outer: node, inner: node });

function quote(type, words, otherwise) {
  const expandable = type === "expandable_blockquote";
  const inner = make("div", { class: "quoted" });
  const outer = make("blockquote", { class: expandable && "expandable collapsed" }, inner);
  directed(outer, words, otherwise);
  return { outer, inner };
}

/** Returns a link that opens beside the page, or one that the page itself follows. */
export function anchor({ href, start }, attributes = {}) {
  return make("a", {
    href,
    target: "_blank",
    rel: "noopener noreferrer",
    "data-start": start,
    ...attributes,
  });
}

// A quote is a block, as code can be, and stands on lines of its own: the line breaks around it would be drawn as
// empty lines. They are kept in the text, unseen.
function writeRun(node, words) {
  const afterQuote = BLOCKS.includes(node.lastChild?.nodeName) && words.startsWith("\n");
  if (afterQuote) node.append(unseenBreak());
  const rest = afterQuote ? words.slice(1) : words;
  if (rest) node.append(rest);
}

function hideLastBreak(node) {
  const last = node.lastChild;
  if (last?.nodeType !== Node.TEXT_NODE || !last.data.endsWith("\n")) return;
  last.data = last.data.slice(0, -1);
  node.append(unseenBreak());
}

const unseenBreak = () => make("span", { class: "break" }, "\n");
