// The page's own words, in the selected reader's language. The bot's words come from the bot.

const WORDS = {
  en: {
    preview: "Preview",
    notTelegram: "Not Telegram: everything stays on this machine.",
    settings: "Reader and chat",
    writeAs: "You write as",
    language: "The reader’s language",
    chat: "Chat",
    privateChat: "Private chat",
    group: "Group",
    connecting: "Connecting …",
    listening: "Listening",
    notRunning: "The bot is not running",
    lost: "Connection lost, trying again …",
    typing: "typing …",
    messages: "Messages",
    whatItDoes: "What can this bot do?",
    start: "Start",
    emptyGroup: "No messages yet. In a group, mention the bot by its name or reply to it.",
    write: "Write a message",
    message: "Message",
    send: "Send",
    menu: "Menu",
    commands: "Commands",
    results: "Answers to send",
    noResults: "No results",
    reply: "Reply",
    replyingTo: "Replying to",
    cancelReply: "Cancel the reply",
    gone: "A message that is no longer here",
    edited: "edited",
    silent: "Sent without a sound",
    via: "via",
    file: "File",
    hidden: "Hidden text",
    more: "Show more",
    less: "Show less",
    toLatest: "To the latest message",
    block: "Block the bot",
    unblock: "Unblock the bot",
    blocked: "You have blocked the bot. Neither of you can write to the other.",
    appearance: "Appearance",
    auto: "Automatic",
    light: "Light",
    dark: "Dark",
    close: "Close",
    copied: "Copied.",
    notCopied: "The text could not be copied.",
    unanswered: "The bot has not answered this press.",
    unreachable: "The server cannot be reached.",
    refused: "The server refused this.",
    newMessages: { one: "{n} new message", other: "{n} new messages" },
    unread: { one: "{n} unread message", other: "{n} unread messages" },
    tooLong: {
      one: "One character over the limit of 4,096.",
      other: "{n} characters over the limit of 4,096.",
    },
  },
  ar: {
    preview: "معاينة",
    notTelegram: "ليست هذه تلغرام: كل شيء يبقى على هذا الجهاز.",
    settings: "القارئ والمحادثة",
    writeAs: "تكتب باسم",
    language: "لغة القارئ",
    chat: "المحادثة",
    privateChat: "محادثة خاصة",
    group: "مجموعة",
    connecting: "يجري الاتصال …",
    listening: "البوت يعمل",
    notRunning: "البوت متوقف",
    lost: "انقطع الاتصال، وتجري المحاولة من جديد …",
    typing: "يكتب …",
    messages: "الرسائل",
    whatItDoes: "ماذا يستطيع هذا البوت أن يفعل؟",
    start: "ابدأ",
    emptyGroup: "لا رسائل بعد. في المجموعات، اذكر البوت باسمه أو رُدَّ على رسالة منه.",
    write: "اكتب رسالة",
    message: "الرسالة",
    send: "أرسل",
    menu: "القائمة",
    commands: "الأوامر",
    results: "أجوبة للإرسال",
    noResults: "لا نتائج",
    reply: "رُدّ",
    replyingTo: "ردًّا على",
    cancelReply: "ألغِ الرد",
    gone: "رسالة لم تعد هنا",
    edited: "معدّلة",
    silent: "أُرسلت بلا صوت",
    via: "عبر",
    file: "ملف",
    hidden: "نص مخفي",
    more: "اعرض المزيد",
    less: "اعرض أقل",
    toLatest: "إلى آخر رسالة",
    block: "حظر البوت",
    unblock: "إلغاء حظر البوت",
    blocked: "البوت محظور: لا تصلك رسائله ولا تصله رسائلك.",
    appearance: "المظهر",
    auto: "تلقائي",
    light: "فاتح",
    dark: "داكن",
    close: "أغلق",
    copied: "نُسخ النص.",
    notCopied: "تعذّر نسخ النص.",
    unanswered: "لم يُجب البوت عن هذه الضغطة.",
    unreachable: "تعذّر الوصول إلى الخادم.",
    refused: "رفض الخادم هذا الطلب.",
    newMessages: {
      zero: "لا رسائل جديدة",
      one: "رسالة جديدة",
      two: "رسالتان جديدتان",
      few: "{n} رسائل جديدة",
      many: "{n} رسالة جديدة",
      other: "{n} رسالة جديدة",
    },
    unread: {
      zero: "لا رسائل غير مقروءة",
      one: "رسالة غير مقروءة",
      two: "رسالتان غير مقروءتين",
      few: "{n} رسائل غير مقروءة",
      many: "{n} رسالة غير مقروءة",
      other: "{n} رسالة غير مقروءة",
    },
    tooLong: {
      zero: "النص ضمن الحد.",
      one: "يتجاوز النص الحد (4,096) بحرف واحد.",
      two: "يتجاوز النص الحد (4,096) بحرفين.",
      few: "يتجاوز النص الحد (4,096) بـ{n} أحرف.",
      many: "يتجاوز النص الحد (4,096) بـ{n} حرفًا.",
      other: "يتجاوز النص الحد (4,096) بـ{n} حرف.",
    },
  },
};

