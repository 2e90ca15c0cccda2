import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { Problem } from "../../../src/kernel/problems.ts";
import type { ArchiveCaps } from "../../../src/statements/reading/member.ts";
import { WORKBOOK_CAPS } from "../../../src/statements/reading/package.ts";
import { recordsOf } from "../../../src/statements/reading/records.ts";
import type { Workbook, WorkbookSheet } from "../../../src/statements/reading/workbook.ts";
import { pickSheet, readWorkbook, writeSheet } from "../../../src/statements/reading/workbook.ts";
import { streamOf, utf8 } from "../read-file.ts";
import {
  columnName,
  escaped,
  packageParts,
  sheetXml,
  stringsXml,
  stylesXml,
  workbookFile,
  workbookOf,
  zipOf,
} from "../workbook-file.ts";

/** Lets what repeats itself through to the caps that are meant. */
const ANY_RATIO: ArchiveCaps = { ...WORKBOOK_CAPS, ratio: 2000 };

const SHAPE = { newline: "\n", delimiter: "\t", quoting: true } as const;

interface Read {
  workbook: Workbook;
  text: string;
  lines: number;
}

async function read(
  bytes: Uint8Array,
  options: { chunk?: number; caps?: ArchiveCaps; at?: number } = {},
): Promise<Read> {
  const { chunk = 10_000, caps = WORKBOOK_CAPS, at } = options;
  const open = () => streamOf(bytes, chunk);
  const workbook = await readWorkbook(open, caps);
  const sheet = at === undefined ? (pickSheet(workbook.sheets) ?? workbook.sheets[0]) : workbook.sheets[at];
  if (sheet === undefined) throw new Error("no such sheet");
  let text = "";
  const write = async (part: string): Promise<void> => {
    await Promise.resolve();
    text += part;
  };
  const lines = await writeSheet(open, workbook, sheet, write, caps);
  return { workbook, text, lines };
}

async function textOf(bytes: Uint8Array, chunk?: number): Promise<string> {
  return (await read(bytes, chunk === undefined ? {} : { chunk })).text;
}

/** The code and words of the refusal; what is thrown otherwise is a fault. */
async function refusal(bytes: Uint8Array, caps: ArchiveCaps = WORKBOOK_CAPS): Promise<string> {
  return read(bytes, { caps }).then(
    ({ text }) => `read: ${text.slice(0, 100)}`,
    (error: unknown) => {
      if (error instanceof Problem && error.status < 500) return `${error.code}: ${error.detail}`;
      throw error;
    },
  );
}

function fileOf(sheet: string, parts: Record<string, string | Uint8Array | null> = {}): Uint8Array {
  return workbookFile([{ name: "Sheet1", xml: sheet }], parts);
}

/** A workbook whose first row holds these cells. */
function cellsOf(cells: readonly string[], parts: Record<string, string> = {}): Uint8Array {
  return fileOf(sheetXml([cells]), parts);
}

async function valuesOf(values: readonly string[], parts: Record<string, string> = {}, style = 0): Promise<string[]> {
  const cells = values.map((value, at) => `<c r="${columnName(at)}1" s="${style}"><v>${value}</v></c>`);
  return (await textOf(cellsOf(cells, parts))).trimEnd().split("\t");
}

