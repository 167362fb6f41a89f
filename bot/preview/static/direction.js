// Which way a text runs: UAX #9, rules P2 and P3.
//
// The first strong character decides. What stands between an isolate (U+2066 to U+2068) and its
// end (U+2069) is passed over, as the bot isolates foreign names; an isolate ends with its line.

const TELLING = /[\p{L}\p{Nl}\u061b\u061c\u061f\u200e\u200f\u2066-\u2069\n\u2029]/gu;
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Returns "rtl", "ltr", or null where the text has no strong character. */
export function direction(text) {
  let depth = 0;
  for (const [character] of String(text ?? "").matchAll(TELLING)) {
    if (character === "\n" || character === "\u2029") depth = 0;
    else if (character === "\u2069") depth = Math.max(0, depth - 1);
    else if (character >= "\u2066" && character <= "\u2068") depth += 1;
    else if (depth === 0) return RIGHT_TO_LEFT.test(character) ? "rtl" : "ltr";
  }
  return null;
}

/** Marks an element with its text's direction and, for screen readers, the likely language. */
export function directed(element, text, otherwise) {
  const own = direction(text);
  element.dir = own ?? otherwise;
  if (own) element.lang = own === "rtl" ? "ar" : "en";
  return element;
}

/** Returns where those lines begin that have words or digits, but no direction of their own. */
export function undirectedLines(text) {
  const starts = [];
  let start = 0;
  for (const line of text.split("\n")) {
    if (line.trim() && !direction(line)) starts.push(start);
    start += line.length + 1;
  }
  return starts;
}
