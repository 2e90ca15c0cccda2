// Exports through the Worker's doors: one statement streamed, many written by jobs, links that end, and who may.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { unguarded } from "../../../src/kernel/csv.ts";
import { LINE_COLUMNS } from "../../../src/statements/export/columns.ts";
import { printedStatement } from "../../../src/statements/export/printed.ts";
import { runExport, sweepFiles } from "../../../src/statements/index.ts";
import { recordsOf } from "../../../src/statements/reading/records.ts";
import { getStatement } from "../../../src/statements/service.ts";
import {
  exactSum,
  fixture,
  fixtureNames,
  type Line,
  made,
  nanosIn,
  nanosOf,
  written,
} from "../../harness/statement.ts";
import { atRest, type Caller, imported, newWorld, nobody, until, type World } from "../../harness/world.ts";

const BASE = "/api/dashboard/statements";
const DAY_MS = 24 * 60 * 60 * 1000;

interface ExportBody {
  id: string;
  status: string;
  format: string;
  statements: number;
  generation: number;
  progress: { done: number; total: number; unit: string };
  url: string | null;
  expiresAt: string | null;
  sizeBytes: number | null;
  sha256: string | null;
  error: { code: string; message: string } | null;
  keptUntil: string | null;
}

type Row = Record<(typeof LINE_COLUMNS)[number], string>;

/** The rows of an exported CSV, as a careful reader takes them. */
function rowsIn(text: string): Row[] {
  const [header, ...records] = recordsOf(text, { newline: "\n", delimiter: ",", quoting: true });
  expect(header?.cells).toEqual([...LINE_COLUMNS]);
  return records.map(({ cells }) => {
    expect(cells).toHaveLength(LINE_COLUMNS.length);
    return Object.fromEntries(LINE_COLUMNS.map((name, at) => [name, unguarded(cells[at] ?? "")])) as Row;
  });
}

async function csvOf(caller: Caller, id: string, query = ""): Promise<Response> {
  const response = await caller.get(`${BASE}/${id}/export?format=csv${query}`);
  expect(response.status).toBe(200);
  return response;
}

const YEAR = { from: "2026-01", to: "2026-12" };

async function asked(caller: Caller, order: object = {}): Promise<ExportBody> {
  const response = await caller.post(`${BASE}/exports`, { format: "csv", ...YEAR, ...order });
  expect(response.status, await response.clone().text()).toBe(202);
  return response.json();
}

async function look(caller: Caller, id: string): Promise<ExportBody> {
  return (await caller.get(`${BASE}/exports/${id}`)).json();
}

function ready(caller: Caller, id: string): Promise<ExportBody> {
  return until(`export ${id} to be ready`, async () => {
    const body = await look(caller, id);
    return ["queued", "running"].includes(body.status) ? null : body;
  });
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function exportKeys(world: World): Promise<string[]> {
  const { objects } = await env.FILES.list({ prefix: `artists/${world.artistId}/exports/` });
  return objects.map(({ key }) => key);
}

async function actionsOn(world: World, id: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT action FROM audit_log WHERE artist_id = ? AND target = ? ORDER BY id",
  )
    .bind(world.artistId, id)
    .all<{ action: string }>();
  return results.map(({ action }) => action);
}

/** Asks for an export whose job is never sent, so that a test takes its steps itself. */
async function askedQuietly(world: World, format: "csv" | "pdf" | "bundle"): Promise<string> {
  const { askExport } = await import("../../../src/statements/export/service.ts");
  const { row } = await askExport(await world.ctx(), { format, bom: false, ...YEAR, filter: {} });
  return row.id;
}

