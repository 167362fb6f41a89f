// The rows of buttons under a message.

import { direction } from "./direction.js";
import { make } from "./dom.js";
import { anchor } from "./entities.js";
import { follow } from "./links.js";
import { directionOf } from "./words.js";

/** Returns the buttons of a message, or null where there are none. */
export function drawKeyboard(message, view) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!Array.isArray(rows)) return null;
  const drawn = rows
    .filter((row) => Array.isArray(row) && row.length)
    .map((row) =>
      make(
        "div",
        { class: "row" },
        ...row.map((button) => drawButton(button ?? {}, message, view)),
      ),
    );
  return drawn.length ? make("div", { class: "keyboard" }, ...drawn) : null;
}

function drawButton(button, message, view) {
  const words = String(button.text ?? "…");
  const dir = direction(words) ?? directionOf(view.language);
  const goal = button.url ? follow(button.url, view.username) : null;
  if (goal) {
    const outward = goal.start === undefined;
    const link = anchor(goal, {
      class: `press ${outward ? "outward" : ""}`,
      title: goal.href,
      dir,
    });
    link.append(words);
    return link;
  }
  const act = actionOf(button);
  const press = make(
    "button",
    { type: "button", class: "press", disabled: !act, dir, ...act },
    words,
  );
  if (act?.["data-press"] !== undefined && view.busy(message.message_id, button.callback_data)) {
    press.setAttribute("aria-busy", "true");
  }
  return press;
}

function actionOf({
  callback_data,
  switch_inline_query,
  switch_inline_query_current_chat,
  copy_text,
}) {
  if (typeof callback_data === "string") return { "data-press": callback_data };
  const query = switch_inline_query_current_chat ?? switch_inline_query;
  if (typeof query === "string") return { "data-query": query };
  if (typeof copy_text?.text === "string") return { "data-copy": copy_text.text };
  return null;
}
