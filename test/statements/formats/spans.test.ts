import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addDays,
  countDays,
  type Day,
  daysOfMonth,
  firstDay,
  isDay,
  lastDay,
  type Month,
  monthOf,
} from "../../../src/kernel/time.ts";
import {
  AMERICAN_DAY,
  anyOf,
  between,
  COMPACT_DAY,
  COMPACT_MONTH,
  COMPACT_QUARTER,
  DOTTED_MONTH,
  EUROPEAN_DAY,
  FIRST_OF_MONTH,
  firstFilled,
  ISO_DAY,
  ISO_MONTH,
  inMonth,
  LETTERED_MONTH,
  monthOfSpan,
  NAMED_MONTH,
  QUARTER,
  SLASHED_DAY,
  type SpanReader,
  YEAR_AND_MONTH,
} from "../../../src/statements/formats/spans.ts";

const dayOf = (text: string): Day => {
  if (!isDay(text)) throw new Error(text);
  return text;
};
const days = fc.nat(36_000).map((count) => addDays(dayOf("2000-01-01"), count));
const months = days.map(monthOf);
const whole = (month: Month) => ({ from: firstDay(month), to: lastDay(month) });
const one = (text: string) => ({ from: text, to: text });

describe("a period as printed", () => {
  const monthForms: readonly (readonly [string, SpanReader, (year: string, of: string) => readonly string[]])[] = [
    ["ISO_MONTH", ISO_MONTH, (year, of) => [`${year}-${of}`]],
    ["FIRST_OF_MONTH", FIRST_OF_MONTH, (year, of) => [`${year}/${of}/01`]],
    ["COMPACT_MONTH", COMPACT_MONTH, (year, of) => [`${year}${of}`]],
    ["LETTERED_MONTH", LETTERED_MONTH, (year, of) => [`${year}M${Number.parseInt(of, 10)}`]],
    ["DOTTED_MONTH", DOTTED_MONTH, (year, of) => [`${year}.${of} Streams`]],
    ["YEAR_AND_MONTH", YEAR_AND_MONTH, (year, of) => [year, String(Number.parseInt(of, 10))]],
  ];
  it.each(monthForms)("%s gives back every month written in its form, and all of its days", (_name, read, write) => {
    fc.assert(
      fc.property(months, (month) => {
        const [year = "", of = ""] = month.split("-");
        expect(read(...write(year, of))).toEqual(whole(month));
      }),
    );
  });

  const dayForms: readonly (readonly [string, SpanReader, (year: string, of: string, date: string) => string])[] = [
    ["ISO_DAY", ISO_DAY, (year, of, date) => `${year}-${of}-${date}T10:00:00Z`],
    ["SLASHED_DAY", SLASHED_DAY, (year, of, date) => `${year}/${of}/${date}`],
    ["AMERICAN_DAY", AMERICAN_DAY, (year, of, date) => `${of}-${date}-${year}`],
    ["AMERICAN_DAY", AMERICAN_DAY, (year, of, date) => `${of}/${date}/${year} 12:00:00 AM`],
    ["EUROPEAN_DAY", EUROPEAN_DAY, (year, of, date) => `${date}.${of}.${year}`],
    ["COMPACT_DAY", COMPACT_DAY, (year, of, date) => `${year}${of}${date}`],
  ];
  it.each(dayForms)("%s gives back every day written in its form", (_name, read, write) => {
    fc.assert(
      fc.property(days, (day) => {
        const [year = "", of = "", date = ""] = day.split("-");
        expect(read(write(year, of, date))).toEqual(one(day));
      }),
    );
  });

  it.each([
    [QUARTER, "2023Q1", "2023-01-01", "2023-03-31"],
    [QUARTER, "Q1 18", "2018-01-01", "2018-03-31"],
    [QUARTER, "Q117", "2017-01-01", "2017-03-31"],
    [QUARTER, "4Q2025", "2025-10-01", "2025-12-31"],
    [QUARTER, "2026Q2", "2026-04-01", "2026-06-30"],
    [COMPACT_QUARTER, "20254", "2025-10-01", "2025-12-31"],
    [NAMED_MONTH, "JUN-26", "2026-06-01", "2026-06-30"],
    [NAMED_MONTH, "April 2026", "2026-04-01", "2026-04-30"],
    [NAMED_MONTH, "JAN-FEB-18", "2018-01-01", "2018-02-28"],
    [AMERICAN_DAY, "1/3/26 10:12am", "2026-01-03", "2026-01-03"],
    [DOTTED_MONTH, "2019.08", "2019-08-01", "2019-08-31"],
  ] as const)("%# reads %s", (...[read, printed, from, to]) => {
    expect(read(printed)).toEqual({ from, to });
  });

  it.each([
    [ISO_MONTH, "2026-13"],
    [ISO_MONTH, "2026-7"],
    [FIRST_OF_MONTH, "2026/07/02"],
    [FIRST_OF_MONTH, "2026/01/07"],
    [SLASHED_DAY, "2026/02/29"],
    [AMERICAN_DAY, "31/12/2026"],
    [EUROPEAN_DAY, "12/31/2026"],
    [COMPACT_DAY, "202607"],
    [COMPACT_MONTH, "202613"],
    [LETTERED_MONTH, "2017M13"],
    [LETTERED_MONTH, "2017M0"],
    [DOTTED_MONTH, "2019.8"],
    [DOTTED_MONTH, "2019.08th"],
    [DOTTED_MONTH, "Adjustment"],
    [QUARTER, "2023Q5"],
    [QUARTER, "20254"],
    [COMPACT_QUARTER, "20255"],
    [COMPACT_QUARTER, "2025-4"],
    [NAMED_MONTH, "June"],
    [NAMED_MONTH, "FEB-JAN-18"],
    [NAMED_MONTH, "Foo 2026"],
    [YEAR_AND_MONTH, "2026"],
    [ISO_DAY, ""],
    [ISO_MONTH, "0000-01"],
    [ISO_DAY, "0001-01-31"],
    [ISO_DAY, "9999-12-31"],
    [AMERICAN_DAY, "01/01/0206"],
    [COMPACT_MONTH, "226607"],
    [QUARTER, "0026Q2"],
  ] as const)("%# refuses %s", (...[read, printed]) => {
    expect(read(printed)).toBeNull();
  });
});

