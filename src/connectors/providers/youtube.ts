// The home of YouTube: what a channel's own reports say, day by day, and the names of its videos.

import { z } from "zod";
import { parseExact } from "../../kernel/quantise.ts";
import { roundHalfEven } from "../../kernel/round.ts";
import { addDays, type Day, daysBetween, isDay } from "../../kernel/time.ts";
import { quotaEnd } from "../budgets/model.ts";
import {
  type Answer,
  type Facts,
  type MeasureFact,
  type Page,
  type Provider,
  ProviderFault,
  type Pull,
  read,
} from "../provider.ts";

const ANALYTICS = "https://youtubeanalytics.googleapis.com/v2/reports";
const DATA = "https://www.googleapis.com/youtube/v3";
const ZONE = "America/Los_Angeles";
/** After so many days an empty report is believed: until then it may mean that the day is not worked out yet. */
const SETTLED_DAYS = 10;
const VIDEOS_PER_PAGE = 200;

const Table = z.object({
  kind: z.literal("youtubeAnalytics#resultTable"),
  columnHeaders: z.array(z.object({ name: z.string() })),
  rows: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
});
const GoogleError = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string().optional() })).optional() }),
});
const Channels = z.object({
  items: z
    .array(z.object({ contentDetails: z.object({ relatedPlaylists: z.object({ uploads: z.string() }) }) }))
    .optional(),
});
const PlaylistItems = z.object({
  nextPageToken: z.string().optional(),
  items: z.array(
    z.object({ snippet: z.object({ title: z.string() }), contentDetails: z.object({ videoId: z.string() }) }),
  ),
});

type Row = Readonly<Record<string, string | number>>;

/** Asks for one report. Rows are read by the names of their columns; a column that is missing is a fault. */
async function report(
  { ask }: Pull,
  days: { from: Day; to: Day },
  query: { dimensions: string; metrics: string } & Record<string, string>,
): Promise<{ rows: Row[]; answer: Answer }> {
  const { from, to } = days;
  const answer = await ask({
    url: ANALYTICS,
    query: { ids: "channel==MINE", startDate: from, endDate: to, ...query },
    costs: { reports: 1 },
  });
  return { rows: rowsOf(answer.json, [...query.dimensions.split(","), ...query.metrics.split(",")]), answer };
}

function rowsOf(json: unknown, wanted: readonly string[]): Row[] {
  const { columnHeaders, rows = [] } = read(Table, json, "YouTube's report");
  const at = wanted.map((name) => {
    const place = columnHeaders.findIndex((header) => header.name === name);
    if (place < 0) throw new ProviderFault("contract", `YouTube's report: columnHeaders lacks ${name}.`);
    return [name, place] as const;
  });
  return rows.map((row, line) =>
    Object.fromEntries(
      at.map(([name, place]) => {
        const value = row[place];
        if (value === undefined) throw new ProviderFault("contract", `YouTube's report: rows.${line} lacks ${name}.`);
        return [name, value];
      }),
    ),
  );
}

/** A count out of a report. */
function count(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new ProviderFault("contract", `YouTube's report: ${name} is no count.`);
  return value;
}

function dayOfRow(row: Row): Day {
  const day = String(row["day"]);
  if (!isDay(day)) throw new ProviderFault("contract", "YouTube's report: day is no day.");
  return day;
}

/**
 * The days of a window that YouTube has worked out: up to the last one it has rows of. A report is cut there, and an
 * empty row is left out, so a missing day among them is nought.
 */
function workedOut({ window, today }: Pull, rows: readonly Row[]): Day[] {
  const settled = addDays(today, -SETTLED_DAYS);
  const last = rows.map(dayOfRow).reduce<Day>((latest, day) => (day > latest ? day : latest), settled);
  return daysBetween(window.from, last < window.to ? last : window.to);
}

/** A report by day and one more dimension, in one request. */
function byDay(dimension: string, named: string, metrics: Readonly<Record<string, string>>) {
  return async (pull: Pull): Promise<Page> => {
    const columns = Object.keys(metrics);
    const { rows } = await report(pull, pull.window, { dimensions: `day,${dimension}`, metrics: columns.join(",") });
    const measures = rows.flatMap((row) =>
      columns.map((column): MeasureFact => {
        const metric = metrics[column] ?? column;
        const value = String(count(row, column));
        return { day: dayOfRow(row), metric, dimension: named, key: String(row[dimension]), label: null, value };
      }),
    );
    return { facts: { days: workedOut(pull, rows), measures }, next: null };
  };
}

interface Place {
  readonly days: readonly Day[];
  readonly report: "country" | "video";
  readonly from: number;
  /** The last video of the page before, with which this one must begin. */
  readonly last: string | null;
}

async function pullViews(pull: Pull): Promise<Page> {
  if (pull.page === null) {
    const { rows } = await report(pull, pull.window, { dimensions: "day", metrics: "views" });
    const days = workedOut(pull, rows);
    return { facts: { days }, next: nextPlace({ days, report: "country", from: 1, last: null }) };
  }
  const place = JSON.parse(pull.page) as Place;
  const [day] = place.days;
  if (day === undefined) return { facts: {}, next: null };
  return place.report === "country" ? pullCountries(pull, place, day) : pullVideos(pull, place, day);
}

