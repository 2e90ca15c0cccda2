import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { balancesOf, expectBooksToAgree, rollupsOf } from "../../harness/books.ts";
import {
  exactSum,
  fixture,
  fixtureJson,
  fixtureNames,
  made,
  nanosIn,
  nanosOf,
  roundedNanos,
  trillionths,
  written,
} from "../../harness/statement.ts";
import { atRest, imported, newWorld, type StatementBody } from "../../harness/world.ts";

interface Expected {
  format?: string;
  amount_sum?: string | Record<string, string>;
  currency?: string | null;
  data_rows: number;
}
interface Group {
  amount_sum: string;
  rows: number;
  month: Record<string, string>;
  platform: Record<string, string>;
  territory: Record<string, string>;
}
interface Figures {
  data: { period: string; key: string | null; reported: string | null }[];
}

const READABLE = ["distrokid_csv_15col.csv", "distrokid_tsv_13col_latin1.tsv", "distrokid_tsv_15col_cr_only.tsv"];
const expected = fixtureJson("EXPECTED.json") as Record<string, Expected>;
const groups = fixtureJson("EXPECTED-GROUPS.json") as Record<string, Group>;

describe("every DistroKid file is read to the last digit", () => {
  it.each(READABLE)("%s: total, lines and period are those of the file", async (name) => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const statement = await imported(owner, name, fixture(name));
    const { amount_sum: sum = "", data_rows: lines } = expected[name] ?? { data_rows: 0 };
    expect(statement).toMatchObject({ status: "posted", lines, problems: [] });
    expect(statement.totals.map((total) => total.currency)).toEqual(["USD"]);
    expect(nanosIn(statement.totals[0]?.amount ?? "")).toBe(nanosOf(trillionths(String(sum))));
    await expectBooksToAgree(world);
  });

  it.each(READABLE)("%s: sums by month, store and country are within a nano per line", async (name) => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, name, fixture(name));
    const group = groups[name];
    for (const cut of ["month", "platform", "territory"] as const) {
      const query = cut === "month" ? "" : `&groupBy=${cut}`;
      const response = await owner.get(`/api/dashboard/earnings?from=2022-01&to=2026-12${query}`);
      const { data } = (await response.json()) as Figures;
      const sums = new Map<string, bigint>();
      for (const { period, key, reported } of data) {
        const slot = cut === "month" ? period : (key ?? "");
        if (reported !== null) sums.set(slot, (sums.get(slot) ?? 0n) + nanosIn(reported));
      }
      for (const [slot, exact] of Object.entries(group?.[cut] ?? {})) {
        const off = (sums.get(slot) ?? 0n) * 1000n - trillionths(exact);
        expect(off < 0n ? -off : off, `${cut} ${slot}`).toBeLessThanOrEqual(1000n * BigInt(group?.rows ?? 0));
        sums.delete(slot);
      }
      const others = [...sums].filter(([, nanos]) => nanos !== 0n);
      expect(others, `${cut} that the file does not have`).toEqual([]);
    }
  });

  it("the truncated file fails with its line and column, and nothing of it is booked", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const statement = await imported(owner, "distrokid_truncated.tsv", fixture("distrokid_truncated.tsv"));
    expect(statement).toMatchObject({ status: "failed", lines: 0, totals: [] });
    expect(statement.problems).toMatchObject([{ line: 10, column: "Country of Sale", code: "cells_missing" }]);
    expect(await rollupsOf(world)).toEqual([]);
    expect(await balancesOf(world)).toEqual([]);
  });
});

describe("every derived file goes in through the API", () => {
  const files = fixtureNames().filter((name) => name in expected && expected[name]?.amount_sum !== undefined);
  it.each(files)("%s: is of its format, its totals are the file's, and the books agree", async (name) => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { format, amount_sum: sum = "", currency, data_rows: rows } = expected[name] ?? { data_rows: 0 };
    const statement = await imported(owner, name, fixture(name));
    expect(statement).toMatchObject({ status: "posted", format, problems: [], measures: "money" });
    const sums = typeof sum === "string" ? { [currency ?? "USD"]: sum } : sum;
    expect(Object.fromEntries(statement.totals.map((total) => [total.currency, nanosIn(total.amount)]))).toEqual(
      Object.fromEntries(Object.entries(sums).map(([code, amount]) => [code, roundedNanos(amount)])),
    );
    const apart = Object.values(statement.apart).reduce((count, each) => count + each, 0);
    const footers = statement.apart["total"] ?? 0;
    expect(statement.lines + apart - footers).toBe(rows);
    await expectBooksToAgree(world);
  });

  it("a file that is no statement waits for its mapping and books nothing", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const statement = await imported(owner, "unknown_bank_export.csv", fixture("unknown_bank_export.csv"));
    expect(statement).toMatchObject({ status: "needs_mapping", lines: 0, totals: [], format: null });
    expect(await rollupsOf(world)).toEqual([]);
  });
});

