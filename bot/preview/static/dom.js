// Elements in few words. Text is always set as text: the page never parses markup.

/** Returns an element with attributes (a function listens, false leaves out) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

const DRAWINGS = {
  reply: "M10 8V4L3 11l7 7v-4c5 0 8.5 1.6 11 5-1-5-4-10-11-11z",
  silent: "M5 4 19.5 19M9 5.6A5 5 0 0 1 17 10c0 2.5.4 4 1 5M7 10c0 4-2 5-2 6h10m-5 3a2 2 0 0 0 4 0",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
};

/** Returns a small drawing that follows the colour and the size of the text. */
export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(namespace, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", `icon ${name}-icon`);
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(namespace, "path");
  line.setAttribute("d", DRAWINGS[name]);
  drawing.append(line);
  return drawing;
}