describe("the CSV of one statement", () => {
  it("has every line with all that is known of it, and its amounts sum to the total", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const lines = made(2500, 7);
    const { id, totals } = await imported(owner, "Glass Harbor – Juni.tsv", written(lines));
    const response = await csvOf(owner, id);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="Glass-Harbor-Juni.csv"');
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(response.headers.get("x-statement-lines")).toBe("2500");
    expect(response.headers.get("x-statement-totals")).toBe(`${totals[0]?.amount} USD`);
    const text = await response.text();
    expect(text.startsWith("statement_id,line,")).toBe(true);
    expect(text.endsWith("\r\n")).toBe(true);
    const rows = rowsIn(text);
    expect(rows).toHaveLength(lines.length);
    let nanos = 0n;
    for (const [at, row] of rows.entries()) {
      const line = lines[at] as Line;
      expect(row).toMatchObject({
        statement_id: id,
        line: String(at + 2),
        source: "distrokid",
        platform: line.store,
        territory: line.country,
        period: line.month,
        isrc: line.isrc,
        upc: line.upc,
        title: line.title,
        artist: "Glass Harbor",
        units: String(line.units),
        currency: "USD",
      });
      expect(nanosIn(row.amount_exact)).toBe(nanosIn(line.amount));
      nanos += nanosIn(row.amount);
    }
    expect(nanos).toBe(nanosOf(exactSum(lines)));
    expect(await (await csvOf(owner, id)).text()).toBe(text);
  });

  it("begins with a byte order mark where one is asked for", async () => {
    const owner = await (await newWorld()).as("viewer");
    const world = await newWorld();
    const keeper = await world.as("owner");
    const { id } = await imported(keeper, "a.tsv", written(made(3, 8)));
    const bytes = new Uint8Array(await (await csvOf(keeper, id, "&bom=true")).arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect((await owner.get(`${BASE}/${id}/export`)).status).toBe(404);
  });

  it("gives hostile titles back as they were, and lets none begin a formula", async () => {
    const titles = ["=cmd|' /C calc'!A0", "+1", "-Intro-", "@home", "'=1", "＝1", 'Say "hi", twice', "💥", "'Round"];
    const lines = made(titles.length, 9).map((line, at) => ({ ...line, title: titles[at] ?? "", amount: `-0.${at}5` }));
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(owner, "a.csv", written(lines, { quoted: true }));
    const text = await (await csvOf(owner, id)).text();
    expect(rowsIn(text).map(({ title }) => title)).toEqual(titles);
    const cells = recordsOf(text, { newline: "\n", delimiter: ",", quoting: true }).flatMap((record) => record.cells);
    const formulas = cells.filter((cell) => /^[=+\-@\t\r\n\0＝＋－＠]/.test(cell));
    expect(formulas.every((cell) => /^-\d+(\.\d+)?$/.test(cell))).toBe(true);
    expect(formulas.length).toBeGreaterThan(0);
  });

  it("of every derived file agrees with its pages of lines and its totals, and shows no private column", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    let exported = 0;
    for (const name of fixtureNames().filter((each) => !each.startsWith("EXPECTED"))) {
      const response = await owner.upload(name, fixture(name), "&preview=true");
      if (response.status !== 202) continue;
      const { id } = (await response.json()) as { id: string };
      const statement = await atRest(owner, id, true);
      if (statement.status !== "ready") continue;
      exported += 1;
      const rows = rowsIn(await (await csvOf(owner, id)).text());
      expect(rows, name).toHaveLength(statement.lines);
      for (const { amount, currency } of statement.totals) {
        const own = rows.filter((row) => row.currency === currency);
        expect(
          own.reduce((sum, row) => sum + nanosIn(row.amount), 0n),
          name,
        ).toBe(nanosIn(amount));
      }
      for (const row of rows) {
        for (const number of [row.gross, row.deductions, row.rate, row.exchange_rate, row.amount, row.amount_exact]) {
          expect(number, name).toMatch(/^(-?\d+(\.\d+)?)?$/);
        }
      }
      const page = (await (await owner.get(`${BASE}/${id}/lines?limit=100`)).json()) as { data: object[] };
      const shown = rows.slice(0, page.data.length).map((row) => ({
        line: Number(row.line),
        period: row.period,
        platform: row.platform,
        platformId: row.platform_id,
        title: row.title,
        units: Number(row.units),
        kind: row.usage_type,
      }));
      expect(page.data, name).toMatchObject(shown);
    }
    expect(exported).toBeGreaterThan(3);
  });

  it("of a file that a person mapped is made as that of any other", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const file =
      "Month,Shop,Country,ISRC,Title,Plays,Earned\n2026-05,Spotify,US,QZAB12400101,=Undertow,7,0.04488478353\n";
    const { id } = await imported(owner, "own.csv", file);
    const columns = {
      Month: "period",
      Shop: "platform",
      Country: "territory",
      ISRC: "isrc",
      Title: "title",
      Plays: "units",
      Earned: "amount",
    };
    const mapping = { columns, headerRow: 1, periodFormat: "YYYY-MM", decimalMark: ".", currency: "USD" };
    const response = await owner.send("PUT", `${BASE}/${id}/mapping`, {
      body: JSON.stringify(mapping),
      headers: { "content-type": "application/json" },
    });
    expect(response.status, await response.clone().text()).toBe(202);
    await until("it to be posted", async () => (await atRest(owner, id)).status === "posted");
    expect(rowsIn(await (await csvOf(owner, id)).text())).toMatchObject([
      { title: "=Undertow", units: "7", amount: "0.044884784", amount_exact: "0.04488478353", currency: "USD" },
    ]);
  });

  it("may be had as PDF, with the same headers before it", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id, totals, sha256: original } = await imported(owner, "Møth.tsv", written(made(300, 10)));
    const response = await owner.get(`${BASE}/${id}/export?format=pdf`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="M-th.pdf"');
    expect(response.headers.get("x-statement-totals")).toBe(`${totals[0]?.amount} USD`);
    expect(response.headers.get("x-statement-sha256")).toBe(original);
    const text = new TextDecoder("latin1").decode(await response.arrayBuffer());
    expect(text.startsWith("%PDF-")).toBe(true);
    expect(text.trimEnd().endsWith("%%EOF")).toBe(true);
  });

  it("prints the SHA-256 of the very CSV that may be downloaded, and that download never changes", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(owner, "twice.tsv", written(made(2_300, 12)));
    const once = await (await csvOf(owner, id)).arrayBuffer();
    expect(await (await csvOf(owner, id)).arrayBuffer()).toEqual(once);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", once));
    const ctx = await world.ctx();
    const { linesSha256, currencies } = await printedStatement(ctx, await getStatement(ctx, id));
    expect(new Set(currencies[0]?.recordings.map(({ artist }) => artist))).toEqual(new Set(["Glass Harbor"]));
    expect(linesSha256).toBe([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  });

  it("is refused while the statement has no lines to show", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id, status } = await imported(owner, "a.csv", "one,two\r\n1,2\r\n");
    expect(status).toBe("needs_mapping");
    const response = await owner.get(`${BASE}/${id}/export`);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "statement_not_ready" });
  });
});

