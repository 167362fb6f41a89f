// What a click, or Enter, does in the log: one listener for all messages.

import { focusComposer, replyTo, send, startChat, write } from "./composer.js";
import { byId } from "./dom.js";
import { follow } from "./links.js";
import { reveal } from "./log.js";
import { notice } from "./notices.js";
import { press } from "./presses.js";
import { toggleQuote } from "./quotes.js";
import { state } from "./state.js";
import { say } from "./words.js";

const log = byId("log");

// The first that fits the place of the click acts.
const DEEDS = [
  [".spoiler:not(.shown)", (spoiler) => unveil(spoiler)],
  ["a[data-start]", (link) => startChat(link.dataset.start)],
  ["[data-press]", (button) => press(idAround(button), button.dataset.press, open)],
  ["[data-query]", (button) => insert(button.dataset.query)],
  ["[data-copy]", (button) => copy(button.dataset.copy)],
  [".command", (command) => send(command.textContent)],
  [".expand", (button) => toggleQuote(button.closest("blockquote"))],
  [".reply-to", (button) => reveal(button.dataset.to)],
  [".reply", (button) => replyTo(idAround(button))],
];

/** Opens an address as a link would. */
export function open(address) {
  const goal = follow(address, state.bot.username);
  if (goal?.start !== undefined) startChat(goal.start);
  else if (goal) window.open(goal.href, "_blank", "noopener,noreferrer");
}

function act(event) {
  for (const [place, deed] of DEEDS) {
    const there = event.target.closest(place);
    if (!there) continue;
    event.preventDefault();
    deed(there);
    return;
  }
}

const idAround = (element) => Number(element.closest("article").dataset.id);

function unveil(spoiler) {
  spoiler.classList.add("shown");
  for (const name of ["role", "tabindex", "aria-label"]) spoiler.removeAttribute(name);
}

function insert(query) {
  write(`@${state.bot.username} ${query}`);
  focusComposer();
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notice(say("copied"));
  } catch {
    notice(say("notCopied"));
  }
}

log.addEventListener("click", act);

// A link into the private chat does not leave the page by the middle button either.
log.addEventListener("auxclick", (event) => {
  if (event.button === 1 && event.target.closest("a[data-start]")) act(event);
});

log.addEventListener("keydown", (event) => {
  const pressed = event.key === "Enter" || event.key === " ";
  if (pressed && event.target.matches("[role=button]")) act(event);
});