function nextPlace(place: Place): string | null {
  return place.days.length === 0 ? null : JSON.stringify(place);
}

const VIEWS = { metrics: "views,engagedViews,estimatedMinutesWatched" };

async function pullCountries(pull: Pull, place: Place, day: Day): Promise<Page> {
  const { rows } = await report(pull, { from: day, to: day }, { dimensions: "country", ...VIEWS });
  const plays = rows.map((row) => {
    const facts = { day, cut: "territory" as const, key: String(row["country"]), label: null, downloads: 0 };
    return { ...facts, plays: count(row, "views") };
  });
  const sum = (name: string) => String(rows.reduce((total, row) => total + count(row, name), 0));
  const measures = [
    ["engaged_views", "engagedViews"],
    ["minutes_watched", "estimatedMinutesWatched"],
  ].map(([metric = "", column = ""]) => {
    return { day, metric, dimension: "total", key: "", label: null, value: sum(column) };
  });
  return { facts: { plays, measures }, next: nextPlace({ ...place, report: "video" }) };
}

async function pullVideos(pull: Pull, place: Place, day: Day): Promise<Page> {
  const query = { dimensions: "video", metrics: "views", sort: "-views", maxResults: String(VIDEOS_PER_PAGE) };
  const { rows } = await report(pull, { from: day, to: day }, { ...query, startIndex: String(place.from) });
  const ids = rows.map((row) => String(row["video"]));
  if (place.last !== null && ids[0] !== place.last) {
    throw new ProviderFault("moved", "YouTube's videos changed places while they were read.");
  }
  const plays = rows.map((row) => {
    const id = String(row["video"]);
    const label = pull.labels.get(id) ?? null;
    const key = `youtube:${id}`;
    return { day, cut: "recording" as const, key, label, plays: count(row, "views"), downloads: 0 };
  });
  const isFull = rows.length === VIDEOS_PER_PAGE;
  const next: Place = isFull
    ? // One row twice: were the list another by then, the row would be too.
      { ...place, from: place.from + rows.length - 1, last: ids.at(-1) ?? null }
    : { days: place.days.slice(1), report: "country", from: 1, last: null };
  return { facts: { plays }, next: nextPlace(next) };
}

async function pullTitles({ ask, page }: Pull): Promise<Page> {
  if (page === null) {
    const query = { part: "contentDetails", mine: "true" };
    const { json } = await ask({ url: `${DATA}/channels`, query, costs: { units: 1 } });
    const [channel] = read(Channels, json, "YouTube's channels").items ?? [];
    const uploads = channel?.contentDetails.relatedPlaylists.uploads;
    return { facts: {}, next: uploads === undefined ? null : JSON.stringify([uploads, null]) };
  }
  const [playlistId, pageToken] = JSON.parse(page) as [string, string | null];
  const query = { part: "snippet,contentDetails", playlistId, maxResults: "50" };
  const { json } = await ask({
    url: `${DATA}/playlistItems`,
    query: pageToken === null ? query : { ...query, pageToken },
    costs: { units: 1 },
  });
  const { items, nextPageToken } = read(PlaylistItems, json, "YouTube's playlistItems");
  const labels = Object.fromEntries(items.map((item) => [item.contentDetails.videoId, item.snippet.title]));
  return { facts: { labels }, next: nextPageToken === undefined ? null : JSON.stringify([playlistId, nextPageToken]) };
}

const AUDIENCE_DAYS = 28;

async function pullAudience(pull: Pull): Promise<Page> {
  const to = addDays(pull.today, -3);
  const days = { from: addDays(to, 1 - AUDIENCE_DAYS), to };
  const { rows } = await report(pull, days, { dimensions: "ageGroup,gender", metrics: "viewerPercentage" });
  const measures = rows.map((row): MeasureFact => {
    const share = row["viewerPercentage"];
    if (typeof share !== "number" || share < 0 || share > 100)
      throw new ProviderFault("contract", "YouTube's report: viewerPercentage is no share of a hundred.");
    const key = `${row["ageGroup"]},${row["gender"]}`;
    const value = String(Math.round(share * 10_000));
    return { day: pull.window.to, metric: "viewers_ppm", dimension: "age_gender", key, label: null, value };
  });
  return { facts: { measures }, next: null };
}

/** Money: its digits are taken out of the text, before anything makes a floating number of them. */
async function pullRevenue(pull: Pull): Promise<Page> {
  const query = { dimensions: "day", metrics: "estimatedRevenue", currency: "USD" };
  const { rows, answer } = await report(pull, pull.window, query);
  const exact = exactRows(answer.text);
  const measures = rows.map((row, line): MeasureFact => {
    const amount = parseExact(exact[line] ?? "");
    if (amount === null) throw new ProviderFault("contract", "YouTube's report: estimatedRevenue is no amount.");
    const value = String(nanosOf(amount));
    return { day: dayOfRow(row), metric: "revenue_usd_nanos", dimension: "total", key: "", label: null, value };
  });
  const facts: Facts = { days: workedOut(pull, rows), measures };
  return { facts, next: null };
}

