import { env } from "cloudflare:workers";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { made, written } from "../../harness/statement.ts";
import { atRest, type Caller, imported, newWorld, type World } from "../../harness/world.ts";

const PATH = "/api/dashboard/statements";
const CSV = { "content-type": "text/csv" };

interface ProblemBody {
  status: number;
  code: string;
  detail?: string;
  errors: { path: string; code: string; message: string }[];
}

async function refused(response: Response): Promise<ProblemBody> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return response.json();
}

/** Nothing of the artist is in any store that an upload touches. */
async function expectNoTrace(world: World): Promise<void> {
  const { objects } = await env.FILES.list({ prefix: `artists/${world.artistId}/` });
  expect(objects.map((object) => object.key)).toEqual([]);
  for (const table of ["statements", "statement_checkpoints", "statement_blocks", "earning_rollups", "audit_log"]) {
    const row = await env.DB.prepare(`SELECT count(*) n FROM ${table} WHERE artist_id = ?`)
      .bind(world.artistId)
      .first();
    expect(row?.n, table).toBe(0);
  }
  const asked = await env.DB.prepare("SELECT count(*) n FROM outbox WHERE body_json LIKE ?")
    .bind(`%${world.artistId}%`)
    .first();
  expect(asked?.n, "outbox").toBe(0);
}

async function owner(): Promise<[World, Caller]> {
  const world = await newWorld();
  return [world, await world.as("owner")];
}

/** Sends a body of some length without saying how long it is. */
function streamOf(bytes: number, chunk = new Uint8Array(65_536).fill(65)): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      const next = chunk.subarray(0, Math.min(left, chunk.byteLength));
      left -= next.byteLength;
      controller.enqueue(next);
    },
  });
}

async function gzipped(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream.pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
}

