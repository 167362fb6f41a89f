// Where an address leads: out into the web, into a chat with this bot, or nowhere.

/** Returns {href} to open in a new tab, {start} for a chat with the bot, or null for plain text. */
export function follow(address, username) {
  const url = parsed(address);
  if (!url) return null;
  const start = startOf(url, username);
  if (start !== null) return { href: url.href, start };
  return url.protocol === "http:" || url.protocol === "https:" ? { href: url.href } : null;
}

function parsed(address) {
  if (typeof address !== "string" || !address.trim()) return null;
  const schemed = /^[a-z][a-z\d+.-]*:/i.test(address) && !/^[\w.-]+:\d+(\/|$)/.test(address);
  try {
    return new URL(schemed ? address : `https://${address}`);
  } catch {
    return null;
  }
}

// https://t.me/bot?start=x and tg://resolve?domain=bot&start=x name the same chat.
function startOf(url, username) {
  if (!username) return null;
  const web = /^(www\.)?(t|telegram)\.me$/i.test(url.hostname) && /^https?:$/.test(url.protocol);
  const app = url.protocol === "tg:" && `${url.hostname}${url.pathname}`.includes("resolve");
  const name = web
    ? url.pathname.replace(/^\/|\/$/g, "")
    : app
      ? url.searchParams.get("domain")
      : "";
  if (!name || name.toLowerCase() !== username.toLowerCase()) return null;
  return url.searchParams.get("start") ?? "";
}