/** The digits of the second column of a table of two, row by row. */
function exactRows(text: string): string[] {
  const rows = text.slice(text.indexOf('"rows"'));
  return [...rows.matchAll(/"\d{4}-\d\d-\d\d"\s*,\s*"?(-?[\d.]+(?:[eE][+-]?\d+)?)"?\s*\]/g)].map(
    (match) => match[1] ?? "",
  );
}

/** `parseExact` counts in parts of 10^-30. */
function nanosOf(exact: bigint): bigint {
  return roundHalfEven(exact, 10n ** 21n);
}

const OUT_OF_QUOTA = ["quotaExceeded", "dailyLimitExceeded"];
const TOO_FAST = ["rateLimitExceeded", "userRateLimitExceeded"];
const TODAY = { kind: "snapshot", lagHours: 0, restatedDays: 0, windowDays: 1, historyDays: 1 } as const;
const DAILY = { kind: "days", lagHours: 72, restatedDays: SETTLED_DAYS, historyDays: 30 } as const;

/**
 * YouTube. Views are those of the artist's own channel; what others upload with their music is not in them.
 *
 * @see https://developers.google.com/youtube/analytics/reference/reports/query and its discovery document; quotas of the
 *   Data API as of 2026-06-01; checked 2026-11
 */
export const YOUTUBE: Provider = {
  id: "youtube",
  name: "YouTube",
  platform: "YouTube (Channel)",
  source: "youtube-analytics",
  settings: ["YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET"],
  oauth: {
    authorizeUrl: "https://accounts.google.com/o/oauth2/v2/auth",
    tokenUrl: "https://oauth2.googleapis.com/token",
    scopes: [
      "https://www.googleapis.com/auth/youtube.readonly",
      "https://www.googleapis.com/auth/yt-analytics.readonly",
      "https://www.googleapis.com/auth/yt-analytics-monetary.readonly",
    ],
    extra: { access_type: "offline", prompt: "consent" },
    secretIn: "form",
    word: "Bearer",
    grantMonths: null,
  },
  budgets: {
    // No figure is published for reports: this is ours, well below what was seen to be refused.
    reports: { kind: "rate", calls: 600, perSeconds: 60 },
    units: { kind: "quota", units: 10_000, timeZone: ZONE },
  },
  streams: [
    {
      id: "videos",
      gives: "The titles of the channel's videos.",
      ...TODAY,
      fills: "names",
      pull: pullTitles,
    },
    {
      id: "views",
      gives: "Views by country and by video, engaged views, watch time.",
      ...DAILY,
      fills: "plays",
      windowDays: 5,
      pull: pullViews,
    },
    {
      id: "traffic",
      gives: "Views by where they came from.",
      ...DAILY,
      fills: "measures",
      windowDays: 31,
      pull: byDay("insightTrafficSourceType", "traffic_source", {
        views: "views",
        engagedViews: "engaged_views",
        estimatedMinutesWatched: "minutes_watched",
      }),
    },
    {
      id: "formats",
      gives: "Views of Shorts, videos and live streams.",
      ...DAILY,
      fills: "measures",
      windowDays: 31,
      pull: byDay("creatorContentType", "format", { views: "views", engagedViews: "engaged_views" }),
    },
    {
      id: "audience",
      gives: "Viewers by age and gender over 28 days.",
      ...TODAY,
      fills: "measures",
      pull: pullAudience,
    },
    {
      id: "revenue",
      gives: "Estimated revenue in US dollars.",
      ...DAILY,
      fills: "measures",
      windowDays: 31,
      isOptional: true,
      pull: pullRevenue,
    },
  ],
  breaks: [
    { day: "2023-12-01", metrics: ["traffic"], change: "The traffic source PLAYLIST was merged into others." },
    {
      day: "2025-06-30",
      metrics: ["views"],
      change: "Of Shorts every start counts as a view; engaged views were added.",
    },
    { day: "2026-01-15", metrics: ["reach"], change: "Reports of reach were added." },
    { day: "2026-03-09", metrics: ["viewers_ppm"], change: "Ages 13-17 include minors by estimate." },
    { day: "2026-08-27", metrics: ["views"], change: "Of every format a view counts from the first frame." },
  ],
  faultOf(status, json, now) {
    if (status !== 403) return null;
    const parsed = GoogleError.safeParse(json);
    const reasons = parsed.success ? (parsed.data.error.errors ?? []).map(({ reason }) => reason ?? "") : [];
    if (reasons.some((reason) => OUT_OF_QUOTA.includes(reason)))
      return new ProviderFault("quota", "YouTube's units of the day are used up.", quotaEnd(now, ZONE));
    if (reasons.some((reason) => TOO_FAST.includes(reason)))
      return new ProviderFault("rate", "YouTube was asked too often.");
    return new ProviderFault("refused", "YouTube does not give this account's figures (403).");
  },
};
