// The home of what a digest is: one mail that tells a person what they have not read, now and then.

import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import type { Instant } from "../../kernel/time.ts";
import type { ActorId } from "../model.ts";

/** How often a person may want to be mailed. */
export const FREQUENCIES = ["instant", "hourly", "daily", "off"] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** How often somebody is mailed who has not said. */
export const DEFAULT_FREQUENCY: Frequency = "hourly";

/** How long a message lies unread before it is mailed: whoever is there reads it sooner. */
export const UNREAD_MS = 15 * 60 * 1000;

/** How many threads one mail shows; of the others it says how many there are. */
export const THREADS_SHOWN = 20;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** In each window a person gets one mail at most, at its beginning. A day begins at seven, UTC. */
const WINDOWS: Readonly<Record<Exclude<Frequency, "off">, { readonly every: number; readonly from: number }>> = {
  instant: { every: 5 * MINUTE_MS, from: 0 },
  hourly: { every: HOUR_MS, from: 0 },
  daily: { every: 24 * HOUR_MS, from: 7 * HOUR_MS },
};

/** When the window began that a moment lies in; null for who wants no mail. */
export function windowOf(frequency: Frequency, now: Instant): Instant | null {
  if (frequency === "off") return null;
  const { every, from } = WINDOWS[frequency];
  return Math.floor((now - from) / every) * every + from;
}

/** When the next window begins after a moment; null for who wants no mail. */
export function nextWindow(frequency: Frequency, now: Instant): Instant | null {
  const began = windowOf(frequency, now);
  return began === null || frequency === "off" ? null : began + WINDOWS[frequency].every;
}

/** What of a thread somebody has not read. */
export interface UnreadThread {
  readonly thread: string;
  readonly subject: string;
  /** How many messages. */
  readonly count: number;
  readonly senders: readonly ActorId[];
  /** The words of the first of them. */
  readonly text: string;
  /** The place of the last of them. */
  readonly upTo: number;
}

const OFF = "messages.digests.off";

/** Writes the token that turns a person's digests off, and does nothing else. It never expires: mails are kept. */
export function offToken(key: Uint8Array, userId: string): string {
  return encodeCursor(key, OFF, [userId]);
}

/** Reads whose digests a token turns off; null when it was not written here. */
export function readOffToken(key: Uint8Array, token: string): string | null {
  try {
    return String(decodeCursor(key, OFF, token)[0]);
  } catch {
    return null;
  }
}
