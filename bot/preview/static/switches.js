// The side panel: who writes, in which language, and in which chat.

import { byId, make } from "./dom.js";
import { act } from "./events.js";
import { refusal } from "./notices.js";
import {
  chat,
  chatsOf,
  isGroup,
  privateChat,
  reader,
  selectChat,
  selectReader,
  state,
} from "./state.js";
import { say, spoken } from "./words.js";

const LANGUAGES = { ar: "العربية", en: "English" };

const panel = byId("switches");
const narrow = matchMedia("(max-width: 60rem)");

let redraw = () => {};

/** Names what to call after a choice. */
export const onChoice = (act) => (redraw = act);

export function drawSwitches() {
  options("readers", "reader", [...state.readers.values()].map(readerOption));
  options("languages", "language", Object.entries(LANGUAGES).map(languageOption));
  options("chats", "chat", chatsOf(state.reader).map(chatOption));
  const own = privateChat(state.reader);
  byId("block").disabled = !own;
  byId("block").textContent = say(own?.blocked ? "unblock" : "block");
  drawSummary();
}

export const chatName = (one) => (isGroup(one) ? one.title || say("group") : say("privateChat"));

const readerOption = (one) => ({
  value: one.id,
  checked: one.id === state.reader,
  name: one.first_name || String(one.id),
  note: LANGUAGES[spoken(one.language_code)],
  face: `face-${[...state.readers.keys()].indexOf(one.id) % 2}`,
  unread: one.id === state.reader ? 0 : (state.unread.get(privateChat(one.id)?.id) ?? 0),
});

const languageOption = ([code, name]) => ({
  value: code,
  checked: code === spoken(reader()?.language_code),
  name,
  lang: code,
});

const chatOption = (one) => ({
  value: one.id,
  checked: one.id === state.chat,
  name: chatName(one),
  note: isGroup(one) ? say("group") : state.bot.name,
  unread: state.unread.get(one.id) ?? 0,
});

// The radio buttons are kept while their values are the same: the keyboard stays on them.
function options(id, name, wanted) {
  const place = byId(id).querySelector(".options");
  const values = wanted.map((one) => String(one.value)).join();
  if (place.dataset.values !== values) {
    place.replaceChildren(...wanted.map((one) => blank(name, one.value)));
    place.dataset.values = values;
  }
  wanted.forEach((one, index) => fillOption(place.children[index], one));
}

const blank = (name, value) =>
  make("label", { class: "choice" }, make("input", { type: "radio", name, value }));

function fillOption(label, { checked, name, note, face, unread, lang }) {
  const input = label.querySelector("input");
  const words = make("span", { class: "words" }, make("span", {}, make("bdi", { lang }, name)));
  if (note) words.append(make("small", {}, make("bdi", {}, note)));
  while (input.nextSibling) input.nextSibling.remove(); // a moved input would lose the focus
  if (face)
    label.append(make("span", { class: `face ${face}`, "aria-hidden": "true" }, initial(name)));
  label.append(words);
  if (unread) label.append(count(unread));
  input.checked = checked;
}

const initial = (name) => [...name.trim()][0] ?? "";

const count = (unread) =>
  make(
    "span",
    { class: "unread" },
    make("span", { "aria-hidden": "true" }, String(unread)),
    make("span", { class: "unseen" }, say("unread", unread)),
  );

function drawSummary() {
  const elsewhere = [...state.unread.values()].reduce((sum, one) => sum + one, 0);
  const place = byId("selection");
  place.replaceChildren(
    make("bdi", {}, reader()?.first_name ?? ""),
    " · ",
    make("bdi", {}, chat() ? chatName(chat()) : ""),
  );
  if (elsewhere) place.append(count(elsewhere));
}

byId("readers").addEventListener("change", (event) => {
  selectReader(Number(event.target.value));
  redraw();
});

byId("chats").addEventListener("change", (event) => {
  selectChat(Number(event.target.value));
  redraw();
});

byId("languages").addEventListener("change", (event) =>
  tell("language", { language_code: event.target.value }),
);

export const toggleBlock = () => tell("block", { blocked: !privateChat(state.reader)?.blocked });

byId("block").addEventListener("click", toggleBlock);
byId("unblock").addEventListener("click", toggleBlock);

async function tell(action, body) {
  try {
    await act(action, { reader: state.reader, ...body });
  } catch (error) {
    refusal(error);
    drawSwitches(); // back to what is so
  }
}

// On a wide screen the panel stands beside the chat and is always open.
function fit() {
  panel.open = !narrow.matches;
}
narrow.addEventListener("change", fit);
fit();

panel.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !narrow.matches) return;
  panel.open = false;
  panel.querySelector("summary").focus();
});
// Who points at a chat wants to see it; the arrow keys only pass by.
byId("chats").addEventListener("click", (event) => {
  if (narrow.matches && event.detail > 0 && event.target.name === "chat") panel.open = false;
});
document.addEventListener("pointerdown", (event) => {
  if (narrow.matches && panel.open && !panel.contains(event.target)) panel.open = false;
});
