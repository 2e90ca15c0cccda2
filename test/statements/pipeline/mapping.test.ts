import { env } from "cloudflare:workers";
import { gzipSync, strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { expectBooksToAgree } from "../../harness/books.ts";
import { dumpArtist } from "../../harness/dump.ts";
import { fixture, fixtureNames } from "../../harness/statement.ts";
import { atRest, type Caller, imported, newWorld, type StatementBody } from "../../harness/world.ts";
import { workbookOf } from "../workbook-file.ts";

const PATH = "/api/dashboard/statements";
const TEMPLATES = `${PATH}/templates`;

const BANK = {
  columns: { Date: "period", Description: "title", Amount: "amount" },
  headerRow: 1,
  periodFormat: "YYYY-MM-DD",
  decimalMark: ".",
  currency: "EUR",
} as const;

const LABEL = {
  columns: { Month: "period", Shop: "platform", Land: "territory", Plays: "units", Earned: "amount", Code: "isrc" },
  headerRow: 1,
  periodFormat: "YYYY-MM",
  currency: "USD",
} as const;

/** The plays of one song, told by its file's name alone. */
const TIMELINE = "Low Tide (feat. Ana Unal)-timeline.csv";

interface Problem {
  status: number;
  code: string;
  detail: string;
  errors: { path: string; code: string; message: string }[];
}

interface Preview {
  headerRow: number;
  header: string[];
  lines: number[];
  rows: string[][];
  candidates: { format: string; score: number; missing: string[] }[];
  guesses: { columns: Record<string, string>; headerRow: number; [name: string]: unknown } | null;
  template: { id: string; name: string; version: number; mapping: object } | null;
  asks: string[];
  counts: { lines: number; units: number; totals: unknown; overlaps: unknown[] } | null;
}

interface Template {
  id: string;
  name: string;
  version: number;
  header: string[];
  mapping: { columns: Record<string, string> };
}

function map(caller: Caller, id: string, body: object): Promise<Response> {
  return caller.send("PUT", `${PATH}/${id}/mapping`, {
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
}

async function refused(response: Response): Promise<Problem> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return response.json();
}

async function mapped(caller: Caller, id: string, body: object): Promise<StatementBody> {
  const response = await map(caller, id, body);
  expect(response.status, await response.clone().text()).toBe(202);
  return atRest(caller, id);
}

async function preview(caller: Caller, id: string): Promise<Preview> {
  const response = await caller.get(`${PATH}/${id}/preview`);
  expect(response.status).toBe(200);
  return response.json();
}

async function label(lines: readonly string[], header = "Month,Shop,Land,Plays,Earned,Code"): Promise<string> {
  return [header, ...lines, ""].join("\n");
}

/** What is kept of an artist, but for the outbox, whose jobs come and go by themselves. */
function kept(artistId: string) {
  return dumpArtist(artistId, ["outbox"]);
}

describe("a file that no format claims", () => {
  it("waits, is shown as it is cut with a proposal, and is booked exactly as it was mapped", async () => {
    const world = await newWorld("EUR");
    const owner = await world.as("owner");
    const waiting = await imported(owner, "bank.csv", fixture("unknown_bank_export.csv"));
    expect(waiting).toMatchObject({ status: "needs_mapping", problems: [{ code: "format_unknown" }] });

    const shown = await preview(owner, waiting.id);
    expect(shown).toMatchObject({
      headerRow: 1,
      header: ["Date", "Description", "Amount", "Balance"],
      lines: [2, 3],
      rows: [
        ["2026-01-02", "ROYALTY PAYOUT SPOTIFY", "12.00", "100.00"],
        ["2026-01-03", "Rent", "-50.00", "50.00"],
      ],
      guesses: {
        columns: { Date: "period", Description: "title", Amount: "amount" },
        headerRow: 1,
        periodFormat: "YYYY-MM-DD",
        decimalMark: ".",
      },
      template: null,
      asks: [],
      counts: null,
    });

    const booked = await mapped(owner, waiting.id, BANK);
    expect(booked).toMatchObject({
      status: "posted",
      format: "mapping.v1",
      source: "other",
      lines: 2,
      totals: [{ amount: "-38", currency: "EUR" }],
      period: { from: "2026-01", to: "2026-01" },
      problems: [],
    });
    await expectBooksToAgree(world);
    expect((await preview(owner, waiting.id)).counts).toMatchObject({ lines: 2, units: 0, overlaps: [] });

    const explained = await (await owner.get(`${PATH}/${waiting.id}/lines/3/explain`)).json();
    expect(explained).toMatchObject({
      raw: "2026-01-03,Rent,-50.00,50.00",
      line: { period: "2026-01", day: "2026-01-03", title: "Rent", artist: "Glass Harbor", platform: "Other" },
      columns: [
        { column: "Date", field: "period", became: "2026-01-03" },
        { column: "Description", field: "title" },
        { column: "Amount", field: "amount", became: "-50 EUR" },
        { column: "Balance", field: null },
      ],
    });
    expect((explained as { readBy: string }).readBy).toMatch(/^mapping\.v1@1\.[0-9a-f]{12}$/);

    const { results } = await env.DB.prepare("SELECT actor FROM audit_log WHERE artist_id = ? AND action = ?")
      .bind(world.artistId, "statement.map")
      .all();
    expect(results).toHaveLength(1);
  });

  it.each([
    ["a column that is not there", { columns: { ...BANK.columns, Betrag: "gross" } }, "body.columns.Betrag", "Betrag"],
    [
      "two columns for one amount",
      { columns: { ...BANK.columns, Balance: "amount" } },
      "body.columns.Balance",
      "Amount",
    ],
    ["neither amount nor units", { columns: { Date: "period" } }, "body.columns", "amount"],
    ["no period", { columns: { Amount: "amount" } }, "body.columns", "period"],
    ["a period without its format", { periodFormat: undefined }, "body.periodFormat", "YYYY-MM"],
    ["a period format that is none", { periodFormat: "month" }, "body.periodFormat", "month"],
    ["a header that is not there", { headerRow: 9 }, "body.headerRow", "9"],
    ["a header below the lines", { headerRow: 3 }, "body.columns.Date", "2026-01-03"],
    [
      "a store said twice",
      { columns: { ...BANK.columns, Balance: "platform" }, platform: "x" },
      "body.platform",
      "Balance",
    ],
    ["no currency", { currency: undefined }, "body.currency", "currency"],
    ["a period in another form", { periodFormat: "DD.MM.YYYY" }, "body.columns.Date", 'Line 2, column "Date"'],
    [
      "words for an amount",
      { columns: { Date: "period", Description: "amount" } },
      "body.columns.Description",
      'Line 2, column "Description": "ROYALTY PAYOUT SPOTIFY"',
    ],
    ["the other decimal mark", { decimalMark: "," }, "body.columns.Amount", 'Line 2, column "Amount": "12.00"'],
    ["days that end before they begin", { period: { from: "2026-02", to: "2026-01" } }, "body.period", "end"],
  ])("keeps waiting, and nothing of it changes, when it is mapped with %s", async (_, wrong, path, words) => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(owner, "bank.csv", fixture("unknown_bank_export.csv"));
    const before = await kept(world.artistId);
    const problem = await refused(await map(owner, id, { ...BANK, saveAs: "Bank", ...wrong }));
    expect(problem).toMatchObject({ status: 422, code: "mapping_unreadable" });
    expect(problem.errors[0]?.path).toBe(path);
    expect(`${problem.detail} ${problem.errors[0]?.message}`).toContain(words);
    expect(await kept(world.artistId)).toEqual(before);
  });

  it.each([
    ["nothing", {}, "body.columns"],
    ["a format of periods and no columns", { periodFormat: "YYYY" }, "body.columns"],
    ["a template and a header", { template: "tpl_x", headerRow: 2 }, "body.headerRow"],
    ["a field that is none", { columns: { Amount: "money" } }, "body.columns.Amount"],
    ["an unknown currency", { ...BANK, currency: "EUX" }, "body.currency"],
    ["a territory that is none", { ...BANK, territory: "QQ" }, "body.territory"],
  ])("is not touched by a request that says %s", async (_, body, path) => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await imported(owner, "bank.csv", fixture("unknown_bank_export.csv"));
    const problem = await refused(await map(owner, id, body));
    expect([400, 422]).toContain(problem.status);
    expect(problem.errors[0]?.path).toBe(path);
  });

  it("is refused at its very last line, by number, and books nothing", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const lines = Array.from(
      { length: 30_000 },
      (_, at) => `2026-0${(at % 6) + 1},Spotify,US,${at},0.${at + 1},QZAB12400101`,
    );
    const file = await label([...lines, "2026-06,Spotify,US,1,n/a,QZAB12400101"]);
    const { id } = await imported(owner, "label.csv", file);
    const problem = await refused(await map(owner, id, LABEL));
    expect(problem).toMatchObject({
      status: 422,
      errors: [{ path: "body.columns.Earned", code: "amount_unreadable" }],
    });
    expect(problem.detail).toBe('Line 30002, column "Earned": "n/a" is no amount.');
    expect(await atRest(owner, id)).toMatchObject({ status: "needs_mapping", lines: 0 });

    const mended = await imported(owner, "label.csv", await label(lines));
    expect(await mapped(owner, mended.id, LABEL)).toMatchObject({ status: "posted", lines: 30_000 });
    await expectBooksToAgree(world);
  });

  it("can be mapped from UTF-16, from a zip and from gzip like from anything", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const text = (units: number) => `Month;Shop;Earned\r\n2026-05;Ünïcode Störe;${units},5\r\n`;
    const wide = (letters: string) => {
      const bytes = new Uint8Array(2 + letters.length * 2);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, 0xfeff, true);
      for (let at = 0; at < letters.length; at += 1) view.setUint16(2 + at * 2, letters.charCodeAt(at), true);
      return bytes;
    };
    const files = [
      wide(text(1)),
      zipSync({ "in.csv": strToU8(text(2)) }),
      gzipSync(strToU8(text(3))),
      zipSync({ "in.csv": wide(text(4)) }),
    ];
    for (const [at, file] of files.entries()) {
      const { id, status } = await imported(owner, `file${at}`, file);
      expect(status).toBe("needs_mapping");
      const shown = await preview(owner, id);
      expect(shown.rows).toEqual([["2026-05", "Ünïcode Störe", `${at + 1},5`]]);
      expect(shown.guesses).toMatchObject({ decimalMark: ",", periodFormat: "YYYY-MM" });
      const columns = { Month: "period", Shop: "platform", Earned: "amount" };
      const said = { columns, headerRow: 1, periodFormat: "YYYY-MM", decimalMark: ",", currency: "USD" };
      expect(await mapped(owner, id, said)).toMatchObject({
        status: "posted",
        totals: [{ amount: `${at + 1}.5`, currency: "USD" }],
      });
    }
    await expectBooksToAgree(world);
  });

  it("may be the sheet of a workbook, whose rows end with their last cell that holds something", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const file = workbookOf("Royalties", [
      ["My label's royalties"],
      ["Month", "Shop", "Earned", "Title"],
      [new Date(Date.UTC(2026, 4, 1)), "Spotify", 1.25, 'Tab\tand "quote"'],
      [new Date(Date.UTC(2026, 5, 1)), "Deezer", 2.5, null],
    ]);
    const { id, status } = await imported(owner, "label.xlsx", file);
    expect(status).toBe("needs_mapping");
    const shown = await preview(owner, id);
    expect(shown).toMatchObject({ headerRow: 2, header: ["Month", "Shop", "Earned", "Title"], lines: [3, 4] });
    expect(shown.rows).toEqual([
      ["2026-05-01", "Spotify", "1.25", 'Tab\tand "quote"'],
      ["2026-06-01", "Deezer", "2.5", ""],
    ]);
    const columns = { Month: "period", Shop: "platform", Earned: "amount", Title: "title" };
    const said = { columns, headerRow: 2, periodFormat: "YYYY-MM-01", currency: "USD", saveAs: "Sheets" };
    expect(await mapped(owner, id, said)).toMatchObject({
      status: "posted",
      totals: [{ amount: "3.75", currency: "USD" }],
      period: { from: "2026-05", to: "2026-06" },
    });
    await expectBooksToAgree(world);
    const text = await imported(owner, "label.csv", "x\nMonth,Shop,Earned,Title\n2026-07-01,Deezer,1,a\n");
    expect((await preview(owner, text.id)).template?.name).toBe("Sheets");
  });

  it("is mapped part by part where an archive holds several", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const row = (units: number) => strToU8(`Month,Earned\n2026-05,${units}\n`);
    const whole = await imported(owner, "both.zip", zipSync({ "a.csv": row(1), "b.csv": row(2) }));
    const { parts } = (await (await owner.get(`${PATH}/${whole.id}`)).json()) as { parts: string[] };
    expect(parts).toHaveLength(2);
    const said = { columns: { Month: "period", Earned: "amount" }, periodFormat: "YYYY-MM", currency: "USD" };
    expect(await refused(await map(owner, whole.id, said))).toMatchObject({ status: 409, code: "conflict" });
    expect(await refused(await owner.get(`${PATH}/${whole.id}/preview`))).toMatchObject({
      code: "statement_not_ready",
    });
    for (const part of parts) expect(await mapped(owner, part, said)).toMatchObject({ status: "posted", lines: 1 });
    expect(await atRest(owner, whole.id)).toMatchObject({ totals: [{ amount: "3", currency: "USD" }] });
    await expectBooksToAgree(world);
  });

  it("may have semicolons, decimal commas, parted thousands, parentheses for losses, and both ends of its periods", async () => {
    const world = await newWorld("EUR");
    const owner = await world.as("owner");
    const file = [
      "Abrechnung Glass Harbor",
      "",
      "Von;Bis;Dienst;Menge;Betrag;Währung",
      "01.07.2026;31.07.2026;Spotify;1.200;1.234,50;EUR",
      '01.08.2026;31.08.2026;"Apple; Music";7;(34,25);EUR',
      "",
    ].join("\r\n");
    const { id } = await imported(owner, "abrechnung.csv", file);
    const shown = await preview(owner, id);
    expect(shown).toMatchObject({ headerRow: 3, lines: [4, 5], guesses: { decimalMark: "," } });
    const columns = {
      Bis: "periodTo",
      Von: "period",
      Dienst: "platform",
      Menge: "units",
      Betrag: "amount",
      Währung: "currency",
    };
    const booked = await mapped(owner, id, { columns, headerRow: 3, periodFormat: "DD.MM.YYYY", decimalMark: "," });
    expect(booked).toMatchObject({
      status: "posted",
      units: 1207,
      totals: [{ amount: "1200.25", currency: "EUR" }],
      period: { from: "2026-07", to: "2026-08" },
    });
    await expectBooksToAgree(world);
  });

  it("may have no header, print earnings as losses, and leave store, territory, artist, title and month to the person", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await imported(owner, "rows.csv", "-1.5,QZAB12400101\n-2.5,QZAB12400102\n0.25,QZAB12400102\n");
    expect(await preview(owner, id)).toMatchObject({
      headerRow: 0,
      header: ["1", "2"],
      lines: [1, 2, 3],
      guesses: { columns: { 1: "amount", 2: "isrc" }, headerRow: 0 },
    });
    const said = {
      columns: { 1: "amount", 2: "isrc" },
      headerRow: 0,
      currency: "USD",
      sign: -1,
      platform: "Bandcamp",
      territory: "SE",
      artist: "Møth Parade",
      title: "Undertow",
      period: { from: "2026-03", to: "2026-03" },
      saveAs: "Shop ÅÄ & Söhne",
    };
    expect(await mapped(owner, id, said)).toMatchObject({
      status: "posted",
      source: "shop-aa-sohne",
      totals: [{ amount: "3.75", currency: "USD" }],
      period: { from: "2026-03", to: "2026-03" },
    });
    const { data } = (await (await owner.get(`${PATH}/${id}/lines`)).json()) as { data: object[] };
    const same = { platform: "Bandcamp", territory: "SE", artist: "Møth Parade", title: "Undertow", period: "2026-03" };
    expect(data).toMatchObject([
      { ...same, line: 1, isrc: "QZAB12400101", amount: { amount: "1.5" } },
      { ...same, line: 2, isrc: "QZAB12400102", amount: { amount: "2.5" } },
      { ...same, line: 3, isrc: "QZAB12400102", amount: { amount: "-0.25" } },
    ]);
  });

  it("may tell plays alone, which are no money", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(
      owner,
      "plays.csv",
      "Tag,Song,Abrufe\n2026-03-01,Undertow,12\n2026-03-02,Undertow,8\n",
    );
    const columns = { Tag: "period", Song: "title", Abrufe: "units" };
    const booked = await mapped(owner, id, { columns, headerRow: 1, periodFormat: "YYYY-MM-DD", platform: "Deezer" });
    expect(booked).toMatchObject({ status: "posted", measures: "plays", units: 20, totals: [] });
    await expectBooksToAgree(world);
  });

  it("is mapped once when two people map it at once", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(owner, "bank.csv", fixture("unknown_bank_export.csv"));
    const answers = await Promise.all([
      map(owner, id, { ...BANK, saveAs: "One" }),
      map(owner, id, { ...BANK, currency: "GBP", saveAs: "Other" }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    const loser = answers.find(({ status }) => status === 409);
    expect(await loser?.json()).toMatchObject({ code: "conflict" });
    const winner = answers[0]?.status === 202 ? "One" : "Other";
    const booked = await atRest(owner, id);
    expect(booked.totals).toEqual([{ amount: "-38", currency: winner === "One" ? "EUR" : "GBP" }]);
    const { data } = (await (await owner.get(TEMPLATES)).json()) as { data: Template[] };
    expect(data.map(({ name }) => name)).toEqual([winner]);
    await expectBooksToAgree(world);
  });

  it("cannot be previewed or mapped by a stranger, nor mapped by a viewer", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(owner, "bank.csv", fixture("unknown_bank_export.csv"));
    const stranger = await (await newWorld()).as("owner");
    expect((await stranger.get(`${PATH}/${id}/preview`)).status).toBe(404);
    expect((await map(stranger, id, BANK)).status).toBe(404);
    const viewer = await world.as("viewer");
    expect((await viewer.get(`${PATH}/${id}/preview`)).status).toBe(200);
    expect((await map(viewer, id, BANK)).status).toBe(403);
  });
});

