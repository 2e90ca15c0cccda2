// What is planned around a release: due days, how they move, and what clashes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  conflicts,
  type DatedRelease,
  type Milestone,
  movesTo,
  plan,
  STANDARD_MILESTONES,
} from "../../../src/catalog/calendar/model.ts";
import { addDays, countDays, type Day, isDay } from "../../../src/kernel/time.ts";

const day = fc
  .date({ min: new Date("2025-01-01"), max: new Date("2030-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
  .filter(isDay);

const milestone = (given: Partial<Milestone>): Milestone => ({
  id: "mil_1",
  name: "Masters due",
  date: "2026-01-30",
  offsetDays: -42,
  isDone: false,
  ...given,
});
const release = (id: string, date: Day, isUndelivered = false): DatedRelease => ({ id, date, isUndelivered });

describe("milestones", () => {
  it("fall as many days from the release as the template says, also across changes of the clocks", () => {
    const planned = plan(STANDARD_MILESTONES, "2026-04-10");
    expect(planned.map(({ name, date }) => `${name} ${date}`)).toEqual([
      "Masters due 2026-02-27",
      "Artwork due 2026-02-27",
      "Deliver to stores 2026-03-13",
      "Pitch to editorial 2026-03-13",
      "Open pre-saves 2026-03-20",
      "Announce 2026-03-20",
      "First week's figures 2026-04-17",
      "First four weeks' figures 2026-05-08",
    ]);
  });

  it("move by exactly what the date moves, and back again when it moves back", () => {
    fc.assert(
      fc.property(day, day, fc.array(fc.integer({ min: -120, max: 60 }), { maxLength: 8 }), (from, to, offsets) => {
        const before = offsets.map((offsetDays, at) =>
          milestone({ id: `mil_${at}`, offsetDays, date: addDays(from, offsetDays) }),
        );
        const moves = movesTo(before, to);
        expect(moves).toHaveLength(from === to ? 0 : before.length);
        for (const move of moves) {
          expect(countDays(move.from, move.to) - countDays(from, to)).toBe(
            from <= to ? 0 : countDays(move.from, move.to),
          );
        }
        const after = before.map((each) => ({
          ...each,
          date: moves.find(({ id }) => id === each.id)?.to ?? each.date,
        }));
        expect(movesTo(after, from).map(({ id, to: back }) => [id, back])).toEqual(
          moves.map((move) => [move.id, move.from]),
        );
      }),
    );
  });

  it("what is done, or stands on a day of its own, stays", () => {
    const milestones = [
      milestone({ id: "mil_1", isDone: true }),
      milestone({ id: "mil_2", offsetDays: null }),
      milestone({ id: "mil_3" }),
    ];
    expect(movesTo(milestones, "2026-03-20")).toEqual([
      { id: "mil_3", name: "Masters due", from: "2026-01-30", to: "2026-02-06" },
    ]);
  });
});

describe("what clashes", () => {
  it("two releases between one Friday and the next", () => {
    const [friday, thursday, next] = ["2026-03-13", "2026-03-19", "2026-03-20"] as const;
    const releases = [release("rel_b", thursday), release("rel_a", friday), release("rel_c", next)];
    expect(conflicts(releases, [], "2026-01-01")).toEqual([
      { kind: "same_week", week: friday, releaseIds: ["rel_a", "rel_b"] },
    ]);
  });

  it("a milestone that was missed, until it is done or the release is out", () => {
    const missed = { ...milestone({ date: "2026-02-01" }), releaseId: "rel_a" };
    const on = (today: Day, given: Partial<Milestone> = {}) =>
      conflicts([release("rel_a", "2026-03-13")], [{ ...missed, ...given }], today);
    expect(on("2026-02-01")).toEqual([]);
    expect(on("2026-02-02")).toEqual([{ kind: "milestone_missed", releaseIds: ["rel_a"], milestoneId: "mil_1" }]);
    expect(on("2026-02-02", { isDone: true })).toEqual([]);
    expect(on("2026-03-14")).toEqual([]);
  });

  it("stores that cannot have it in time any more, from the first day on that is too late", () => {
    const on = (today: Day, isUndelivered = true) =>
      conflicts([release("rel_a", "2026-03-13", isUndelivered)], [], today);
    expect(on("2026-02-13")).toEqual([]);
    expect(on("2026-02-14")).toEqual([{ kind: "lead_too_short", releaseIds: ["rel_a"], stores: ["beatport"] }]);
    expect(on("2026-03-07")[0]).toMatchObject({ stores: ["spotify", "deezer", "tiktok", "tidal", "beatport"] });
    expect(on("2026-03-07", false)).toEqual([]);
  });

  it("nothing that is out clashes with anything", () => {
    const releases = [release("rel_a", "2026-03-13", true), release("rel_b", "2026-03-14", true)];
    expect(conflicts(releases, [], "2026-03-15")).toEqual([]);
  });
});
