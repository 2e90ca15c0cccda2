import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  addDays,
  addMonths,
  countDays,
  countMonths,
  type Day,
  dayInZone,
  dayOf,
  daysBetween,
  daysOfMonth,
  firstDay,
  instantToIso,
  isDay,
  isMonth,
  isTimeZone,
  lastDay,
  monthOf,
  monthsBetween,
  weekStart,
} from "../../src/kernel/time.ts";

const DAY_MS = 86_400_000;
const LAST_DAY_NUMBER = Date.parse("9999-12-31") / DAY_MS;
const FIRST_DAY_NUMBER = Date.parse("0000-01-01") / DAY_MS;
const days = fc.integer({ min: FIRST_DAY_NUMBER, max: LAST_DAY_NUMBER }).map((n) => dayOf(n * DAY_MS));
const someDays = fc.integer({ min: -3000, max: 3000 });
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

describe("days and months as text", () => {
  it("are real ones of the calendar", () => {
    for (let year = 1896; year <= 2104; year++) {
      const lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
      lengths.forEach((length, i) => {
        const month = `${year}-${String(i + 1).padStart(2, "0")}`;
        expect(isMonth(month)).toBe(true);
        expect(isDay(`${month}-${length}`), month).toBe(true);
        expect(isDay(`${month}-${length + 1}`), month).toBe(false);
        if (isMonth(month)) expect(daysOfMonth(month)).toHaveLength(length);
      });
    }
  });

  it.each([
    "",
    "2026-1-05",
    "2026-13-01",
    "2026-00-10",
    "2026-01-00",
    "26-01-05",
    "2026-01-05T00:00:00Z",
    "2026-01-05\n",
    "+010000-01-01",
    "2026/01/05",
    "٢٠٢٦-01-05",
  ])("%j is no day", (text) => {
    expect(isDay(text)).toBe(false);
  });

  it.each(["", "2026", "2026-1", "2026-13", "2026-00", "2026-01-05", "2026-01\n"])("%j is no month", (text) => {
    expect(isMonth(text)).toBe(false);
  });
});

describe("arithmetic on days", () => {
  it("goes there and back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), someDays, (start, count) => {
        const day = dayOf(start * DAY_MS);
        const moved = addDays(day, count);
        expect(addDays(moved, -count)).toBe(day);
        expect(Math.sign(moved < day ? -1 : moved > day ? 1 : 0)).toBe(Math.sign(count));
        expect(countDays(day, moved)).toBe(Math.max(0, count + 1));
        expect(countDays(moved, day)).toBe(Math.max(0, 1 - count));
      }),
      { numRuns: 1000 },
    );
  });

  it("lists a range with both its ends", () => {
    expect(daysBetween("2024-02-27", "2024-03-02")).toEqual([
      "2024-02-27",
      "2024-02-28",
      "2024-02-29",
      "2024-03-01",
      "2024-03-02",
    ]);
    expect(daysBetween("2026-01-01", "2026-01-01")).toEqual(["2026-01-01"]);
    expect(daysBetween("2026-01-02", "2026-01-01")).toEqual([]);
  });

  it("puts every day in its month, between the first and the last", () => {
    fc.assert(
      fc.property(days, (day) => {
        const month = monthOf(day);
        expect(firstDay(month) <= day && day <= lastDay(month)).toBe(true);
        expect(day.startsWith(month)).toBe(true);
        expect(daysOfMonth(month)).toContain(day);
        expect(daysOfMonth(month).every((other) => monthOf(other) === month)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses what is no day and what lies beyond the calendar", () => {
    expect(() => addDays("2026-02-30", 1)).toThrow(RangeError);
    expect(() => addDays("9999-12-31", 1)).toThrow(RangeError);
    expect(() => addDays("0000-01-01", -1)).toThrow(RangeError);
    expect(() => addMonths("9999-12", 1)).toThrow(RangeError);
    expect(() => addMonths("0000-01", -1)).toThrow(RangeError);
    expect(() => addMonths("2026-13", 1)).toThrow(RangeError);
    expect(() => dayOf(Number.NaN)).toThrow(RangeError);
  });
});

describe("arithmetic on months", () => {
  it("goes there and back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: -600, max: 600 }), (start, count) => {
        const month = monthOf(dayOf(start * DAY_MS));
        const moved = addMonths(month, count);
        expect(addMonths(moved, -count)).toBe(month);
        expect(countMonths(month, moved)).toBe(Math.max(0, count + 1));
        if (count >= 0) expect(monthsBetween(month, moved)).toHaveLength(count + 1);
      }),
      { numRuns: 500 },
    );
  });

  it("crosses years", () => {
    expect(addMonths("2026-11", 3)).toBe("2027-02");
    expect(addMonths("2026-01", -1)).toBe("2025-12");
    expect(monthsBetween("2025-11", "2026-02")).toEqual(["2025-11", "2025-12", "2026-01", "2026-02"]);
    expect(monthsBetween("2026-02", "2025-11")).toEqual([]);
    expect(lastDay("9999-12")).toBe("9999-12-31");
  });
});