describe("a total below the lines", () => {
  it("is no line, nor is a blank row; one that differs holds the statement", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const lines = ["2026-05,Spotify,US,10,$1.50,QZAB12400101", "2026-06,Deezer,FR,20,$2.50,QZAB12400102", ",,,,,"];
    const right = await imported(owner, "right.csv", await label([...lines, "Total,,,30,$4.00,"]));
    expect(await mapped(owner, right.id, LABEL)).toMatchObject({
      status: "posted",
      lines: 2,
      apart: { record: 1, total: 1 },
      stated: [{ what: "amount", stated: "4", found: "4", line: 5, holds: true }],
    });
    const wrong = await imported(owner, "wrong.csv", await label([...lines, "Total,,,30,$4.01,"]));
    expect((await map(owner, wrong.id, { ...LABEL, saveAs: "Another" })).status).toBe(202);
    const held = await atRest(owner, wrong.id, true);
    expect(held).toMatchObject({ status: "ready", problems: [{ code: "stated_total_differs", line: 5 }] });
    await expectBooksToAgree(world);
  });
});

describe("a mapping that turns out wrong", () => {
  it("is corrected while the statement waits for its commit, and what was read before is gone", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const file = await label(["2026-05,Spotify,US,10,1.5,QZAB12400101", "2026-06,Deezer,FR,20,2.5,QZAB12400102"]);
    const { id } = (await (await owner.upload("label.csv", file, "&preview=true")).json()) as { id: string };
    await atRest(owner, id);
    const { Plays: _, ...columns } = LABEL.columns;
    expect((await map(owner, id, { ...LABEL, columns })).status).toBe(202);
    expect(await atRest(owner, id, true)).toMatchObject({ status: "ready", units: 0, lines: 2 });
    expect((await map(owner, id, { ...LABEL, currency: "EUR" })).status).toBe(202);
    expect(await atRest(owner, id, true)).toMatchObject({
      status: "ready",
      units: 30,
      totals: [{ amount: "4", currency: "EUR" }],
    });
    expect((await preview(owner, id)).guesses).toMatchObject({ columns: LABEL.columns, currency: "EUR" });
    expect((await owner.post(`${PATH}/${id}/commit`, {})).status).toBe(202);
    expect(await atRest(owner, id)).toMatchObject({ status: "posted", lines: 2 });
    await expectBooksToAgree(world);
    expect(await refused(await map(owner, id, LABEL))).toMatchObject({ status: 409, code: "conflict" });
  });

  it("brings a file back to waiting when a line behind the checked part cannot be read", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const padding = "x".repeat(2000);
    const rows = Array.from({ length: 12_000 }, () => `2026-05,${padding},1`);
    const file = ["Month,Title,Earned", ...rows, `2026-05,${padding},one`, ""].join("\n");
    expect(file.length).toBeGreaterThan(20 * 1024 * 1024);
    const { id } = await imported(owner, "large.csv", file);
    const said = { columns: { Month: "period", Title: "title", Earned: "amount" }, periodFormat: "YYYY-MM" };
    const back = await mapped(owner, id, { ...said, headerRow: 1, currency: "USD" });
    expect(back).toMatchObject({
      status: "needs_mapping",
      lines: 0,
      totals: [],
      problems: [{ line: 12_002, column: "Earned", code: "amount_unreadable" }],
    });
    await expectBooksToAgree(world);
    expect((await preview(owner, id)).rows).toHaveLength(20);
  });
});

