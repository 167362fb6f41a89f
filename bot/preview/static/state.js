// What the page knows: the bot, its readers, their chats, and which of them is on the screen.

const KEPT = 500; // messages a chat

export const state = {
  connection: "connecting", // or "open", "lost"
  bot: { name: "Isnad", username: "", listening: true },
  commands: {},
  descriptions: {},
  readers: new Map(),
  chats: new Map(),
  reader: null, // the id of the selected reader
  chat: null, // and of the selected chat
  unread: new Map(), // chat id → messages that came while another chat was shown
  drafts: new Map(), // "chat:reader" → {text, replyTo}
};

export const reader = () => state.readers.get(state.reader);
export const chat = () => state.chats.get(state.chat);
export const isGroup = (one) => one?.type !== "private";

/** Returns the chats that a reader takes part in, the private one first. */
export function chatsOf(readerId) {
  const own = [...state.chats.values()].filter((one) => one.readers.includes(readerId));
  return own.sort((a, b) => isGroup(a) - isGroup(b));
}

export const privateChat = (readerId) => chatsOf(readerId).find((one) => !isGroup(one));

/** Returns the value for a language code, else the default. */
export const inLanguage = (table, code) =>
  table?.[code] ?? table?.[String(code ?? "").split("-")[0]] ?? table?.[""];

export function draft() {
  const key = `${state.chat}:${state.reader}`;
  if (!state.drafts.has(key)) state.drafts.set(key, { text: "", replyTo: null });
  return state.drafts.get(key);
}

/** Whether there is anything of this message to draw; "the title was changed" has nothing. */
export const shown = (message) =>
  Boolean(textOf(message) || message.document || message.reply_markup?.inline_keyboard?.length);

export const textOf = (message) => {
  const text = message?.text ?? message?.caption;
  return typeof text === "string" ? text : "";
};

export function selectReader(id) {
  state.reader = id;
  if (!chat()?.readers.includes(id) || !isGroup(chat())) {
    selectChat((privateChat(id) ?? chatsOf(id)[0])?.id ?? null);
  }
}

export function selectChat(id) {
  state.chat = id;
  state.unread.delete(id);
}

/** Takes the server's whole state in place of what was known; selection and drafts stay. */
export function begin({ bot, commands, descriptions, readers, chats }) {
  const known = state.chats;
  heardBot(bot);
  heardMenu({ commands, descriptions });
  state.readers = new Map(objects(readers).map((one) => [one.id, one]));
  state.chats = new Map(objects(chats).map((one) => [one.id, chatOf(one, one.messages)]));
  if (!state.readers.has(state.reader)) state.reader = firstReader();
  if (!chat()?.readers.includes(state.reader)) selectReader(state.reader);
  for (const [id, before] of known) {
    const last = before.messages.at(-1)?.message_id ?? 0;
    const missed = state.chats.get(id)?.messages.filter((one) => one.message_id > last) ?? [];
    missed.forEach((message) => countUnread(id, message));
  }
  for (const id of state.unread.keys()) {
    if (!state.chats.get(id)?.messages.length) state.unread.delete(id);
  }
}

export function heardMessage({ chat: id, message }) {
  const there = state.chats.get(id);
  if (!there || !isMessage(message)) return;
  if (place(there, message.message_id) >= 0) {
    heardEdit({ chat: id, message });
    return;
  }
  there.messages = [...there.messages, message].slice(-KEPT);
  countUnread(id, message);
}

export function heardEdit({ chat: id, message }) {
  const there = state.chats.get(id);
  if (!there || !isMessage(message)) return;
  const at = place(there, message.message_id);
  if (at >= 0) there.messages = there.messages.with(at, message);
}

export function heardDeletion({ chat: id, message_id }) {
  const there = state.chats.get(id);
  if (there) there.messages = there.messages.filter((one) => one.message_id !== message_id);
}

export function heardBot(bot) {
  state.bot = { ...state.bot, ...bot };
}

export function heardMenu({ commands, descriptions }) {
  state.commands = commands ?? {};
  state.descriptions = descriptions ?? {};
}

export function heardReader(one) {
  if (Number.isInteger(one?.id))
    state.readers.set(one.id, { ...state.readers.get(one.id), ...one });
}

/** A chat is new, was blocked or unblocked, or moved: then it keeps what was said in it. */
export function heardChat({ was, ...news }) {
  if (!Number.isInteger(news.id)) return;
  const before = state.chats.get(was) ?? state.chats.get(news.id);
  state.chats.set(news.id, chatOf({ ...before, ...news }, news.messages ?? before?.messages));
  if (was === undefined || was === news.id) return;
  state.chats.delete(was);
  if (state.unread.has(was)) state.unread.set(news.id, state.unread.get(was));
  state.unread.delete(was);
  for (const [key, kept] of state.drafts) {
    const [chatId, readerId] = key.split(":");
    if (Number(chatId) === was) state.drafts.set(`${news.id}:${readerId}`, kept);
  }
  if (state.chat === was) selectChat(news.id);
}

function countUnread(id, message) {
  if (id === state.chat || !shown(message)) return;
  state.unread.set(id, (state.unread.get(id) ?? 0) + 1);
}

function firstReader() {
  const arabic = /^ar\b/i.test(navigator.language);
  const all = [...state.readers.values()];
  const suits = (one) => /^ar\b/i.test(one.language_code ?? "") === arabic;
  return (all.find(suits) ?? all[0])?.id ?? null;
}

const place = (there, id) => there.messages.findLastIndex((one) => one.message_id === id);
const isMessage = (one) => Number.isInteger(one?.message_id);
const objects = (list) =>
  Array.isArray(list) ? list.filter((one) => Number.isInteger(one?.id)) : [];

function chatOf(one, messages) {
  const kept = Array.isArray(messages) ? messages.filter(isMessage).slice(-KEPT) : [];
  return { ...one, readers: Array.isArray(one.readers) ? one.readers : [], messages: kept };
}