describe("weeks", () => {
  it("begin on Monday or on Friday, at most six days before", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (number) => {
        const day = dayOf(number * DAY_MS);
        for (const [startsOn, weekday] of [
          ["mon", 1],
          ["fri", 5],
        ] as const) {
          const start = weekStart(day, startsOn);
          expect(new Date(start).getUTCDay()).toBe(weekday);
          expect(countDays(start, day)).toBeGreaterThanOrEqual(1);
          expect(countDays(start, day)).toBeLessThanOrEqual(7);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("of early November 2026 begin where the calendar says", () => {
    expect(weekStart("2026-11-05", "mon")).toBe("2026-11-02");
    expect(weekStart("2026-11-05", "fri")).toBe("2026-10-30");
    expect(weekStart("2026-11-06", "fri")).toBe("2026-11-06");
  });
});

describe("instants", () => {
  it("are written in UTC and lie on the day they begin with", () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }), (instant) => {
        const iso = instantToIso(instant);
        expect(iso).toMatch(/Z$/);
        expect(Date.parse(iso)).toBe(instant);
        expect(iso.startsWith(dayOf(instant))).toBe(true);
        expect(dayInZone(instant, "UTC")).toBe(dayOf(instant));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["2026-03-28T23:30:00Z", "Europe/Berlin", "2026-03-29"],
    ["2026-10-25T22:59:59Z", "Europe/Berlin", "2026-10-25"],
    ["2026-10-25T23:00:00Z", "Europe/Berlin", "2026-10-26"],
    ["2026-01-01T04:59:59Z", "America/New_York", "2025-12-31"],
    ["2026-01-01T12:00:00Z", "Pacific/Kiritimati", "2026-01-02"],
    ["2026-01-01T18:15:00Z", "Asia/Kathmandu", "2026-01-02"],
  ])("%s in %s is %s", (iso, zone, day) => {
    expect(dayInZone(Date.parse(iso), zone)).toBe(day as Day);
  });

  it("know the names of zones, and refuse others", () => {
    for (const zone of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"]) expect(isTimeZone(zone)).toBe(true);
    for (const zone of ["", "Mars/Olympus", "+02:00", "Europe", "Europe/Berlin "]) expect(isTimeZone(zone)).toBe(false);
    expect(() => dayInZone(0, "Mars/Olympus")).toThrow(RangeError);
  });

  it("have a day in every zone the runtime knows, however many are asked for", () => {
    for (const zone of Intl.supportedValuesOf("timeZone")) {
      expect(isTimeZone(zone)).toBe(true);
      expect(["1999-12-31", "2000-01-01"]).toContain(dayInZone(Date.UTC(2000, 0, 1), zone));
    }
  });
});
