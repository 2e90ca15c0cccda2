import fc from "fast-check";
import { expect, it } from "vitest";
import { safeName, stemOf } from "../../../src/statements/export/model.ts";

it("a name is safe on every system: no folder, no leading point, no device, and short", () => {
  const name = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.stringMatching(/^[-./\\:a-c ]{0,120}$/));
  fc.assert(
    fc.property(name, (printed) => {
      const safe = safeName(printed);
      expect(safe).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
      expect(safe).not.toContain("..");
      expect(safe).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      expect(safe.length).toBeLessThanOrEqual(105);
      expect(stemOf(safe)).not.toBe("");
    }),
    { numRuns: 5000 },
  );
});

it("a name keeps what can be kept of it", () => {
  const names = {
    "Glass Harbor – Juni 2026.csv": "Glass-Harbor-Juni-2026.csv",
    "Séries/été.csv": "Se-ries-e-te-.csv",
    "../../etc/passwd": "etc-passwd",
    "con.csv": "file-con.csv",
    "💥": "file",
    "": "file",
  };
  for (const [printed, safe] of Object.entries(names)) expect(safeName(printed)).toBe(safe);
  expect(stemOf("a.tar.gz")).toBe("a.tar");
  expect(stemOf(".csv")).toBe(".csv");
});
