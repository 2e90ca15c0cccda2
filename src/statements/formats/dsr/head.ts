// The home of a DDEX sales report's HEAD: what report it is, whose it is, and which part of it a file holds.
import { type FileHead, LineProblemError, type ReportPart } from "../format.ts";
import type { Span } from "../spans.ts";
import { layoutOf } from "./layouts.ts";
import { type Profile, profileOf } from "./profiles.ts";
import { DsrRecord, joinedCells } from "./record.ts";

/** What HEAD says of a report, the same in all of its parts but for `part`. */
export interface ReportHead {
  readonly profile: Profile;
  /** Tells the report from all others, whatever the part. */
  readonly report: string;
  readonly part: number;
  readonly parts: number;
  /** The days reported on. */
  readonly usage: Span;
  /** The same as printed. */
  readonly printedUsage: string;
  readonly sender: string;
  /** Names or ids of the rights controllers whose money the report is about; empty where it does not say. */
  readonly represented: ReadonlySet<string>;
}

const MARK = 0xfeff;

/** Whether a line says nothing: a comment, or no cell that is not blank. */
export function isComment(cells: readonly string[]): boolean {
  const type = typeOf(cells);
  return type.startsWith("#") || (type === "" && cells.every((cell) => cell.trim() === ""));
}

/** The record type of a line as printed, but for a byte order mark before it. */
export function typeOf(cells: readonly string[]): string {
  const [first = ""] = cells;
  return (first.charCodeAt(0) === MARK ? first.slice(1) : first).trim();
}

/** The first line of a file that begins a report; null where none of the head does. `FHEA` is how the oldest begin. */
export function openingOf(head: FileHead): { readonly cells: readonly string[]; readonly line: number } | null {
  const at = head.lines.findIndex((cells) => /^(?:HEAD|FHEA)$/u.test(typeOf(cells)));
  const cells = head.lines[at];
  return cells === undefined ? null : { cells, line: at + 1 };
}

/**
 * Reads a HEAD record.
 *
 * @throws LineProblemError `cells_missing`, `record_unknown` where its profile is none that is read,
 *   `period_unreadable`, `platform_missing`, `record_misplaced` where it is no possible part of a report
 */
export function readHead(record: DsrRecord): ReportHead {
  const name = record.get("Profile");
  const profile = profileOf(name);
  if (profile === null) {
    throw record.problem("Profile", "record_unknown", "is no profile of sales reports that is read");
  }
  const sender = record.text("SenderName");
  if (sender === "") throw record.problem("SenderName", "platform_missing", "names no service");
  const [part, parts] = [record.count("FileNumber"), record.count("NumberOfFiles")];
  if (part < 1 || part > parts) {
    throw record.refusal("record_misplaced", `file ${part} of ${parts} cannot be: a report's files count from 1`);
  }
  return {
    profile,
    report: reportOf(record),
    part,
    parts,
    usage: record.days("UsageStartDate", "UsageEndDate"),
    printedUsage: `${record.get("UsageStartDate")}/${record.get("UsageEndDate")}`,
    sender,
    represented: new Set(record.list("RepresentedRepertoire").filter((each) => each !== "")),
  };
}

function reportOf(record: DsrRecord): string {
  const told = [
    "MessageId",
    "Profile",
    "SenderPartyId",
    "SenderName",
    "RecipientPartyId",
    "RecipientName",
    "ServiceDescription",
    "UsageStartDate",
    "UsageEndDate",
  ];
  return JSON.stringify(told.map((name) => record.get(name)));
}

/** The HEAD record of a file, or null where there is none that has its cells. */
export function headRecord(head: FileHead): DsrRecord | null {
  const first = openingOf(head);
  if (first === null || typeOf(first.cells) !== "HEAD") return null;
  const layout = layoutOf("HEAD");
  const cells = joinedCells(first.cells);
  return layout === null || cells.length < layout.least ? null : new DsrRecord(layout, cells, first.line);
}

/** What a file's HEAD says; null where it cannot be read: reading its line tells why. */
export function reportHeadOf(head: FileHead): ReportHead | null {
  const record = headRecord(head);
  if (record === null) return null;
  try {
    return readHead(record);
  } catch (error) {
    if (error instanceof LineProblemError) return null;
    throw error;
  }
}

/**
 * `DSR_<recipient>_<sender>_<service>_<period>_<territory>_<n>of<m>_<time>.tsv`, perhaps packed. A part that does not
 * apply is blank between its underscores.
 *
 * @see https://dsr1.ddex.net 8.1, checked 2026-11
 */
const FILE_NAME =
  /^DSR_[^_]*_[^_]*_[^_]*_[^_]*_[^_]*_(?<number>\d{1,6})of(?<of>\d{1,6})_\d{8}T\d{6,9}(?:\([^)]*\))?\.(?:tsv|txt)(?:\.gz|\.zip)?$/iu;

/**
 * Tells which part of which report a file is, so that the parts of one can be found and read one behind the other.
 *
 * HEAD decides; the file's name only helps where HEAD's numbers cannot be read.
 *
 * @returns null where the file has no HEAD record, or nothing numbers it
 */
export function partOf(head: FileHead, filename: string): ReportPart | null {
  const record = headRecord(head);
  if (record === null) return null;
  const told = { number: record.get("FileNumber"), of: record.get("NumberOfFiles") };
  const numbers = isPart(told) ? told : FILE_NAME.exec(filename)?.groups;
  if (numbers === undefined || !isPart(numbers)) return null;
  const [number, of] = [Number.parseInt(numbers.number, 10), Number.parseInt(numbers.of, 10)];
  return { group: reportOf(record), number, of };
}

function isPart(numbers: Record<string, string>): numbers is { number: string; of: string } {
  const { number = "", of = "" } = numbers;
  if (!/^\d{1,6}$/u.test(number) || !/^\d{1,6}$/u.test(of)) return false;
  const [first, last] = [Number.parseInt(number, 10), Number.parseInt(of, 10)];
  return first >= 1 && first <= last;
}
