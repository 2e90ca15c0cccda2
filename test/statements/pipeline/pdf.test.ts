import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { FontSource, StatementDocument } from "../../../src/statements/export/document.ts";
import { renderStatementPdf } from "../../../src/statements/export/pdf.ts";
import { readPdf } from "../export/read-pdf.ts";
import { LEFT_TO_RIGHT, RIGHT_TO_LEFT } from "../export/titles.ts";

const deployed: FontSource = async (file) => {
  const response = await env.ASSETS.fetch(`https://assets.local/fonts/${file}`);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response.bytes();
};

const titles = [...LEFT_TO_RIGHT, ...RIGHT_TO_LEFT.map(({ written }) => written), "🎸 हिन्दी"];
const sum = { lines: "2", units: "3", total: "-1.000000001", statedTotal: null };
const document: StatementDocument = {
  artist: "Glass Harbor",
  title: "Statement",
  generatedAt: "2026-11-25T09:30:00.000Z",
  statements: [
    {
      id: "stm_1",
      source: "DistroKid",
      filename: "a.tsv",
      period: "2026-09",
      linesSha256: "d6c155cd".repeat(8),
      facts: [],
      currencies: [
        {
          currency: "EUR",
          ...sum,
          platforms: [],
          territories: [],
          months: [],
          recordings: titles.map((name) => ({ name, artist: "A", isrc: "", units: "1", amount: "0.1" })),
        },
      ],
    },
  ],
};

describe("inside the Worker", () => {
  it("a statement in every script is set in the fonts that are deployed, the same each time", async () => {
    const file = await renderStatementPdf(document, deployed);
    const { pages, fonts } = readPdf(file);
    const text = pages
      .flat()
      .map((shown) => shown.text)
      .join("");
    for (const { seen } of RIGHT_TO_LEFT) expect(text).toContain(seen);
    for (const title of LEFT_TO_RIGHT) expect(text.normalize("NFC")).toContain(title.normalize("NFC"));
    for (const family of ["noto-sans-thai", "noto-sans-hebrew", "ibm-plex-sans-arabic", "nanum-gothic", "biz-udgothic"])
      expect(fonts.some((font) => font.includes(family))).toBe(true);
    expect(await renderStatementPdf(document, deployed)).toEqual(file);
  });
});
