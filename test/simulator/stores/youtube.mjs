// The home of YouTube as the stand-in plays it: reports that come late, are cut at the last day worked out, and are restated.
import { addDays, DAY_MS, dayOf, daysBetween, drawn, whole } from "./random.mjs";

const COUNTRIES = ["DE", "US", "JP"];
const SOURCES = ["YT_SEARCH", "SHORTS"];
const FORMATS = ["SHORTS", "VIDEO_ON_DEMAND", "LIVE_STREAM"];
/** No day is changed later than this after it has ended. */
const RESTATED_MS = 11 * DAY_MS;

/** Makes the truth of one channel. */
export function createChannel(seed, videoCount = 3) {
  const videos = Array.from({ length: videoCount }, (_, at) => `vid${at}-${whole(`${seed} id ${at}`, 1000, 9999)}`);
  /** How often a day has been restated by an instant. */
  const versionOf = (day, at) => {
    const end = Date.parse(day) + DAY_MS;
    const times = Math.max(0, whole(`${seed} restated ${day}`, -2, 2));
    let version = 0;
    for (let change = 0; change < times; change += 1) {
      const offset = 72 * 3_600_000 + drawn(`${seed} ${day} change ${change}`) * (RESTATED_MS - 72 * 3_600_000);
      if (end + offset <= at) version += 1;
    }
    return version;
  };
  /** The last day that is worked out at an instant: 48 to 72 hours late, and never a day before the one before it. */
  const workedOut = (at) => {
    let day = addDays(dayOf(at), -5);
    for (;;) {
      const next = addDays(day, 1);
      const late = 48 * 3_600_000 + drawn(`${seed} late ${next}`) * DAY_MS;
      if (Date.parse(next) + DAY_MS + late > at) return day;
      day = next;
    }
  };
  /** What is true of a day at an instant. */
  const truth = (day, at) => {
    const name = `${seed} ${day} ${versionOf(day, at)}`;
    const isQuiet = drawn(`${seed} quiet ${day}`) < 0.1;
    const counts = (keys, what, most) =>
      new Map(
        keys
          .map((key) => [key, isQuiet ? 0 : whole(`${name} ${what} ${key}`, 0, most)])
          .filter(([, count]) => count > 0),
      );
    const countries = counts(COUNTRIES, "country", 60);
    return {
      countries,
      videos: counts(videos, "video", 80),
      traffic: counts(SOURCES, "traffic", 50),
      formats: counts(FORMATS, "format", 40),
      views: [...countries.values()].reduce((sum, count) => sum + count, 0),
      revenue: isQuiet ? null : `${whole(`${name} money`, 0, 9)}.${whole(`${name} cents`, 100000, 999999)}0001`,
    };
  };
  return { videos, truth, workedOut };
}

const engaged = (views) => Math.floor(views * 0.6);
const minutes = (views) => views * 2;

/** Answers a report. */
export function report(channel, url, at, extra) {
  const asks = url.searchParams;
  const [from, to] = [asks.get("startDate"), asks.get("endDate")];
  const dimensions = (asks.get("dimensions") ?? "").split(",").filter(Boolean);
  const metrics = (asks.get("metrics") ?? "").split(",");
  const last = channel.workedOut(at);
  const days = to < from ? [] : daysBetween(from, to > last ? last : to);
  if (metrics.includes("estimatedRevenue") && extra.isUnpaid) return google(403, "forbidden", "Forbidden");
  const value = (views) => (metric) =>
    ({ views, engagedViews: engaged(views), estimatedMinutesWatched: minutes(views) })[metric];
  let rows = [];
  const kind = dimensions.join(",");
  if (kind === "day" && metrics[0] === "estimatedRevenue") {
    rows = days.flatMap((day) => {
      const { revenue } = channel.truth(day, at);
      return revenue === null ? [] : [[day, { raw: revenue }]];
    });
  } else if (kind === "day") {
    rows = days.flatMap((day) => {
      const { views } = channel.truth(day, at);
      return views === 0 ? [] : [[day, ...metrics.map(value(views))]];
    });
  } else if (kind === "country" || kind === "video") {
    const part = kind === "country" ? "countries" : "videos";
    const sums = new Map();
    for (const day of days)
      for (const [key, count] of channel.truth(day, at)[part]) sums.set(key, (sums.get(key) ?? 0) + count);
    rows = [...sums].map(([key, count]) => [key, ...metrics.map(value(count))]);
    rows.sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
    const start = Number(asks.get("startIndex") ?? "1") - 1;
    rows = rows.slice(start, start + Number(asks.get("maxResults") ?? "500"));
  } else if (kind === "day,insightTrafficSourceType" || kind === "day,creatorContentType") {
    const part = kind.endsWith("Type") && kind.includes("Traffic") ? "traffic" : "formats";
    rows = days.flatMap((day) =>
      [...channel.truth(day, at)[part]].map(([key, count]) => [day, key, ...metrics.map(value(count))]),
    );
  } else if (kind === "ageGroup,gender") {
    rows = [
      ["age18-24", "female", 21.4],
      ["age25-34", "male", 18.2],
    ];
  } else return google(400, "badRequest", "The query is not supported.");
  return table(dimensions, metrics, rows);
}

function table(dimensions, metrics, rows) {
  const columnHeaders = [
    ...dimensions.map((name) => ({ name, columnType: "DIMENSION", dataType: "STRING" })),
    ...metrics.map((name) => ({
      name,
      columnType: "METRIC",
      dataType: /estimatedRevenue|viewerPercentage/.test(name) ? "FLOAT" : "INTEGER",
    })),
  ];
  const head = { kind: "youtubeAnalytics#resultTable", columnHeaders, newField: { since: 2026 } };
  if (rows.length === 0) return Response.json(head);
  // Money travels as digits, as the store prints it.
  const printed = rows.map((row) => `[${row.map((cell) => cell.raw ?? JSON.stringify(cell)).join(",")}]`);
  const text = `${JSON.stringify(head).slice(0, -1)},"rows":[${printed.join(",")}]}`;
  return new Response(text, { headers: { "content-type": "application/json" } });
}

/** Answers the two calls of the Data API that titles need. */
export function data(channel, url) {
  if (url.pathname === "/youtube/v3/channels") {
    const items = [{ kind: "youtube#channel", id: "UCx", contentDetails: { relatedPlaylists: { uploads: "UUx" } } }];
    return Response.json({ kind: "youtube#channelListResponse", items });
  }
  const from = Number(url.searchParams.get("pageToken") ?? "0");
  // A page of two, so that a short list has pages.
  const items = channel.videos.slice(from, from + 2).map((videoId) => ({
    kind: "youtube#playlistItem",
    snippet: { title: `Title of ${videoId}` },
    contentDetails: { videoId },
  }));
  const more = from + 2 < channel.videos.length ? { nextPageToken: String(from + 2) } : {};
  const pageInfo = { totalResults: channel.videos.length, resultsPerPage: 2 };
  return Response.json({ kind: "youtube#playlistItemListResponse", items, pageInfo, ...more });
}

/** An error as Google writes it. */
export function google(status, reason, message) {
  return Response.json(
    { error: { code: status, message, errors: [{ message, domain: "global", reason }] } },
    { status },
  );
}