describe("a workbook", () => {
  it("as Excel writes it becomes lines: shared, rich and pronounced texts, formulas, truth values, errors", async () => {
    const strings = `<sst xmlns="x" count="4" uniqueCount="4"><si><t>Title</t></si>
      <si><r><rPr><b/></rPr><t xml:space="preserve">Mon </t></r><r><t>été &amp; moi</t></r></si>
      <si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si><si><t/></si></sst>`;
    const sheet = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
      <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:x14ac="y">
      <sheetPr><tabColor rgb="FF00FF00"/></sheetPr><dimension ref="A1:H3"/><cols><col min="1" max="1"/></cols>
      <sheetData><row r="1" spans="1:8" x14ac:dyDescent="0.25"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
      <row r="3" spans="1:8"><c r="A3" t="s"><v>2</v></c><c r="B3" s="1"><v>45292</v></c><c r="C3" t="b"><v>1</v></c>
      <c r="D3" t="b"><v>0</v></c><c r="E3" t="e"><v>#REF!</v></c><c r="F3"><f>SUM(A1:A2)</f><v>12.5</v></c>
      <c r="G3" t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c r="H3" s="1"/><c r="I3" t="s"><v>3</v></c></row></sheetData>
      <mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>
      <extLst><ext><x:row xmlns:x="z"><x:c><x:v>9</x:v></x:c></x:row></ext></extLst></worksheet>`;
    const { text, lines } = await read(fileOf(sheet, { "xl/sharedStrings.xml": strings }));
    expect(text).toBe("Title\t\tMon été & moi\n\n東京\t2024-01-01\tTRUE\tFALSE\t#REF!\t12.5\tab\n");
    expect(lines).toBe(3);
  });

  it("as openpyxl writes it becomes lines: inline texts, absolute targets, what explains a part behind it", async () => {
    const inline = sheetXml([
      [
        '<c r="A1" t="inlineStr"><is><t>Titel</t></is></c>',
        '<c r="B1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
      ],
      [
        '<c r="A2" t="n"><v>0.1</v></c>',
        '<c r="B2" s="1" t="n"><v>45292.25</v></c>',
        '<c r="C2" t="d"><v>2024-02-29T00:00:00Z</v></c>',
      ],
    ]);
    const made = packageParts([{ name: "Sheet", xml: inline }]);
    const relationships = made["xl/_rels/workbook.xml.rels"]?.replace("worksheets/", "/xl/worksheets/") ?? "";
    const reversed = Object.entries({
      ...made,
      "xl/_rels/workbook.xml.rels": relationships,
      "xl/sharedStrings.xml": null,
    });
    const withoutStrings = relationships.replace(/<Relationship Id="rId8002"[^>]*>/u, "");
    const parts = { ...Object.fromEntries(reversed.reverse()), "xl/_rels/workbook.xml.rels": withoutStrings };
    expect(Object.keys(parts).at(-1)).toBe("[Content_Types].xml");
    expect(await textOf(zipOf(parts))).toBe("Titel\tab\n0.1\t2024-01-01 06:00:00\t2024-02-29\n");
  });

  it("as the Open XML SDK writes it becomes lines: prefixed names, no references, single quotes, a byte order mark", async () => {
    const sheet = `\uFEFF<?xml version='1.0' encoding='utf-8'?><!-- made by hand --><x:worksheet xmlns:x='n'><x:sheetData>
      <x:row><x:c t='s'><x:v>1</x:v></x:c><x:c><x:v> 2 </x:v></x:c></x:row><x:row r='4'><x:c r='B4'><x:v>3</x:v></x:c><x:c t='str'><x:v><![CDATA[<&>]]></x:v></x:c></x:row>
      </x:sheetData></x:worksheet>`;
    const strings =
      "<x:sst xmlns:x='n'><x:si><x:t>no</x:t></x:si><x:si><x:t>&#x41;&#66;&lt;&gt;&quot;&apos;</x:t></x:si></x:sst>";
    const bytes = fileOf(sheet, { "xl/sharedStrings.xml": strings });
    for (const chunk of [1, 7, 100_000]) expect(await textOf(bytes, chunk)).toBe('"AB<>""\'"\t2\n\n\n\t3\t<&>\n');
  });

  it("as SheetJS writes it becomes lines, although it declares binary workbooks and macros that it does not hold", async () => {
    const made = packageParts([{ name: "Sheet1", xml: sheetXml([["<c r='A1' t='str'><v>a</v></c>"]]) }]);
    const binary = '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>';
    const macros = '<Default Extension="vba" ContentType="application/vnd.ms-office.vbaProject"/>';
    const types = made["[Content_Types].xml"]?.replace("<Override", `${binary}${macros}<Override`) ?? "";
    expect(await textOf(zipOf({ ...made, "[Content_Types].xml": types }))).toBe("a\n");
  });

  it("gives back any table of texts, whether they are shared or in line, in whatever chunks it comes", async () => {
    const cell = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.stringMatching(/^["\t _x0-9A-F&<>;#]{0,12}$/u),
      fc.constantFrom("_x000D_", "_x005F_x0041_", "&amp;", "]]>", '"', '""', "\t", " ", ",", ";", "\uFEFF"),
    );
    const table = fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), fc.integer({ min: 1, max: 3000 }), async (rows, isInline, chunk) => {
        const inline = (text: string, reference: string): string =>
          text === ""
            ? ""
            : `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
        const cells = rows.map((row, at) => row.map((text, column) => inline(text, `${columnName(column)}${at + 1}`)));
        const bytes = isInline ? fileOf(sheetXml(cells)) : workbookOf("Sheet1", rows);
        const expected = rows.flatMap((row, line) => {
          const last = row.findLastIndex((text) => text !== "");
          const cells = row.slice(0, last + 1).map((text) => text.replaceAll(/\r\n|[\r\n\0]/gu, " "));
          return cells.length === 0 ? [] : [{ line, cells }];
        });
        const records = recordsOf(await textOf(bytes, chunk), SHAPE).map(({ line, cells }) => ({ line, cells }));
        expect(records).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps thousands of shared texts apart, and the number of every row", async () => {
    const rows = Array.from({ length: 5000 }, (_, at) =>
      at % 7 === 3 ? [] : [`title ${at}`, at, `artist ${at % 40}`],
    );
    const { text, lines } = await read(workbookOf("Sheet1", rows));
    expect(text.split("\n")).toEqual([...rows.map((row) => row.join("\t")), ""]);
    expect(lines).toBe(5000);
  });

  it("writes no lines for rows that are only formatted, and none for an empty sheet", async () => {
    const styled = sheetXml([
      ["<c r='A1'><v>1</v></c>"],
      ["<c r='A2' s='1'/>"],
      ["<c r='B3' t='inlineStr'><is><t/></is></c>"],
    ]);
    expect(await textOf(fileOf(styled))).toBe("1\n");
    const { text, lines, workbook } = await read(fileOf('<worksheet xmlns="x"><sheetData/></worksheet>'));
    expect([text, lines, workbook.sheets]).toEqual(["", 0, [sheetNamed("Sheet1", { hasRows: false })]]);
  });

  it("makes one line of a cell with line breaks", async () => {
    const text = await textOf(workbookOf("Sheet1", [["a\nb", "c\r\nd", "e\rf"], ["next"]]));
    expect(text).toBe("a b\tc d\te f\nnext\n");
  });

  it("is written in portions, each awaited before more is read", async () => {
    const bytes = workbookOf(
      "Sheet1",
      Array.from({ length: 4000 }, (_, at) => [at, "x".repeat(100)]),
    );
    const open = () => streamOf(bytes, 5000);
    const workbook = await readWorkbook(open);
    const sheet = pickSheet(workbook.sheets) ?? sheetNamed("none");
    const sizes: number[] = [];
    let isBusy = false;
    await writeSheet(open, workbook, sheet, async (text) => {
      expect(isBusy).toBe(false);
      isBusy = true;
      await new Promise((resolve) => setImmediate(resolve));
      isBusy = false;
      sizes.push(text.length);
    });
    expect(sizes.length).toBeGreaterThan(4);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
  });
});

