// iCalendar: what a calendar program reads is what was meant, whatever stands in a title.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CalendarEvent, writeCalendar } from "../../../src/catalog/calendar/icalendar.ts";

const changedAt = Date.UTC(2026, 1, 3, 4, 5, 6);
const event = (given: Partial<CalendarEvent>): CalendarEvent => ({
  uid: "rel_1@artist-dashboard",
  at: { day: "2026-03-13" },
  summary: "Slack Tide",
  sequence: 0,
  changedAt,
  ...given,
});

/** Reads a calendar as RFC 5545 says: unfold, split at the first colon, take the escapes back. */
function read(text: string): { name: string; value: string }[] {
  return text
    .replaceAll("\r\n ", "")
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      const value = line.slice(colon + 1).replace(/\\(.)/g, (_, mark) => (mark === "n" ? "\n" : mark));
      return { name: line.slice(0, colon), value };
    });
}

const lineOf = (text: string, name: string) => read(text).find((line) => line.name === name)?.value;

describe("a calendar", () => {
  it("is written line by line as the standard wants it", () => {
    const events = [
      event({ sequence: 3, description: "Out at midnight; everywhere, always" }),
      event({ uid: "rel_2@artist-dashboard", at: { instant: Date.UTC(2026, 9, 25, 0, 30) } }),
    ];
    expect(writeCalendar("Glass Harbor", events)).toBe(
      [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//artist-dashboard-api//Release calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Glass Harbor",
        "X-WR-CALNAME:Glass Harbor",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "BEGIN:VEVENT",
        "UID:rel_1@artist-dashboard",
        "DTSTAMP:20260203T040506Z",
        "LAST-MODIFIED:20260203T040506Z",
        "SEQUENCE:3",
        "DTSTART;VALUE=DATE:20260313",
        "SUMMARY:Slack Tide",
        "DESCRIPTION:Out at midnight\\; everywhere\\, always",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:rel_2@artist-dashboard",
        "DTSTAMP:20260203T040506Z",
        "LAST-MODIFIED:20260203T040506Z",
        "SEQUENCE:0",
        "DTSTART:20261025T003000Z",
        "SUMMARY:Slack Tide",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
      ].join("\r\n"),
    );
  });

  it("no line is longer than 75 octets, and none is broken within a character", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 200 });
    fc.assert(
      fc.property(text, text, (summary, name) => {
        const written = writeCalendar(name, [event({ summary })]);
        for (const line of written.split("\r\n")) {
          expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
          expect(line.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it("a title reads back as it was, and cannot begin a line of its own", () => {
    const unit = fc.constantFrom("a", "ø", "\u{1f30a}", ";", ",", "\\", "\n", ":", '"', "BEGIN:VEVENT", "\\n", " ");
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (parts) => {
        const summary = parts.join("");
        const written = writeCalendar("Glass Harbor", [event({ summary })]);
        expect(lineOf(written, "SUMMARY")).toBe(summary);
        expect(read(written).filter(({ value }) => value === "VEVENT")).toHaveLength(2);
      }),
    );
  });

  it("control characters do not get through, and line breaks of all kinds are one", () => {
    const written = writeCalendar("Glass Harbor", [event({ summary: "a\u0000b\u007f\r\nc\rd\te\ud800" })]);
    expect(lineOf(written, "SUMMARY")).toBe("ab\nc\nd\te\ufffd");
  });
});