describe("a preview", () => {
  it("is to be had of every file that is kept, with a header, rows by line, and its format first", async () => {
    const owner = await (await newWorld()).as("owner");
    const names = fixtureNames().filter((name) => !name.endsWith(".json"));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      const { id } = (await (await owner.upload(name, fixture(name), "&preview=true")).json()) as { id: string };
      const { format, lines } = await atRest(owner, id, true);
      const shown = await preview(owner, id);
      expect(shown.rows.length, name).toBeGreaterThan(0);
      expect(shown.rows.length, name).toBeLessThanOrEqual(20);
      expect(shown.lines, name).toHaveLength(shown.rows.length);
      expect(shown.lines[0], name).toBeGreaterThan(shown.headerRow);
      if (format !== null) expect(shown, name).toMatchObject({ guesses: null, candidates: [{ format, missing: [] }] });
      expect(shown.counts?.lines ?? 0, name).toBe(lines);
    }
  });
});

describe("a question of a known format", () => {
  it("is answered alone, without columns, and only where it was asked", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id, status, problems } = await imported(owner, "export.csv", fixture(TIMELINE));
    expect({ status, problems }).toMatchObject({ status: "needs_mapping", problems: [{ code: "title_needed" }] });
    const shown = await preview(owner, id);
    expect(shown).toMatchObject({ asks: ["title"], guesses: null, headerRow: 1, header: ["date", "streams"] });
    expect(shown.candidates[0]).toMatchObject({ format: "s4a.song_timeline", missing: [] });
    const before = await kept(world.artistId);
    const unasked = await refused(await map(owner, id, { period: { from: "2026-01", to: "2026-01" } }));
    expect(unasked).toMatchObject({ status: 422, errors: [{ path: "body.period", code: "unknown" }] });
    expect(await kept(world.artistId)).toEqual(before);
    const booked = await mapped(owner, id, { title: "Low Tide" });
    expect(booked).toMatchObject({ status: "posted", format: "s4a.song_timeline", measures: "plays", problems: [] });
    const { data } = (await (await owner.get(`${PATH}/${id}/lines`)).json()) as { data: { title: string }[] };
    expect(new Set(data.map(({ title }) => title))).toEqual(new Set(["Low Tide"]));
    expect(data).toHaveLength(booked.lines);
  });

  it("is answered otherwise while the statement waits for its commit, and personal data is withheld", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const file = fixture("bandcamp_raw_52col_utf16le.csv");
    const { id } = (await (await owner.upload("bandcamp.csv", file, "&preview=true")).json()) as { id: string };
    const aside = await atRest(owner, id, true);
    expect((await map(owner, id, { refunds: "payout_balance" })).status).toBe(202);
    const counted = await atRest(owner, id, true);
    expect(counted.lines).toBeGreaterThan(aside.lines);
    expect(counted.totals).not.toEqual(aside.totals);
    expect(await refused(await map(owner, id, { columns: { date: "period" } }))).toMatchObject({ code: "conflict" });
    expect((await map(owner, id, { refunds: "set_aside" })).status).toBe(202);
    expect((await atRest(owner, id, true)).totals).toEqual(aside.totals);
    const shown = await preview(owner, id);
    const buyer = shown.header.indexOf("buyer email");
    expect(buyer).toBeGreaterThan(0);
    expect(new Set(shown.rows.map((row) => row[buyer]))).toEqual(new Set(["(personal data, not shown)"]));
    expect(shown.rows.join("\n")).not.toContain("@");
  });

  it("is no way to map a file that no format claims", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await imported(owner, "bank.csv", fixture("unknown_bank_export.csv"));
    const problem = await refused(await map(owner, id, { currency: "EUR" }));
    expect(problem).toMatchObject({ status: 422, errors: [{ path: "body.columns", code: "required" }] });
  });
});

