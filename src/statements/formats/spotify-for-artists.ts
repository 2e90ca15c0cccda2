// The home of the exports of Spotify for Artists: plays of an artist by day, of one song by day, and of all songs.
import type { FileFacts, Row, TableDeclaration } from "./declaration.ts";
import { LineProblemError, type RowApart } from "./format.ts";
import { ISO_DAY, spanOfName } from "./spans.ts";
import { tableFormat } from "./table.ts";

/** People are counted anew every day, so such a column is a level: days of it cannot be added. */
const LEVEL = { is: null, note: "a level of its day: days cannot be added" } as const;

const ACTS = { is: null, note: "counts what listeners did, not plays" } as const;

const shared = {
  source: "spotify-for-artists",
  version: 1,
  sample: true,
  measures: "plays",
  numbers: "file",
  platform: "Spotify",
  territory: "XW",
  kind: "stream",
} as const satisfies Partial<TableDeclaration>;

/** Days are in UTC. @see headers named by importers of real files; checked 2026-11 */
const AUDIENCE = { date: "period", listeners: LEVEL, streams: "units", followers: LEVEL } as const;

/** The plays of an artist by day. */
export const S4A_AUDIENCE_TIMELINE = tableFormat({
  ...shared,
  id: "s4a.audience_timeline",
  name: "Spotify for Artists audience timeline",
  evidence: "B",
  signature: ["date", "listeners", "streams", "followers"],
  excludes: ["monthly_listeners"],
  columns: { ...AUDIENCE, monthly_listeners: { ...LEVEL, also: ["monthly listeners"] } },
  period: ISO_DAY,
});

/**
 * The plays of an artist by day, as exported since 2026; names were seen with spaces in place of the underscores, and
 * once without super listeners.
 *
 * @see two independent sources with the same nine columns; checked 2026-11
 */
export const S4A_AUDIENCE_TIMELINE_V2 = tableFormat({
  ...shared,
  id: "s4a.audience_timeline.v2",
  name: "Spotify for Artists audience timeline (2026)",
  evidence: "A",
  signature: ["date", "listeners", "monthly_listeners", "streams"],
  columns: {
    ...AUDIENCE,
    monthly_listeners: { ...LEVEL, also: ["monthly listeners"] },
    monthly_active_listeners: { ...LEVEL, also: ["monthly active listeners"] },
    super_listeners: { ...LEVEL, also: ["super listeners"] },
    playlist_adds: { ...ACTS, also: ["playlist adds"] },
    saves: ACTS,
  },
  period: ISO_DAY,
});

/** `Low Tide-timeline.csv`, with the time of the export or a browser's count behind it; null for an artist's own. */
function titleOfName({ filename }: FileFacts): string | null {
  const title = /^(.+)-timeline(?:_\d{8}_\d{6})?(?: ?\(\d+\))?(?:\.\w+)*$/iu.exec(filename)?.[1]?.trim() ?? "";
  return title === "" || /(?:^|-)audience$/iu.test(title) ? null : title;
}

/** The plays of one song by day. Nothing in it says which, and two columns are part of many a file: no more may be. */
export const S4A_SONG_TIMELINE = tableFormat({
  ...shared,
  id: "s4a.song_timeline",
  name: "Spotify for Artists song timeline",
  evidence: "B",
  signature: ["date", "streams"],
  columns: { date: "period", streams: "units" },
  isExact: true,
  period: ISO_DAY,
  titleOfFile: titleOfName,
  asks: ["title"],
});

/**
 * Sets a total of the artist, a row without a song, apart; and refuses the export of all times, which has noughts where
 * it does not know listeners and saves: its plays are of no days that could be told.
 */
function songOrTotal(row: Row): RowApart | null {
  const isPlayed = /[1-9]/u.test(row.get("streams"));
  if (row.get("listeners") === "0" && row.get("saves") === "0" && isPlayed) {
    const message = "streams without listeners: this is the export since the beginning; export a period instead";
    throw new LineProblemError({ line: row.line, column: "listeners", code: "all_time_export", message });
  }
  return row.get("song") === "" ? { apart: "total", exact: null, currency: null, states: [] } : null;
}

/**
 * The plays of all songs of an artist in one period, which the file does not tell: names like `…-songs-28day.csv` only
 * hint at its length.
 */
export const S4A_SONGS = tableFormat({
  ...shared,
  id: "s4a.songs",
  name: "Spotify for Artists songs",
  evidence: "B",
  signature: ["song", "listeners", "streams", "saves"],
  columns: { song: "title", listeners: LEVEL, streams: "units", saves: ACTS, release_date: null },
  period: { ofFile: ({ filename }) => spanOfName(filename) },
  apart: songOrTotal,
  asks: ["period"],
});
