import { describe, expect, it } from "vitest";

import { CURRENCIES, isCurrency, minorDigits } from "../../src/kernel/currency.ts";

describe("currencies", () => {
  it("are three capitals each", () => {
    for (const code of Object.keys(CURRENCIES)) expect(code).toMatch(/^[A-Z]{3}$/);
  });

  it("cover the money of the world", () => {
    expect(Object.keys(CURRENCIES).length).toBeGreaterThanOrEqual(160);
    for (const code of ["USD", "EUR", "GBP", "JPY", "BRL", "INR", "XOF", "XCG", "ZWG", "HRK"]) {
      expect(isCurrency(code), code).toBe(true);
    }
  });

  it("have the minor digits of the standard, not of local habit", () => {
    expect([minorDigits("USD"), minorDigits("JPY"), minorDigits("KWD")]).toEqual([2, 0, 3]);
    expect([minorDigits("HUF"), minorDigits("IDR"), minorDigits("CLP"), minorDigits("TND")]).toEqual([2, 2, 0, 3]);
  });

  it.each(["", "usd", "US", "USDT", "XXX", "XTS", "XAU", "BTC", "toString", "__proto__"])(
    "do not include %j",
    (text) => {
      expect(isCurrency(text)).toBe(false);
    },
  );
});
