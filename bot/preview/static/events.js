// The two ways between page and server: events come in over one stream, actions go out as posts.

const KINDS = [
  "state",
  "message",
  "edited",
  "deleted",
  "typing",
  "answered",
  "results",
  "menu",
  "bot",
  "reader",
  "chat",
];
const AGAIN = 3000;

/** Calls `heard(kind, data)` for every event, and `connected(yes)` when the line comes or goes. */
export function listen(heard, connected) {
  const stream = new EventSource("/page/events");
  stream.addEventListener("open", () => connected(true));
  stream.addEventListener("error", () => {
    connected(false);
    // EventSource tries again by itself, except when the server answered with an error.
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(() => listen(heard, connected), AGAIN);
    }
  });
  for (const kind of KINDS) {
    stream.addEventListener(kind, (event) => {
      const data = parsed(event.data);
      if (data) heard(kind, data);
    });
  }
}

/** Says why an action was not done: the server's words, or the key of our own. */
export class Refused extends Error {
  constructor(words, key) {
    super(words ?? key);
    this.words = words;
    this.key = key;
  }
}

export async function act(action, body) {
  let response;
  try {
    response = await fetch(`/page/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refused(null, "unreachable");
  }
  const answer = parsed(await response.text().catch(() => "")) ?? {};
  if (!response.ok) {
    throw new Refused(typeof answer.error === "string" ? answer.error : null, "refused");
  }
  return answer;
}

/** Holds what is answered to a query, whichever comes first: the answer or the one who waits. */
export function mailbox(keep = 50) {
  const arrived = new Map();
  const awaited = new Map();
  return {
    deliver(query, letter) {
      if (awaited.has(query)) return awaited.get(query)(letter);
      arrived.set(query, letter);
      if (arrived.size > keep) arrived.delete(arrived.keys().next().value);
    },
    /** Resolves to the answer, or to null when patience (in ms) runs out. */
    collect(query, patience) {
      if (arrived.has(query)) {
        const letter = arrived.get(query);
        arrived.delete(query);
        return Promise.resolve(letter);
      }
      return new Promise((resolve) => {
        const settle = (letter) => {
          clearTimeout(timer);
          awaited.delete(query);
          resolve(letter);
        };
        const timer = setTimeout(settle, patience, null);
        awaited.set(query, settle);
      });
    },
  };
}

function parsed(text) {
  try {
    const data = JSON.parse(text);
    return data && typeof data === "object" ? data : null;
  } catch {
    return null;
  }
}
