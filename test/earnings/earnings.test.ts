import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Line, made, nanosIn, trillionths, written } from "../harness/statement.ts";
import { atRest, type Caller, imported, newWorld, until, type World } from "../harness/world.ts";

interface Answer {
  data: {
    period: string;
    key: string | null;
    label: string | null;
    platformId?: string;
    reported: string | null;
    estimated: string | null;
    status: string;
    sourcesMissing: string[];
  }[];
  totals: { reported: string | null; estimated: string | null };
  generation: number;
  nextCursor: string | null;
  otherCurrencies: string[];
}

let world: World;
let owner: Caller;
const lines: Line[] = [...made(3_000, 41), ...made(1_000, 42, 3)];

beforeAll(async () => {
  world = await newWorld();
  owner = await world.as("owner");
  await imported(owner, "1.tsv", written(lines.slice(0, 3_000)));
  await imported(owner, "2.tsv", written(lines.slice(3_000)));
});

async function ask(query: string, caller = owner): Promise<Answer> {
  const response = await caller.get(`/api/dashboard/earnings?${query}`);
  expect(response.status, query).toBe(200);
  return response.json();
}

const keyOf: Record<string, (line: Line) => string> = {
  platform: (line) => line.store,
  territory: (line) => line.country,
  recording: (line) => (line.isrc === "" ? `${line.upc} ${line.title}` : line.isrc),
  release: (line) => line.upc,
  source: () => "distrokid",
};

const filters: Record<string, (line: Line) => boolean> = {
  "": () => true,
  "platform=Deezer": (line) => line.store === "Deezer",
  "territory=DE": (line) => line.country === "DE",
  "isrc=QZ-AB1-24-00103": (line) => line.isrc === "QZAB12400103",
  "upc=193959000082": (line) => line.upc === "193959000082",
  "source=distrokid": () => true,
  "platform=Tidal&territory=JP": (line) => line.store === "Tidal" && line.country === "JP",
  "platform=TikTok&isrc=QZAB12400105": (line) => line.store === "TikTok" && line.isrc === "QZAB12400105",
  "platform=iTunes&upc=193959000013": (line) => line.store === "iTunes" && line.upc === "193959000013",
  "platform=Spotify&source=distrokid": (line) => line.store === "Spotify",
  "source=distrokid&territory=FR": (line) => line.country === "FR",
};

/** Which groups can stand beside which filters, by the rule of the API. */
function isKept(group: string, filter: string): boolean {
  const names = filter === "" ? [] : filter.split("&").map((part) => part.split("=")[0]);
  const details = { territory: "territory", isrc: "recording", upc: "release" } as Record<string, string>;
  const detail = names.map((name) => details[name ?? ""]).find((cut) => cut !== undefined);
  if (group === "") return true;
  if (group === "platform") return !(detail && names.includes("source"));
  if (group === "source") return !(detail && names.includes("platform"));
  if (detail !== undefined && detail !== group) return false;
  return !(names.includes("source") && names.includes("platform"));
}

