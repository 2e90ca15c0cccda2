// The home of SoundCloud: the running totals of the artist's own tracks, of which days are made.

import { z } from "zod";
import type { Instant } from "../../kernel/time.ts";
import { type Page, type Provider, ProviderFault, type Pull, read, type TotalFact } from "../provider.ts";

const API = "https://api.soundcloud.com";
const count = z.int().min(0);

const Me = z.object({ track_count: count, private_tracks_count: count.optional() });
const Tracks = z.object({
  collection: z.array(
    z.object({
      urn: z.string().min(1),
      title: z.string(),
      isrc: z.string().nullish(),
      created_at: z.string(),
      // Missing where the counts are hidden.
      playback_count: count.nullish(),
      download_count: count.nullish(),
    }),
  ),
  next_href: z.string().nullish(),
});
const Limited = z.object({
  errors: z.array(z.object({ meta: z.object({ reset_time: z.string().optional() }).optional() })).optional(),
});

/** Reads `2026/11/05 09:30:00 +0000` and its like. */
function instantOf(text: string): Instant | null {
  const [, day, time] = /^(\d{4}[/-]\d\d[/-]\d\d)[T ](\d\d:\d\d:\d\d)(?: ?\+0000|Z)?$/.exec(text) ?? [];
  const at = Date.parse(`${day?.replaceAll("/", "-")}T${time}Z`);
  return Number.isNaN(at) ? null : at;
}

async function pullTracks({ ask, page }: Pull): Promise<Page> {
  const costs = { calls: 1 };
  if (page === null) {
    const { json } = await ask({ url: `${API}/me`, costs });
    const { track_count, private_tracks_count = 0 } = read(Me, json, "SoundCloud's me");
    const expected = { tracks: track_count + private_tracks_count };
    return { facts: { expected }, next: `${API}/me/tracks?limit=200&linked_partitioning=true` };
  }
  const url = new URL(page);
  const { json } = await ask({ url: url.origin + url.pathname, query: Object.fromEntries(url.searchParams), costs });
  const { collection, next_href } = read(Tracks, json, "SoundCloud's tracks");
  // The token goes where the answer points, so it must point home.
  if (typeof next_href === "string" && !next_href.startsWith(`${API}/me/tracks?`))
    throw new ProviderFault("contract", "SoundCloud's tracks: next_href leads elsewhere.");
  const totals = collection.flatMap((track, at): TotalFact[] => {
    if (track.playback_count == null) return [];
    const createdAt = instantOf(track.created_at);
    if (createdAt === null)
      throw new ProviderFault("contract", `SoundCloud's tracks: collection.${at}.created_at is no time.`);
    const isrc = track.isrc?.replaceAll(/[\s-]/g, "").toUpperCase() ?? "";
    const key = /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/.test(isrc) ? isrc : track.urn;
    const downloads = track.download_count ?? 0;
    return [{ id: track.urn, key, label: track.title, plays: track.playback_count, downloads, createdAt }];
  });
  return { facts: { totals, listed: { tracks: collection.map(({ urn }) => urn) } }, next: next_href ?? null };
}

/**
 * SoundCloud.
 *
 * @see https://developers.soundcloud.com/docs/api and its OpenAPI description of 2026-07-19, checked 2026-11
 */
export const SOUNDCLOUD: Provider = {
  id: "soundcloud",
  name: "SoundCloud",
  platform: "SoundCloud",
  source: "soundcloud-api",
  settings: ["SOUNDCLOUD_CLIENT_ID", "SOUNDCLOUD_CLIENT_SECRET"],
  oauth: {
    authorizeUrl: "https://secure.soundcloud.com/authorize",
    tokenUrl: "https://secure.soundcloud.com/oauth/token",
    scopes: [],
    secretIn: "form",
    word: "OAuth",
    grantMonths: null,
  },
  // Limits are published for plays alone; this one is ours.
  budgets: { calls: { kind: "rate", calls: 300, perSeconds: 60 } },
  streams: [
    {
      id: "tracks",
      gives: "Plays and downloads by track.",
      kind: "totals",
      fills: "plays",
      lagHours: 0,
      restatedDays: 0,
      windowDays: 1,
      historyDays: 1,
      pull: pullTracks,
    },
  ],
  breaks: [],
  faultOf(status, json) {
    if (status === 403) return new ProviderFault("refused", "SoundCloud does not give this account's tracks (403).");
    if (status !== 429) return null;
    const parsed = Limited.safeParse(json);
    const [reset] = parsed.success ? (parsed.data.errors ?? []).flatMap(({ meta }) => meta?.reset_time ?? []) : [];
    const until = reset === undefined ? null : instantOf(reset);
    return until === null ? null : new ProviderFault("rate", "SoundCloud was asked too often.", until);
  },
};
