import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StatementDocument } from "../../../src/statements/export/document.ts";
import { type Box, footerOf, layOut, PAGE, type Page } from "../../../src/statements/export/pdf/layout.ts";
import { loadTypefaces } from "../../../src/statements/export/pdf/typefaces.ts";
import { tidy, typesetter } from "../../../src/statements/export/pdf/typeset.ts";
import { documentWith, fontsOnDisk } from "./documents.ts";
import { LEFT_TO_RIGHT, RIGHT_TO_LEFT } from "./titles.ts";

const SAMPLES = [...LEFT_TO_RIGHT, ...RIGHT_TO_LEFT.map(({ written }) => written)].join(" ");
const MARKS = "\u0301\u0308\u0304\u0e49\u0e38\u05b8\u05c1\u064e\u0651\u0650\u200d\u202e\u2067\u0000\n";
const LETTERS = [...new Set([...SAMPLES, ...MARKS, ..."WWW@%{}🎸हिfiﷺ"])];
/** A point: letters may reach a little beyond the pen, as an f does. */
const OVERHANG = 1;

const faces = await loadTypefaces(
  [...LETTERS, ...LETTERS.map((letter) => `${letter}の`), ...LETTERS.map((letter) => `${letter}한`)],
  fontsOnDisk,
);
const type = typesetter(faces);

const word = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 30 });
const title = fc.oneof(
  word,
  fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")),
  fc.constantFrom(...LEFT_TO_RIGHT),
);
const amount = fc
  .tuple(fc.bigInt(-(10n ** 25n), 10n ** 25n), fc.stringMatching(/^\d{1,9}$/))
  .map(([units, rest]) => `${units}.${rest}`);
const row = fc.record({ name: title, units: fc.nat().map(String), amount });
const recording = fc.record({
  name: title,
  artist: title,
  isrc: fc.oneof(fc.constant("QZES52600001"), title),
  units: fc.nat().map(String),
  amount,
});
const manyRows = { maxLength: 60 };

const document: fc.Arbitrary<StatementDocument> = fc
  .record({
    artist: title,
    title,
    sums: fc.record({ total: amount, platforms: fc.array(row, manyRows), recordings: fc.array(recording, manyRows) }),
    fact: fc.record({ label: title, value: title }),
  })
  .map(({ artist, title: name, sums, fact }) => {
    const { statements, ...rest } = documentWith(sums, name);
    return {
      ...rest,
      artist,
      statements: statements.map((statement) => ({ ...statement, filename: name, facts: [fact] })),
    };
  });

function pagesOf(given: StatementDocument): Page[] {
  const pages: Page[] = [];
  layOut(given, type, (page) => pages.push(page));
  return pages.map((page, place) => ({
    ...page,
    boxes: [...page.boxes, ...footerOf(given, type, place + 1, pages.length)],
  }));
}

/** Where ink is, as the outlines of the fonts say. */
function inkOf({ line, x, baseline, size }: Box): { left: number; right: number; top: number; bottom: number } {
  const ink = { left: x, right: x + (line.width * size) / 1000, top: baseline, bottom: baseline };
  for (const { glyphs } of line.clusters)
    for (const { font, id, offset } of glyphs) {
      const { top, bottom } = font.extent(id);
      ink.top = Math.min(ink.top, baseline - ((top + offset.y) * size) / 1000);
      ink.bottom = Math.max(ink.bottom, baseline - ((bottom + offset.y) * size) / 1000);
    }
  return ink;
}

function meet(one: Box, other: Box): boolean {
  const [a, b] = [inkOf(one), inkOf(other)];
  const isBeside = a.right <= b.left || b.right <= a.left;
  return !isBeside && Math.max(one.top, other.top) < Math.min(one.bottom, other.bottom);
}

describe("a page", () => {
  it("holds every text inside its cell and inside its margins, and no two over each other", () => {
    fc.assert(
      fc.property(document, (given) => {
        for (const { boxes } of pagesOf(given)) {
          for (const box of boxes) {
            const ink = inkOf(box);
            expect(box.left).toBeGreaterThanOrEqual(PAGE.margin);
            expect(box.right).toBeLessThanOrEqual(PAGE.width - PAGE.margin);
            expect(box.bottom).toBeLessThanOrEqual(PAGE.height - PAGE.margin + 8);
            expect(ink.left).toBeGreaterThanOrEqual(box.left - 0.01);
            expect(ink.right).toBeLessThanOrEqual(box.right + 0.01);
            expect(ink.top, box.text).toBeGreaterThanOrEqual(box.top - OVERHANG);
            expect(ink.bottom, box.text).toBeLessThanOrEqual(box.bottom + OVERHANG);
          }
          boxes.forEach((box, place) => {
            for (const other of boxes.slice(place + 1)) expect(meet(box, other)).toBe(false);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("ends every text that it cuts with an ellipsis, and cuts none that would fit", () => {
    fc.assert(
      fc.property(title, fc.integer({ min: 1000, max: 20_000 }), (text, width) => {
        const whole = type.set(text);
        const line = type.fit(text, width);
        const shown = line.clusters.flatMap(({ glyphs }) => glyphs.map((glyph) => glyph.text));
        expect(line.width).toBeLessThanOrEqual(width);
        if (whole.width <= width) expect(line).toEqual(whole);
        else expect(shown.filter((part) => part === "…")).toHaveLength(1);
      }),
    );
  });

  it("keeps the shapes of a language in what is left of a text that it cuts", () => {
    const line = type.fit(`${"東京".repeat(300)}の`, 20_000);
    const used = new Set(
      line.clusters.flatMap(({ glyphs }) => glyphs.map(({ font }) => font.name.replace(/-\d+$/, ""))),
    );
    expect([...used].sort()).toEqual(["biz-udgothic", "noto-sans-latin"]);
    expect(line.clusters.at(-1)?.glyphs[0]?.text).toBe("…");
  });

  it("loses nothing when it sets a text on several lines", () => {
    fc.assert(
      fc.property(title, fc.integer({ min: 2000, max: 20_000 }), (text, width) => {
        const parts = type.wrap(text, width, 1000);
        const letters = (joined: string): string => tidy(joined).replace(/\s/g, "").normalize("NFC");
        expect(letters(parts.join(""))).toBe(letters(text));
        for (const part of parts) expect(type.set(part).width).toBeLessThanOrEqual(width);
      }),
    );
  });
});
