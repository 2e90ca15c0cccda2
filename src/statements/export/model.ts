// The home of exports: their states, their limits, where a step of writing one begins, and names that are safe anywhere.

/** What statements can be exported as. */
export const EXPORT_FORMATS = ["csv", "pdf", "bundle"] as const;

/** One of {@link EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The states of an export. There is something to download at `ready` alone. */
export const EXPORT_STATUSES = ["queued", "running", "ready", "failed", "expired"] as const;

/** One of {@link EXPORT_STATUSES}. */
export type ExportStatus = (typeof EXPORT_STATUSES)[number];

/** How long a link to an export works. */
export const LINK_LIFE_MS = 15 * 60 * 1000;

/** How long a finished export is kept. */
export const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** An export that is not written by then is given up. */
export const LONGEST_RUN_MS = 24 * 60 * 60 * 1000;

/**
 * A bundle has three files of each statement, and what answers one request may ask R2 for a thousand things.
 *
 * @see https://developers.cloudflare.com/workers/platform/limits/ checked 2026-11
 */
export const MOST_STATEMENTS = 250;

/** A PDF is typeset whole in memory, some pages a statement. */
export const MOST_STATEMENTS_PRINTED = 60;

/** What a zip without 64-bit sizes can hold, and no more than can be read at one go. */
export const MOST_BYTES = 4 * 1024 * 1024 * 1024 - 1;

/** Which statements an export is of, beside its months. */
export interface ExportFilter {
  readonly source?: string | undefined;
  readonly statementIds?: readonly string[] | undefined;
  readonly currency?: string | undefined;
}

/** What is asked for: the posted statements whose period meets some months, each of them whole. */
export interface ExportOrder {
  readonly format: ExportFormat;
  readonly bom: boolean;
  readonly from: string;
  readonly to: string;
  readonly filter: ExportFilter;
}

/** Where the next step of writing begins. */
export interface Place {
  /** Which of the export's files. */
  readonly file: number;
  /** How many segments of it are written. */
  readonly segments: number;
  /** In a file of lines: which of its statements, and the physical line of it. */
  readonly statement: number;
  readonly line: number;
}

/** Where writing begins. */
export const START: Place = { file: 0, segments: 0, statement: 0, line: 1 };

const MOST_NAME_CHARACTERS = 100;

/** Makes of a file's name one that every system takes, without folders, and that means nothing to any of them. */
export function safeName(filename: string): string {
  const plain = filename
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/\.{2,}/g, ".")
    .slice(-MOST_NAME_CHARACTERS)
    .replaceAll(/^[.-]+|[.-]+$/g, "");
  // Windows takes a device's name for the device, whatever stands behind the point.
  const isDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(plain);
  return isDevice ? `file-${plain}` : plain || "file";
}

/** The name without what stands behind its last point. */
export function stemOf(name: string): string {
  return name.replace(/\.[A-Za-z0-9]{1,5}$/, "") || name;
}
