import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { TERRITORIES, territoryFrom, territoryName } from "../../src/kernel/territory.ts";

describe("territories", () => {
  it("are the 249 of the standard and Kosovo", () => {
    expect(TERRITORIES.size).toBe(250);
    for (const code of TERRITORIES) expect(code).toMatch(/^[A-Z]{2}$/);
    for (const code of ["XW", "ZZ", "UK", "EU", "AN", "SU"]) expect(TERRITORIES.has(code), code).toBe(false);
  });

  it("are read as themselves in any capitals and have an English name", () => {
    for (const code of TERRITORIES) {
      expect(territoryFrom(code)).toEqual({ territory: code, known: true });
      expect(territoryFrom(` ${code.toLowerCase()} `)).toEqual({ territory: code, known: true });
      expect(territoryName(code)).not.toBe(code);
    }
  });

  it.each([
    ["WW", "XW", true],
    ["XW", "XW", true],
    ["worldwide", "XW", true],
    ["uk", "GB", true],
    ["OU", "ZZ", true],
    ["zz", "ZZ", true],
    ["", "ZZ", false],
    ["  ", "ZZ", false],
    ["AN", "ZZ", false],
    ["Narnia", "ZZ", false],
  ])("reads %j as %s", (printed, territory, known) => {
    expect(territoryFrom(printed)).toEqual({ territory, known });
  });

  it("drop nothing: every text has a territory", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (printed) => {
        const { territory } = territoryFrom(printed);
        expect(TERRITORIES.has(territory) || territory === "XW" || territory === "ZZ").toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("have names for people", () => {
    expect(territoryName("DE")).toBe("Germany");
    expect(territoryName("XK")).toBe("Kosovo");
    expect(territoryName("ZZ")).toBe("Unknown");
    expect(territoryName("XW")).toBe("Worldwide");
    expect(territoryName("no such code")).toBe("no such code");
  });
});
