import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdsIn, requireClearDeals } from "../../src/catalog/deals/model.ts";
import { placeTracks } from "../../src/catalog/releases/model.ts";
import { foldWords, matchOf } from "../../src/catalog/search/model.ts";
import { formatShare, readShare } from "../../src/catalog/works/model.ts";
import { Problem } from "../../src/kernel/problems.ts";
import { TERRITORIES } from "../../src/kernel/territory.ts";

describe("shares", () => {
  it("are written so that they read back as what they are, and in one spelling only", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (parts) => {
        const text = formatShare(parts);
        expect(readShare(text)).toBe(parts);
        expect(text).toMatch(/^(?:0|[1-9]\d*)(?:\.\d{0,3}[1-9])?$/);
      }),
    );
  });
});

describe("words", () => {
  it("of a text are small letters and digits, and fold to themselves", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const words = foldWords(text);
        for (const word of words) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
        expect(foldWords(words.join(" "))).toEqual(words);
      }),
    );
  });

  it("of a question stand in it as terms of the artist alone, whatever is asked", () => {
    const term = /^(?:words : "0artist[\p{L}\p{N}]+" \*|filters : "0artist(?:kind[a-z]+)?")$/u;
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.boolean(), (q, isNarrow) => {
        const match = matchOf("art_0artist", { q, ...(isNarrow ? { kind: "release" } : {}) });
        if (match === null) return;
        for (const each of match.split(" AND ")) expect(each).toMatch(term);
      }),
    );
  });
});

describe("deals", () => {
  const territory = fc.constantFrom("DE", "US", "JP");
  const territories = fc.oneof(
    fc.record({ include: fc.uniqueArray(territory, { minLength: 1 }), exclude: fc.constant([]) }),
    fc.record({ include: fc.constant([]), exclude: fc.uniqueArray(territory) }),
  );
  const day = fc.constantFrom("2026-01-01", "2026-02-01", "2026-03-01", null);
  const deal = fc.record({
    territories,
    commercialModel: fc.constantFrom("SubscriptionModel", "PayAsYouGoModel"),
    uses: fc.constantFrom(["Stream"], ["PermanentDownload"], ["Stream", "PermanentDownload"]),
    startsOn: day,
    endsOn: day,
    isPreOrder: fc.boolean(),
  });

  /** Each day that is named, and days before, between and after. */
  const DAYS = ["2025-12-31", "2026-01-01", "2026-01-15", "2026-02-01", "2026-02-15", "2026-03-01", "2026-03-15"];

  it("are refused exactly when two of them hold for one use in one place on one day", () => {
    fc.assert(
      fc.property(deal, deal, (one, other) => {
        const both = [one, other] as Parameters<typeof requireClearDeals>[0];
        fc.pre(both.every(({ startsOn, endsOn }) => startsOn === null || endsOn === null || startsOn <= endsOn));
        const isSame = one.commercialModel === other.commercialModel && one.isPreOrder === other.isPreOrder;
        const uses: readonly string[] = other.uses;
        const shares = one.uses.some((use) => uses.includes(use));
        const meets = [...TERRITORIES].some((place) => both.every((each) => holdsIn(each.territories, place)));
        const overlaps = DAYS.some((on) =>
          both.every(({ startsOn, endsOn }) => (startsOn ?? on) <= on && on <= (endsOn ?? on)),
        );
        const clash = () => requireClearDeals(both, "body.deals");
        if (isSame && shares && meets && overlaps) expect(clash).toThrow(Problem);
        else expect(clash).not.toThrow();
      }),
    );
  });
});

describe("tracks", () => {
  it("that were not given places follow one another, and never two stand in one", () => {
    const said = fc.array(fc.record({ disc: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(said, (tracks) => {
        const discs = tracks.map(({ disc }) => disc ?? 0);
        fc.pre(discs.every((disc, at) => disc === 0 || disc >= Math.max(1, ...discs.slice(0, at))));
        const ids = tracks.map((_, at) => `rec_${at}`);
        const placed = placeTracks(tracks, ids, "body.tracks");
        expect(placed.map(({ recordingId }) => recordingId)).toEqual(ids);
        expect(new Set(placed.map(({ disc, sequence }) => `${disc}.${sequence}`)).size).toBe(ids.length);
      }),
    );
  });
});