describe("a number in a workbook", () => {
  it.each([
    ["0.1", "0.1"],
    ["0.10000000000000001", "0.1"],
    ["0.28999999999999998", "0.29"],
    ["0.30000000000000004", "0.30000000000000004"],
    ["12345678901234.561", "12345678901234.56"],
    ["12345678901234.56", "12345678901234.56"],
    ["-4.1500000000000004", "-4.15"],
    ["9.9999999999999995E-8", "0.0000001"],
    ["1.0000000000000001E-5", "0.00001"],
    ["1e-7", "0.0000001"],
    ["1.5E-3", "0.0015"],
    ["1E+2", "100"],
    ["1.25E1", "12.5"],
    ["1.2345E+21", "1234500000000000000000"],
    ["-0", "0"],
    ["-0.0", "0.0"],
    ["0", "0"],
    [".5", "0.5"],
    ["5.", "5"],
    ["12.50", "12.50"],
    ["859012345678", "859012345678"],
    ["12345678901234567", "12345678901234567"],
    ["0.12345678901234567890123", "0.12345678901234567890123"],
    ["4.9406564584124654E-324", `0.${"0".repeat(323)}5`],
    ["1E999", `1${"0".repeat(999)}`],
    ["1E9999", "1E9999"],
    ["1,5", "1,5"],
    ["NaN", "NaN"],
  ])("printed %s is %s", async (value, expected) => {
    expect(await valuesOf([value])).toEqual([expected]);
  });

  it("is the double that was written, in its shortest form", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noDefaultInfinity: true, noNaN: true }), { minLength: 1, maxLength: 50 }),
        async (doubles) => {
          const [line = ""] = (await textOf(workbookOf("Sheet1", [["first", ...doubles]]))).split("\n");
          const [, ...read] = line.split("\t");
          expect(read.map(Number)).toEqual(doubles.map((double) => double + 0));
          for (const text of read) expect(text).toMatch(/^-?\d+(?:\.\d+)?$/u);
          expect(
            read.map((text) => text.replaceAll(/^-?0\.0*|[-.]|0+$/gu, "").length <= 17 || text.length > 17),
          ).not.toContain(false);
        },
      ),
    );
  });
});

