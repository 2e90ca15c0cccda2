// The home of Spotify: where the artist's tracks stand in the playlists that are theirs. Plays it gives to nobody.

import { z } from "zod";
import { SPOTIFY_DATA_SCOPES } from "../grants/model.ts";
import { type MeasureFact, type Page, type Provider, ProviderFault, type Pull, read } from "../provider.ts";

const API = "https://api.spotify.com/v1";
const PER_PAGE = 50;

const Me = z.object({ id: z.string().min(1) });
const paged = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.int().min(0), next: z.string().nullable() });
const Playlists = paged(
  z.object({
    id: z.string().regex(/^\w+$/),
    name: z.string(),
    collaborative: z.boolean().optional(),
    owner: z.object({ id: z.string() }),
  }),
);
const Items = paged(
  z.object({
    // Null where the track is gone; another type for episodes.
    item: z
      .object({
        type: z.string(),
        uri: z.string(),
        name: z.string(),
        external_ids: z.object({ isrc: z.string().optional() }).optional(),
      })
      .nullish(),
  }),
);
const Refusal = z.object({ error: z.object({ reason: z.string().optional() }) });

interface Place {
  readonly me: string;
  /** Where the next page of playlists begins; null after the last. */
  readonly lists: number | null;
  readonly waiting: readonly string[];
  readonly offset: number;
  readonly total: number | null;
  readonly last: string | null;
}

async function pullPlacements(pull: Pull): Promise<Page> {
  const { ask, page } = pull;
  if (page === null) {
    const { json } = await ask({ url: `${API}/me`, costs: { calls: 1 } });
    const { id } = read(Me, json, "Spotify's me");
    return { facts: {}, next: JSON.stringify({ me: id, lists: 0, waiting: [], ...START }) };
  }
  const place = JSON.parse(page) as Place;
  return place.waiting.length > 0 ? pullItems(pull, place) : pullLists(pull, place);
}

const START = { offset: 0, total: null, last: null } as const;

function nextOf(place: Place): string | null {
  return place.waiting.length === 0 && place.lists === null ? null : JSON.stringify(place);
}

async function pullLists({ ask }: Pull, place: Place): Promise<Page> {
  const query = { limit: String(PER_PAGE), offset: String(place.lists) };
  const { json } = await ask({ url: `${API}/me/playlists`, query, costs: { calls: 1 } });
  const { items, next, total } = read(Playlists, json, "Spotify's playlists");
  // Since 2026 the items of other people's playlists are refused.
  const mine = items.filter(({ owner, collaborative }) => owner.id === place.me || collaborative === true);
  const lists = next === null ? null : (place.lists ?? 0) + items.length;
  return {
    facts: {
      labels: Object.fromEntries(mine.map(({ id, name }) => [id, name])),
      expected: { playlists: total },
      listed: { playlists: items.map(({ id }) => id) },
    },
    next: nextOf({ ...place, lists, waiting: mine.map(({ id }) => id), ...START }),
  };
}

async function pullItems({ ask, window }: Pull, place: Place): Promise<Page> {
  const [playlist = "", ...waiting] = place.waiting;
  const fields = "total,next,items(item(type,uri,name,external_ids(isrc)))";
  const query = { limit: String(PER_PAGE), offset: String(place.offset), fields, additional_types: "track" };
  const { json } = await ask({ url: `${API}/playlists/${playlist}/items`, query, costs: { calls: 1 } });
  const { items, next, total } = read(Items, json, "Spotify's playlist items");
  const uris = items.map(({ item }) => item?.uri ?? "");
  const isWhole = next !== null || place.offset + items.length === total;
  const isSame = (place.total ?? total) === total && (place.last === null || uris[0] === place.last) && isWhole;
  if (!isSame) throw new ProviderFault("moved", "A playlist at Spotify changed while it was read.");
  const measures = items.flatMap(({ item }, at): MeasureFact[] => {
    if (item == null || item.type !== "track") return [];
    const key = `${playlist}:${item.external_ids?.isrc ?? item.uri}:${place.offset + at + 1}`;
    const value = String(place.offset + at + 1);
    return [{ day: window.to, metric: "position", dimension: "playlist", key, label: item.name, value }];
  });
  // One row twice: were the list another by then, the row would be too.
  const on = { ...place, offset: place.offset + Math.max(1, items.length - 1), total, last: uris.at(-1) ?? null };
  return { facts: { measures }, next: next === null ? nextOf({ ...place, waiting, ...START }) : nextOf(on) };
}

/**
 * Spotify: only what it still answers to apps in development mode since February 2026.
 *
 * @see https://developer.spotify.com/documentation/web-api/references/changes/february-2026, checked 2026-11
 */
export const SPOTIFY: Provider = {
  id: "spotify",
  name: "Spotify",
  platform: "Spotify",
  source: "spotify-api",
  settings: ["SPOTIFY_CLIENT_ID"],
  oauth: {
    authorizeUrl: "https://accounts.spotify.com/authorize",
    tokenUrl: "https://accounts.spotify.com/api/token",
    scopes: SPOTIFY_DATA_SCOPES,
    secretIn: "header",
    word: "Bearer",
    grantMonths: 6,
  },
  // Spotify counts over 30 seconds and publishes no number; this one is ours.
  budgets: { calls: { kind: "rate", calls: 90, perSeconds: 30 } },
  streams: [
    {
      id: "placements",
      gives: "Places of tracks in the artist's own playlists.",
      kind: "snapshot",
      fills: "measures",
      lagHours: 0,
      restatedDays: 0,
      windowDays: 1,
      historyDays: 1,
      pull: pullPlacements,
    },
  ],
  breaks: [],
  faultOf(status, json) {
    const parsed = Refusal.safeParse(json);
    if (status === 429 && parsed.success && parsed.data.error.reason === "QUOTA_EXCEEDED")
      return new ProviderFault("quota", "The calls that Spotify allows this app are used up.");
    return status === 403
      ? new ProviderFault("refused", "Spotify does not let this app read this account (403).")
      : null;
  },
};