describe("an export of many statements", () => {
  it("holds the lines of all of them, and its size and SHA-256 are those of the download", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const files = [made(1200, 11), made(30, 12), made(1, 13)];
    const statements = [];
    for (const [at, lines] of files.entries()) statements.push(await imported(owner, `${at}.tsv`, written(lines)));
    const created = await asked(owner);
    expect(created).toMatchObject({
      status: "queued",
      format: "csv",
      statements: 3,
      progress: { done: 0, total: 1231, unit: "lines" },
      url: null,
      expiresAt: null,
    });
    const body = await ready(owner, created.id);
    expect(body).toMatchObject({ status: "ready", progress: { done: 1231, total: 1231 }, error: null });
    const download = await nobody.get(String(body.url));
    expect(download.status).toBe(200);
    expect(download.headers.get("content-disposition")).toBe('attachment; filename="statements-2026-01-2026-12.csv"');
    expect(download.headers.get("cache-control")).toContain("no-store");
    const bytes = await download.arrayBuffer();
    expect(bytes.byteLength).toBe(body.sizeBytes);
    expect(await sha256(bytes)).toBe(body.sha256);
    const rows = rowsIn(new TextDecoder().decode(bytes));
    expect(rows.map((row) => row.statement_id).sort()).toEqual(
      statements.flatMap(({ id }, at) => (files[at] ?? []).map(() => id)).sort(),
    );
    const own = await Promise.all(statements.map(async ({ id }) => rowsIn(await (await csvOf(owner, id)).text())));
    const byPlace = (one: Row, other: Row) =>
      one.statement_id === other.statement_id
        ? Number(one.line) - Number(other.line)
        : one.statement_id < other.statement_id
          ? -1
          : 1;
    expect(rows.sort(byPlace)).toEqual(own.flat().sort(byPlace));
    expect(await actionsOn(world, created.id)).toEqual(
      expect.arrayContaining(["export.ask", "export.finish", "export.link", "export.download"]),
    );
  });

  it("is of the statements that were posted when it was asked for, also of one taken back since", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const kept = await imported(owner, "kept.tsv", written(made(40, 14)));
    const gone = await imported(owner, "gone.tsv", written(made(50, 15)));
    const id = await askedQuietly(world, "bundle");
    const csv = await askedQuietly(world, "csv");
    await owner.delete(`${BASE}/${gone.id}`);
    await atRest(owner, gone.id);
    await imported(owner, "later.tsv", written(made(60, 16)));
    for (const each of [id, csv]) await runExport(await world.ctx(), each);
    const body = await ready(owner, csv);
    const rows = rowsIn(await (await nobody.get(String(body.url))).text());
    expect(new Set(rows.map((row) => row.statement_id))).toEqual(new Set([kept.id, gone.id]));
    expect(rows).toHaveLength(90);
    expect(await ready(owner, id)).toMatchObject({ status: "ready", statements: 2 });
  });

  it("takes as its own what its filter names, each whole, and says what is not there", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const one = await imported(owner, "one.tsv", written(made(10, 17)));
    await imported(owner, "two.tsv", written(made(20, 18)));
    const counts = async (order: object) => (await asked(owner, order)).progress.total;
    expect(await counts({})).toBe(30);
    expect(await counts({ filter: { statementIds: [one.id] } })).toBe(10);
    expect(await counts({ filter: { source: "distrokid", currency: "USD" } })).toBe(30);
    expect(await counts({ filter: { source: "tunecore" } })).toBe(0);
    expect(await counts({ filter: { currency: "EUR" } })).toBe(0);
    expect(await counts({ from: "2025-01", to: "2025-12" })).toBe(0);
    const refusals = [
      { filter: { statementIds: ["stm_01k9v3m6s0n8w2e4r6t8y0b1c3"] } },
      { filter: { statementIds: [one.id], source: "tunecore" } },
      { from: "2026-02", to: "2026-01" },
      { format: "xlsx" },
      { filter: { store: "Spotify" } },
    ];
    for (const refused of refusals) {
      const response = await owner.post(`${BASE}/exports`, { format: "csv", ...YEAR, ...refused });
      expect(response.status, JSON.stringify(refused)).toBe(400);
    }
    const empty = await ready(owner, (await asked(owner, { filter: { source: "tunecore" } })).id);
    expect(rowsIn(await (await nobody.get(String(empty.url))).text())).toEqual([]);
  });

  it("can be watched until it is ready, and says its link at the end", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, "a.tsv", written(made(30, 23)));
    const { id } = await asked(owner);
    const watched = await owner.get(`${BASE}/exports/${id}`, { accept: "text/event-stream" });
    expect(watched.headers.get("content-type")).toBe("text/event-stream");
    const events = (await watched.text()).trim().split("\n\n");
    for (const event of events) expect(event).toMatch(/^event: export\ndata: \{/);
    const last = JSON.parse(String(events.at(-1)?.split("data: ")[1])) as ExportBody;
    expect(last.status).toBe("ready");
    expect((await nobody.get(String(last.url))).status).toBe(200);
    const nothing = await owner.get(`${BASE}/exports/exp_01k9v3m6s0n8w2e4r6t8y0b1c3`, { accept: "text/event-stream" });
    expect(nothing.status).toBe(404);
  });

  it("written in the smallest steps, each taken twice or broken off, is the same bytes", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, "long.tsv", written(made(3300, 19)));
    await imported(owner, "short.tsv", written(made(20, 20)));
    for (const format of ["csv", "pdf", "bundle"] as const) {
      const whole = await ready(owner, (await asked(owner, { format })).id);
      const id = await askedQuietly(world, format);
      const small = async () => {
        const ctx = await world.ctx();
        return { ...ctx, settings: { ...ctx.settings, sliceBytes: 1, slicesPerRun: 1 } };
      };
      let steps = 0;
      for (; steps < 100; steps += 1) {
        const ctx = await small();
        // A run that ends between its bytes and its row leaves only bytes.
        const write = async () => Promise.reject(new Error("killed"));
        await expect(runExport({ ...ctx, db: { ...ctx.db, orm: ctx.db.orm, write } }, id)).rejects.toThrow("killed");
        await Promise.all([runExport(await small(), id), runExport(await small(), id)]);
        if ((await look(owner, id)).status === "ready") break;
      }
      if (format !== "pdf") expect(steps).toBeGreaterThan(3);
      const body = await ready(owner, id);
      const bytes = await (await nobody.get(String(body.url))).arrayBuffer();
      expect(await sha256(bytes)).toBe(body.sha256);
      if (format === "csv") expect(body.sha256).toBe(whole.sha256);
      // The bundle names its own export, and the PDF the moment it was asked for.
      if (format === "bundle") expect(body.sizeBytes).toBe(whole.sizeBytes);
      expect((await actionsOn(world, id)).filter((action) => action === "export.finish")).toHaveLength(1);
      await runExport(await small(), id);
      expect((await look(owner, id)).sha256).toBe(body.sha256);
    }
  });
});

