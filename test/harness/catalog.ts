// The home of releases for tests: whole enough to be sent, moved through their states, with sound and artwork to upload.

import { sha256 } from "@oslojs/crypto/sha2";
import { encodeHexLowerCase } from "@oslojs/encoding";
import type { ReleaseStatus } from "../../src/catalog/releases/model.ts";
import type { Caller } from "./world.ts";

const CATALOG = "/api/dashboard/catalog";

/** The least bytes that are what they say: a picture, and a sound. */
export const MEDIA = {
  png: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0x49, 0x48, 0x44, 0x52, 1, 2, 3),
  flac: new TextEncoder().encode("fLaC and then the sound of it"),
};

export const sha256Of = (bytes: Uint8Array) => encodeHexLowerCase(sha256(bytes));

/** What is said of {@link MEDIA} when it is uploaded. */
export const MEDIA_QUERY = {
  png: `filename=cover.png&sha256=${sha256Of(MEDIA.png)}`,
  flac: `filename=undertow.flac&sha256=${sha256Of(MEDIA.flac)}`,
};

let releases = 0;

/** An ISRC that no other test has. */
export function newIsrc(): string {
  releases += 1;
  return `QZAB126${String(releases).padStart(5, "0")}`;
}

/** A UPC with its check digit that no other test has. */
export function newUpc(): string {
  releases += 1;
  const digits = `1939590${String(releases).padStart(4, "0")}`;
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const band = { name: "Glass Harbor", role: "MainArtist" };
const line = { year: 2026, text: "Harbor Tapes" };

/** A release with everything that a store asks for. */
export function completeRelease(given: object = {}) {
  return {
    title: "Night Swims",
    type: "single",
    upc: newUpc(),
    artists: [band],
    genres: ["Dream Pop"],
    pLine: line,
    cLine: line,
    releaseAt: { mode: "local_midnight", date: "2027-03-12" },
    deals: [{ commercialModel: "SubscriptionModel", uses: ["OnDemandStream"] }],
    tracks: [{ recording: { title: "Undertow", isrc: newIsrc(), artists: [band] } }],
    ...given,
  };
}

/** The way from the first draft to each state. */
export const WAY_TO: Readonly<Record<ReleaseStatus, readonly ReleaseStatus[]>> = {
  draft: [],
  in_review: ["in_review"],
  rejected: ["in_review", "rejected"],
  scheduled: ["in_review", "scheduled"],
  delivering: ["in_review", "scheduled", "delivering"],
  live: ["in_review", "scheduled", "delivering", "live"],
  update_pending: ["in_review", "scheduled", "delivering", "live", "update_pending"],
  takedown_pending: ["in_review", "scheduled", "delivering", "live", "takedown_pending"],
  taken_down: ["in_review", "scheduled", "delivering", "live", "takedown_pending", "taken_down"],
  archived: ["archived"],
};

/** Moves a release and says what was answered. */
export function move(caller: Caller, id: string, to: string, more: object = {}): Promise<Response> {
  return caller.post(`${CATALOG}/releases/${id}/transitions`, { to, ...more });
}

/** A release in a state, with the ids of its recordings and of the deliveries that were asked for on its way. */
export interface MadeRelease {
  readonly id: string;
  readonly recordings: readonly string[];
  readonly deliveries: Readonly<Record<string, string>>;
}

/**
 * Makes a complete release and moves it to a state; with stores it is sent to them and stays `delivering`, for they have
 * not answered.
 */
export async function newRelease(
  owner: Caller,
  how: { status?: ReleaseStatus; stores?: readonly string[]; given?: object } = {},
): Promise<MadeRelease> {
  const made = await owner.post(`${CATALOG}/releases`, completeRelease(how.given));
  if (made.status !== 201) throw new Error(`release: ${made.status} ${await made.text()}`);
  const { id, tracks } = (await made.json()) as { id: string; tracks: { recordingId: string }[] };
  const way = WAY_TO[how.status ?? (how.stores === undefined ? "draft" : "delivering")];
  for (const to of way) {
    const moved = await move(owner, id, to, to === "delivering" && how.stores ? { stores: how.stores } : {});
    if (moved.status !== 200) throw new Error(`to ${to}: ${moved.status} ${await moved.text()}`);
  }
  const asked = (await (await owner.get(`${CATALOG}/releases/${id}/deliveries`)).json()) as {
    data: { id: string; store: string }[];
  };
  return {
    id,
    recordings: tracks.map((track) => track.recordingId),
    deliveries: Object.fromEntries(asked.data.map((each) => [each.store, each.id])),
  };
}
