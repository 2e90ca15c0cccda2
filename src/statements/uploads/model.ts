// The home of uploads in parts: their states, their limits, and which parts a file of some size has.

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
