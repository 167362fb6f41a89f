// Light, dark, or as the system has it; remembered where the browser lets us.

import { byId } from "./dom.js";
import { say } from "./words.js";

const KEY = "isnad.preview.theme";
const THEMES = ["auto", "light", "dark"];

const root = document.documentElement;
const button = byId("theme");

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a browser may forbid it
  }
}

function remember(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // then it lasts as long as the page
  }
}

export function drawTheme() {
  button.textContent = `${say("appearance")}: ${say(root.dataset.theme)}`;
}

const before = remembered();
root.dataset.theme = THEMES.includes(before) ? before : "auto";

button.addEventListener("click", () => {
  root.dataset.theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
  remember(root.dataset.theme);
  drawTheme();
});
