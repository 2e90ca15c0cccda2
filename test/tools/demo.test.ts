// The demo is what a newcomer sees first: its files are the same everywhere, readable, and sum to what they say.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseGtin } from "../../src/kernel/gtin.ts";
import { parseIsrc } from "../../src/kernel/isrc.ts";
import { platformOf } from "../../src/kernel/platform.ts";
import { DEMO_ARTIST, demoData, demoSql, SECOND_ARTIST } from "../seed/demo.mjs";
import { headOf, readLines } from "../statements/read-file.ts";
import { hashApiKey, newApiKey } from "./keys.mjs";
import { splitStatements } from "./migrations.mjs";

type Cell = [platform: string, key: string, label: string | null, plays: number, downloads: number, other: number];
interface ReportedDay {
  day: string;
  revision: number;
  territory: Cell[];
  recording: Cell[];
  release: Cell[];
}
interface Report {
  source: string;
  lagDays: number;
  days: ReportedDay[];
}

const first = demoData("first");
const second = demoData("second");
const both = [
  { artist: DEMO_ARTIST.name, ...first },
  { artist: SECOND_ARTIST.name, ...second },
];
/** Exact amounts are kept in units of 10^-30, the generator's sums in units of 10^-12. */
const FINER = 10n ** 18n;

const linesOf = ({ statements }: typeof first) => statements.flatMap(({ bytes }) => readLines(new Uint8Array(bytes)));
const distinct = (values: (string | null)[]) => [...new Set(values)].sort();
const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
const reportsOf = (made: typeof first) => made.reports as unknown as Report[];

describe("the demo's statements and plays", () => {
  it("are the same bytes on every machine", () => {
    const shaOf = ({ statements, reports }: typeof first) => {
      const hash = createHash("sha256");
      for (const { filename, bytes } of statements) hash.update(filename).update(bytes);
      return [hash.digest("hex"), createHash("sha256").update(JSON.stringify(reports)).digest("hex")];
    };
    expect([shaOf(first), shaOf(second)]).toEqual(SUMS_OF_BYTES);
    expect(shaOf(demoData("second"))).toEqual(shaOf(second));
    expect(shaOf(demoData("first", 1))).not.toEqual(shaOf(first));
  });

  it.each(both)("of $artist: each file is claimed by one format and sums to what it says", ({ statements }) => {
    for (const made of statements) {
      const bytes = new Uint8Array(made.bytes);
      expect(headOf(bytes).recognised).toMatchObject({ kind: "match", format: { id: "distrokid.v2" } });
      const lines = readLines(bytes);
      expect(lines).toHaveLength(made.lines);
      expect(lines.reduce((total, { exact }) => total + exact, 0n)).toBe(made.total * FINER);
    }
  });

  it.each(both)("of $artist: the real reader finds the expected sums of months and stores", (made) => {
    const sums = new Map<string, bigint>();
    for (const { period, platform, exact } of linesOf(made)) {
      const place = `${period} ${platform}`;
      sums.set(place, (sums.get(place) ?? 0n) + exact);
    }
    const expected = [...made.expected.earnings].map(([place, amount]): [string, bigint] => [place, amount * FINER]);
    expect([...sums].sort()).toEqual(expected.sort());
  });

  it.each(both)("of $artist: the last revisions of all days come to the expected plays", (made) => {
    const days = new Map<string, ReportedDay>();
    for (const { source, days: reported } of reportsOf(made)) {
      for (const day of reported) {
        const place = `${source} ${day.day}`;
        if (day.revision > (days.get(place)?.revision ?? 0)) days.set(place, day);
      }
    }
    const sums = new Map<string, number>();
    for (const { day, territory } of days.values()) {
      for (const [platform, , , plays] of territory) {
        const place = `${day.slice(0, 7)} ${platform}`;
        sums.set(place, (sums.get(place) ?? 0) + plays);
      }
    }
    expect([...sums].sort()).toEqual([...made.expected.plays].sort());
  });

  it.each(both)(
    "of $artist: three years, forty recordings, five releases, twelve stores, twenty territories",
    (made) => {
      const lines = linesOf(made);
      const isrcs = distinct(lines.map(({ isrc }) => isrc)).filter((isrc) => isrc !== null);
      const upcs = distinct(lines.map(({ upc }) => upc)).filter((upc) => upc !== null);
      const months = distinct(lines.map(({ period }) => period));
      expect([months[0], months.at(-1)]).toEqual(["2023-10", "2026-09"]);
      expect(distinct(lines.map(({ platform }) => platform))).toHaveLength(12);
      expect(distinct(lines.map(({ territory }) => territory))).toHaveLength(20);
      expect([isrcs.length, upcs.length]).toEqual([40, 5]);
      expect(isrcs.map((isrc) => parseIsrc(isrc))).toEqual(isrcs);
      expect(upcs.map((upc) => parseGtin(upc))).toEqual(upcs);
      // Forty weights of 1 / rank^1.3 give the first a third; what came out later had less time.
      const streams = lines.filter(({ kind }) => kind === "stream");
      const of = (isrc: string | undefined) =>
        sum(streams.filter((line) => line.isrc === isrc).map(({ units }) => units));
      expect(of(isrcs[0]) / sum(streams.map(({ units }) => units))).toBeGreaterThan(0.21);
    },
  );

  it("lack one month, of which no statement covers anything, and hold a store that is always a month late", () => {
    const spans = first.statements.map(({ bytes }) => {
      const periods = distinct(readLines(new Uint8Array(bytes)).map(({ period }) => period));
      return { from: periods[0] ?? "", to: periods.at(-1) ?? "" };
    });
    expect(spans).toHaveLength(35);
    expect(spans.filter(({ from, to }) => from <= "2026-04" && "2026-04" <= to)).toEqual([]);
    expect(second.statements).toHaveLength(36);
    for (const { filename, bytes } of second.statements.slice(1)) {
      const facebook = readLines(new Uint8Array(bytes)).filter(({ platform }) => platform === "Facebook");
      expect(facebook.length).toBeGreaterThan(0);
      expect(facebook.every(({ period }) => !filename.includes(period))).toBe(true);
    }
  });

  it("hold downloads returned, restated figures, recordings too small to be paid, and albums without an ISRC", () => {
    const lines = linesOf(first);
    expect(lines.filter(({ units }) => units < 0).length).toBeGreaterThan(0);
    expect(lines.filter(({ units, exact }) => units === 0 && exact < 0n).length).toBeGreaterThan(50);
    expect(lines.filter(({ platform, exact }) => platform === "Spotify" && exact === 0n).length).toBeGreaterThan(0);
    expect(lines.filter(({ isrc, kind }) => isrc === null && kind === "download").length).toBeGreaterThan(0);
  });

  it("lack three days of one feed and hold three days of another again, with other numbers", () => {
    const reports = reportsOf(first);
    const apple = reports.filter(({ source }) => source === "apple-music-for-artists").flatMap(({ days }) => days);
    expect(apple).toHaveLength(1096 - 3);
    expect(apple.some(({ day }) => "2026-06-11" <= day && day <= "2026-06-13")).toBe(false);
    const last = reports.at(-1);
    expect(last?.days.map(({ day, revision }) => [day, revision])).toEqual([
      ["2026-03-10", 2],
      ["2026-03-11", 2],
      ["2026-03-12", 2],
    ]);
    const before = reports.flatMap(({ source, days }) => (source === last?.source ? days : []));
    const playsOf = (day: ReportedDay | undefined) => sum(day?.territory.map(([, , , plays]) => plays) ?? []);
    for (const again of last?.days ?? []) {
      const original = before.find(({ day, revision }) => day === again.day && revision === 1);
      expect(playsOf(again)).toBeLessThan(playsOf(original));
    }
  });

  it("fit what one report may hold, and know no day's recording without its day's total", () => {
    for (const report of [...reportsOf(first), ...reportsOf(second)]) {
      expect(report.days.length).toBeLessThanOrEqual(62);
      expect(JSON.stringify(report).length).toBeLessThan(256 * 1024);
      for (const { territory, recording, release } of report.days) {
        const [all, best, released] = [territory, recording, release].map((cells) =>
          sum(cells.map(([, , , plays]) => plays)),
        );
        expect(released).toBe(all);
        expect(best).toBeLessThanOrEqual(all ?? 0);
      }
    }
  });

  it("name stores in feeds so that they meet those of the statements", () => {
    const feeds = reportsOf(first).flatMap(({ days }) =>
      days.flatMap(({ territory }) => territory.map(([name]) => name)),
    );
    const paid = new Set(linesOf(first).map(({ platform }) => platformOf(platform).id));
    expect(distinct(feeds).map((name) => paid.has(platformOf(name ?? "").id))).toEqual([true, true, true]);
  });
});

