// Wall clocks: the instants of dates and times, above all where clocks are put forward or back.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Day, dayInZone, instantToIso, isDay } from "../../src/kernel/time.ts";
import { instantAt, isTimeOfDay, offsetAt, type TimeOfDay } from "../../src/kernel/wall-time.ts";

const at = (day: Day, time: TimeOfDay, zone: string) => instantToIso(instantAt(day, time, zone)).slice(0, 16);

describe("wall clocks", () => {
  it("Europe/Berlin on 29 March 2026: an hour that does not come is taken an hour later", () => {
    expect(at("2026-03-28", "00:00", "Europe/Berlin")).toBe("2026-03-27T23:00");
    expect(at("2026-03-29", "00:00", "Europe/Berlin")).toBe("2026-03-28T23:00");
    expect(at("2026-03-29", "01:59", "Europe/Berlin")).toBe("2026-03-29T00:59");
    expect(at("2026-03-29", "02:00", "Europe/Berlin")).toBe("2026-03-29T01:00");
    expect(at("2026-03-29", "02:30", "Europe/Berlin")).toBe("2026-03-29T01:30");
    expect(at("2026-03-29", "03:30", "Europe/Berlin")).toBe("2026-03-29T01:30");
    expect(at("2026-03-30", "00:00", "Europe/Berlin")).toBe("2026-03-29T22:00");
  });

  it("Europe/Berlin on 25 October 2026: an hour that comes twice is the first", () => {
    expect(at("2026-10-25", "00:00", "Europe/Berlin")).toBe("2026-10-24T22:00");
    expect(at("2026-10-25", "02:30", "Europe/Berlin")).toBe("2026-10-25T00:30");
    expect(at("2026-10-25", "03:00", "Europe/Berlin")).toBe("2026-10-25T02:00");
    expect(at("2026-10-26", "00:00", "Europe/Berlin")).toBe("2026-10-25T23:00");
  });

  it("America/New_York on 8 March and 1 November 2026", () => {
    expect(at("2026-03-08", "00:00", "America/New_York")).toBe("2026-03-08T05:00");
    expect(at("2026-03-08", "02:30", "America/New_York")).toBe("2026-03-08T07:30");
    expect(at("2026-03-09", "00:00", "America/New_York")).toBe("2026-03-09T04:00");
    expect(at("2026-11-01", "00:00", "America/New_York")).toBe("2026-11-01T04:00");
    expect(at("2026-11-01", "01:30", "America/New_York")).toBe("2026-11-01T05:30");
    expect(at("2026-11-01", "02:00", "America/New_York")).toBe("2026-11-01T07:00");
    expect(at("2026-11-02", "00:00", "America/New_York")).toBe("2026-11-02T05:00");
  });

  it("a midnight that does not come is the beginning of its day", () => {
    expect(at("2026-04-24", "00:00", "Africa/Cairo")).toBe("2026-04-23T22:00");
    expect(dayInZone(instantAt("2026-04-24", "00:00", "Africa/Cairo"), "Africa/Cairo")).toBe("2026-04-24");
    expect(dayInZone(instantAt("2026-04-24", "00:00", "Africa/Cairo") - 1, "Africa/Cairo")).toBe("2026-04-23");
  });

  it("a day that never came is the day after it", () => {
    expect(at("2011-12-30", "00:00", "Pacific/Apia")).toBe(at("2011-12-31", "00:00", "Pacific/Apia"));
  });

  it("in every zone and year, a clock shows what was asked for unless it skips it", () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const day = fc
      .date({ min: new Date("2025-01-02"), max: new Date("2037-12-30"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10))
      .filter(isDay);
    const time = fc.integer({ min: 0, max: 1439 }).map((minutes) => {
      const two = (value: number) => String(value).padStart(2, "0");
      return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` as TimeOfDay;
    });
    fc.assert(
      fc.property(zone, day, time, (timeZone, on, clock) => {
        const instant = instantAt(on, clock, timeZone);
        const asked = Date.parse(`${on}T${clock}:00Z`);
        const shown = instant + offsetAt(instant, timeZone);
        const [before, after] = [offsetAt(instant - 1, timeZone), offsetAt(instant, timeZone)];
        const isSkipped = shown !== asked;
        // What is skipped lies as far behind the clock as the clocks were put forward within the day.
        if (isSkipped)
          expect(shown - asked).toBe(
            offsetAt(instant + 86_400_000, timeZone) - offsetAt(instant - 86_400_000, timeZone),
          );
        // Nothing earlier shows the same: of two instants it is the first.
        for (const minutes of [30, 60, 120]) {
          const earlier = instant - minutes * 60_000;
          expect(earlier + offsetAt(earlier, timeZone)).not.toBe(asked);
        }
        expect(Math.abs(before - after)).toBeLessThanOrEqual(7_200_000);
      }),
      { numRuns: 3000 },
    );
  });

  it("a time of day is two digits, a colon, and two digits of a day's", () => {
    expect(["00:00", "23:59", "09:30"].every(isTimeOfDay)).toBe(true);
    expect(["24:00", "9:30", "12:60", "12:30:00", "", " 12:30"].some(isTimeOfDay)).toBe(false);
  });
});
