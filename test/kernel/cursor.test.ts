import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type CursorValue, decodeCursor, encodeCursor } from "../../src/kernel/cursor.ts";
import { Problem } from "../../src/kernel/problems.ts";

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const otherKey = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const values = fc.array(
  fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.constant(null)) as fc.Arbitrary<CursorValue>,
  { maxLength: 5 },
);

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return "accepted";
}

describe("page cursors", () => {
  it("come back as they went out", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), values, (binding, sent) => {
        const cursor = encodeCursor(key, binding, sent);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(key, binding, cursor)).toEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  it("are refused when any one character is another", () => {
    const cursor = encodeCursor(key, "art_1 listTracks", ["title", 12, null, "trk_1"]);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ %é";
    for (let i = 0; i < cursor.length; i++) {
      for (const character of i % 7 === 0 || i > cursor.length - 3 ? alphabet : "A_") {
        if (character === cursor.charAt(i)) continue;
        const altered = cursor.slice(0, i) + character + cursor.slice(i + 1);
        expect(refusal(() => decodeCursor(key, "art_1 listTracks", altered))).toBe("bad_cursor");
      }
    }
  });

  it("are refused when cut short or lengthened", () => {
    const cursor = encodeCursor(key, "b", ["x"]);
    for (let i = 0; i < cursor.length; i++) {
      expect(refusal(() => decodeCursor(key, "b", cursor.slice(0, i)))).toBe("bad_cursor");
    }
    for (const tail of ["A", "AA", "AAAA", "=", "==", " "]) {
      expect(refusal(() => decodeCursor(key, "b", cursor + tail))).toBe("bad_cursor");
    }
  });

  it("belong to the query and the key that made them", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), values, (binding, other, sent) => {
        const cursor = encodeCursor(key, binding, sent);
        expect(refusal(() => decodeCursor(otherKey, binding, cursor))).toBe("bad_cursor");
        if (other !== binding) expect(refusal(() => decodeCursor(key, other, cursor))).toBe("bad_cursor");
      }),
      { numRuns: 500 },
    );
  });

  it("keep what the binding says apart from what the cursor holds", () => {
    const bytes = Buffer.from(encodeCursor(key, "q", [1]), "base64url");
    const moved = Buffer.concat([bytes.subarray(0, 33), Buffer.from("q"), bytes.subarray(33)]).toString("base64url");
    expect(refusal(() => decodeCursor(key, "", moved))).toBe("bad_cursor");
  });

  it("are refused, never a fault, whatever is sent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(refusal(() => decodeCursor(key, "b", text))).toBe("bad_cursor");
      }),
      { numRuns: 500 },
    );
    expect(refusal(() => decodeCursor(key, "b", "A".repeat(1_000_000)))).toBe("bad_cursor");
  });

  it("hold finite numbers only", () => {
    expect(() => encodeCursor(key, "b", [Number.NaN])).toThrow(RangeError);
    expect(() => encodeCursor(key, "b", [Number.POSITIVE_INFINITY])).toThrow(RangeError);
  });
});