describe("bad uploads are refused by name and leave no trace", () => {
  it("a content type that is no file", async () => {
    const [world, caller] = await owner();
    const response = await caller.send("POST", `${PATH}?filename=a.csv`, {
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(await refused(response)).toMatchObject({ status: 415, code: "unsupported_media_type" });
    await expectNoTrace(world);
  });

  it("a raw body without a filename", async () => {
    const [world, caller] = await owner();
    const response = await caller.send("POST", PATH, { body: "a,b", headers: CSV });
    expect(await refused(response)).toMatchObject({ status: 400, errors: [{ path: "query.filename" }] });
    await expectNoTrace(world);
  });

  it("a form that ends before its closing boundary", async () => {
    const [world, caller] = await owner();
    const form = `--xyz\r\ncontent-disposition: form-data; name="file"; filename="a.tsv"\r\n\r\n${written(made(30))}`;
    const response = await caller.send("POST", PATH, {
      body: form,
      headers: { "content-type": "multipart/form-data; boundary=xyz" },
    });
    const problem = await refused(response);
    expect(problem).toMatchObject({ status: 400, code: "invalid_request" });
    expect(problem.errors[0]?.path).toMatch(/^body/);
    await expectNoTrace(world);
  });

  it("a form without the field", async () => {
    const [world, caller] = await owner();
    const form = new FormData();
    form.set("other", new File(["x"], "a.tsv"));
    const response = await caller.send("POST", PATH, { body: form });
    expect(await refused(response)).toMatchObject({ status: 400, errors: [{ path: "body.file", code: "required" }] });
    await expectNoTrace(world);
  });

  it("an empty file, in both forms of upload", async () => {
    const [world, caller] = await owner();
    const form = new FormData();
    form.set("file", new File([], "a.tsv"));
    for (const response of [await caller.upload("a.tsv", ""), await caller.send("POST", PATH, { body: form })]) {
      expect(await refused(response)).toMatchObject({ status: 422, code: "file_empty" });
    }
    await expectNoTrace(world);
  });

  it.each([
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)],
    ["a PDF", strToU8("%PDF-1.7\n%âãÏÓ\n1 0 obj")],
    ["noise", Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256)],
    ["text with a NUL far behind its head", strToU8(`${written(made(400))}\u0000`)],
  ])("%s", async (_, bytes) => {
    const [world, caller] = await owner();
    const response = await caller.upload("a.tsv", bytes);
    expect(await refused(response)).toMatchObject({ status: 422, code: "file_unreadable" });
    await expectNoTrace(world);
  });

  it("96 MB, said beforehand or found out on the way", async () => {
    const [world, caller] = await owner();
    const bytes = 96 * 1024 * 1024;
    const said = await caller.send("POST", `${PATH}?filename=a.csv`, {
      body: "a",
      headers: { ...CSV, "content-length": String(bytes) },
    });
    expect(await refused(said)).toMatchObject({ status: 413, code: "use_upload_session" });
    const found = await caller.send("POST", `${PATH}?filename=a.csv`, {
      body: streamOf(bytes) as unknown as BodyInit,
      headers: CSV,
    });
    expect(await refused(found)).toMatchObject({ status: 413, code: "use_upload_session" });
    await expectNoTrace(world);
  });

  it("a gzip bomb and a zip bomb", async () => {
    const [world, caller] = await owner();
    const bomb = await gzipped(streamOf(700 * 1024 * 1024));
    expect(await refused(await caller.upload("a.gz", bomb))).toMatchObject({ status: 422, code: "archive_too_large" });
    const zip = zipSync({ "a.csv": new Uint8Array(64 * 1024 * 1024) }, { level: 9 });
    expect(await refused(await caller.upload("a.zip", zip))).toMatchObject({ status: 422, code: "archive_too_large" });
    await expectNoTrace(world);
  });

  it("a broken archive, and an archive within an archive", async () => {
    const [world, caller] = await owner();
    const whole = zipSync({ "a.tsv": strToU8(written(made(200))) });
    const nested = zipSync({ "a.zip": whole });
    for (const bytes of [whole.subarray(0, whole.byteLength - 40), nested]) {
      expect(await refused(await caller.upload("a.zip", bytes))).toMatchObject({
        status: 422,
        code: "archive_unreadable",
      });
    }
    await expectNoTrace(world);
  });

  it("an unknown parameter, by its name", async () => {
    const [world, caller] = await owner();
    const response = await caller.upload("a.tsv", "x", "&previw=true");
    expect(await refused(response)).toMatchObject({ status: 400, errors: [{ path: "query.previw", code: "unknown" }] });
    await expectNoTrace(world);
  });
});

