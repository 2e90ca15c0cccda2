import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { withFormatTable } from "../../tools/readme.mjs";

it("the README's table of formats is what the formats declare: write it with `npm run readme`", () => {
  const text = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  expect(withFormatTable(text)).toBe(text);
});