describe("every group and filter of the month's earnings", () => {
  const cases = ["", ...Object.keys(keyOf)].flatMap((group) =>
    Object.keys(filters).map((filter) => [group, filter] as const),
  );

  it.each(cases)("groupBy=%s %s", async (group, filter) => {
    const query = ["from=2026-01&to=2026-06", group && `groupBy=${group}`, filter].filter(Boolean).join("&");
    const response = await owner.get(`/api/dashboard/earnings?${query}`);
    if (!isKept(group, filter)) {
      expect(await response.json()).toMatchObject({ status: 422, code: "use_export" });
      return;
    }
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Answer;
    const exact = new Map<string, { sum: bigint; count: bigint }>();
    for (const line of lines.filter(filters[filter] ?? (() => false))) {
      const slot = `${line.month} ${group === "" ? "" : keyOf[group]?.(line)}`;
      const at = exact.get(slot) ?? { sum: 0n, count: 0n };
      exact.set(slot, { sum: at.sum + trillionths(line.amount), count: at.count + 1n });
    }
    const answered = new Map(answer.data.map((bucket) => [`${bucket.period} ${bucket.key ?? ""}`, bucket.reported]));
    expect([...answered.keys()].sort()).toEqual([...exact.keys()].sort());
    for (const [slot, { sum, count }] of exact) {
      const off = nanosIn(answered.get(slot) ?? "") * 1000n - sum;
      expect(off < 0n ? -off : off, slot).toBeLessThanOrEqual(1000n * count);
    }
    const total = answer.data.reduce((sum, bucket) => sum + nanosIn(bucket.reported ?? "0"), 0n);
    expect(nanosIn(answer.totals.reported ?? "")).toBe(total);
    expect(answer.data.every((bucket) => bucket.status === "final")).toBe(true);
  });

  it("groups sum to the total of every month, to the nano", async () => {
    const total = await ask("from=2026-01&to=2026-06");
    for (const group of ["platform", "territory", "recording", "source", "release"]) {
      const grouped = await ask(`from=2026-01&to=2026-06&groupBy=${group}`);
      for (const month of total.data) {
        const parts = grouped.data.filter((bucket) => bucket.period === month.period);
        const sum = parts.reduce((amount, bucket) => amount + nanosIn(bucket.reported ?? "0"), 0n);
        expect(sum, `${group} ${month.period}`).toBe(nanosIn(month.reported ?? ""));
      }
    }
  });

  it("names keys for people: stores by id, countries and recordings by name", async () => {
    const [stores, countries, recordings] = await Promise.all(
      ["platform", "territory", "recording"].map((group) => ask(`from=2026-01&to=2026-01&groupBy=${group}`)),
    );
    expect(stores?.data.find((bucket) => bucket.key === "Apple Music")).toMatchObject({ platformId: "apple-music" });
    expect(countries?.data.find((bucket) => bucket.key === "DE")).toMatchObject({ label: "Germany" });
    expect(recordings?.data.find((bucket) => bucket.key === "QZAB12400101")).toMatchObject({ label: "Song 1 “é”" });
  });

  it("walks in pages that lose nothing", async () => {
    const whole = await ask("from=2026-01&to=2026-06&groupBy=territory");
    const walked: Answer["data"] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await ask(
        `from=2026-01&to=2026-06&groupBy=territory&limit=9${cursor === null ? "" : `&cursor=${cursor}`}`,
      );
      walked.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(walked).toEqual(whole.data);
  });
});

describe("missing is not zero", () => {
  it("a month no statement covers is null and names its source; a covered one without sales is nought", async () => {
    const fresh = await newWorld();
    const caller = await fresh.as("owner");
    const sparse = made(40, 43, 1).map((line, at) => ({ ...line, month: at < 20 ? "2026-02" : "2026-05" }));
    await imported(caller, "a.tsv", written(sparse));
    const { data } = await ask("from=2026-01&to=2026-07", caller);
    expect(
      data.map(({ period, reported, status, sourcesMissing }) => [
        period,
        reported === null ? null : reported === "0",
        status,
        sourcesMissing,
      ]),
    ).toEqual([
      ["2026-01", null, "not_yet_reported", []],
      ["2026-02", false, "final", []],
      ["2026-03", true, "final", []],
      ["2026-04", true, "final", []],
      ["2026-05", false, "final", []],
      ["2026-06", null, "not_yet_reported", ["distrokid"]],
      ["2026-07", null, "not_yet_reported", ["distrokid"]],
    ]);
  });

  it("another currency is named, never added", async () => {
    const { otherCurrencies, data } = await ask("from=2026-01&to=2026-02&currency=GBP");
    expect(otherCurrencies).toEqual(["USD"]);
    expect(data.every((bucket) => nanosIn(bucket.reported ?? "0") === 0n)).toBe(true);
  });
});