describe("a date in a workbook", () => {
  it.each([
    ["1", "1900-01-01"],
    ["59", "1900-02-28"],
    ["60", "1900-03-01"],
    ["61", "1900-03-01"],
    ["45292", "2024-01-01"],
    ["45292.0", "2024-01-01"],
    ["45292.5", "2024-01-01 12:00:00"],
    ["45292.999994", "2024-01-01 23:59:59"],
    ["45292.999999", "2024-01-02"],
    ["2958465", "9999-12-31"],
    ["2958466", "2958466"],
    ["-1", "-1"],
    ["0.5", "12:00:00"],
    ["1E999", `1${"0".repeat(999)}`],
    ["soon", "soon"],
  ])("printed %s is %s", async (value, expected) => {
    expect(await valuesOf([value], {}, 1)).toEqual([expected]);
  });

  it("is counted from 1904 where the workbook says so", async () => {
    const made = packageParts([
      { name: "Sheet1", xml: sheetXml([["<c s='1'><v>43830</v></c>", "<c s='1'><v>60</v></c>"]]) },
    ]);
    for (const flag of ["1", "true"]) {
      const workbook = made["xl/workbook.xml"]?.replace("<sheets>", `<workbookPr date1904="${flag}"/><sheets>`) ?? "";
      expect(await textOf(zipOf({ ...made, "xl/workbook.xml": workbook }))).toBe("2024-01-01\t1904-03-01\n");
    }
  });

  it("is told from a number by its format", async () => {
    const formats: [number, string | null, string][] = [
      [0, null, "45292"],
      [2, null, "45292"],
      [14, null, "2024-01-01"],
      [17, null, "2024-01-01"],
      [22, null, "2024-01-01"],
      [30, null, "2024-01-01"],
      [46, null, "1087008:00:00"],
      [49, null, "45292"],
      [164, "General", "45292"],
      [165, "dd/mm/yyyy", "2024-01-01"],
      [166, "[$-40C]d\\ mmmm\\ yyyy;@", "2024-01-01"],
      [167, "#,##0.00\\ [$€-40C]", "45292"],
      [168, '0.00" days"', "45292"],
      [169, "[Red]-0.00", "45292"],
      [170, "0.00_d", "45292"],
      [171, "[h]:mm", "1087008:00:00"],
      [172, 'yyyy"-"mm', "2024-01-01"],
      [173, "0.00E+00", "45292"],
      [175, "mm:ss.0", "2024-01-01"],
      [176, "0.00 USD", "45292"],
      [177, "# ##0,00 Dhs", "45292"],
      [178, "h:mm AM/PM", "2024-01-01"],
      [174, '_-* #,##0.00\\ "Mds"_-', "45292"],
      [14, "0.00", "45292"],
    ];
    for (const [id, code, expected] of formats) {
      const styles = stylesXml([0, id], code === null ? {} : { [id]: code });
      expect([code ?? id, ...(await valuesOf(["45292"], { "xl/styles.xml": styles }, 1))]).toEqual([
        code ?? id,
        expected,
      ]);
    }
  });

  it("is the day and time that was written, to the second", async () => {
    const instant = fc.date({ min: new Date("1900-03-02"), max: new Date("9999-12-31"), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(fc.array(instant, { minLength: 1, maxLength: 30 }), async (dates) => {
        const whole = dates.map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));
        const expected = whole.map((date) =>
          date.toISOString().slice(0, 19).replace("T", " ").replace(" 00:00:00", ""),
        );
        expect((await textOf(workbookOf("Sheet1", [whole]))).trimEnd().split("\t")).toEqual(expected);
      }),
    );
  });
});