// Dates and digits as in the bot's own messages: 7 December, and Latin digits in Arabic too.
const LOCALES = { en: "en-GB", ar: "ar-u-nu-latn" };

let language = "en";
let formats = formatsOf(language);

function formatsOf(code) {
  const locale = LOCALES[code];
  return {
    plural: new Intl.PluralRules(locale),
    number: new Intl.NumberFormat(locale),
    time: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    moment: new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }),
    day: new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" }),
    dayAndYear: new Intl.DateTimeFormat(locale, { dateStyle: "long" }),
    near: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
  };
}

/** Returns the language in which the page can speak to this reader: "ar" or "en". */
export const spoken = (code) => (/^ar\b/i.test(code ?? "") ? "ar" : "en");

export const directionOf = (code) => (code === "ar" ? "rtl" : "ltr");

export function speak(code) {
  language = code;
  formats = formatsOf(code);
}

/** Returns the words for a key; with a count, in the plural form that the language asks for. */
export function say(key, count) {
  const words = WORDS[language][key] ?? WORDS.en[key] ?? key;
  if (typeof words === "string") return words;
  const form = words[formats.plural.select(count)] ?? words.other;
  return form.replace("{n}", formats.number.format(count));
}

const readable = (seconds) => Number.isFinite(seconds) && Math.abs(seconds) < 8e12;

export const time = (seconds) => (readable(seconds) ? formats.time.format(seconds * 1000) : "");

export const moment = (seconds) => (readable(seconds) ? formats.moment.format(seconds * 1000) : "");

/** Returns "today", "yesterday" or the date. */
export function day(seconds) {
  if (!readable(seconds)) return "";
  const then = new Date(seconds * 1000);
  const now = new Date();
  const midnight = (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  const distance = (midnight(then) - midnight(now)) / 86_400_000;
  if (distance === 0 || distance === -1) return formats.near.format(distance, "day");
  const format = then.getFullYear() === now.getFullYear() ? formats.day : formats.dayAndYear;
  return format.format(then);
}

/** Returns a file's size in the unit that fits it. */
export function size(bytes) {
  if (!Number.isFinite(bytes) || bytes < 0) return "";
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const shape = { style: "unit", unit: units[step], maximumFractionDigits: step ? 1 : 0 };
  return new Intl.NumberFormat(LOCALES[language], shape).format(bytes / 1000 ** step);
}

/** Puts the words where the page's markup asks for them. */
export function label(root = document) {
  for (const element of root.querySelectorAll("[data-word]")) {
    element.textContent = say(element.dataset.word);
  }
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = say(element.dataset.label);
    if (element.placeholder) element.placeholder = say(element.dataset.label);
  }
}
