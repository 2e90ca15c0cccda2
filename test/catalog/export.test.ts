// The catalog given back: what was imported comes out as it came in, and imported again it changes nothing.
import { describe, expect, it } from "vitest";
import { type CatalogRow, COLUMNS } from "../../src/catalog/imports/csv/columns.ts";
import { readCatalog } from "../../src/catalog/imports/csv/read.ts";
import { type Caller, newWorld, until } from "../harness/world.ts";
import { CORPUS_CSV, fixture } from "./reading/messages.ts";

const BASE = "/api/dashboard/catalog";

async function imported(caller: Caller, file: string): Promise<Record<string, number>> {
  const response = await caller.send("POST", `${BASE}/imports`, {
    body: file,
    headers: { "content-type": "text/csv" },
  });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  return until(`import ${id}`, async () => {
    const body = (await (await caller.get(`${BASE}/imports/${id}`)).json()) as {
      status: string;
      entries: Record<string, number>;
    };
    expect(body.status).not.toBe("failed");
    return body.status === "done" ? body.entries : null;
  });
}

async function exported(caller: Caller): Promise<string> {
  const response = await caller.get(`${BASE}/export`);
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  return response.text();
}

const rowsOf = (text: string): CatalogRow[] => readCatalog(new TextEncoder().encode(text)).rows.map(({ row }) => row);
/** Rows in an order of their own: releases of one moment have none. */
const sorted = (rows: readonly CatalogRow[]) => rows.map((row) => JSON.stringify(row)).sort();

describe("GET /catalog/export", () => {
  it("gives the catalogue of the corpus back as it came in", async () => {
    const caller = await (await newWorld()).as("manager");
    await imported(caller, CORPUS_CSV);
    const rows = rowsOf(await exported(caller));
    // The corpus has no types; each release has the one that its number of tracks says.
    const plain = rows.map((row): CatalogRow => ({ ...row, releaseType: null, releaseId: null, recordingId: null }));
    expect(sorted(plain)).toEqual(sorted(rowsOf(CORPUS_CSV)));
    expect(new Set(rows.map(({ releaseType }) => releaseType))).toEqual(new Set(["single"]));
  });

  it("imported again changes nothing; into another catalog it makes the same", async () => {
    const caller = await (await newWorld()).as("manager");
    await imported(caller, CORPUS_CSV);
    await imported(caller, fixture("dealTypes.xml"));
    const hostile = {
      title: '=HYPERLINK("http://x","y")',
      subtitle: "-1",
      type: "album",
      catalogNumber: "@x",
      label: "+1",
      artists: [
        { name: "Tyler, The Creator", role: "MainArtist" },
        { name: "'=Ana", role: "FeaturedArtist" },
      ],
      releaseAt: { mode: "fixed_instant", date: "2026-12-01", time: "18:00", timeZone: "Europe/Berlin" },
      tracks: [
        { disc: 1, sequence: 1, recording: { title: 'a\nb, "c"', versionTitle: "\t=x", durationMs: 61_500 } },
        { disc: 2, sequence: 4, recording: { title: "Other", artists: [{ name: "Somebody", role: "MainArtist" }] } },
      ],
    };
    expect((await caller.post(`${BASE}/releases`, hostile)).status).toBe(201);
    expect((await caller.post(`${BASE}/releases`, { title: "Empty", type: "ep" })).status).toBe(201);
    expect((await caller.post(`${BASE}/recordings`, { title: "Loose", isrc: "QZAB12400199" })).status).toBe(201);
    const file = await exported(caller);
    for (const cell of file.split(/[\r\n,]+/u)) expect(cell.replace(/^"/u, "")).not.toMatch(/^[=+@\t]/u);

    const entries = await imported(caller, file);
    expect(entries).toMatchObject({ created: 0, updated: 0, refused: 0 });
    expect(await exported(caller)).toBe(file);

    const other = await (await newWorld()).as("manager");
    await imported(other, file);
    const said = (text: string) =>
      rowsOf(text).map((row): CatalogRow => ({ ...row, releaseId: null, recordingId: null }));
    expect(sorted(said(await exported(other)))).toEqual(sorted(said(file)));
  });

  it("changed and imported again changes the thing of its id, and refuses another's code for it", async () => {
    const caller = await (await newWorld()).as("manager");
    for (const upc of [null, "193959000013"]) {
      await caller.post(`${BASE}/releases`, {
        title: "Same",
        type: "ep",
        upc,
        tracks: [{ recording: { title: "One" } }],
      });
    }
    const file = await exported(caller);
    expect(await imported(caller, file.replaceAll("Same", "Other"))).toMatchObject({ updated: 2, created: 0 });
    const lines = (await exported(caller)).split("\r\n");
    const [head] = lines;
    const coded = lines.find((line) => line.includes("193959000013")) ?? "";
    const uncoded = lines.find((line) => line.includes("Other") && line !== coded) ?? "";
    const taken = [head, uncoded.replace(/^(,[^,]*,[^,]*,[^,]*,[^,]*),,/u, "$1,193959000013,"), ""].join("\n");
    expect(await imported(caller, taken)).toMatchObject({ refused: 1 });
    const another = [head, coded.replace("193959000013", "193959000082"), ""].join("\n");
    expect(await imported(caller, another)).toMatchObject({ refused: 1 });
  });

  it("has the header of every catalogue first, also when there is nothing", async () => {
    const caller = await (await newWorld()).as("viewer");
    expect((await caller.get(`${BASE}/export`)).status).toBe(403);
    const empty = await exported(await (await newWorld()).as("owner"));
    expect(empty).toBe(`${COLUMNS.map(({ header }) => header).join(",")}\r\n`);
  });
});
