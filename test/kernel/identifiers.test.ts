import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { formatDpid, parseDpid } from "../../src/kernel/dpid.ts";
import { formatGrid, parseGrid } from "../../src/kernel/grid.ts";
import { parseGtin } from "../../src/kernel/gtin.ts";
import { formatIpiBase, parseIpiBase, parseIpiName } from "../../src/kernel/ipi.ts";
import { formatIsni, parseIsni } from "../../src/kernel/isni.ts";
import { formatIsrc, parseIsrc } from "../../src/kernel/isrc.ts";
import { formatIswc, parseIswc } from "../../src/kernel/iswc.ts";
import vectors from "./fixtures/identifiers.json" with { type: "json" };

type Parse = (text: string) => string | null;

const parsers: Record<string, Parse> = {
  ISRC: parseIsrc,
  GTIN: parseGtin,
  ISWC: parseIswc,
  "IPI name number": parseIpiName,
  "IPI base number": parseIpiBase,
  ISNI: parseIsni,
  GRid: parseGrid,
  DPID: checkedDpid,
};

/** A DPID with a wrong check character is read all the same; the vectors ask whether it is right. */
function checkedDpid(text: string): string | null {
  const parsed = parseDpid(text);
  return parsed?.isChecked === true ? parsed.dpid : null;
}

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: length, maxLength: length });

/** Finds the one ending that makes a body valid. */
function complete(parse: Parse, body: string, endings: readonly string[]): string {
  const valid = endings.map((ending) => body + ending).filter((text) => parse(text) !== null);
  expect(valid).toHaveLength(1);
  return valid[0] ?? "";
}

const oneDigit = [..."0123456789"];

/** Lists every text that differs from this one in one digit (or in an X that checks digits). */
function slips(text: string): string[] {
  return [...text].flatMap((character, i) => {
    if (!/[\dX]/.test(character)) return [];
    return oneDigit.filter((other) => other !== character).map((other) => text.slice(0, i) + other + text.slice(i + 1));
  });
}

const twoDigits = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0"));

describe("the vectors", () => {
  it.each(vectors)("$kind $value: $valid ($note)", ({ kind, value, valid }) => {
    const parse = parsers[kind];
    expect(parse).toBeDefined();
    const parsed = parse?.(value) ?? null;
    expect(parsed !== null).toBe(valid);
    if (parsed !== null) expect(parse?.(` ${parsed} `)).toBe(parsed);
  });
});

describe("every identifier", () => {
  it.each(Object.entries(parsers))("%s refuses what is none, and never throws", (_, parse) => {
    for (const text of ["", " ", "0", "T", "I-", "-", "000000000000", "0".repeat(100_000)]) {
      expect(parse(text)).toBeNull();
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const parsed = parse(text);
        if (parsed !== null) expect(parse(parsed)).toBe(parsed);
      }),
      { numRuns: 500 },
    );
  });
});

