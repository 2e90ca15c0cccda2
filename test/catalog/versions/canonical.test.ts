// Canonical JSON: one text per document, as RFC 8785 writes it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, hashOf } from "../../../src/catalog/versions/canonical.ts";

describe("canonical JSON", () => {
  it("the RFC's own example is written as the RFC writes it", () => {
    const document = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(document)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("fields stand in the order of their UTF-16 units, as in the RFC's sorting example", () => {
    const names = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const document = Object.fromEntries(names.map((name) => [name, 0]));
    const written = Object.keys(JSON.parse(canonicalJson(document)));
    // A parser puts names that are numbers first by itself; here they come first anyway, after the carriage return.
    expect(canonicalJson(document).startsWith('{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\ud83d\ude00":0')).toBe(
      true,
    );
    expect(written).toHaveLength(names.length);
  });

  it("the order in which fields were set makes no other document", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(turned(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it("it reads back as what was written, and writing that again changes nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it("what has no text is refused rather than written as something else", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, "\ud800", { "\udc00": 1 }, 1n, () => 1, [undefined]]) {
      expect(() => canonicalJson(value)).toThrow(RangeError);
    }
    expect(canonicalJson({ a: undefined, b: -0 })).toBe('{"b":0}');
  });

  it("the hash is the SHA-256 of the text's UTF-8", async () => {
    for (const text of ['{"title":"Møth"}', "", "\u{1f600}"]) {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      expect(hashOf(text)).toBe(hex);
    }
  });
});

/** The same value with the fields of every object set in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).reverse();
  return Object.fromEntries(fields.map(([name, field]) => [name, turned(field)]));
}
