// The demo is what a newcomer sees first: its files are the same everywhere, readable, and sum to what they say.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseGtin } from "../../src/kernel/gtin.ts";
import { parseIsrc } from "../../src/kernel/isrc.ts";
import { DEMO_ARTIST, demoSql, demoStatements } from "../seed/demo.mjs";
import { headOf, readLines } from "../statements/read-file.ts";
import { hashApiKey, newApiKey } from "./keys.mjs";
import { splitStatements } from "./migrations.mjs";

const statements = demoStatements();
/** Exact amounts are kept in units of 10^-30, the generator's sums in units of 10^-12. */
const FINER = 10n ** 18n;

describe("the demo's statements", () => {
  it("are the same bytes on every machine", () => {
    expect(statements.map(({ bytes }) => createHash("sha256").update(bytes).digest("hex"))).toEqual(SUMS_OF_BYTES);
    expect(demoStatements(1)[0]?.bytes.equals(demoStatements(1)[0]?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(demoStatements(1)[0]?.bytes.equals(statements[0]?.bytes ?? Buffer.alloc(0))).toBe(false);
  });

  it.each(statements)("$filename is claimed by one format and sums to what it says, by month and store too", (made) => {
    const bytes = new Uint8Array(made.bytes);
    expect(headOf(bytes).recognised).toMatchObject({ kind: "match", format: { id: "distrokid.v2" } });
    const lines = readLines(bytes);
    expect(lines).toHaveLength(made.lines);
    const sums = new Map<string, bigint>();
    for (const { period, platform, exact } of lines) {
      const place = `${period} ${platform}`;
      sums.set(place, (sums.get(place) ?? 0n) + exact);
    }
    const expected = [...made.byMonthAndStore].map(([place, sum]): [string, bigint] => [place, sum * FINER]);
    expect([...sums].sort()).toEqual(expected.sort());
    expect(lines.reduce((sum, { exact }) => sum + exact, 0n)).toBe(made.total * FINER);
    expect(made.total).toBe([...made.byMonthAndStore.values()].reduce((sum, part) => sum + part, 0n));
  });

  it("hold fifteen months up to 2026-09, eight recordings, two releases, twelve stores and twenty territories", () => {
    const lines = statements.flatMap(({ bytes }) => readLines(new Uint8Array(bytes)));
    const distinct = (values: (string | null)[]) => [...new Set(values)].sort();
    const months = distinct(lines.map(({ period }) => period));
    expect([months.length, months[0], months.at(-1)]).toEqual([15, "2025-07", "2026-09"]);
    expect(distinct(lines.map(({ platform }) => platform))).toHaveLength(12);
    expect(distinct(lines.map(({ territory }) => territory))).toHaveLength(20);
    const isrcs = distinct(lines.map(({ isrc }) => isrc)).filter((isrc) => isrc !== null);
    expect(isrcs.map((isrc) => parseIsrc(isrc))).toEqual(isrcs);
    expect(isrcs).toHaveLength(8);
    const upcs = distinct(lines.map(({ upc }) => upc)).filter((upc) => upc !== null);
    expect(upcs.map((upc) => parseGtin(upc))).toEqual(upcs);
    expect(upcs).toHaveLength(2);
  });

  it("hold a download returned, restated figures, late stores and albums without an ISRC", () => {
    const [first, second] = statements.map(({ bytes }) => readLines(new Uint8Array(bytes)));
    expect(second?.filter(({ units }) => units < 0)).toHaveLength(1);
    expect(second?.filter(({ units, exact }) => units === 0 && exact < 0n)).toHaveLength(4);
    const facebook = (lines = first) =>
      lines?.some(({ platform, period }) => platform === "Facebook" && period === "2025-12");
    expect([facebook(first), facebook(second)]).toEqual([false, true]);
    expect(first?.filter(({ isrc, kind }) => isrc === null && kind === "download").length).toBeGreaterThan(0);
  });
});

describe("the demo's SQL", () => {
  const keys = { ownerKey: newApiKey(), viewerKey: newApiKey() };

  it("holds hashes of the keys and never a key", () => {
    const sql = demoSql(keys);
    expect(sql).toContain(hashApiKey(keys.ownerKey));
    expect(sql).not.toContain(keys.ownerKey.slice(8, 40));
    expect(sql).toContain(DEMO_ARTIST.id);
  });

  it("leaves what is there alone, except that keys are replaced", () => {
    const verbs = splitStatements(demoSql(keys)).map((statement) => statement.split(/\s+/).slice(0, 5).join(" "));
    expect(verbs).toEqual([
      "INSERT OR IGNORE INTO users",
      "INSERT OR IGNORE INTO artists",
      "INSERT OR IGNORE INTO memberships",
      "INSERT OR REPLACE INTO api_keys",
      "INSERT OR REPLACE INTO api_keys",
    ]);
  });

  it("names everything by an id of the right form", () => {
    const ids = demoSql(keys).match(/'(?:art|usr|mem|key)_[^']*'/g) ?? [];
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^'[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}'$/);
  });
});

const SUMS_OF_BYTES = [
  "75b27767a35d5ac59eef2ba0aec06227d6f7adeedb99dbfc11a6657e382bc774",
  "6fdb49ac6102106cb45263c399dd22403207eacd1c530707aed06892c9bc1310",
  "30bba4b645c0041310ba849c22d0f18de0fe50fbb0b16bb74c80aff35f962701",
];
