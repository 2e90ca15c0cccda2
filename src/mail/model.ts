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