describe("the sheet of a workbook", () => {
  const rows = sheetXml([["<c><v>1</v></c>"]]);
  const empty = sheetXml([["<c s='1'/>"]]);

  it("is listed in the order of the tabs, hidden ones and empty ones too", async () => {
    const bytes = workbookFile([
      { name: "R&D <1>", xml: empty },
      { name: "Secret", xml: rows, state: "hidden" },
      { name: "Deep", xml: rows, state: "veryHidden" },
      { name: "Data", xml: rows },
    ]);
    const { workbook } = await read(bytes);
    expect(workbook.sheets).toEqual([
      sheetNamed("R&D <1>", { hasRows: false }),
      sheetNamed("Secret", { isHidden: true, part: "xl/worksheets/sheet2.xml" }),
      sheetNamed("Deep", { isHidden: true, part: "xl/worksheets/sheet3.xml" }),
      sheetNamed("Data", { part: "xl/worksheets/sheet4.xml" }),
    ]);
    expect(pickSheet(workbook.sheets)?.name).toBe("Data");
  });

  it("that is chosen is the first visible one with rows, unless one is named as a statement", () => {
    const sheets = [
      sheetNamed("a", { hasRows: false }),
      sheetNamed("b", { isHidden: true }),
      sheetNamed("c"),
      sheetNamed("d"),
    ];
    expect(pickSheet(sheets)?.name).toBe("c");
    expect(pickSheet([...sheets, sheetNamed("Mon relevé de compte")])?.name).toBe("Mon relevé de compte");
    expect(pickSheet([...sheets, sheetNamed("Mon releve\u0301 de compte ")])?.name).toBe("Mon releve\u0301 de compte ");
    expect(pickSheet([...sheets, sheetNamed("Mon relevé de compte", { hasRows: false })])?.name).toBe("c");
    expect(pickSheet(sheets.slice(0, 2))).toBeNull();
  });

  it("that is asked for is written, whichever it is", async () => {
    const other = sheetXml([["<c><v>2</v></c>"]]);
    const bytes = workbookFile([
      { name: "a", xml: rows },
      { name: "b", xml: other, state: "hidden" },
    ]);
    expect((await read(bytes, { at: 1 })).text).toBe("2\n");
  });

  it("of charts is left out", async () => {
    const made = packageParts([
      { name: "Chart", xml: "<chartsheet/>" },
      { name: "Data", xml: rows },
    ]);
    const relationships = made["xl/_rels/workbook.xml.rels"]?.replace('/worksheet"', '/chartsheet"') ?? "";
    const { workbook } = await read(zipOf({ ...made, "xl/_rels/workbook.xml.rels": relationships }));
    expect(workbook.sheets.map((sheet) => sheet.name)).toEqual(["Data"]);
  });
});

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

function sheetNamed(name: string, rest: Partial<WorkbookSheet> = {}): WorkbookSheet {
  return { name, isHidden: false, hasRows: true, part: "xl/worksheets/sheet1.xml", ...rest };
}