describe("an ISRC", () => {
  it("is the same in every spelling", () => {
    const part = fc.stringMatching(/^[A-Z]{2}[A-Z0-9]{3}\d{7}$/);
    fc.assert(
      fc.property(part, (isrc) => {
        const shown = formatIsrc(isrc);
        expect(shown).toMatch(/^.{2}-.{3}-\d{2}-\d{5}$/);
        for (const text of [isrc, shown, isrc.toLowerCase(), `ISRC ${shown}`, `isrc:${isrc}`]) {
          expect(parseIsrc(text)).toBe(isrc);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is plain letters: look-alikes are refused, not changed", () => {
    for (const text of ["ıSRC17607839", "USRC1760783９", "UЅRC17607839", "U-SRC17607839"]) {
      expect(parseIsrc(text)).toBeNull();
    }
  });
});

describe("a GTIN", () => {
  it("catches every wrong digit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 11, max: 13 }).chain(digits), (body) => {
        fc.pre(!/^0+$/.test(body));
        const gtin = complete(parseGtin, body, oneDigit);
        for (const slip of slips(gtin)) expect(parseGtin(slip), slip).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it("is the same text whether printed as UPC-A, EAN-13 or GTIN-14", () => {
    expect(parseGtin("193959000013")).toBe("193959000013");
    expect(parseGtin("0193959000013")).toBe("193959000013");
    expect(parseGtin("00193959000013")).toBe("193959000013");
    expect(parseGtin("4006381333931")).toBe("4006381333931");
    expect(parseGtin("04006381333931")).toBe("4006381333931");
    expect(parseGtin("036000291452")).toBe("036000291452");
    expect(parseGtin("00036000291452")).toBe("036000291452");
  });

  it("is not guessed from fewer digits", () => {
    for (const text of ["36000291452", "96385074", "0 36000 29145 2"]) expect(parseGtin(text)).toBeNull();
  });
});

describe("an ISWC and an IPI base number", () => {
  const formats: readonly [string, Parse, (text: string) => string][] = [
    ["T", parseIswc, formatIswc],
    ["I", parseIpiBase, formatIpiBase],
  ];

  it.each(formats)("%s… is the same in every spelling", (letter, parse, format) => {
    fc.assert(
      fc.property(digits(9), (body) => {
        const code = complete(parse, letter + body, oneDigit);
        expect(parse(code)).toBe(code);
        expect(parse(format(code))).toBe(code);
        expect(parse(format(code).toLowerCase())).toBe(code);
      }),
      { numRuns: 500 },
    );
  });

  it.each(formats)("%s… catches every wrong digit that its weights can see", (letter, parse) => {
    fc.assert(
      fc.property(digits(9), (body) => {
        const code = complete(parse, letter + body, oneDigit);
        for (const slip of slips(code)) {
          const place = [...slip].findIndex((character, i) => character !== code.charAt(i));
          const weight = place === 10 ? 1 : place;
          const unseen = (weight * (Number(slip.charAt(place)) - Number(code.charAt(place)))) % 10 === 0;
          expect(parse(slip) !== null, slip).toBe(unseen);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("an IPI name number", () => {
  it("catches every wrong digit", () => {
    fc.assert(
      fc.property(digits(9), (body) => {
        fc.pre(!/^0+$/.test(body));
        const number = complete(parseIpiName, body, twoDigits);
        for (const slip of slips(number)) expect(parseIpiName(slip), slip).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it("gets back the leading zeros it is printed without", () => {
    expect(parseIpiName("014107338")).toBe("00014107338");
    expect(parseIpiName("0014107338")).toBe("00014107338");
    expect(parseIpiName("14107338")).toBeNull();
  });
});

describe("an ISNI", () => {
  it("catches every wrong character and is the same in every spelling", () => {
    fc.assert(
      fc.property(digits(15), (body) => {
        const isni = complete(parseIsni, body, [...oneDigit, "X"]);
        const shown = formatIsni(isni);
        for (const text of [shown, shown.replaceAll(" ", "-"), `ISNI ${shown}`, isni.toLowerCase()]) {
          expect(parseIsni(text)).toBe(isni);
        }
        for (const slip of slips(isni)) expect(parseIsni(slip), slip).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

describe("a GRid and a DPID", () => {
  const character = fc.constantFrom(..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const endings = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const codes: readonly [string, fc.Arbitrary<string>, Parse, (code: string) => string][] = [
    [
      "GRid",
      fc.string({ unit: character, minLength: 15, maxLength: 15 }).map((rest) => `A1${rest}`),
      parseGrid,
      formatGrid,
    ],
    ["DPID", digits(10).map((rest) => `PADPIDA${rest}`), checkedDpid, formatDpid],
  ];

  it.each(codes)("%s: catches every wrong digit and is the same in every spelling", (_, bodies, parse, format) => {
    fc.assert(
      fc.property(bodies, (body) => {
        const code = complete(parse, body, endings);
        for (const text of [code, format(code), format(code).toLowerCase()]) expect(parse(text)).toBe(code);
        for (const slip of slips(code)) expect(parse(slip), slip).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  it("a DPID with a wrong check character is told, not refused", () => {
    expect(parseDpid("PA-DPIDA-2014999999-Z")).toEqual({ dpid: "PADPIDA2014999999Z", isChecked: false });
    expect(parseDpid("PADPIDA201499999Z")).toBeNull();
  });
});
