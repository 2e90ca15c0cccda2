import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { WORKBOOK_CAPS } from "../../../src/statements/reading/package.ts";
import { readWorkbook, writeSheet } from "../../../src/statements/reading/workbook.ts";
import { streamOf, utf8 } from "../read-file.ts";
import { ANY_RATIO, cellsOf, fileOf, read, refusal, sheetNamed, textOf } from "../read-workbook.ts";
import { packageParts, sheetXml, stringsXml, workbookFile, workbookOf, zipOf } from "../workbook-file.ts";

describe("what is no plain workbook is refused with a sentence", () => {
  const made = packageParts([{ name: "Sheet1", xml: sheetXml([["<c><v>1</v></c>"]]) }]);
  const changed = (part: string, from: string | RegExp, to: string): Uint8Array => {
    const before = made[part] ?? "";
    const after = before.replace(from, to);
    expect(after).not.toBe(before);
    return zipOf({ ...made, [part]: after });
  };

  it("an .xls, an encrypted, a binary one, one with macros", async () => {
    expect(await refusal(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0))).toMatch(
      /^file_unreadable: .*save it as .xlsx/u,
    );
    const binary = changed("_rels/.rels", "workbook.xml", "workbook.bin");
    expect(await refusal(binary)).toMatch(/^file_unreadable: .*\.xlsb/u);
    const type = "http://schemas.microsoft.com/office/2006/relationships";
    for (const [kind, target] of [
      ["vbaProject", "vbaProject.bin"],
      ["xlMacrosheet", "macrosheets/sheet1.xml"],
    ]) {
      const macros = `<Relationship Id="rId9" Type="${type}/${kind}" Target="${target}"/></Relationships>`;
      const bytes = changed("xl/_rels/workbook.xml.rels", "</Relationships>", macros);
      expect(await refusal(bytes)).toMatch(/^file_unreadable: .*macros/u);
    }
    const encrypted = zipOf(made);
    encrypted[6] = (encrypted[6] ?? 0) | 1;
    expect(await refusal(encrypted)).toBe("archive_unreadable: it is encrypted");
  });

  it("another document, another zip, no zip", async () => {
    expect(await refusal(changed("_rels/.rels", '/officeDocument"', '/extended-properties"'))).toBe(
      "file_unreadable: The file holds no workbook.",
    );
    expect(await refusal(changed("xl/workbook.xml", /workbook/gu, "document"))).toBe(
      "file_unreadable: The file is no workbook, or one without a sheet.",
    );
    expect(await refusal(zipSync({ "a.csv": utf8("a,b\n") }))).toBe("file_unreadable: The file holds no workbook.");
    expect(await refusal(utf8("a,b\n1,2\n"))).toMatch(/^archive_unreadable/u);
    expect(await refusal(new Uint8Array(0))).toMatch(/^archive_unreadable/u);
  });

  it("one that lacks a part, or holds one twice", async () => {
    for (const part of ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"]) {
      expect(await refusal(zipOf({ ...made, [part]: null }))).toMatch(/^file_unreadable: The workbook lacks its part/u);
    }
    expect(await refusal(zipOf({ ...made, "XL/Styles.xml": made["xl/styles.xml"] ?? null }))).toMatch(/twice/u);
  });

  it("one that points outside itself; a path out of the zip leads nowhere", async () => {
    const relationships = "xl/_rels/workbook.xml.rels";
    for (const target of ["../../etc/passwd", "/../x.xml", `${"a/".repeat(600)}x`]) {
      expect(await refusal(changed(relationships, "worksheets/sheet1.xml", target))).toMatch(/outside itself/u);
    }
    expect(
      await refusal(changed(relationships, 'Target="worksheets', 'TargetMode="External" Target="worksheets')),
    ).toMatch(/outside itself/u);
    expect(await refusal(changed(relationships, "worksheets/sheet1.xml", "http://example.com/a.xml"))).toMatch(
      /lacks its part/u,
    );
    const { ["xl/styles.xml"]: styles = "", ...others } = made;
    expect(await refusal(zipOf({ ...others, "../xl/styles.xml": styles }))).toMatch(/lacks its part/u);
    expect(await refusal(zipOf({ ...others, "/xl/styles.xml": styles }))).toMatch(/lacks its part/u);
    expect(await refusal(changed(relationships, "worksheets/sheet1.xml", "./../xl/worksheets/SHEET1.xml"))).toBe(
      "read: 1\n",
    );
  });

  it.each([
    ["document types", "<!DOCTYPE worksheet><worksheet/>", "document type"],
    ["entities", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>', "document type"],
    ["outer entities", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><worksheet/>', "document type"],
    ["an undeclared entity", "<worksheet>&nbsp;</worksheet>", "entity"],
    ["an endless reference", `<worksheet>&${"a".repeat(100)}</worksheet>`, "entity"],
    ["a reference to no letter", "<worksheet>&#0;</worksheet>", "entity"],
    ["a reference to half a letter", "<worksheet>&#xD800;</worksheet>", "entity"],
    ["a reference beyond all letters", "<worksheet>&#x110000;</worksheet>", "entity"],
    ["an entity in an attribute", '<worksheet a="&b;"/>', "entity"],
    ["a lone ampersand", "<worksheet>a & b</worksheet>", "entity"],
    ["tags that cross", "<worksheet><a><b></a></b></worksheet>", "not well-formed"],
    ["an attribute twice", '<worksheet a="1" a="2"/>', "not well-formed"],
    ["an attribute without quotes", "<worksheet a=1/>", "not well-formed"],
    ["two roots", "<worksheet/><worksheet/>", "not well-formed"],
    ["text outside", "<worksheet/>text", "outside its root"],
    ["no end", "<worksheet><sheetData>", "in the middle"],
    ["half a tag at its end", "<worksheet/><", "in the middle"],
    ["nothing", "", "in the middle"],
    ["another encoding", '<?xml version="1.0" encoding="UTF-16"?><worksheet/>', "UTF-8"],
    ["depth without end", "<a>".repeat(10_000), "nested"],
    ["a tag without end", `<worksheet ${'a="b" '.repeat(100_000)}`, "too long"],
    ["a comment without end", `<worksheet><!-- ${"random".repeat(100_000)}`, "too long"],
  ])("XML with %s", async (_, xml, words) => {
    expect(await refusal(fileOf(xml))).toMatch(
      new RegExp(`^file_unreadable: The part "xl/worksheets/sheet1.xml" .*${words}`, "u"),
    );
  });

  it("XML that is not UTF-8", async () => {
    const latin = Uint8Array.of(...utf8("<worksheet>"), 0xe9, 0x20, ...utf8("</worksheet>"));
    expect(await refusal(zipOf({ ...made, "xl/worksheets/sheet1.xml": latin }))).toMatch(/UTF-8/u);
    const wide = Uint8Array.from(Buffer.from("\uFEFF<worksheet/>", "utf16le"));
    expect(await refusal(zipOf({ ...made, "xl/worksheets/sheet1.xml": wide }))).toMatch(/UTF-8/u);
  });

  it("rows and cells that do not stand where they say, or beyond any sheet", async () => {
    const sheet = (inside: string): Uint8Array => fileOf(`<worksheet><sheetData>${inside}</sheetData></worksheet>`);
    const cell = (attributes: string, value = "1"): string => `<row r="2"><c ${attributes}><v>${value}</v></c></row>`;
    expect(await refusal(sheet(`${cell('r="A2"')}${cell('r="A2"')}`))).toBe(
      'file_unreadable: Row 2 of the sheet is followed by "2".',
    );
    for (const row of ["0", "-1", "1e3", "x", ""])
      expect(await refusal(sheet(`<row r="${row}"/>`))).toMatch(/^file_unreadable: Row 0 of/u);
    for (const reference of ["A3", "2", "A", "", "a2", "A2B", "$A$2"]) {
      expect([reference, await refusal(sheet(cell(`r="${reference}"`)))]).toEqual([
        reference,
        `file_unreadable: Cell "${reference}" of the sheet does not stand where it says.`,
      ]);
    }
    expect(await refusal(sheet('<row r="1"><c r="B1"/><c r="A1"/></row>'))).toMatch(/Cell "A1"/u);
    expect(await refusal(sheet(cell('r="XFD2"')))).toMatch(/^read: /u);
    expect(await refusal(sheet(cell('r="XFE2"')))).toBe("file_unreadable: The sheet has more than 16384 columns.");
    expect(await refusal(sheet('<row r="1048577"/>'))).toBe("file_unreadable: The sheet has more than 1048576 rows.");
    expect(await refusal(sheet(cell('t="s"', "0")))).toMatch(
      /^file_unreadable: The cell in row 2, column 1 of the sheet names a text/u,
    );
    expect(await refusal(sheet(cell('t="s"', "-1")))).toMatch(/names a text/u);
    expect(await refusal(sheet(cell('t="z"')))).toMatch(/type that is not known/u);
  });
});

describe("a hostile workbook is stopped soon", () => {
  it("with a million columns, or a million rows", async () => {
    const wide = `<worksheet><sheetData><row>${"<c><v>1</v></c>".repeat(1_000_000)}</row></sheetData></worksheet>`;
    expect(await refusal(fileOf(wide), ANY_RATIO)).toMatch(/16384 columns/u);
    const long = `<worksheet><sheetData>${"<row/>".repeat(1_048_577)}</sheetData></worksheet>`;
    expect(await refusal(fileOf(long), ANY_RATIO)).toMatch(/1048576 rows/u);
  });

  it("with a huge cell, shared, in line or escaped; the largest there may be is read", async () => {
    const inline = (text: string): Uint8Array => cellsOf([`<c t="inlineStr"><is><t>${text}</t></is></c>`]);
    const largest = "é".repeat(32_767);
    expect(await textOf(inline(largest))).toBe(`${largest}\n`);
    expect(await textOf(workbookOf("Sheet1", [[largest]]))).toBe(`${largest}\n`);
    expect(await textOf(inline("_x000D_".repeat(32_767)))).toBe(`${" ".repeat(32_767)}\n`);
    for (const huge of [`${largest}é`, "_x000D_".repeat(32_768), "random ".repeat(1_000_000)]) {
      expect(await refusal(inline(huge), ANY_RATIO)).toMatch(/^file_unreadable: A cell .* 32767/u);
    }
    expect(
      await refusal(cellsOf(['<c t="s"><v>0</v></c>'], { "xl/sharedStrings.xml": stringsXml([`${largest}é`]) })),
    ).toMatch(/32767/u);
    expect(await refusal(cellsOf([`<c><v>${"1".repeat(300_000)}</v></c>`]))).toMatch(/32767/u);
  });

  it("with a cell that never ends is not gathered to its end", async () => {
    const xml = sheetXml([[`<c t="str"><v>${"endless ".repeat(1_000_000)}</v></c>`]]);
    const parts = Object.entries(packageParts([{ name: "Sheet1", xml }])).map(([name, part]) => [name, utf8(part)]);
    const bytes = zipSync(Object.fromEntries(parts), { level: 0 });
    let taken = 0;
    const open = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 10_000) {
        taken += 10_000;
        yield bytes.subarray(at, at + 10_000);
      }
    };
    const workbook = await readWorkbook(open);
    taken = 0;
    const writing = writeSheet(open, workbook, workbook.sheets[0] ?? sheetNamed("none"), () => undefined);
    await expect(writing).rejects.toMatchObject({ code: "file_unreadable" });
    expect(taken).toBeLessThan(500_000);
  });

  it("with more shared texts than fit in memory", async () => {
    const few = `<sst>${`<si><t>${"a".repeat(32_000)}</t></si>`.repeat(1200)}</sst>`;
    expect(await refusal(cellsOf(["<c/>"], { "xl/sharedStrings.xml": few }), ANY_RATIO)).toMatch(
      /^file_unreadable: .*different texts/u,
    );
    const many = `<sst>${"<si/>".repeat(2_200_000)}</sst>`;
    expect(await refusal(cellsOf(["<c/>"], { "xl/sharedStrings.xml": many }), ANY_RATIO)).toMatch(
      /^file_unreadable: .*different texts/u,
    );
  });

  it("with one long text named many times, or one far cell in many rows", async () => {
    const caps = { ...WORKBOOK_CAPS, unpackedBytes: 64 * 1024 * 1024 };
    const named = Array.from({ length: 10_000 }, (_, at) => `<row r="${at + 1}"><c t="s"><v>0</v></c></row>`).join("");
    const far = Array.from(
      { length: 10_000 },
      (_, at) => `<row r="${at + 1}"><c r="XFD${at + 1}"><v>1</v></c></row>`,
    ).join("");
    for (const rows of [named, far]) {
      const bytes = fileOf(`<worksheet><sheetData>${rows}</sheetData></worksheet>`, {
        "xl/sharedStrings.xml": stringsXml(["a".repeat(30_000)]),
      });
      let written = 0;
      const count = (text: string): void => {
        written += text.length;
      };
      const open = () => streamOf(bytes, 10_000);
      const workbook = await readWorkbook(open, caps);
      const sheet = workbook.sheets[0] ?? sheetNamed("none");
      const writing = writeSheet(open, workbook, sheet, count, caps);
      await expect(writing).rejects.toMatchObject({ status: 422 });
      expect(written).toBeLessThanOrEqual(caps.unpackedBytes);
    }
    const tooMany = fileOf(`<worksheet><sheetData>${far}</sheetData></worksheet>`);
    expect(await refusal(tooMany)).toMatch(/^file_unreadable: The sheet has more than 67108864 cells/u);
    const { text } = await read(
      fileOf('<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'),
    );
    expect(text).toBe(`${"\n".repeat(1_048_575)}${"\t".repeat(16_383)}1\n`);
  });

  it("that is a bomb in any part that is read; in other parts it is not unpacked", async () => {
    const zeros = new Uint8Array(8 * 1024 * 1024).fill(32);
    for (const part of [
      "xl/_rels/workbook.xml.rels",
      "xl/workbook.xml",
      "xl/styles.xml",
      "xl/sharedStrings.xml",
      "xl/worksheets/sheet1.xml",
    ]) {
      expect(await refusal(workbookFile([{ name: "Sheet1", xml: sheetXml([]) }], { [part]: zeros }))).toMatch(
        /^archive_too_large/u,
      );
    }
    expect(await refusal(fileOf(sheetXml([["<c><v>1</v></c>"]]), { "xl/media/image1.png": zeros }))).toBe("read: 1\n");
  });

  it("with a billion laughs, or one laugh a million times long", async () => {
    const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join("");
    const billion = `<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "lol">${laughs}]><sst><si><t>&l9;</t></si></sst>`;
    const long = `<!DOCTYPE sst [<!ENTITY a "${"a".repeat(100_000)}">]><sst><si><t>${"&a;".repeat(100_000)}</t></si></sst>`;
    for (const strings of [billion, long]) {
      expect(await refusal(cellsOf(["<c/>"], { "xl/sharedStrings.xml": strings }))).toMatch(
        /^file_unreadable: .*document type/u,
      );
    }
  });

  it("with too many sheets, parts, formats or members", async () => {
    const made = packageParts([{ name: "Sheet1", xml: sheetXml([]) }]);
    const times = (part: string, element: RegExp, count: number): Uint8Array =>
      zipOf({ ...made, [part]: made[part]?.replace(element, (found) => found.repeat(count)) ?? null });
    expect(await refusal(times("xl/workbook.xml", /<sheet [^>]*>/u, 1001))).toMatch(/more than 1000 sheets/u);
    expect(await refusal(times("xl/_rels/workbook.xml.rels", /<Relationship [^>]*>/u, 2001))).toMatch(
      /too many parts/u,
    );
    expect(await refusal(times("xl/styles.xml", /<xf [^>]*>/u, 65_600), ANY_RATIO)).toMatch(/too many cell formats/u);
    const members = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`xl/media/${at}.png`, "x"]));
    expect(await refusal(fileOf(sheetXml([]), members))).toMatch(/^archive_too_large/u);
  });

  it("that is cut short anywhere, or has a byte broken, is refused or read whole", async () => {
    const whole = workbookOf(
      "Sheet1",
      Array.from({ length: 60 }, (_, at) => [`title ${at}`, at / 7, new Date(at * 1e10)]),
    );
    const expected = `read: ${(await textOf(whole)).slice(0, 100)}`;
    for (let at = 0; at < whole.length; at += 37) {
      expect([at, await refusal(whole.subarray(0, at))]).toEqual([at, expect.stringMatching(/^archive_unreadable/u)]);
      const broken = Uint8Array.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 0x41;
      const answer = await refusal(broken);
      if (answer !== expected)
        expect([at, answer]).toEqual([at, expect.stringMatching(/^(?:archive|file)_unreadable/u)]);
    }
  });
});
