import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { expectBooksToAgree } from "../../harness/books.ts";
import { exactSum, fixture, HEADER, type Line, made, nanosIn, nanosOf, written } from "../../harness/statement.ts";
import { type Caller, imported, newWorld } from "../../harness/world.ts";

interface LineBody {
  line: number;
  period: string;
  platform: string;
  territory: string;
  isrc: string | null;
  title: string;
  units: number;
  amount: { amount: string; currency: string };
}
interface LinePage {
  data: LineBody[];
  nextCursor: string | null;
}

async function walk(caller: Caller, id: string, query = "limit=100"): Promise<LineBody[]> {
  const lines: LineBody[] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? "" : `&cursor=${cursor}`;
    const response = await caller.get(`/api/dashboard/statements/${id}/lines?${query}${at}`);
    const page = (await response.json()) as LinePage;
    lines.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return lines;
}

describe("lines are read again from the original", () => {
  it("in pages that give every line once, in order, and sum to the total", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const lines = made(2_345, 21);
    const statement = await imported(owner, "a.tsv", written(lines));
    const pages = await walk(owner, statement.id);
    expect(pages.map((line) => line.line)).toEqual(lines.map((_, at) => at + 2));
    expect(pages.map(({ period, platform, territory, units }) => [period, platform, territory, units])).toEqual(
      lines.map(({ month, store, country, units }) => [month, store, country, units]),
    );
    const sum = pages.reduce((total, line) => total + nanosIn(line.amount.amount), 0n);
    expect(sum).toBe(nanosOf(exactSum(lines)));
  });

  it("narrowed by store, country, month, ISRC and UPC to exactly those that match", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const lines = made(3_100, 22);
    const { id } = await imported(owner, "a.tsv", written(lines));
    const filters: [string, (line: Line) => boolean][] = [
      ["platform=Deezer", (line) => line.store === "Deezer"],
      ["territory=JP&month=2026-03", (line) => line.country === "JP" && line.month === "2026-03"],
      ["isrc=QZAB12400107", (line) => line.isrc === "QZAB12400107"],
      ["upc=193959000082&platform=Tidal", (line) => line.upc === "193959000082" && line.store === "Tidal"],
      ["platform=Nowhere", () => false],
    ];
    for (const [query, matches] of filters) {
      const found = await walk(owner, id, `limit=70&${query}`);
      const expected = lines.flatMap((line, at) => (matches(line) ? [at + 2] : []));
      expect(
        found.map((line) => line.line),
        query,
      ).toEqual(expected);
    }
  });

  it("from a line in the middle on", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(owner, "a.tsv", written(made(2_200, 23)));
    const response = await owner.get(`/api/dashboard/statements/${id}/lines?fromLine=1998&limit=5`);
    expect(((await response.json()) as LinePage).data.map((line) => line.line)).toEqual([1998, 1999, 2000, 2001, 2002]);
  });

  it("an explained line has the nanos of its page, the cells as printed, and its postings", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const lines = made(1_500, 24);
    const { id } = await imported(owner, "a.tsv", written(lines));
    const pages = await walk(owner, id);
    for (const at of [0, 1, 48, 96, 997, 998, 999, 1_499]) {
      const response = await owner.get(`/api/dashboard/statements/${id}/lines/${at + 2}/explain`);
      const explained = (await response.json()) as {
        line: LineBody;
        raw: string;
        columns: { column: string; printed: string; field: string | null; became: string | null }[];
        rounding: { exact: string; booked: string };
        postings: { account: string; amount: { amount: string } }[];
      };
      expect(explained.line).toEqual(pages[at]);
      expect(explained.columns.map((cell) => cell.column)).toEqual(HEADER);
      expect(explained.columns.map((cell) => cell.printed).join("\t")).toBe(explained.raw);
      expect(explained.rounding.booked).toBe(pages[at]?.amount.amount);
      expect(explained.columns.find((cell) => cell.column === "Earnings (USD)")?.printed).toBe(lines[at]?.amount);
      expect(explained.postings.map((posting) => posting.account).sort()).toEqual(
        ["receivable:distrokid", `unallocated:${world.artistId}`].sort(),
      );
    }
  });

  it("and the original comes back byte for byte", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const bytes = fixture("distrokid_tsv_13col_latin1.tsv");
    const { id } = await imported(owner, "März “x”.tsv", bytes);
    const response = await owner.get(`/api/dashboard/statements/${id}/file`);
    expect(response.headers.get("content-disposition")).toBe(
      "attachment; filename*=UTF-8''M%C3%A4rz%20%E2%80%9Cx%E2%80%9D.tsv",
    );
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });
});

