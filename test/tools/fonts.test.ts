import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { listFonts } from "./fonts.mjs";

const modules = resolve(import.meta.dirname, "../../node_modules");
const { copies, catalogue } = listFonts(modules) as { copies: Record<string, string>; catalogue: string };

describe("the fonts that are deployed", () => {
  it("are all there, each with its licence and small enough for an asset", () => {
    for (const [target, source] of Object.entries(copies)) {
      expect(existsSync(join(modules, source)), source).toBe(true);
      expect(statSync(join(modules, source)).size, target).toBeLessThan(25 * 1024 * 1024);
    }
    const families = new Set(Object.values(copies).map((source) => source.split("/")[1]));
    expect(Object.keys(copies).filter((target) => target.endsWith("-LICENSE.txt"))).toHaveLength(families.size);
  });

  it("are all in the catalogue but the bold one, with the characters they were cut for", () => {
    const entries = JSON.parse(catalogue) as Record<string, string>;
    const fonts = Object.keys(copies).filter((target) => target.endsWith(".woff") && !target.endsWith("-bold.woff"));
    expect(
      Object.keys(entries)
        .map((name) => `fonts/${name}.woff`)
        .sort(),
    ).toEqual(fonts.sort());
    for (const ranges of Object.values(entries))
      expect(ranges).toMatch(/^[\da-f]+(?:-[\da-f]+)?(?:,[\da-f]+(?:-[\da-f]+)?)*$/);
  });
});