describe("days and weeks are the months, spread", () => {
  it.each(["day", "week"])("%s: the parts of whole months sum to the months", async (granularity) => {
    const months = await ask("from=2026-01&to=2026-06");
    for (const week of ["mon", "fri"]) {
      const parts = await ask(`granularity=${granularity}&from=2026-01&to=2026-06&weekStart=${week}`);
      expect(parts.data.every((bucket) => bucket.reported === null && bucket.status === "provisional")).toBe(true);
      expect(parts.totals.estimated).toBe(months.totals.reported);
    }
  });

  it("the days of each month sum to the month, by store", async () => {
    const months = await ask("from=2026-01&to=2026-03&groupBy=platform");
    const days = await ask("granularity=day&from=2026-01-01&to=2026-03-31&groupBy=platform");
    for (const month of months.data) {
      const parts = days.data.filter((bucket) => bucket.key === month.key && bucket.period.startsWith(month.period));
      expect(parts.reduce((sum, part) => sum + nanosIn(part.estimated ?? "0"), 0n)).toBe(nanosIn(month.reported ?? ""));
    }
  });
});

describe("why a figure is what it is", () => {
  it("its statements sum to it, and their lines to theirs", async () => {
    for (const filter of [
      "",
      "&platform=Deezer",
      "&territory=DE&platform=Deezer",
      "&isrc=QZAB12400103",
      "&upc=193959000013",
    ]) {
      const month = await ask(`from=2026-02&to=2026-02${filter}`);
      const response = await owner.get(`/api/dashboard/earnings/explain?period=2026-02${filter}`);
      const explained = (await response.json()) as {
        amount: { amount: string };
        statements: { amount: string; lines: number; href: string }[];
      };
      expect(explained.amount.amount, filter).toBe(month.data[0]?.reported);
      const parts = explained.statements.reduce((sum, part) => sum + nanosIn(part.amount), 0n);
      expect(parts).toBe(nanosIn(explained.amount.amount));
      for (const part of explained.statements) {
        let sum = 0n;
        let count = 0;
        let next: string | null = `${part.href}&limit=100`;
        while (next !== null) {
          const page = (await (await owner.get(next)).json()) as {
            data: { amount: { amount: string } }[];
            nextCursor: string | null;
          };
          for (const line of page.data) sum += nanosIn(line.amount.amount);
          count += page.data.length;
          next = page.nextCursor === null ? null : `${part.href}&limit=100&cursor=${page.nextCursor}`;
        }
        expect({ sum, count }).toEqual({ sum: nanosIn(part.amount), count: part.lines });
      }
    }
  });
});

describe("the overview", () => {
  it("is of the newest generation at once, and equal from KV, from its row and from the rollups", async () => {
    const fresh = await newWorld();
    const caller = await fresh.as("viewer");
    const editor = await fresh.as("accountant");
    const first = await imported(editor, "a.tsv", written(made(200, 44)));
    const read = async () => (await caller.get("/api/dashboard/earnings/overview")).text();
    const now = await read();
    expect(JSON.parse(now)).toMatchObject({ generation: 1, sources: [{ id: "distrokid" }] });
    const row = await until<{ body: string }>("the row of the overview", () =>
      env.DB.prepare("SELECT body FROM kpi_snapshots WHERE artist_id = ?")
        .bind(fresh.artistId)
        .first<{ body: string }>(),
    );
    expect(row.body.split("\n")[1]).toBe(now);
    await editor.delete(`/api/dashboard/statements/${first.id}`);
    await atRest(editor, first.id);
    expect(JSON.parse(await read())).toMatchObject({ generation: 2, sources: [], topPlatforms: [] });
  });

  it("has twelve months, twelve weeks, thirty-five days and five of each top list, ties in order of name", async () => {
    const overview = (await (await owner.get("/api/dashboard/earnings/overview")).json()) as Record<string, unknown[]>;
    expect(overview.byMonth).toHaveLength(12);
    expect(overview.byWeek).toHaveLength(12);
    expect(overview.byDay).toHaveLength(35);
    for (const list of ["topPlatforms", "topTerritories", "topRecordings"]) expect(overview[list]).toHaveLength(5);
  });
});