describe("the books agree, whatever is imported and taken back", () => {
  it("over several statements, with refunds, albums without ISRC and more lines than a block", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    for (const [seed, count] of [
      [1, 2_600],
      [2, 999],
      [3, 1],
    ] as const) {
      const lines = made(count, seed);
      const statement = await imported(owner, `${seed}.tsv`, written(lines));
      expect(statement).toMatchObject({ status: "posted", lines: count });
      expect(nanosIn(statement.totals[0]?.amount ?? "")).toBe(nanosOf(exactSum(lines)));
    }
    await expectBooksToAgree(world);
  });

  it("taking a statement back restores rollups and balances exactly; ledger and audit gain reversals", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, "kept.tsv", written(made(700, 5)));
    const before = { rollups: await rollupsOf(world), balances: await balancesOf(world) };
    const added = await imported(owner, "added.tsv", written(made(900, 6)));
    expect(await rollupsOf(world)).not.toEqual(before.rollups);

    const response = await owner.delete(`/api/dashboard/statements/${added.id}`);
    expect(response.status).toBe(202);
    expect((await atRest(owner, added.id)).status).toBe("retracted");
    expect(await rollupsOf(world)).toEqual(before.rollups);
    expect(await balancesOf(world)).toEqual(before.balances);
    await expectBooksToAgree(world);

    const { results: postings } = await env.DB.prepare(
      "SELECT count(*) n, count(reverses) reversals FROM ledger_postings WHERE artist_id = ? AND source_id = ?",
    )
      .bind(world.artistId, added.id)
      .all();
    expect(postings[0]?.reversals).toBe(Number(postings[0]?.n) / 2);
    const { results: audit } = await env.DB.prepare("SELECT action FROM audit_log WHERE artist_id = ? AND target = ? ")
      .bind(world.artistId, added.id)
      .all();
    expect(audit.map((row) => row.action).sort()).toEqual([
      "statement.ask_retraction",
      "statement.post",
      "statement.read",
      "statement.receive",
      "statement.retract",
    ]);
  });

  it("the last statement taken back leaves no figure behind", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const only = await imported(owner, "only.tsv", written(made(300, 8)));
    await owner.delete(`/api/dashboard/statements/${only.id}`);
    await atRest(owner, only.id);
    expect(await rollupsOf(world)).toEqual([]);
    const response = await owner.get("/api/dashboard/earnings?from=2026-01&to=2026-03");
    const { data } = (await response.json()) as { data: { reported: unknown; status: string }[] };
    expect(data.map(({ reported, status }) => ({ reported, status }))).toEqual(
      Array(3).fill({ reported: null, status: "not_yet_reported" }),
    );
  });
});

describe("the same bytes are one statement", () => {
  it("uploaded again they answer 200 with the first; taken back they may come anew", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const file = written(made(50, 9));
    const first = await imported(owner, "a.tsv", file);
    const again = await owner.upload("b.tsv", file);
    expect(again.status).toBe(200);
    expect(((await again.json()) as StatementBody).id).toBe(first.id);
    await owner.delete(`/api/dashboard/statements/${first.id}`);
    await atRest(owner, first.id);
    const anew = await imported(owner, "c.tsv", file);
    expect(anew.id).not.toBe(first.id);
    expect(anew).toMatchObject({ status: "posted", totals: first.totals });
    await expectBooksToAgree(world);
  });

  it("sent by ten callers at once they are one statement and one object", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const file = written(made(40, 10));
    const responses = await Promise.all(Array.from({ length: 10 }, (_, at) => owner.upload(`${at}.tsv`, file)));
    const bodies = (await Promise.all(responses.map((response) => response.json()))) as StatementBody[];
    expect(responses.filter((response) => response.status === 202)).toHaveLength(1);
    expect(new Set(bodies.map((body) => body.id)).size).toBe(1);
    await atRest(owner, bodies[0]?.id ?? "");
    const { objects } = await env.FILES.list({ prefix: `artists/${world.artistId}/` });
    expect(objects.map((object) => object.key)).toEqual([
      `artists/${world.artistId}/statements/${bodies[0]?.id}/original`,
    ]);
  });

  it("of another artist they are another statement", async () => {
    const file = written(made(30, 11));
    const [one, other] = await Promise.all([newWorld(), newWorld()]);
    const mine = await imported(await one.as("owner"), "a.tsv", file);
    const theirs = await imported(await other.as("owner"), "a.tsv", file);
    expect(mine.id).not.toBe(theirs.id);
    expect(theirs.status).toBe("posted");
  });
});

describe("a statement can be looked at first", () => {
  it("with preview it stops at ready, shows its total, and is booked on commit", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const upload = await owner.upload("a.tsv", written(made(20, 12)), "&preview=true");
    const { id } = (await upload.json()) as StatementBody;
    const ready = await atRest(owner, id, true);
    expect(ready).toMatchObject({ status: "ready", lines: 20 });
    expect(ready.totals).toHaveLength(1);
    expect(await rollupsOf(world)).toEqual([]);
    const commit = await owner.post(`/api/dashboard/statements/${id}/commit`, { acceptDifference: false });
    expect(commit.status).toBe(202);
    expect((await atRest(owner, id)).status).toBe("posted");
    const again = await owner.post(`/api/dashboard/statements/${id}/commit`, {});
    expect(await again.json()).toMatchObject({ status: 409, code: "statement_not_ready" });
    await expectBooksToAgree(world);
  });

  it("discarded before commit it leaves the books alone", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const upload = await owner.upload("a.tsv", written(made(20, 13)), "&preview=true");
    const { id } = (await upload.json()) as StatementBody;
    await atRest(owner, id, true);
    expect((await owner.delete(`/api/dashboard/statements/${id}`)).status).toBe(202);
    expect((await atRest(owner, id, true)).status).toBe("retracted");
    expect(await balancesOf(world)).toEqual([]);
  });
});