describe("one statement reads the same in every form a file can have", () => {
  const lines = made(1_204, 25);
  const titled = lines.map((line, at) => (at === 7 ? { ...line, title: 'The "Big", wide\tone' } : line));
  const latin1 = (text: string) =>
    Uint8Array.from(text.replaceAll("“", "\x93").replaceAll("”", "\x94"), (letter) => letter.charCodeAt(0));
  const utf16 = (text: string, little: boolean) => {
    const view = new DataView(new ArrayBuffer(text.length * 2 + 2));
    view.setUint16(0, 0xfeff, little);
    for (let at = 0; at < text.length; at++) view.setUint16(at * 2 + 2, text.charCodeAt(at), little);
    return new Uint8Array(view.buffer);
  };
  const text = written(lines);
  const forms: [string, Uint8Array, readonly Line[]][] = [
    ["tab, CRLF, UTF-8", strToU8(text), lines],
    ["tab, LF", strToU8(written(lines, { newline: "\n" })), lines],
    ["tab, CR", strToU8(written(lines, { newline: "\r" })), lines],
    ["UTF-8 with a byte order mark", strToU8(`\ufeff${text}`), lines],
    ["windows-1252", latin1(text), lines],
    ["UTF-16LE", utf16(text, true), lines],
    ["UTF-16BE", utf16(text, false), lines],
    ["quoted comma, CRLF", strToU8(written(titled, { quoted: true })), titled],
    ["quoted comma, CR", strToU8(written(titled, { quoted: true, newline: "\r" })), titled],
    ["zip", zipSync({ "__MACOSX/._a.tsv": strToU8("x"), "bank/a.tsv": strToU8(text) }), lines],
    ["zip of UTF-16", zipSync({ "a.tsv": utf16(text, true) }), lines],
  ];

  it.each(forms)("%s", async (_, bytes, printed) => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const statement = await imported(owner, "a.tsv", bytes);
    expect(statement).toMatchObject({ status: "posted", lines: printed.length, problems: [] });
    expect(nanosIn(statement.totals[0]?.amount ?? "")).toBe(nanosOf(exactSum(printed)));
    const pages = await walk(owner, statement.id, "limit=100&fromLine=990");
    expect(pages.map((line) => line.title)).toEqual(printed.slice(988).map((line) => line.title));
    await expectBooksToAgree(world);
  });

  it("gzip", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const packed = new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip")));
    const statement = await imported(owner, "a.tsv.gz", new Uint8Array(await packed.arrayBuffer()));
    expect(statement).toMatchObject({ status: "posted", lines: lines.length });
    expect(nanosIn(statement.totals[0]?.amount ?? "")).toBe(nanosOf(exactSum(lines)));
  });

  it("a form upload", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const form = new FormData();
    form.set("note", "for March");
    form.set("file", new File([text], "a.tsv", { type: "text/tab-separated-values" }));
    const response = await owner.send("POST", "/api/dashboard/statements", { body: form });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ filename: "a.tsv", sizeBytes: strToU8(text).byteLength });
  });

  it("a cell that holds a line break keeps its line number and the lines after it", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const broken = lines.slice(0, 40).map((line, at) => (at === 9 ? { ...line, title: "One\r\nTwo" } : line));
    const statement = await imported(owner, "a.csv", strToU8(written(broken, { quoted: true })));
    expect(statement).toMatchObject({ status: "posted", lines: 40 });
    const pages = await walk(owner, statement.id);
    expect(pages[9]).toMatchObject({ line: 11, title: "One\r\nTwo" });
    expect(pages[10]?.line).toBe(13);
  });
});