describe("a link", () => {
  async function linked(): Promise<{ world: World; owner: Caller; body: ExportBody }> {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, "a.tsv", written(made(12, 21)));
    return { world, owner, body: await ready(owner, (await asked(owner)).id) };
  }

  const statusOf = async (url: string | null) => {
    const response = await nobody.get(String(url));
    await response.arrayBuffer();
    return response.status;
  };

  it("works as often as it is opened for a quarter of an hour, and not a moment longer", async () => {
    const { world, body } = await linked();
    expect(Date.parse(String(body.expiresAt)) - Date.now()).toBeLessThanOrEqual(15 * 60 * 1000);
    expect([await statusOf(body.url), await statusOf(body.url)]).toEqual([200, 200]);
    expect((await actionsOn(world, body.id)).filter((action) => action === "export.download")).toHaveLength(2);
    await env.DB.prepare("UPDATE statement_exports SET link_expires_at = ? WHERE id = ?")
      .bind(Date.now(), body.id)
      .run();
    const expired = await nobody.get(String(body.url));
    expect(expired.status).toBe(410);
    expect(await expired.json()).toMatchObject({ code: "link_expired" });
  });

  it("ends when the export is read again, and an unknown one is answered alike", async () => {
    const { owner, body } = await linked();
    const next = await look(owner, body.id);
    expect(next.url).not.toBe(body.url);
    const [old, unknown] = [await nobody.get(String(body.url)), await nobody.get(`/api/exports/${"q".repeat(43)}`)];
    expect([old.status, unknown.status]).toEqual([410, 410]);
    const words = async (response: Response) => ({ ...((await response.json()) as object), instance: null });
    expect(await words(old)).toEqual(await words(unknown));
    expect(await statusOf(next.url)).toBe(200);
  });

  it("is kept as a hash alone, and has 256 random bits", async () => {
    const { body } = await linked();
    const token = String(body.url).slice("/api/exports/".length);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const row = await env.DB.prepare("SELECT * FROM statement_exports WHERE id = ?").bind(body.id).first();
    expect(JSON.stringify(row)).not.toContain(token);
    const log = await env.DB.prepare("SELECT count(*) n FROM audit_log WHERE instr(after_json, ?) > 0")
      .bind(token)
      .first();
    expect(log).toEqual({ n: 0 });
  });

  it("is gone with its export, and the bytes with it", async () => {
    const { world, owner, body } = await linked();
    expect(await exportKeys(world)).not.toEqual([]);
    expect((await owner.delete(`${BASE}/exports/${body.id}`)).status).toBe(204);
    expect(await statusOf(body.url)).toBe(410);
    expect(await exportKeys(world)).toEqual([]);
    expect((await owner.get(`${BASE}/exports/${body.id}`)).status).toBe(404);
    expect((await owner.delete(`${BASE}/exports/${body.id}`)).status).toBe(404);
  });

  it("and its export are over after seven days: the night removes the bytes and keeps the row", async () => {
    const { world, owner, body } = await linked();
    const ctx = await world.ctx();
    await sweepFiles(ctx);
    expect(await exportKeys(world)).not.toEqual([]);
    await sweepFiles({ ...ctx, now: ctx.now + 8 * DAY_MS });
    expect(await exportKeys(world)).toEqual([]);
    expect(await statusOf(body.url)).toBe(410);
    expect(await look(owner, body.id)).toMatchObject({ status: "expired", url: null, sizeBytes: null, sha256: null });
  });
});

it("an export that cannot be written within a day is given up by the night", async () => {
  const world = await newWorld();
  const owner = await world.as("owner");
  await imported(owner, "a.tsv", written(made(12, 22)));
  const id = await askedQuietly(world, "csv");
  const ctx = await world.ctx();
  await sweepFiles(ctx);
  expect(await look(owner, id)).toMatchObject({ status: "queued" });
  await sweepFiles({ ...ctx, now: ctx.now + 2 * DAY_MS });
  expect(await look(owner, id)).toMatchObject({ status: "failed", error: { code: "unavailable" } });
  await runExport(ctx, id);
  expect(await look(owner, id)).toMatchObject({ status: "failed" });
});
