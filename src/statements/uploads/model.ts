// The home of uploads in parts: their states, their limits, which parts a file has, and how a part is refused.

import { Problem } from "../../kernel/problems.ts";
import type { Instant } from "../../kernel/time.ts";

/** The states of an upload. It takes parts while `open`; every other state is final. */
export const UPLOAD_STATUSES = ["open", "completed", "refused", "expired"] as const;

/** One of {@link UPLOAD_STATUSES}. */
export type UploadStatus = (typeof UPLOAD_STATUSES)[number];

/** The largest file taken in parts: 2 GiB, which one request can still read through when it completes the upload. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024 * 1024;

/** The size of every part but the last. R2 takes from 5 MiB on, all of one size. @see R2 limits, checked 2026-11 */
export const UPLOAD_PART_BYTES = 8 * 1024 * 1024;

/** How many uploads an artist may have open at a time. */
export const MAX_OPEN_UPLOADS = 10;

/** How long an upload stays open: R2 drops the parts of an unfinished one after seven days. @see R2 limits, 2026-11 */
export const UPLOAD_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** The sizes that say which parts an upload has. */
export interface PartPlan {
  readonly sizeBytes: number;
  readonly partBytes: number;
}

/** Counts the parts of an upload; they are numbered from 1. */
export function countParts({ sizeBytes, partBytes }: PartPlan): number {
  return Math.ceil(sizeBytes / partBytes);
}

/** Gives the exact size of a part in bytes, or null when the upload has no part of this number. */
export function partSize(plan: PartPlan, part: number): number | null {
  const parts = countParts(plan);
  if (!Number.isInteger(part) || part < 1 || part > parts) return null;
  return part < parts ? plan.partBytes : plan.sizeBytes - plan.partBytes * (parts - 1);
}

/** Lists the parts of an upload that have not come, in order. */
export function missingParts(plan: PartPlan, received: readonly number[]): number[] {
  const have = new Set(received);
  return allParts(plan).filter((part) => !have.has(part));
}

/** Lists all parts of an upload, in order. */
export function allParts(plan: PartPlan): number[] {
  return Array.from({ length: countParts(plan) }, (_, at) => at + 1);
}

/** Gives the state of an upload at an instant: its time runs out before the nightly sweep says so. */
export function statusAt(upload: { readonly status: UploadStatus; readonly expiresAt: Instant }, now: Instant) {
  return upload.status === "open" && upload.expiresAt <= now ? "expired" : upload.status;
}

/** Passes a part's bytes on while they have the length they must have. @throws Problem as {@link wrongSize} */
export async function* measured(
  plan: PartPlan,
  part: number,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const sizeBytes = partSize(plan, part) ?? 0;
  let cameBytes = 0;
  for await (const chunk of body) {
    cameBytes += chunk.byteLength;
    if (cameBytes > sizeBytes) throw wrongSize(plan, part, cameBytes);
    yield chunk;
  }
  if (cameBytes < sizeBytes) throw wrongSize(plan, part, cameBytes);
}

/** The problem of a part that has another length than its own: `too_large` beyond any part's, else `invalid_request`. */
export function wrongSize(plan: PartPlan, part: number, cameBytes: number): Problem {
  const message = `part ${part} must have exactly ${partSize(plan, part)} bytes`;
  if (cameBytes > plan.partBytes) return new Problem("too_large", { detail: `body: ${message}.` });
  return refused("body", "length", message);
}

/** The problem of a part's number that the upload does not have. */
export function noSuchPart(plan: PartPlan): Problem {
  return refused("path.part", "range", `the upload has the parts 1 to ${countParts(plan)}`);
}

function refused(path: string, code: string, message: string): Problem {
  return new Problem("invalid_request", { detail: `${path}: ${message}.`, errors: [{ path, code, message }] });
}

const MISSING_SHOWN = 20;

/** The problem of completing an upload too early; it names every part that is missing. */
export function incomplete(plan: PartPlan, missing: readonly number[]): Problem {
  const more = missing.length > MISSING_SHOWN ? ", …" : "";
  const named = missing.slice(0, MISSING_SHOWN).join(", ") + more;
  return new Problem("upload_incomplete", {
    detail: `${missing.length} of ${countParts(plan)} parts are missing: ${named}.`,
    errors: missing.map((part) => ({ path: `parts.${part}`, code: "missing", message: `part ${part} has not come` })),
  });
}

/** The problem of a part for an upload that is closed. */
export function closed(cause?: unknown): Problem {
  return new Problem("upload_closed", { detail: "The upload is closed and takes no more parts.", cause });
}

/** The problem of an upload whose time has run out. */
export function expired(): Problem {
  return new Problem("upload_expired", { detail: "The upload stayed open too long; begin a new one." });
}
