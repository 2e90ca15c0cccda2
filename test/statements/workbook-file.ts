// The home of making workbooks (xlsx) in a test, as whole files from rows or part by part from hand-written XML.
import { zipSync } from "fflate";
import { utf8 } from "./read-file.ts";

/** What a test puts into a cell: a `Date` is a day and time in UTC; null and "" leave the cell out. */
export type CellContent = string | number | boolean | Date | null;

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const DATE_STYLE = 1;
const TIME_STYLE = 2;

/** A sheet to be put into a package: its XML, and how the workbook lists it. */
export interface SheetPart {
  readonly name: string;
  readonly xml: string;
  readonly state?: "visible" | "hidden" | "veryHidden";
}

/** A workbook of one sheet, written as Excel does: shared texts, numbers with up to 17 digits, dates as styled numbers. */
export function workbookOf(sheetName: string, rows: readonly (readonly CellContent[])[]): Uint8Array {
  const texts = new Map<string, number>();
  const cellOf = (content: CellContent, reference: string): string => {
    if (content === null || content === "") return "";
    if (typeof content === "number") return `<c r="${reference}"><v>${printed(content)}</v></c>`;
    if (typeof content === "boolean") return `<c r="${reference}" t="b"><v>${content ? 1 : 0}</v></c>`;
    if (content instanceof Date) {
      const days = content.getTime() / 86_400_000 + 25_569;
      const style = Number.isInteger(days) ? DATE_STYLE : TIME_STYLE;
      return `<c r="${reference}" s="${style}"><v>${printed(days)}</v></c>`;
    }
    const index = texts.get(content) ?? texts.size;
    texts.set(content, index);
    return `<c r="${reference}" t="s"><v>${index}</v></c>`;
  };
  const xml = sheetXml(rows.map((cells, row) => cells.map((cell, at) => cellOf(cell, `${columnName(at)}${row + 1}`))));
  return workbookFile([{ name: sheetName, xml }], { "xl/sharedStrings.xml": stringsXml([...texts.keys()]) });
}

/** A sheet of cells that are XML already; a row without any is left out, as Excel leaves it out. */
export function sheetXml(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((cells, at) => {
    const inside = cells.join("");
    return inside === "" ? "" : `<row r="${at + 1}">${inside}</row>`;
  });
  return `${HEAD}<worksheet ${MAIN}><sheetData>${lines.join("")}</sheetData></worksheet>`;
}

/** The part that holds the shared texts. */
export function stringsXml(texts: readonly string[]): string {
  const items = texts.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`);
  return `${HEAD}<sst ${MAIN}>${items.join("")}</sst>`;
}

/** The part that holds the cell formats, one for each format number given. */
export function stylesXml(formats: readonly number[], codes: Readonly<Record<number, string>> = {}): string {
  const coded = Object.entries(codes).map(([id, code]) => `<numFmt numFmtId="${id}" formatCode="${escaped(code)}"/>`);
  const cellFormats = formats.map((id) => `<xf numFmtId="${id}" applyNumberFormat="1"/>`);
  return `${HEAD}<styleSheet ${MAIN}><numFmts>${coded.join("")}</numFmts><cellXfs>${cellFormats.join("")}</cellXfs></styleSheet>`;
}

/**
 * A workbook file of the given sheets.
 *
 * @param parts more parts, or others in place of those made here; null leaves one out
 */
export function workbookFile(
  sheets: readonly SheetPart[],
  parts: Readonly<Record<string, string | Uint8Array | null>> = {},
): Uint8Array {
  return zipOf({ ...packageParts(sheets), ...parts });
}

/** A zip of the parts, in their order. */
export function zipOf(parts: Readonly<Record<string, string | Uint8Array | null>>): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  for (const [name, part] of Object.entries(parts)) {
    if (part !== null) files[name] = typeof part === "string" ? utf8(part) : part;
  }
  return zipSync(files);
}

/** The parts of a plain workbook of the given sheets, as XML, to be changed by a test. */
export function packageParts(sheets: readonly SheetPart[]): Record<string, string> {
  const related = (id: string, kind: string, target: string): string =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${kind}" Target="${target}"/>`;
  const relationships = (inside: string): string =>
    `${HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${inside}</Relationships>`;
  const typed = (part: string, type: string): string =>
    `<Override PartName="/xl/${part}.xml" ContentType="${TYPES}.${type}+xml"/>`;
  const listed = sheets.map(
    ({ name, state = "visible" }, at) =>
      `<sheet name="${escaped(name)}" sheetId="${at + 1}" state="${state}" r:id="rId${at + 1}"/>`,
  );
  return {
    "[Content_Types].xml": `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${[
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
      typed("workbook", "sheet.main"),
      ...sheets.map((_, at) => typed(`worksheets/sheet${at + 1}`, "worksheet")),
      typed("styles", "styles"),
      typed("sharedStrings", "sharedStrings"),
    ].join("")}</Types>`,
    "_rels/.rels": relationships(related("rId1", "officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": `${HEAD}<workbook ${MAIN} xmlns:r="${RELATIONS}"><sheets>${listed.join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relationships(
      [
        ...sheets.map((_, at) => related(`rId${at + 1}`, "worksheet", `worksheets/sheet${at + 1}.xml`)),
        related("rId8001", "styles", "styles.xml"),
        related("rId8002", "sharedStrings", "sharedStrings.xml"),
      ].join(""),
    ),
    ...Object.fromEntries(sheets.map(({ xml }, at) => [`xl/worksheets/sheet${at + 1}.xml`, xml])),
    "xl/styles.xml": stylesXml([0, 14, 22]),
    "xl/sharedStrings.xml": stringsXml([]),
  };
}

/** The name of a column counted from 0: A, …, Z, AA. */
export function columnName(index: number): string {
  const front = index < 26 ? "" : columnName(Math.floor(index / 26) - 1);
  return front + String.fromCharCode(65 + (index % 26));
}

/** Text as Excel writes it into XML: letters that XML cannot hold, and what looks like one of them, as `_xHHHH_`. */
export function escaped(text: string): string {
  const code = (letter: string): string => `_x${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
  return [...text.replaceAll(/_(?=x[\da-f]{4}_)/giu, "_x005F_")]
    .map((letter) => {
      if (letter === "&") return "&amp;";
      if (letter === "<") return "&lt;";
      if (letter === ">") return "&gt;";
      if (letter === '"') return "&quot;";
      const unit = letter.charCodeAt(0);
      const isForbidden = (unit < 32 && letter !== "\t" && letter !== "\n") || unit === 0xfffe || unit === 0xffff;
      return isForbidden ? code(letter) : letter;
    })
    .join("");
}

/** A double as Excel prints it: 15 digits where they are enough, else 17. */
function printed(value: number): string {
  const short = value.toPrecision(15);
  const text = Number(short) === value ? short : value.toPrecision(17);
  const [digits = "", exponent] = text.split("e");
  const trimmed = digits.includes(".") ? digits.replace(/\.?0+$/u, "") : digits;
  return exponent === undefined ? trimmed : `${trimmed}E${exponent}`;
}
