// Where the reader writes: the draft, the reply it may be, and the way out.

import { commandMenu } from "./commands.js";
import { direction } from "./direction.js";
import { byId } from "./dom.js";
import { act } from "./events.js";
import { inlineResults } from "./inline.js";
import { excerpt, nameOf } from "./message.js";
import { refusal } from "./notices.js";
import { chat, draft, privateChat, reader, selectChat, state } from "./state.js";
import { directionOf, say, spoken } from "./words.js";

const LIMIT = 4096; // UTF-16 units

const form = byId("composer");
const box = byId("text");
const mirror = box.parentElement; // grows with a copy of the text, and the box with it
const limit = byId("limit");
const replying = byId("replying");

const menu = commandMenu(runCommand);
const results = inlineResults(() => write(""), startChat);
const redraw = { chats: () => {} };

/** Names what to call after the page itself went to another chat. */
export const onChatChange = (act) => (redraw.chats = act);

/** Says something in the chat on the screen; what could not be sent goes back into the box. */
export async function send(text, replyTo = null) {
  const words = text.trim();
  if (!words || words.length > LIMIT || !chat() || !reader()) return false;
  try {
    await act("say", { reader: state.reader, chat: state.chat, text: words, reply_to: replyTo });
    return true;
  } catch (error) {
    refusal(error);
    return false;
  }
}

/** Goes to the private chat and says /start, as a link to the bot does. */
export function startChat(parameter) {
  const there = privateChat(state.reader);
  if (!there) return;
  if (there.id !== state.chat) {
    selectChat(there.id);
    redraw.chats();
  }
  if (parameter !== "") send(`/start ${parameter}`);
}

/** Puts words into the box, as if the reader had typed them. */
export function write(words) {
  box.value = words;
  changed();
}

export function replyTo(messageId) {
  draft().replyTo = messageId;
  drawReply();
  box.focus();
}

/** Shows the draft that belongs to the chat and the reader on the screen. */
export function drawComposer() {
  menu.hide();
  results.hide();
  if (box.value !== draft().text) box.value = draft().text; // else the cursor would jump
  drawBox();
  drawReply();
}

export const focusComposer = () => box.focus({ preventScroll: true });

function changed() {
  draft().text = box.value;
  drawBox();
  menu.follow(box.value);
  results.follow(box.value);
}

function drawBox() {
  const text = box.value;
  const over = text.trim().length - LIMIT;
  box.dir = direction(text) ?? directionOf(spoken(reader()?.language_code));
  mirror.dataset.text = text;
  limit.textContent = over > 0 ? say("tooLong", over) : "";
  box.setAttribute("aria-invalid", String(over > 0));
  byId("send").disabled = over > 0 || !text.trim();
}

function drawReply() {
  const id = draft().replyTo;
  const original = chat()?.messages.find((one) => one.message_id === id);
  replying.hidden = id === null;
  if (id === null) return;
  const words = original ? excerpt(original) : say("gone");
  byId("replying-name").textContent = nameOf(original);
  byId("replying-text").textContent = words;
  byId("replying-text").dir = direction(words) ?? directionOf(spoken(reader()?.language_code));
}

async function submit() {
  const kept = draft();
  const { text, replyTo: original } = kept;
  if (byId("send").disabled) return;
  kept.replyTo = null;
  write("");
  box.focus();
  drawReply();
  if (await send(text, original)) return;
  if (kept.text) return; // the next message is being written
  Object.assign(kept, { text, replyTo: original });
  if (draft() === kept) drawComposer();
}

function runCommand(command) {
  menu.hide();
  if (box.value.startsWith("/")) write("");
  box.focus();
  send(command);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

box.addEventListener("input", changed);

box.addEventListener("keydown", (event) => {
  if (menu.key(event) || results.key(event)) return;
  if (event.key === "Escape" && draft().replyTo !== null) cancelReply();
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  const command = menu.completed(box.value);
  if (command) runCommand(command);
  else submit();
});

function cancelReply() {
  draft().replyTo = null;
  drawReply();
  box.focus();
}

byId("replying-cancel").addEventListener("click", cancelReply);
