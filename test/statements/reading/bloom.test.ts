import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bloomOf, mayContain } from "../../../src/statements/reading/bloom.ts";

describe("a block's filter", () => {
  it("never denies what it holds, and does not depend on the order", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (identities) => {
        const bloom = bloomOf(identities);
        expect(bloomOf([...identities].reverse())).toBe(bloom);
        expect(identities.every((identity) => mayContain(bloom, identity))).toBe(true);
      }),
    );
    expect(mayContain(bloomOf([]), "anything")).toBe(false);
  });

  it.each([1, 10, 100, 1000, 10_000])("of %i ISRCs in a row is wrong in less than 3 of 100 cases", (count) => {
    const isrc = (index: number): string => `QZAB124${String(index).padStart(5, "0")}`;
    const bloom = bloomOf(Array.from({ length: count }, (_, index) => isrc(index)));
    let wrong = 0;
    for (let index = count; index < count + 20_000; index += 1) if (mayContain(bloom, isrc(index))) wrong += 1;
    expect(wrong / 20_000).toBeLessThan(0.03);
    expect(bloom.length).toBeLessThanOrEqual(Math.ceil((count * 10) / 6));
  });
});
