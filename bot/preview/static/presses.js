// Presses of inline buttons, from the press to what the bot answers it.

import { act, mailbox } from "./events.js";
import { articleOf } from "./log.js";
import { alertWith, notice, refusal } from "./notices.js";
import { reader, state } from "./state.js";
import { say } from "./words.js";

const PATIENCE = 30_000;

const answers = mailbox();
const waiting = new Set();

const keyOf = (chatId, messageId, data) => `${chatId} ${messageId} ${data}`;

export const isWaiting = (chatId, messageId, data) => waiting.has(keyOf(chatId, messageId, data));

export const answered = (answer) => answers.deliver(answer.query, answer);

/** Presses a button; `open` is given the address that the answer may hold. */
export async function press(messageId, data, open) {
  const who = reader();
  const chatId = state.chat;
  const key = keyOf(chatId, messageId, data);
  if (!who || waiting.has(key)) return;
  waiting.add(key);
  mark(chatId, messageId, data);
  try {
    const body = { reader: who.id, chat: chatId, message_id: messageId, data };
    const { query } = await act("press", body);
    const answer = await answers.collect(query, PATIENCE);
    // Another reader may sit here by now.
    if (state.reader === who.id) tell(answer, open);
  } catch (error) {
    refusal(error);
  } finally {
    waiting.delete(key);
    mark(chatId, messageId, data);
  }
}

function tell(answer, open) {
  if (!answer) notice(say("unanswered"));
  else if (answer.url) open(answer.url);
  else if (answer.text && answer.alert) alertWith(answer.text);
  else if (answer.text) notice(answer.text);
}

function mark(chatId, messageId, data) {
  if (chatId !== state.chat) return;
  for (const button of articleOf(messageId)?.querySelectorAll("button.press") ?? []) {
    if (button.dataset.press !== data) continue;
    if (isWaiting(chatId, messageId, data)) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
}
