// Inline mode: "@bot words" in any chat offers answers, and the one chosen is sent there.

import { direction, directed } from "./direction.js";
import { byId, make } from "./dom.js";
import { act, mailbox } from "./events.js";
import { listbox } from "./listbox.js";
import { refusal } from "./notices.js";
import { state } from "./state.js";
import { say } from "./words.js";

const PAUSE = 300;
const PATIENCE = 15_000;
const LONGEST = 256; // characters of a query

const box = byId("text");
const letters = mailbox();

export const arrivedResults = (results) => letters.deliver(results.query, results);

/** Returns the list; `done()` follows a choice, `start(parameter)` a way into the private chat. */
export function inlineResults(done, start) {
  const list = listbox(byId("results"), box, choose);
  let asking = 0; // counts the questions, so that a late answer to an earlier one is dropped
  let asked = null;
  let query = null;
  let timer;

  const results = {
    follow(text) {
      const words = wordsAfterName(text);
      if (words === null) return results.hide();
      const now = `${state.chat} ${state.reader} ${words}`;
      if (now === asked) return;
      asked = now;
      clearTimeout(timer);
      asking += 1;
      timer = setTimeout(ask, PAUSE, words, asking);
    },
    hide() {
      clearTimeout(timer);
      asking += 1;
      asked = null;
      list.hide();
    },
    key(event) {
      return list.key(event);
    },
  };

  async function ask(words, number) {
    const body = { reader: state.reader, chat: state.chat, query: words, offset: "" };
    try {
      const answer = await act("inline", body);
      const found = await letters.collect(answer.query, PATIENCE);
      if (number === asking && found) show(found);
      else if (number === asking) list.hide();
    } catch (error) {
      refusal(error);
    }
  }

  function show(found) {
    query = found.query;
    const cards = (Array.isArray(found.results) ? found.results : []).filter((one) => one?.id);
    const options = cards.map(draw);
    if (found.button?.text) options.unshift(way(found.button));
    if (!options.length) options.push(nothing());
    list.show(options);
  }

  async function choose(option) {
    if (option.dataset.start !== undefined) return start(option.dataset.start);
    if (option.dataset.result === undefined) return;
    const body = { reader: state.reader, chat: state.chat, query, result: option.dataset.result };
    results.hide();
    done();
    try {
      await act("choose", body);
    } catch (error) {
      refusal(error);
    }
  }

  return results;
}

// Returns what stands behind "@bot ", or null where the text does not begin so.
function wordsAfterName(text) {
  const { username } = state.bot;
  const name = text.slice(0, username.length + 2);
  if (!username || !/\s$/.test(name)) return null;
  if (name.slice(0, -1).toLowerCase() !== `@${username}`.toLowerCase()) return null;
  return text.slice(name.length).trim().slice(0, LONGEST);
}

function way({ text, start_parameter }) {
  const attributes = { class: "option way", "data-start": start_parameter ?? "" };
  return make("div", { ...attributes, dir: direction(text) }, String(text));
}

const nothing = () =>
  make("div", { class: "option none", "aria-disabled": "true" }, say("noResults"));

function draw({ id, title, description, text }) {
  const heading = String(title ?? "");
  const words = String(description ?? text ?? "");
  return make(
    "div",
    { class: "option", "data-result": id },
    directed(make("strong", {}, heading), heading, document.documentElement.dir),
    directed(make("span", { class: "meaning" }, words), words, document.documentElement.dir),
  );
}
