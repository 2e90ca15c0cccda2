import { describe, expect, it } from "vitest";
import { MAX_TABLE_ROWS } from "../../../src/statements/export/document.ts";
import { renderStatementPdf } from "../../../src/statements/export/pdf.ts";
import { documentWith, fontsOnDisk, recording, rows } from "./documents.ts";
import { linesOf, readPdf } from "./read-pdf.ts";
import { LEFT_TO_RIGHT, RIGHT_TO_LEFT } from "./titles.ts";

const render = async (...given: Parameters<typeof documentWith>) =>
  readPdf(await renderStatementPdf(documentWith(...given), fontsOnDisk));
const withTitles = (titles: readonly string[]) => ({
  recordings: titles.map((title, place) => recording(title, place)),
});

describe("a statement as PDF", () => {
  it("says whose it is, what it was made from, and what it comes to", async () => {
    const { pages, info } = await render({ platforms: rows(40, (place) => `Store ${place}`) }, "Statement of March");
    const lines = linesOf(pages[0] ?? []);
    expect(lines.slice(0, 9)).toEqual([
      "Statement of March",
      "Møth Parade",
      "SourceDistroKid",
      "FileGlass_Harbor_2026-09.tsv",
      "Period2026-07 to 2026-09",
      "Statementstm_01k9v3h7q2e8t5x0",
      "Generated at2026-11-25T09:30:00.000Z",
      `SHA-256 of the lines${"d6c155cd".repeat(8)}`,
      "Lines set aside2",
    ]);
    expect(lines).toContain("EUR526912345-981.123456789-981.12");
    expect(lines).toContain("Store 3411-23757.000000003");
    expect(info).toContain("/CreationDate (D:20261125093000Z)");
    expect(info).not.toContain("/Author");
  });

  it("numbers every page, and repeats the heads of its tables", async () => {
    const { pages } = await render({
      recordings: rows(200, (place) => `Song ${place}`).map((row) => ({ ...row, artist: "A", isrc: "" })),
    });
    expect(pages.length).toBe(5);
    pages.forEach((page, place) => {
      const lines = linesOf(page);
      expect(lines.filter((line) => line.endsWith(`Page ${place + 1} of ${pages.length}`))).toHaveLength(1);
      expect(lines).toContain(place === 0 ? "By recording, EUR" : "By recording, EUR (continued)");
      expect(lines).toContain("TitleArtistISRCUnitsAmount");
    });
    const songs = pages.flatMap(linesOf).filter((line) => line.startsWith("Song "));
    expect(songs).toHaveLength(200);
  });

  it("begins each statement on a page of its own", async () => {
    const document = documentWith({ months: rows(3, (place) => `2026-0${place + 7}`) });
    const [statement] = document.statements;
    if (statement === undefined) throw new Error("no statement");
    const twice = { ...document, statements: [statement, { ...statement, id: "stm_second" }] };
    const { pages } = readPdf(await renderStatementPdf(twice, fontsOnDisk));
    expect(pages.map((page) => linesOf(page).filter((line) => line.startsWith("Statementstm_")))).toEqual([
      ["Statementstm_01k9v3h7q2e8t5x0"],
      ["Statementstm_second"],
    ]);
  });

  it.each(LEFT_TO_RIGHT)("lets “%s” be copied as it was written", async (title) => {
    const { pages } = await render(withTitles([title]));
    expect(linesOf(pages[0] ?? []).map((line) => line.normalize("NFC"))).toContain(
      `${title}Glass HarborQZES52600000121.000000001`.normalize("NFC"),
    );
  });

  it.each(RIGHT_TO_LEFT)(
    "shows “$written” from right to left, its digits and Latin the other way",
    async ({ written, seen }) => {
      const { pages } = await render(withTitles([written]));
      expect(linesOf(pages[0] ?? [])).toContain(`${seen}Glass HarborQZES52600000121.000000001`);
    },
  );

  it("is the same bytes for the same document", async () => {
    const document = documentWith(withTitles([...LEFT_TO_RIGHT, ...RIGHT_TO_LEFT.map(({ written }) => written)]));
    const [once, again] = [
      await renderStatementPdf(document, fontsOnDisk),
      await renderStatementPdf(document, fontsOnDisk),
    ];
    expect(Buffer.compare(once, again)).toBe(0);
  });

  it("prints a replacement for what no font has, which is copied as it was written", async () => {
    const { pages } = await render(
      withTitles(["a🎸b", "हिन्दी", "lone \ud800 half", "bell\u0007 and\nline", "\u0301\u0301"]),
    );
    const lines = linesOf(pages[0] ?? []);
    const rest = "Glass HarborQZES5260";
    expect(lines).toContain(`a🎸b${rest}0000121.000000001`);
    expect(lines).toContain(`हिन्दी${rest}0001121.000000001`);
    expect(lines).toContain(`lone \ufffd half${rest}0002121.000000001`);
    expect(lines).toContain(`bell and line${rest}0003121.000000001`);
    const guitar = pages[0]?.filter(({ text }) => text.includes("🎸")) ?? [];
    expect(guitar.map(({ font }) => font)).toEqual(["SUBSET+noto-sans-latin"]);
  });

  it("asks only for the fonts that its characters need", async () => {
    const asked: string[] = [];
    const document = documentWith(withTitles(["Low Tide"]));
    await renderStatementPdf(document, (file) => {
      asked.push(file);
      return fontsOnDisk(file);
    });
    expect(asked.sort()).toEqual(["catalogue.json", "noto-sans-latin-bold.woff", "noto-sans-latin.woff"]);
  });

  it("sets one character in the shapes of the language around it", async () => {
    const { fonts } = await render(withTitles(["直す", "直 한", "直"]));
    for (const family of ["biz-udgothic", "nanum-gothic", "noto-sans-sc"])
      expect(fonts.some((font) => font.startsWith(`SUBSET+${family}`))).toBe(true);
  });

  it("prints the largest rows of a table that is too long, and what the others come to exactly", async () => {
    const small = Array.from({ length: 3 }, (_, place) => ({
      name: `Small ${place}`,
      units: "1",
      amount: "-0.000000001",
    }));
    const large = Array.from({ length: MAX_TABLE_ROWS }, (_, place) => ({
      name: `L${place}`,
      units: "1",
      amount: `-${place + 1}`,
    }));
    const { pages } = await render({ platforms: [...small, ...large] });
    const lines = pages.flatMap(linesOf);
    expect(lines.filter((line) => line.startsWith("Small"))).toEqual([]);
    expect(lines.filter((line) => /^L\d/.test(line))).toHaveLength(MAX_TABLE_ROWS);
    expect(lines).toContain("and 3 more, together-0.000000003");
  });

  it("never cuts a figure, however long", async () => {
    const amount = `-${"9".repeat(40)}.123456789`;
    const { pages } = await render({
      total: amount,
      recordings: [{ ...recording("a"), amount, units: "9".repeat(30) }],
    });
    const text = (pages[0] ?? []).map((shown) => shown.text).join("\n");
    expect(text.split(amount)).toHaveLength(3);
  });
});
