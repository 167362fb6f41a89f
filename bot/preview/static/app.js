// The preview page, put together: what the server tells changes the state, and the state is drawn.

import { drawComposer, focusComposer, onChatChange, replyTo, send } from "./composer.js";
import { directed } from "./direction.js";
import { byId, make } from "./dom.js";
import { listen } from "./events.js";
import "./gestures.js";
import { arrivedResults } from "./inline.js";
import { drawLog } from "./log.js";
import { hush } from "./notices.js";
import { answered, isWaiting } from "./presses.js";
import * as heard from "./state.js";
import { chat, inLanguage, isGroup, reader, shown, state } from "./state.js";
import { chatName, drawSwitches, onChoice } from "./switches.js";
import { drawTheme } from "./theme.js";
import { clearTyping, drawTyping, typing } from "./typing.js";
import { directionOf, label, say, speak, spoken } from "./words.js";

const root = document.documentElement;
let view = {};
let waiting = false; // for the next frame

const EVENTS = {
  state(data) {
    heard.begin(data);
    clearTyping();
    drawAll();
    if (root.dataset.ready) return;
    root.dataset.ready = "yes";
    if (matchMedia("(hover: hover)").matches) focusComposer();
  },
  message(data) {
    heard.heardMessage(data);
    if (data.message?.from?.id !== state.reader) clearTyping(data.chat);
    drawSoon();
    if (data.message?.force_reply && data.chat === state.chat) replyTo(data.message.message_id);
  },
  edited(data) {
    heard.heardEdit(data);
    drawSoon();
  },
  deleted(data) {
    heard.heardDeletion(data);
    drawSoon();
  },
  typing: ({ chat: id }) => typing(id),
  answered,
  results: arrivedResults,
  menu: (data) => {
    heard.heardMenu(data);
    drawMessages();
  },
  bot: (data) => {
    heard.heardBot(data);
    drawSwitches();
    drawHeader();
    drawMessages();
  },
  reader: (data) => {
    heard.heardReader(data);
    drawAll();
  },
  chat: (data) => {
    heard.heardChat(data);
    drawAll();
  },
};

function drawAll() {
  const language = spoken(reader()?.language_code);
  speak(language);
  root.lang = language;
  root.dir = directionOf(language);
  label();
  drawTheme();
  drawSwitches();
  drawHeader();
  drawMessages();
  drawBlocked();
  drawComposer();
  drawTyping();
}

// Messages that come in a burst are drawn together.
function drawSoon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    drawSwitches();
    drawMessages();
  });
}

function drawMessages() {
  const here = chat();
  const next = {
    chat: state.chat,
    reader: state.reader,
    language: spoken(reader()?.language_code),
    username: state.bot.username,
    group: isGroup(here),
  };
  const fresh = Object.keys(next).some((key) => next[key] !== view[key]);
  view = { ...next, busy: (id, data) => isWaiting(next.chat, id, data) };
  const messages = here?.messages ?? [];
  drawLog(messages, view, fresh);
  drawEmpty(here, messages.some(shown));
}

function drawEmpty(here, begun) {
  byId("empty").hidden = begun || !here;
  if (begun || !here) return;
  const group = isGroup(here);
  const description = group
    ? say("emptyGroup")
    : inLanguage(state.descriptions, reader()?.language_code);
  const words = String(description ?? "");
  byId("what").hidden = group;
  byId("start").hidden = group;
  byId("description").textContent = words;
  directed(byId("description"), words, root.dir);
}

function drawHeader() {
  const here = chat();
  const { name } = state.bot;
  const group = here && isGroup(here);
  byId("name").textContent = group ? chatName(here) : name;
  byId("members").replaceChildren(...(group ? members(here) : []));
  const status = byId("status");
  const up = state.connection === "open";
  status.className = !up ? "lost" : state.bot.listening ? "listening" : "stopped";
  const words = !up ? state.connection : state.bot.listening ? "listening" : "notRunning";
  if (status.textContent !== say(words)) status.textContent = say(words);
}

function members(here) {
  const names = here.readers.map((id) => state.readers.get(id)?.first_name).filter(Boolean);
  return [state.bot.name, ...names].flatMap((name, index) => [
    index ? (root.dir === "rtl" ? "، " : ", ") : "",
    make("bdi", {}, name),
  ]);
}

function drawBlocked() {
  const blocked = Boolean(chat()?.blocked) && !isGroup(chat());
  byId("blocked").hidden = !blocked;
  byId("composer").hidden = blocked;
}

byId("start").addEventListener("click", () => {
  send("/start");
  focusComposer();
});

onChoice(() => {
  hush();
  drawAll();
});
onChatChange(drawAll);
drawTheme();

listen(
  (kind, data) => EVENTS[kind](data),
  (open) => {
    state.connection = open ? "open" : "lost";
    drawHeader();
  },
);