describe("a file that breaks off or lies ends as failed, with its line", () => {
  const good = made(1_400, 3);
  const failing: [string, (lines: string[]) => string[], { line: number; column: string | null; code: string }][] = [
    [
      "amount",
      (l) => replaced(l, 1_201, 12, "1,23"),
      { line: 1_201, column: "Earnings (USD)", code: "amount_unreadable" },
    ],
    ["month", (l) => replaced(l, 700, 1, "2026-13"), { line: 700, column: "Sale Month", code: "period_unreadable" }],
    ["units", (l) => replaced(l, 3, 7, "many"), { line: 3, column: "Quantity", code: "units_unreadable" }],
    ["store", (l) => replaced(l, 44, 2, " "), { line: 44, column: "Store", code: "platform_missing" }],
    [
      "cells",
      (l) => l.map((line, at) => (at === 1_300 ? line.slice(0, 30) : line)),
      { line: 1_301, column: null, code: "cells_missing" },
    ],
    ["NaN", (l) => replaced(l, 5, 12, "NaN"), { line: 5, column: "Earnings (USD)", code: "amount_unreadable" }],
    [
      "an amount beyond the books",
      (l) => replaced(l, 9, 12, "99999999999"),
      { line: 9, column: null, code: "amount_too_large" },
    ],
  ];

  it.each(failing)("%s", async (_, spoil, problem) => {
    const [world, caller] = await owner();
    const file = spoil(written(good).split("\r\n")).join("\r\n");
    const statement = await imported(caller, "a.tsv", file);
    expect(statement.status).toBe("failed");
    const { column, ...rest } = problem;
    expect(statement.problems).toMatchObject([column === null ? rest : problem]);
    for (const table of [
      "statement_checkpoints",
      "statement_blocks",
      "statement_sums",
      "earning_rollups",
      "ledger_postings",
    ]) {
      const row = await env.DB.prepare(`SELECT count(*) n FROM ${table} WHERE artist_id = ?`)
        .bind(world.artistId)
        .first();
      expect(row?.n, table).toBe(0);
    }
    // Mended, or sent again as it is, it is a new statement.
    const again = await caller.upload("a.tsv", file);
    expect(again.status).toBe(202);
  });

  it("a header without lines", async () => {
    const [, caller] = await owner();
    expect(await imported(caller, "a.tsv", written([]))).toMatchObject({
      status: "failed",
      problems: [{ code: "lines_missing" }],
    });
  });

  it("a zip of several files names them; a workbook waits for its mapping", async () => {
    const [, caller] = await owner();
    const several = zipSync({ "a.tsv": strToU8(written(made(5))), "b.tsv": strToU8(written(made(6))) });
    expect(await imported(caller, "a.zip", several)).toMatchObject({
      status: "failed",
      problems: [{ code: "archive_of_several", message: expect.stringContaining("a.tsv, b.tsv") }],
    });
    const workbook = zipSync({ "[Content_Types].xml": strToU8("<Types/>"), "xl/workbook.xml": strToU8("<workbook/>") });
    expect(await imported(caller, "a.xlsx", workbook)).toMatchObject({ status: "needs_mapping" });
  });
});

function replaced(lines: string[], line: number, cell: number, text: string): string[] {
  return lines.map((row, at) => {
    if (at !== line - 1) return row;
    return row
      .split("\t")
      .map((value, place) => (place === cell ? text : value))
      .join("\t");
  });
}

describe("a statement's questions are refused by name", () => {
  it("an unknown statement, line, cursor, parameter or month", async () => {
    const [, caller] = await owner();
    const { id } = await imported(caller, "a.tsv", written(made(10)));
    const cases: [string, number, string][] = [
      [`${PATH}/stm_01k9v3m6s0n8w2e4r6t8y0b1c3`, 404, "not_found"],
      [`${PATH}/${id}/lines/12/explain`, 404, "not_found"],
      [`${PATH}/${id}/lines/1/explain`, 404, "not_found"],
      [`${PATH}/${id}/lines/x/explain`, 400, "invalid_request"],
      [`${PATH}/${id}/lines?cursor=nonsense`, 400, "bad_cursor"],
      [`${PATH}/${id}/lines?limit=101`, 400, "invalid_request"],
      [`${PATH}/${id}/lines?month=2026-1`, 400, "invalid_request"],
      [`${PATH}?cursor=nonsense`, 400, "bad_cursor"],
      ["/api/dashboard/earnings?from=2026-01", 400, "invalid_request"],
      ["/api/dashboard/earnings?from=2026-13&to=2026-14", 400, "invalid_request"],
      ["/api/dashboard/earnings?from=2026-02&to=2026-01", 400, "invalid_request"],
      ["/api/dashboard/earnings?from=2020-01&to=2026-01", 422, "range_too_long"],
      ["/api/dashboard/earnings?from=2026-01&to=2026-02&currency=XXX", 422, "currency_unknown"],
      ["/api/dashboard/earnings?from=2026-01&to=2026-02&isrc=a&upc=b", 422, "use_export"],
      ["/api/dashboard/earnings?from=2026-01&to=2026-02&groupBy=territory&isrc=a", 422, "use_export"],
      ["/api/dashboard/earnings?from=2026-01&to=2026-02&cursor=x", 400, "bad_cursor"],
    ];
    for (const [path, status, code] of cases) {
      expect(await refused(await caller.get(path)), path).toMatchObject({ status, code });
    }
    const { status } = await atRest(caller, id);
    expect(status).toBe("posted");
  });
});
