// The home of what a mail is.

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Writes a text so that HTML shows it as it is, between tags and within quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/**
 * Reads `Name <address>`, or an address alone.
 *
 * @returns the address alone as text, as without a name there is nothing else
 */
export function readAddress(text: string): string | { name: string; email: string } {
  const [, name = "", email = ""] = /^\s*"?([^"<>]*?)"?\s*<([^<>]+)>\s*$/.exec(text) ?? [];
  if (email === "") return text.trim();
  return name === "" ? email.trim() : { name, email: email.trim() };
}

/** A mail to one person, in plain text and HTML. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Headers beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Makes one line of a text: a subject is a header, and a line's end would begin another. Signs that join letters and
 * emoji stay; others that show nothing go.
 */
export function oneLine(text: string): string {
  return text.replace(/(?:[\s\p{Cc}]|(?![\u200c\u200d])\p{Cf})+/gu, " ").trim();
}

const LETTER =
  "font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif;max-width:560px;overflow-wrap:anywhere";

/** Writes a mail of a sentence, a link and what is to be known of it. What people called things is escaped. */
export function linkMail(mail: {
  readonly to: string;
  readonly subject: string;
  readonly words: string;
  readonly url: string;
  readonly end: string;
}): Mail {
  const { to, subject, words, url, end } = mail;
  const [said, href, closing] = [words, url, end].map(escapeHtml);
  return {
    to,
    subject,
    text: `${words}\n\n${url}\n\n${end}`,
    html: `<div style="${LETTER}"><p>${said}</p><p><a href="${href}">${href}</a></p><p>${closing}</p></div>`,
  };
}
