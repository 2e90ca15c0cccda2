// The home of iCalendar: how a calendar is written so that calendar programs can subscribe to it.

import { type Day, type Instant, instantToIso } from "../../kernel/time.ts";

/** One entry of a calendar. */
export interface CalendarEvent {
  /** Stays the same for as long as the thing exists, so that a program changes its entry rather than adding another. */
  readonly uid: string;
  /** A whole day wherever one is, or one moment. */
  readonly at: { readonly day: Day } | { readonly instant: Instant };
  readonly summary: string;
  readonly description?: string | undefined;
  /** How often it was changed; a higher one replaces a lower. */
  readonly sequence: number;
  /** When it was changed last. */
  readonly changedAt: Instant;
}

/** How long a line may be, its break not counted. @see RFC 5545, section 3.1 */
const MAX_LINE_OCTETS = 75;

/**
 * Writes a calendar.
 *
 * The same events give the same bytes: nothing in it tells when it was asked for.
 * @see https://www.rfc-editor.org/rfc/rfc5545 checked 2026-11; NAME and REFRESH-INTERVAL after RFC 7986
 */
export function writeCalendar(name: string, events: readonly CalendarEvent[]): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//artist-dashboard-api//Release calendar//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `NAME:${escaped(name)}`,
    `X-WR-CALNAME:${escaped(name)}`,
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ...events.flatMap(eventLines),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function eventLines({ uid, at, summary, description, sequence, changedAt }: CalendarEvent): string[] {
  return [
    "BEGIN:VEVENT",
    `UID:${escaped(uid)}`,
    `DTSTAMP:${stamp(changedAt)}`,
    `LAST-MODIFIED:${stamp(changedAt)}`,
    `SEQUENCE:${sequence}`,
    "day" in at ? `DTSTART;VALUE=DATE:${at.day.replaceAll("-", "")}` : `DTSTART:${stamp(at.instant)}`,
    `SUMMARY:${escaped(summary)}`,
    ...(description === undefined ? [] : [`DESCRIPTION:${escaped(description)}`]),
    // To know of a day takes nobody's time.
    "TRANSP:TRANSPARENT",
    "END:VEVENT",
  ];
}

function stamp(instant: Instant): string {
  return `${instantToIso(instant).slice(0, 19).replace(/[-:]/g, "")}Z`;
}

function escaped(text: string): string {
  const plain = text.toWellFormed().replace(/\r\n?/g, "\n");
  // A text may hold no control characters but tabs and line breaks.
  const allowed = plain.replace(/(?![\t\n])\p{Cc}/gu, "");
  return allowed.replace(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
}

/** Breaks a line where it grows too long, never within a character. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  let [text, octets] = ["", 0];
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > MAX_LINE_OCTETS) {
      text += "\r\n ";
      octets = 1;
    }
    text += character;
    octets += size;
  }
  return text;
}