describe("templates", () => {
  const first = () => label(["2026-05,Spotify,US,10,1.5,QZAB12400101"]);
  const second = () => label(["2026-06,Deezer,FR,20,2.5,QZAB12400102"]);

  it("are kept by name, offered to the next file with the same header, and applied to it", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const one = await imported(owner, "may.csv", await first());
    await mapped(owner, one.id, { ...LABEL, saveAs: "My label" });

    const two = await imported(owner, "june.csv", await second());
    expect(two.status).toBe("needs_mapping");
    expect(two.problems[0]?.message).toContain("the template My label fits");
    const { template } = await preview(owner, two.id);
    expect(template).toMatchObject({ name: "My label", version: 1, mapping: { columns: LABEL.columns } });
    const booked = await mapped(owner, two.id, { template: template?.id });
    expect(booked).toMatchObject({
      status: "posted",
      source: "my-label",
      totals: [{ amount: "2.5", currency: "USD" }],
    });
    await expectBooksToAgree(world);

    const other = await imported(owner, "other.csv", "Month,Earned\n2026-05,1\n");
    expect((await preview(owner, other.id)).template).toBeNull();
    const problem = await refused(await map(owner, other.id, { template: template?.id }));
    expect(problem.errors.map(({ path }) => path)).toContain("body.columns.Shop");
  });

  it("keep neither the days nor the title of the file they were made for", async () => {
    const owner = await (await newWorld()).as("owner");
    const one = await imported(owner, "a.csv", "Earned\n1.5\n");
    const own = { period: { from: "2026-01", to: "2026-01" }, title: "Undertow" };
    await mapped(owner, one.id, { columns: { Earned: "amount" }, headerRow: 1, currency: "USD", saveAs: "x", ...own });
    const two = await imported(owner, "b.csv", "Earned\n2.5\n");
    const template = (await preview(owner, two.id)).template?.id;
    const problem = await refused(await map(owner, two.id, { template }));
    expect(problem).toMatchObject({ status: 422, errors: [{ path: "body.columns" }] });
    const booked = await mapped(owner, two.id, { template, period: { from: "2026-02", to: "2026-02" } });
    expect(booked).toMatchObject({ status: "posted", period: { from: "2026-02", to: "2026-02" } });
  });

  it("go from one artist to another as JSON, and a name kept again is its next version", async () => {
    const mine = await (await newWorld()).as("owner");
    const theirs = await (await newWorld()).as("owner");
    const { id } = await imported(mine, "may.csv", await first());
    await mapped(mine, id, { ...LABEL, saveAs: "My label" });
    const { data } = (await (await mine.get(TEMPLATES)).json()) as { data: Template[] };
    const own = data[0]?.id ?? "";
    const exported = await mine.get(`${TEMPLATES}/${own}`);
    expect(exported.headers.get("etag")).toBe('"1"');
    const json = (await exported.json()) as Template;
    expect((await theirs.get(`${TEMPLATES}/${own}`)).status).toBe(404);

    const taken = await theirs.post(TEMPLATES, json);
    expect(taken.status).toBe(201);
    const copy = (await taken.json()) as Template;
    expect(copy).toMatchObject({ name: "My label", version: 1, header: json.header, mapping: json.mapping });
    expect(copy.id).not.toBe(own);
    expect(((await (await theirs.post(TEMPLATES, json)).json()) as Template).version).toBe(2);
    const waiting = await imported(theirs, "june.csv", await second());
    expect((await preview(theirs, waiting.id)).template?.id).toBe(copy.id);
    expect(await mapped(theirs, waiting.id, { template: copy.id })).toMatchObject({ status: "posted", lines: 1 });
  });

  it.each([
    ["a field that is none", { mapping: { columns: { Earned: "money" } } }, "body.mapping.columns.Earned"],
    ["a column its header lacks", { mapping: { columns: { Betrag: "amount" } } }, "body.mapping.columns.Betrag"],
    ["no columns", { mapping: {} }, "body.mapping.columns"],
    [
      "days of one file",
      { mapping: { columns: {}, period: { from: "2026-01", to: "2026-01" } } },
      "body.mapping.period",
    ],
    ["a period format that is none", { mapping: { columns: {}, periodFormat: "mm" } }, "body.mapping.periodFormat"],
    ["no header", { header: [] }, "body.header"],
    ["a blank name", { name: "  " }, "body.name"],
    ["something more", { artistId: "art_x" }, "body.artistId"],
  ])("with %s are not taken in", async (_, wrong, path) => {
    const owner = await (await newWorld()).as("owner");
    const template = { name: "x", header: ["Earned"], mapping: { columns: { Earned: "amount" } } };
    const problem = await refused(await owner.post(TEMPLATES, { ...template, ...wrong }));
    expect([400, 422]).toContain(problem.status);
    expect(problem.errors.map((error) => error.path)).toContain(path);
    expect(await (await owner.get(TEMPLATES)).json()).toEqual({ data: [], nextCursor: null });
  });

  it("are removed at the version that is named and at no other", async () => {
    const owner = await (await newWorld()).as("owner");
    const template = { name: "x", header: ["Earned"], mapping: { columns: { Earned: "amount" } } };
    await owner.post(TEMPLATES, template);
    const { id } = (await (await owner.post(TEMPLATES, template)).json()) as Template;
    const remove = (headers: Record<string, string>) => owner.delete(`${TEMPLATES}/${id}`, headers);
    expect(await refused(await remove({}))).toMatchObject({ status: 428, code: "if_match_required" });
    for (const version of ['"1"', "2", "*", '"3"']) {
      expect(await refused(await remove({ "if-match": version }))).toMatchObject({ status: 412, code: "stale" });
    }
    expect((await remove({ "if-match": '"2"' })).status).toBe(204);
    expect((await remove({ "if-match": '"2"' })).status).toBe(404);
  });
});