describe("readers made of others", () => {
  it("take a day for its month, and the first form that fits", () => {
    expect(inMonth(AMERICAN_DAY)("8/31/2026 12:00:00 AM")).toEqual(whole(monthOf(dayOf("2026-08-31"))));
    expect(inMonth(AMERICAN_DAY)("soon")).toBeNull();
    expect(anyOf(NAMED_MONTH, QUARTER)("Q1 18")?.to).toBe("2018-03-31");
    expect(anyOf(NAMED_MONTH, QUARTER)("2018")).toBeNull();
  });

  it("ask a later cell only where those before it are blank", () => {
    const read = firstFilled(ISO_MONTH);
    expect(read("", "2026-07")?.from).toBe("2026-07-01");
    expect(read("2026-06", "2026-07")?.from).toBe("2026-06-01");
    expect(read("soon", "2026-07")).toBeNull();
    expect(read("", "")).toBeNull();
  });

  it("refuse an end before its beginning, and half a span", () => {
    expect(between(ISO_DAY)("2026-04-01", "2026-04-30")).toEqual({ from: "2026-04-01", to: "2026-04-30" });
    expect(between(ISO_DAY)("2026-04-30", "2026-04-01")).toBeNull();
    expect(between(ISO_DAY)("2026-04-30", "")).toBeNull();
    expect(between(ISO_DAY)("0000-01-01", "0000-01-20")).toBeNull();
  });
});

describe("the month of a span", () => {
  it.each([
    ["2026-07-01", "2026-07-31", "2026-07"],
    ["2026-07-15", "2026-07-15", "2026-07"],
    ["2017-11-05", "2017-12-02", "2017-11"],
    ["2017-10-01", "2017-11-04", "2017-10"],
    ["2026-06-24", "2026-07-07", "2026-07"],
    ["2018-01-01", "2018-02-28", "2018-02"],
    ["2025-01-01", "2025-06-30", "2025-06"],
  ])("%s to %s counts for %s", (from, to, month) => {
    expect(monthOfSpan({ from: dayOf(from), to: dayOf(to) })).toBe(month);
  });

  it("has no fewer of its days than any other month, up to a month and a half", () => {
    fc.assert(
      fc.property(days, fc.nat(44), (from, more) => {
        const span = { from, to: addDays(from, more) };
        const inside = (month: Month) => daysOfMonth(month).filter((day) => span.from <= day && day <= span.to).length;
        const most = inside(monthOfSpan(span));
        for (let day = from; day <= span.to; day = addDays(day, 1)) {
          expect(most).toBeGreaterThanOrEqual(inside(monthOf(day)));
        }
      }),
    );
  });

  it("is the last one of a longer span", () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 45, max: 400 }), (from, more) => {
        const to = addDays(from, more);
        expect(countDays(from, to)).toBeGreaterThan(45);
        expect(monthOfSpan({ from, to })).toBe(monthOf(to));
      }),
    );
  });
});
