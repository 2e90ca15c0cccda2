// The home of the words of a digest, in text and HTML.

import { escapeHtml, type Mail, oneLine } from "../../mail/index.ts";
import { THREADS_SHOWN } from "./model.ts";

/** A thread as it is shown in a mail. */
export interface ShownThread {
  readonly subject: string;
  readonly count: number;
  /** What those who wrote are called. */
  readonly senders: readonly string[];
  readonly text: string;
  readonly url: string;
}

/** The threads of one artist. */
export interface ShownArtist {
  readonly name: string;
  readonly threads: readonly ShownThread[];
}

const LINE_CHARACTERS = 140;
const SENDERS_NAMED = 3;

const STYLE =
  "body{margin:0;background:#f5f5f4;color:#1c1917;font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif}" +
  "main{max-width:560px;margin:0 auto;padding:24px 16px}" +
  "h1{font-size:22px;line-height:1.3;margin:0 0 20px}h2{font-size:14px;font-weight:600;margin:24px 0 8px;color:#57534e}" +
  ".card{display:block;background:#fff;border:1px solid #e7e5e4;border-radius:8px;padding:14px 16px;margin:0 0 10px;" +
  "color:#1c1917;text-decoration:none;overflow-wrap:anywhere}" +
  ".subject{font-weight:600}.who{font-size:14px;color:#57534e}.line{margin-top:6px}" +
  "footer{margin-top:28px;font-size:13px;color:#57534e}footer a{color:#57534e}" +
  "@media (prefers-color-scheme:dark){body{background:#1c1917;color:#fafaf9}h2,.who,footer,footer a{color:#d6d3d1}" +
  ".card{background:#292524;border-color:#44403c;color:#fafaf9}}";

/** Writes a digest. What people wrote is anybody's text: it is escaped in HTML and kept to one line. */
export function digestMail(to: string, artists: readonly ShownArtist[], offUrl: string): Mail {
  const all = artists.flatMap(({ threads }) => threads);
  const messages = all.reduce((sum, { count }) => sum + count, 0);
  const [only] = all.length === 1 ? all : [];
  const where = only === undefined ? `in ${all.length} threads` : `in “${cut(only.subject, 60)}”`;
  const title = `${messages} unread ${messages === 1 ? "message" : "messages"} ${where}`;
  const { shown, left } = firstThreads(artists);
  const more = left === 0 ? null : `And ${left} more ${left === 1 ? "thread" : "threads"}.`;
  const why = "You get this because messages waited for you. It repeats nothing from an earlier mail.";
  return {
    to,
    subject: title,
    text: [
      title,
      ...shown.flatMap(({ name, threads }) => [oneLine(name), ...threads.map(threadText)]),
      ...(more === null ? [] : [more]),
      `-- \n${why}\nTurn these mails off: ${offUrl}`,
    ].join("\n\n"),
    html: htmlOf(title, shown, more, `${why} <a href="${escapeHtml(offUrl)}">Turn these mails off</a>`),
    // @see https://www.rfc-editor.org/rfc/rfc8058 one-click unsubscribing, checked 2026-11
    headers: { "List-Unsubscribe": `<${offUrl}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
  };
}

function firstThreads(artists: readonly ShownArtist[]): { shown: ShownArtist[]; left: number } {
  let room = THREADS_SHOWN;
  let left = 0;
  const shown = artists.map(({ name, threads }) => {
    const kept = threads.slice(0, room);
    room -= kept.length;
    left += threads.length - kept.length;
    return { name, threads: kept };
  });
  return { shown: shown.filter(({ threads }) => threads.length > 0), left };
}

function threadText(thread: ShownThread): string {
  return `${oneLine(thread.subject)}\n${whoOf(thread)}\n${lineOf(thread)}\n${thread.url}`;
}

function htmlOf(title: string, artists: readonly ShownArtist[], more: string | null, footer: string): string {
  const cards = artists.map(
    ({ name, threads }) => `<h2>${escapeHtml(oneLine(name))}</h2>${threads.map(card).join("")}`,
  );
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, ` +
    `initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title>` +
    `<style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1>${cards.join("")}` +
    `${more === null ? "" : `<p>${more}</p>`}<footer>${footer}</footer></main></body></html>`
  );
}

function card(thread: ShownThread): string {
  return (
    `<a class="card" href="${escapeHtml(thread.url)}"><div class="subject">${escapeHtml(oneLine(thread.subject))}</div>` +
    `<div class="who">${escapeHtml(whoOf(thread))}</div><div class="line">${escapeHtml(lineOf(thread))}</div></a>`
  );
}

/** "3 unread from Mara, Noa and 2 others" */
function whoOf({ count, senders }: ShownThread): string {
  const named = senders.slice(0, SENDERS_NAMED).map((name) => cut(name, 60));
  const others = senders.length - named.length;
  if (others > 0) named.push(others === 1 ? "1 other" : `${others} others`);
  const last = named.pop() ?? "";
  return `${count} unread from ${named.length === 0 ? last : `${named.join(", ")} and ${last}`}`;
}

/** The first line that says something. */
function lineOf({ text }: ShownThread): string {
  return cut(text.trim().split(/\r|\n/)[0] ?? "", LINE_CHARACTERS);
}

/** Makes one line of a text, cut between characters as people see them. */
function cut(text: string, most: number): string {
  const line = oneLine(text);
  if (line.length <= most) return line;
  const signs = [...new Intl.Segmenter("en").segment(line)].map(({ segment }) => segment);
  return signs.length <= most ? line : `${signs.slice(0, most - 1).join("")}…`;
}
