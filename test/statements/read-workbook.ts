// The home of reading a workbook in a test, and of saying how it was refused.
import { Problem } from "../../src/kernel/problems.ts";
import type { ArchiveCaps } from "../../src/statements/reading/member.ts";
import { WORKBOOK_CAPS } from "../../src/statements/reading/package.ts";
import type { Workbook, WorkbookSheet } from "../../src/statements/reading/workbook.ts";
import { pickSheet, readWorkbook, writeSheet } from "../../src/statements/reading/workbook.ts";
import { streamOf } from "./read-file.ts";
import { sheetXml, workbookFile } from "./workbook-file.ts";

/** Lets what repeats itself through to the caps that are meant. */
export const ANY_RATIO: ArchiveCaps = { ...WORKBOOK_CAPS, ratio: 2000 };

/** What came of reading a workbook. */
export interface Read {
  workbook: Workbook;
  text: string;
  lines: number;
}

/** Reads a sheet of a workbook: the one at `at`, else the one that is picked. */
export async function read(
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

/** The lines of the sheet that is picked. */
export async function textOf(bytes: Uint8Array, chunk?: number): Promise<string> {
  return (await read(bytes, chunk === undefined ? {} : { chunk })).text;
}

/** The code and words of the refusal; what is thrown otherwise is a fault. */
export async function refusal(bytes: Uint8Array, caps: ArchiveCaps = WORKBOOK_CAPS): Promise<string> {
  return read(bytes, { caps }).then(
    ({ text }) => `read: ${text.slice(0, 100)}`,
    (error: unknown) => {
      if (error instanceof Problem && error.status < 500) return `${error.code}: ${error.detail}`;
      throw error;
    },
  );
}

/** A workbook of one sheet, "Sheet1". */
export function fileOf(sheet: string, parts: Record<string, string | Uint8Array | null> = {}): Uint8Array {
  return workbookFile([{ name: "Sheet1", xml: sheet }], parts);
}

/** A workbook whose first row holds these cells. */
export function cellsOf(cells: readonly string[], parts: Record<string, string> = {}): Uint8Array {
  return fileOf(sheetXml([cells]), parts);
}

/** A sheet as a workbook lists it. */
export function sheetNamed(name: string, rest: Partial<WorkbookSheet> = {}): WorkbookSheet {
  return { name, isHidden: false, hasRows: true, part: "xl/worksheets/sheet1.xml", ...rest };
}
