import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { derivedId, ID_PREFIXES, ID_RANDOM_BYTES, type IdKind, idInstant, isId, makeId } from "../../src/kernel/id.ts";

const kinds = Object.keys(ID_PREFIXES) as IdKind[];
const instants = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const randoms = fc.uint8Array({ minLength: ID_RANDOM_BYTES, maxLength: ID_RANDOM_BYTES });

describe("ids", () => {
  it("give every kind three letters of its own", () => {
    const prefixes = Object.values(ID_PREFIXES);
    expect(new Set(prefixes).size).toBe(prefixes.length);
    for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z]{3}$/);
  });

  it("are written as the standard writes 48 + 80 bits", () => {
    const random = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    expect(makeId("track", 1469918176385, random)).toBe("trk_01aryz6s41zzzzzzzzzzzzzzzz");
    expect(makeId("artist", 0, new Uint8Array(10))).toBe("art_00000000000000000000000000");
    expect(makeId("job", 2 ** 48 - 1, random)).toBe("job_7zzzzzzzzzzzzzzzzzzzzzzzzz");
  });

  it("are recognised as their own kind and no other, and tell when they were made", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.constantFrom(...kinds),
        instants,
        randoms,
        (kind, other, at, random) => {
          const id = makeId(kind, at, random);
          expect(isId(kind, id)).toBe(true);
          expect(isId(other, id)).toBe(kind === other);
          expect(idInstant(id)).toBe(at);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("sort by instant, then by their random part", () => {
    fc.assert(
      fc.property(instants, randoms, instants, randoms, (atA, randomA, atB, randomB) => {
        const a = makeId("statement", atA, randomA);
        const b = makeId("statement", atB, randomB);
        const bytes = Buffer.compare(randomA, randomB);
        const order = atA === atB ? bytes : atA - atB;
        expect(Math.sign(a < b ? -1 : a > b ? 1 : 0)).toBe(Math.sign(order));
      }),
      { numRuns: 1000 },
    );
  });

  it("differ whenever their random part differs", () => {
    fc.assert(
      fc.property(instants, randoms, randoms, (at, a, b) => {
        expect(makeId("entry", at, a) === makeId("entry", at, b)).toBe(Buffer.compare(a, b) === 0);
      }),
      { numRuns: 500 },
    );
  });

  it("derive the same id from the same content", () => {
    const digest = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
    expect(derivedId("posting", 5, digest)).toBe(derivedId("posting", 5, digest.slice()));
    expect(derivedId("posting", 5, digest)).toBe(makeId("posting", 5, digest.slice(0, 10)));
  });

  it.each([
    "",
    "trk_",
    "trk",
    "trk_01aryz6s41zzzzzzzzzzzzzzz",
    "trk_01aryz6s41zzzzzzzzzzzzzzzzz",
    "TRK_01aryz6s41zzzzzzzzzzzzzzzz",
    "trk_01ARYZ6S41zzzzzzzzzzzzzzzz",
    "trk_81aryz6s41zzzzzzzzzzzzzzzz",
    "trk_0iaryz6s41zzzzzzzzzzzzzzzz",
    "trk_0uaryz6s41zzzzzzzzzzzzzzzz",
    "art_01aryz6s41zzzzzzzzzzzzzzzz",
    "trk_01aryz6s41zzzzzzzzzzzzzzzz\n",
  ])("do not mistake %j for a track", (text) => {
    expect(isId("track", text)).toBe(false);
  });

  it("refuse instants and bytes that do not fit", () => {
    const random = new Uint8Array(10);
    for (const at of [-1, 2 ** 48, 1.5, Number.NaN]) expect(() => makeId("run", at, random)).toThrow(RangeError);
    expect(() => makeId("run", 0, new Uint8Array(9))).toThrow(RangeError);
    expect(() => makeId("run", 0, new Uint8Array(11))).toThrow(RangeError);
    expect(() => derivedId("run", 0, new Uint8Array(9))).toThrow(RangeError);
    expect(() => idInstant("trk_nothing")).toThrow(RangeError);
  });
});
