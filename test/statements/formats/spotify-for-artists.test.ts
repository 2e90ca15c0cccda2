import { describe, expect, it } from "vitest";
import { AnswerMissingError, LineProblemError } from "../../../src/statements/formats/format.ts";
import { fixture, type Given, headOf, problemOf, readFile, utf8 } from "../read-file.ts";

const AUDIENCE = fixture("Audience-timeline.csv");
const OLDER = fixture("spotify_for_artists_audience_timeline.csv");
const SONG = fixture("Low Tide (feat. Ana Unal)-timeline.csv");
const SONGS = fixture("spotify_for_artists_songs.csv");
const ALL_TIMES = fixture("Glass Harbor-songs-all.csv");

const period = { from: "2026-10-01", to: "2026-10-28" } as const;

function formatOf(bytes: Uint8Array): string {
  const { recognised } = headOf(bytes);
  return recognised.kind === "match" ? recognised.format.id : recognised.kind;
}

function askedOf(bytes: Uint8Array, given: Given): string | null {
  try {
    readFile(bytes, given);
  } catch (error) {
    if (error instanceof AnswerMissingError) return error.asks;
    throw error;
  }
  return null;
}

describe("an audience timeline", () => {
  it("is the artist's plays by day, of no recording and no money", () => {
    expect(readFile(AUDIENCE, { artist: "Glass Harbor" }).lines[1]).toEqual({
      line: 3,
      period: "2026-10",
      day: "2026-10-02",
      platform: "Spotify",
      territory: "XW",
      isrc: null,
      upc: null,
      title: "",
      artist: "Glass Harbor",
      kind: "stream",
      units: 804,
      exact: 0n,
      currency: "",
    });
    expect(readFile(OLDER).lines[0]).toMatchObject({ day: "2026-10-01", units: 617, title: "" });
  });

  it("reads no level, and says why", () => {
    const { head, recognised } = headOf(AUDIENCE);
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const reader = recognised.format.reader(head, recognised.match, { filename: "", artist: "", answers: {} });
    const cells = head.lines[1] ?? [];
    reader.read(cells, 2);
    const levels = reader.explain(cells, 2).filter(({ note }) => note?.includes("cannot be added"));
    expect(levels.map(({ column }) => column)).toEqual([
      "listeners",
      "monthly_listeners",
      "monthly_active_listeners",
      "super_listeners",
      "followers",
    ]);
    expect(levels.every(({ field, became }) => field === null && became === null)).toBe(true);
  });

  it("is told from its relatives by its columns, in any of their spellings", () => {
    const header = (names: string) => formatOf(utf8(`${names}\n2026-10-01,1,2,3,4,5,6,7,8\n`));
    expect(formatOf(OLDER)).toBe("s4a.audience_timeline");
    expect(formatOf(AUDIENCE)).toBe("s4a.audience_timeline.v2");
    expect(
      header(
        "date,listeners,monthly listeners,monthly active listeners,super listeners,streams,playlist adds,saves,followers",
      ),
    ).toBe("s4a.audience_timeline.v2");
    expect(
      header("date,listeners,monthly listeners,monthly active listeners,streams,playlist adds,saves,followers"),
    ).toBe("s4a.audience_timeline.v2");
  });
});

describe("a song's timeline", () => {
  const titleOf = (filename: string) => readFile(SONG, { filename }).lines[0]?.title;

  it.each([
    ["Low Tide (feat. Ana Unal)-timeline.csv", "Low Tide (feat. Ana Unal)"],
    ["Undertow-timeline_20261101_093000.csv", "Undertow"],
    ["Undertow-timeline (1).csv", "Undertow"],
    ["Undertow-timeline_20261101_093000 (12).csv", "Undertow"],
    ["Half-timeline Blues-timeline.csv", "Half-timeline Blues"],
    ["Undertow-timeline.csv.gz", "Undertow"],
  ])("has its title in its name: %s", (filename, title) => {
    expect(titleOf(filename)).toBe(title);
  });

  it.each(["download.csv", "-timeline.csv", "Audience-timeline.csv", "1x7-audience-timeline (1).csv", "timeline.csv"])(
    "asks for its title where its name has none: %s",
    (filename) => {
      expect(askedOf(SONG, { filename })).toBe("title");
      expect(readFile(SONG, { filename, answers: { title: "Undertow" } }).lines[0]?.title).toBe("Undertow");
    },
  );

  it("has two columns and no more", () => {
    expect(formatOf(SONG)).toBe("s4a.song_timeline");
    expect(formatOf(utf8("date,streams,balance\n2026-10-01,1,2\n"))).toBe("none");
  });
});

describe("the songs of an artist", () => {
  it("ask for the days they cover, whatever the name hints at", () => {
    for (const filename of ["songs-28day.csv", "Glass Harbor-songs-12m.csv", "songs-1year_2026-11-01.csv"]) {
      expect(askedOf(SONGS, { filename })).toBe("period");
    }
    const { lines } = readFile(SONGS, { filename: "songs-28day.csv", answers: { period } });
    expect(lines[5]).toMatchObject({ title: 'Ghost "Bus"', artist: "Glass Harbor", units: 19771, day: null });
    expect(lines[5]?.period).toBe("2026-10");
  });

  it("take the days from a name that has two dates", () => {
    const [line] = readFile(SONGS, { filename: "songs_2026-08-01_2026-08-28.csv" }).lines;
    expect(line).toMatchObject({ period: "2026-08", title: "Undertow" });
  });

  it("of all times are refused at their first row", () => {
    const read = () => readFile(ALL_TIMES, { answers: { period } });
    expect(read).toThrow(LineProblemError);
    expect(read).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code: "all_time_export" }) }));
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ problem: { line: 2, column: "listeners" } });
    }
  });

  it("of all times are refused whatever they count", () => {
    for (const streams of ["999999999999999", "17.908", "1"]) {
      const file = utf8(`song,listeners,streams,saves,release_date\nUndertow,0,${streams},0,2024-03-15\n`);
      expect(problemOf(() => readFile(file, { answers: { period } })).code).toBe("all_time_export");
    }
  });

  it("may hold a song nobody played, and a total that is no song", () => {
    const file = utf8("song,listeners,streams,saves,release_date\n,9,12,1,\nUndertow,9,12,1,2024-03-15\nNew,0,0,0,\n");
    const { lines, apart } = readFile(file, { answers: { period } });
    expect(lines.map(({ title, units }) => [title, units])).toEqual([
      ["Undertow", 12],
      ["New", 0],
    ]);
    expect(apart.map((row) => row.apart)).toEqual(["total"]);
  });
});
