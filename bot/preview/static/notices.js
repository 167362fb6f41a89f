// What passes over the chat: a short notice, or a dialog that wants to be closed.

import { directed } from "./direction.js";
import { byId } from "./dom.js";
import { Refused } from "./events.js";
import { say } from "./words.js";

const SHORTEST = 4000;
const A_LETTER = 60;

const toast = byId("toast");
const alert = byId("alert");
let timer;

export function notice(words) {
  directed(toast, words, document.documentElement.dir);
  toast.textContent = words;
  clearTimeout(timer);
  timer = setTimeout(hush, SHORTEST + A_LETTER * words.length);
}

export function hush() {
  toast.textContent = "";
}

export function alertWith(words) {
  const text = byId("alert-text");
  directed(text, words, document.documentElement.dir);
  text.textContent = words;
  if (!alert.open) alert.showModal();
}

/** Shows why something was not done; what is no refusal is a fault and goes on its way. */
export function refusal(error) {
  if (!(error instanceof Refused)) throw error;
  notice(error.words ?? say(error.key));
}

byId("alert-close").addEventListener("click", () => alert.close());
toast.addEventListener("click", hush);
