// The home of workbooks (xlsx): which sheets one has, and the lines of text that one of them is.

import type { Attributes } from "../../kernel/xml.ts";
import { unescaped } from "./cell.ts";
import { SharedStrings, Styles } from "./lookups.ts";
import type { ArchiveCaps } from "./member.ts";
import type { OpenFile, PackageMap, PartVisitor } from "./package.ts";
import { mapPackage, readParts, unreadableWorkbook, WORKBOOK_CAPS } from "./package.ts";
import { RowsLook, SheetLines, type SheetLookups } from "./sheet.ts";

/** One sheet of a workbook. */
export interface WorkbookSheet {
  readonly name: string;
  readonly isHidden: boolean;
  /** Whether any cell holds something. */
  readonly hasRows: boolean;
  /** Name of its part in the package. */
  readonly part: string;
}

/** A workbook that has been opened, without the cells of its sheets. */
export interface Workbook extends SheetLookups {
  /** In the order of their tabs. Sheets of charts have no cells, and are left out. */
  readonly sheets: readonly WorkbookSheet[];
}

/** Sheets that are a statement by their name, whatever stands before them. SACEM's accounts have one. */
const STATEMENT_SHEETS: readonly string[] = ["Mon relevé de compte"];

/** Far more than anybody can find their way in. */
const MAX_SHEETS = 1000;
const MAX_NAME_LENGTH = 255;

/**
 * Opens a workbook: finds its sheets, and reads what all cells share. Every sheet is unpacked for that, so that a
 * broken or hostile file shows itself here; only the shared texts stay in memory.
 *
 * @param open called several times, since what explains a part may stand behind it
 * @throws Problem `file_unreadable` where it is no .xlsx workbook or holds something no workbook needs,
 * `archive_unreadable` and `archive_too_large` as every archive
 * @see ECMA-376 part 1, sections 12.3 and 18.2 to 18.4
 */
export async function readWorkbook(open: OpenFile, caps: ArchiveCaps = WORKBOOK_CAPS): Promise<Workbook> {
  const map = await mapPackage(open, caps);
  const contents = new Contents();
  const strings = new SharedStrings();
  const styles = new Styles();
  const visitors = new Map<string, PartVisitor>();
  const looks = new Map([...map.sheets.values()].map((part) => [part, new RowsLook()]));
  for (const [part, look] of looks) visitors.set(part, look);
  if (map.strings !== null) visitors.set(map.strings, strings);
  if (map.styles !== null) visitors.set(map.styles, styles);
  visitors.set(map.workbook, contents);
  const visited = await readParts(open, caps, (part) => visitors.get(part) ?? null);
  const missing = [...visitors.keys()].find((part) => !visited.has(part));
  if (missing !== undefined) throw unreadableWorkbook(`The workbook lacks its part "${missing}".`);
  const sheets = contents.sheets(map, (part) => looks.get(part)?.isDone === true);
  if (sheets.length === 0) throw unreadableWorkbook("The file is no workbook, or one without a sheet.");
  return { sheets, strings: strings.texts, dateKinds: styles.dateKinds, isDate1904: contents.isDate1904 };
}

/** The sheet that is the statement: one that is named like one, else the first that is visible and has rows. */
export function pickSheet(sheets: readonly WorkbookSheet[]): WorkbookSheet | null {
  return (
    sheets.find((sheet) => sheet.hasRows && STATEMENT_SHEETS.includes(sheet.name.trim().normalize("NFC"))) ??
    sheets.find((sheet) => sheet.hasRows && !sheet.isHidden) ??
    null
  );
}

/**
 * Writes the lines of a sheet: one for every row, so that line and row have the same number; cells parted by tabs,
 * quoted (RFC 4180) where they hold a tab or a quote; `\n` behind every line. It is to be read with delimiter tab and
 * quoting. A row without content is a blank line, and a line ends with its last cell that holds something.
 *
 * A line break within a cell becomes a space. Numbers, dates and texts: see `cell.ts`; formulas give what they
 * last came to, truth values TRUE and FALSE, errors their sign (`#REF!`). Hidden rows and columns are rows and columns.
 *
 * @param open  opens the same file that `workbook` was read from
 * @param write takes the next text; nothing further is read until it is done
 * @returns how many lines were written: the number of the last row that holds anything
 * @throws Problem as {@link readWorkbook}, perhaps after some lines have been written
 */
export async function writeSheet(
  open: OpenFile,
  workbook: Workbook,
  sheet: WorkbookSheet,
  write: (text: string) => Promise<void> | void,
  caps: ArchiveCaps = WORKBOOK_CAPS,
): Promise<number> {
  const lines = new SheetLines(workbook, write, caps.unpackedBytes);
  const visited = await readParts(open, caps, (part) => (part === sheet.part ? lines : null));
  if (!visited.has(sheet.part)) throw unreadableWorkbook(`The workbook lacks its part "${sheet.part}".`);
  await lines.flush();
  return lines.lines;
}

/** The workbook's own part: its sheets in order, and from when it counts days. */
class Contents implements PartVisitor {
  readonly #sheets: { name: string; isHidden: boolean; id: string }[] = [];
  isDate1904 = false;

  open(path: string, attributes: Attributes): void {
    if (path === "/workbook/workbookPr") this.isDate1904 = /^(?:1|true)$/u.test(attributes.get("date1904") ?? "");
    if (path !== "/workbook/sheets/sheet") return;
    const name = unescaped(attributes.get("name") ?? "").slice(0, MAX_NAME_LENGTH);
    const id = [...attributes].find(([key]) => key.endsWith(":id"))?.[1] ?? "";
    const isHidden = (attributes.get("state") ?? "visible") !== "visible";
    this.#sheets.push({ name, isHidden, id });
    if (this.#sheets.length > MAX_SHEETS) throw unreadableWorkbook(`The workbook has more than ${MAX_SHEETS} sheets.`);
  }

  /** The sheets that are made of cells. */
  sheets(map: PackageMap, hasRows: (part: string) => boolean): WorkbookSheet[] {
    return this.#sheets.flatMap(({ name, isHidden, id }) => {
      const part = map.sheets.get(id);
      return part === undefined ? [] : [{ name, isHidden, hasRows: hasRows(part), part }];
    });
  }
}
