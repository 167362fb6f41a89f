// The bot's commands: a menu that opens with a slash, or with the Menu button.

import { direction } from "./direction.js";
import { byId, make } from "./dom.js";
import { listbox } from "./listbox.js";
import { inLanguage, reader, state } from "./state.js";

const TYPED = /^\/(\w*)$/;

const box = byId("text");
const button = byId("menu");

/** Returns the menu; `run(command)` is called with the command chosen, slash and all. */
export function commandMenu(run) {
  const list = listbox(byId("commands"), box, (option) => run(option.dataset.command));

  function show(beginning) {
    const fitting = commands().filter(({ command }) => command.startsWith(beginning));
    if (fitting.length) list.show(fitting.map(draw));
    else list.hide();
    button.setAttribute("aria-expanded", String(list.open));
  }

  const menu = {
    follow(text) {
      const typed = TYPED.exec(text);
      if (typed) show(typed[1].toLowerCase());
      else menu.hide();
    },
    hide() {
      list.hide();
      button.setAttribute("aria-expanded", "false");
    },
    key(event) {
      const taken = list.key(event);
      button.setAttribute("aria-expanded", String(list.open));
      return taken;
    },
    /** Returns the one command that a beginning such as "/he" can mean. */
    completed(text) {
      const typed = TYPED.exec(text)?.[1];
      if (!typed || !list.open) return null;
      const fitting = commands().filter(({ command }) => command.startsWith(typed.toLowerCase()));
      return fitting.length === 1 ? `/${fitting[0].command}` : null;
    },
  };

  button.addEventListener("click", () => {
    if (list.open) menu.hide();
    else show("");
    box.focus();
  });
  return menu;
}

function commands() {
  const list = inLanguage(state.commands, reader()?.language_code);
  return Array.isArray(list) ? list.filter((one) => typeof one?.command === "string") : [];
}

function draw({ command, description }) {
  const meaning = String(description ?? "");
  return make(
    "div",
    { class: "option", "data-command": `/${command}` },
    make("bdi", { class: "command-name", dir: "ltr" }, `/${command}`),
    make("span", { class: "meaning", dir: direction(meaning) }, meaning),
  );
}
