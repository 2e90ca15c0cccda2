// The home of TikTok: the running totals of the artist's own public videos, of which days are made, and the profile's numbers.

import { z } from "zod";
import { type Page, type Provider, ProviderFault, type Pull, read, type TotalFact } from "../provider.ts";

const API = "https://open.tiktokapis.com/v2";
const PER_PAGE = 20;
/** The newest 1,500 videos are read, so that a window always fits into one delivery. */
const MOST_PAGES = 75;
const LABEL_LETTERS = 100;

const count = z.int().min(0);
const ok = z.object({ code: z.literal("ok") });
const User = z.object({
  data: z.object({ user: z.object({ follower_count: count, likes_count: count, video_count: count }) }),
  error: ok,
});
const Videos = z.object({
  data: z.object({
    videos: z.array(
      z.object({
        id: z.string().regex(/^\d+$/),
        create_time: count,
        title: z.string().nullish(),
        video_description: z.string().nullish(),
        view_count: count,
      }),
    ),
    cursor: count,
    has_more: z.boolean(),
  }),
  error: ok,
});
const Refusal = z.object({ error: z.object({ code: z.string() }) });

async function pullProfile({ ask, window }: Pull): Promise<Page> {
  const query = { fields: "follower_count,likes_count,video_count" };
  const { json } = await ask({ url: `${API}/user/info/`, query, costs: { calls: 1 } });
  const { user } = read(User, json, "TikTok's user").data;
  const measure = (metric: string, value: number) => {
    return { day: window.to, metric, dimension: "total", key: "", label: null, value: String(value) };
  };
  const measures = [
    measure("followers", user.follower_count),
    measure("likes", user.likes_count),
    measure("videos", user.video_count),
  ];
  return { facts: { measures }, next: null };
}

interface Place {
  /** Videos older than this instant come next. */
  readonly cursor: number;
  readonly pages: number;
}

async function pullVideos({ ask, page }: Pull): Promise<Page> {
  const place = page === null ? null : (JSON.parse(page) as Place);
  const { json } = await ask({
    url: `${API}/video/list/`,
    query: { fields: "id,create_time,title,video_description,view_count" },
    body: { max_count: PER_PAGE, ...(place === null ? {} : { cursor: place.cursor }) },
    costs: { calls: 1 },
  });
  const { videos, cursor, has_more } = read(Videos, json, "TikTok's videos").data;
  const totals = videos.map((video): TotalFact => {
    const text = (video.title ?? "") || (video.video_description ?? "");
    return {
      id: video.id,
      key: `tiktok:${video.id}`,
      label: text === "" ? null : text.slice(0, LABEL_LETTERS),
      plays: video.view_count,
      downloads: 0,
      createdAt: video.create_time * 1000,
    };
  });
  const pages = (place?.pages ?? 0) + 1;
  if (!has_more || pages === MOST_PAGES) return { facts: { totals }, next: null };
  if (place !== null && cursor >= place.cursor)
    throw new ProviderFault("contract", "TikTok's videos: data.cursor does not go back in time.");
  return { facts: { totals }, next: JSON.stringify({ cursor, pages }) };
}

/** What neither time nor trying changes, but the person. */
const REFUSALS = ["scope_not_authorized", "scope_permission_missed"];

/**
 * TikTok, by its Display API. Views are those of the artist's own public videos; what others make with the music is not
 * in them. There is no history, so the first day is the day of connecting.
 *
 * @see https://developers.tiktok.com/doc/display-api-overview and
 *   https://developers.tiktok.com/doc/oauth-user-access-token-management, checked 2026-11
 */
export const TIKTOK: Provider = {
  id: "tiktok",
  name: "TikTok",
  platform: "TikTok (Profile)",
  source: "tiktok-api",
  settings: ["TIKTOK_CLIENT_ID", "TIKTOK_CLIENT_SECRET"],
  oauth: {
    authorizeUrl: "https://www.tiktok.com/v2/auth/authorize/",
    tokenUrl: "https://open.tiktokapis.com/v2/oauth/token/",
    scopes: ["user.info.basic", "user.info.stats", "video.list"],
    secretIn: "form",
    word: "Bearer",
    // A refresh token lives for 180 days, and each refresh gives a new one.
    grantMonths: null,
    // PKCE is for its mobile and desktop apps alone, and in a form of its own.
    dialect: { clientId: "client_key", between: ",", hasPkce: false },
  },
  budgets: { calls: { kind: "rate", calls: 600, perSeconds: 60 } },
  streams: [
    {
      id: "videos",
      gives: "Views by video, of the newest 1,500.",
      kind: "totals",
      fills: "plays",
      lagHours: 0,
      restatedDays: 0,
      windowDays: 1,
      historyDays: 1,
      pull: pullVideos,
    },
    {
      id: "profile",
      gives: "Followers, likes and videos of the profile.",
      kind: "snapshot",
      fills: "measures",
      lagHours: 0,
      restatedDays: 0,
      windowDays: 1,
      historyDays: 1,
      pull: pullProfile,
    },
  ],
  breaks: [],
  faultOf(status, json) {
    const parsed = Refusal.safeParse(json);
    const code = parsed.success ? parsed.data.error.code : null;
    if (code === "rate_limit_exceeded") return new ProviderFault("rate", "TikTok was asked too often.");
    if (code === "internal_error") return new ProviderFault("retry", "TikTok has an error of its own.");
    if (status === 403 || (code !== null && REFUSALS.includes(code)))
      return new ProviderFault("refused", "TikTok was not allowed to give this: connect it again and allow all of it.");
    return null;
  },
};
