// "typing …", for five seconds or until the bot's next message.

import { byId } from "./dom.js";
import { state } from "./state.js";
import { say } from "./words.js";

const LASTS = 5000;

const place = byId("typing");
const timers = new Map(); // chat id → what ends it

export function typing(chatId) {
  clearTimeout(timers.get(chatId));
  timers.set(chatId, setTimeout(clearTyping, LASTS, chatId));
  drawTyping();
}

/** Ends it in one chat, or in all of them. */
export function clearTyping(chatId) {
  const ended = chatId === undefined ? [...timers.keys()] : [chatId];
  for (const id of ended) {
    clearTimeout(timers.get(id));
    timers.delete(id);
  }
  drawTyping();
}

export function drawTyping() {
  const words = timers.has(state.chat) ? say("typing") : "";
  if (place.textContent !== words) place.textContent = words;
}
