// When a release comes out: local midnight and one fixed moment, across time zones and changes of the clocks.
import { describe, expect, it } from "vitest";
import { releaseInstants, timeZonesOf } from "../../../src/catalog/calendar/instants.ts";
import type { ReleaseAt } from "../../../src/catalog/releases/model.ts";
import { TERRITORIES } from "../../../src/kernel/territory.ts";
import { type Day, instantToIso } from "../../../src/kernel/time.ts";
import { instantAt } from "../../../src/kernel/wall-time.ts";

const HOUR = 3_600_000;
const midnight = (date: Day): ReleaseAt => ({ mode: "local_midnight", date });
const shown = (moment: ReleaseAt, territories: readonly string[] | null) => {
  const { firstAt, lastAt } = releaseInstants(moment, territories);
  return [instantToIso(firstAt).slice(0, 16), instantToIso(lastAt).slice(0, 16)];
};

describe("local midnight", () => {
  it("in all the world it begins on Kiritimati and is everywhere 25 hours later", () => {
    expect(shown(midnight("2026-03-13"), null)).toEqual(["2026-03-12T10:00", "2026-03-13T11:00"]);
  });

  it("no zone of any territory is before the first or after the last, also when clocks change", () => {
    for (const day of ["2026-01-02", "2026-03-08", "2026-03-29", "2026-07-03", "2026-10-25", "2026-11-01"] as const) {
      const { firstAt, lastAt } = releaseInstants(midnight(day), null);
      for (const zone of [...TERRITORIES].flatMap(timeZonesOf)) {
        const at = instantAt(day, "00:00", zone);
        expect(at, zone).toBeGreaterThanOrEqual(firstAt);
        expect(at, zone).toBeLessThanOrEqual(lastAt);
      }
    }
  });

  it("in one country it is that country's own midnight, on both sides of the changes of 2026", () => {
    expect(shown(midnight("2026-03-29"), ["DE"])).toEqual(["2026-03-28T23:00", "2026-03-28T23:00"]);
    expect(shown(midnight("2026-03-30"), ["DE"])).toEqual(["2026-03-29T22:00", "2026-03-29T22:00"]);
    expect(shown(midnight("2026-10-25"), ["DE"])).toEqual(["2026-10-24T22:00", "2026-10-24T22:00"]);
    expect(shown(midnight("2026-10-26"), ["DE"])).toEqual(["2026-10-25T23:00", "2026-10-25T23:00"]);
  });

  it("in a country of many zones it begins in the east: the United States on 8 March and 1 November 2026", () => {
    const [new_york, honolulu] = ["America/New_York", "Pacific/Honolulu"].map(
      (zone) => (day: Day) => instantAt(day, "00:00", zone),
    );
    for (const [day, hours] of [
      ["2026-03-08", 5],
      ["2026-03-09", 6],
      ["2026-11-01", 6],
      ["2026-11-02", 5],
    ] as const) {
      const { firstAt, lastAt } = releaseInstants(midnight(day), ["US"]);
      expect(firstAt).toBe(new_york?.(day));
      expect(lastAt).toBeGreaterThanOrEqual(honolulu?.(day) ?? 0);
      expect((lastAt - firstAt) / HOUR, day).toBe(hours);
    }
  });

  it("territories where nobody lives, or unknown ones, leave it to the whole world", () => {
    expect(shown(midnight("2026-03-13"), ["BV"])).toEqual(shown(midnight("2026-03-13"), null));
    expect(shown(midnight("2026-03-13"), [])).toEqual(shown(midnight("2026-03-13"), null));
  });

  it("every territory people live in has zones in this runtime", () => {
    const without = [...TERRITORIES].filter((territory) => timeZonesOf(territory).length === 0);
    expect(without).toEqual(["BV", "HM"]);
  });
});

describe("one fixed moment", () => {
  const at = (date: Day, time: "02:30" | "09:00", timeZone: string): ReleaseAt => ({
    mode: "fixed_instant",
    date,
    time,
    timeZone,
  });

  it("is the same for everybody, wherever they are", () => {
    expect(shown(at("2026-03-13", "09:00", "America/New_York"), ["JP"])).toEqual([
      "2026-03-13T13:00",
      "2026-03-13T13:00",
    ]);
    expect(shown(at("2026-03-06", "09:00", "America/New_York"), null)).toEqual([
      "2026-03-06T14:00",
      "2026-03-06T14:00",
    ]);
  });

  it("an hour that is skipped is taken an hour later, and one that comes twice is the first", () => {
    expect(shown(at("2026-03-29", "02:30", "Europe/Berlin"), null)[0]).toBe("2026-03-29T01:30");
    expect(shown(at("2026-10-25", "02:30", "Europe/Berlin"), null)[0]).toBe("2026-10-25T00:30");
  });
});
