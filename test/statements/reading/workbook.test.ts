import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordsOf } from "../../../src/statements/reading/records.ts";
import { pickSheet, readWorkbook, writeSheet } from "../../../src/statements/reading/workbook.ts";
import { streamOf } from "../read-file.ts";
import { cellsOf, fileOf, read, sheetNamed, textOf } from "../read-workbook.ts";
import {
  columnName,
  escaped,
  packageParts,
  sheetXml,
  stylesXml,
  workbookFile,
  workbookOf,
  zipOf,
} from "../workbook-file.ts";

const SHAPE = { newline: "\n", delimiter: "\t", quoting: true } as const;

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
      { numRuns: 100 },
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