describe("the demo's SQL", () => {
  const keys = { ownerKey: newApiKey(), viewerKey: newApiKey(), secondKey: newApiKey() };

  it("holds hashes of the keys and never a key", () => {
    const sql = demoSql(keys);
    for (const key of Object.values(keys)) {
      expect(sql).toContain(hashApiKey(key));
      expect(sql).not.toContain(key.slice(8, 40));
    }
    for (const { id } of [DEMO_ARTIST, SECOND_ARTIST]) expect(sql).toContain(id);
  });

  it("leaves what is there alone, except that keys are replaced", () => {
    const verbs = splitStatements(demoSql(keys)).map((statement) => statement.split(/\s+/).slice(0, 5).join(" "));
    expect(verbs).toEqual([
      ...Array.from({ length: 3 }, () => "INSERT OR IGNORE INTO users"),
      ...Array.from({ length: 2 }, () => "INSERT OR IGNORE INTO artists"),
      ...Array.from({ length: 2 }, () => "INSERT OR IGNORE INTO memberships"),
      "INSERT OR IGNORE INTO organisations",
      "INSERT OR IGNORE INTO organisation_members",
      ...Array.from({ length: 2 }, () => "INSERT OR IGNORE INTO organisation_artists"),
      ...Array.from({ length: 3 }, () => "INSERT OR REPLACE INTO api_keys"),
    ]);
  });

  it("names everything by an id of the right form", () => {
    const ids = demoSql(keys).match(/'(?:art|usr|mem|key|org)_[^']*'/g) ?? [];
    expect(new Set(ids).size).toBe(12);
    for (const id of ids) expect(id).toMatch(/^'[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}'$/);
  });
});

/** Of each artist: of all statements, of all reports of plays. */
const SUMS_OF_BYTES = [
  [
    "80cf14bd72bd1d0c4661ffeaa49aafba53924b9fe2827f0af7de971e384a9d04",
    "8807fdea686cb04f2f43b6ee7e644b164ebfb2b72b4430bfb0dbe87e5ca9d0a9",
  ],
  [
    "a443e356f526a35b6368e742f710eddb2d494d1744435e2988eb3b0a3455b05b",
    "0b4da1a43405e09f0ac7915bf0c21be482c2cd218c0226cd07b0119be89518fd",
  ],
];
