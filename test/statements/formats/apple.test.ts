import { describe, expect, it } from "vitest";
import { AnswerMissingError } from "../../../src/statements/formats/format.ts";
import { fixture, headOf, readFile, sum, utf8 } from "../read-file.ts";

const text = (name: string) => new TextDecoder().decode(fixture(name));
const ITUNES = text("apple_itunes_sales_ZZ.txt");
const STREAMS = text("apple_music_S1_2017.txt");

function detailsOf(file: string, line: number) {
  const { head, recognised } = headOf(utf8(file));
  if (recognised.kind !== "match") throw new Error(recognised.kind);
  const { format, match } = recognised;
  return format.reader(head, match, { filename: "", artist: "", answers: {} }).details(head.lines[line - 1] ?? []);
}

describe("Apple's iTunes report", () => {
  it("counts a return against the sales, though its share is printed positive", () => {
    const returns = readFile(utf8(ITUNES)).lines.filter(({ units }) => units < 0);
    expect(returns.map(({ exact, units }) => [exact, units])).toEqual([
      [-129n * 10n ** 28n, -1],
      [-1099n * 10n ** 28n, -1],
    ]);
    const unsigned = ITUNES.replace("\t-1\t1.29\t-1.29\tAUD\tR\t", "\t1\t1.29\t1.29\tAUD\tR\t");
    expect(unsigned).not.toBe(ITUNES);
    expect(readFile(utf8(unsigned)).lines).toEqual(readFile(utf8(ITUNES)).lines);
  });

  it("books a month of Apple's calendar in the month of most of its days", () => {
    expect(new Set(readFile(utf8(ITUNES)).lines.map(({ period, day }) => `${period} ${day}`))).toEqual(
      new Set(["2017-11 null"]),
    );
  });

  it("gives a UPC its lost nought back", () => {
    const short = ITUNES.replaceAll("193959000082", "36000291452");
    const [line] = readFile(utf8(short)).lines.filter(({ upc }) => upc?.endsWith("36000291452"));
    const [full] = readFile(utf8(ITUNES.replaceAll("193959000082", "036000291452"))).lines.filter(({ upc }) =>
      upc?.endsWith("36000291452"),
    );
    expect(line).toEqual(full);
    expect(full).toBeDefined();
  });

  it("states its totals below the lines, and they are no lines", () => {
    const { apart, stated, lines } = readFile(utf8(ITUNES));
    expect(apart.map((row) => row.apart)).toEqual(["total", "total", "total"]);
    expect(stated.map(({ what, stated: told, line }) => [what, told, line])).toEqual([
      ["lines", 12n, 14],
      ["amount", 3741n * 10n ** 28n, 15],
      ["units", 29n, 16],
    ]);
    expect(lines.every(({ kind, platform }) => kind === "download" && platform === "iTunes")).toBe(true);
  });

  it("keeps the facts that exports show", () => {
    expect(detailsOf(ITUNES, 2)).toMatchObject({
      rate: "1.29",
      saleCurrency: "AUD",
      usage: "H",
      label: "Harbor Tapes",
    });
  });
});

describe("Apple Music's streams", () => {
  it("take their days and their currency from the lines above the header", () => {
    const { lines } = readFile(utf8(STREAMS));
    expect(new Set(lines.map(({ period, currency }) => `${period} ${currency}`))).toEqual(new Set(["2017-10 AUD"]));
    expect(lines[7]).toMatchObject({ isrc: "JPXY92500108", exact: 6399n * 10n ** 25n, kind: "stream" });
    expect(detailsOf(STREAMS, 6)).toMatchObject({
      rate: "0.02133",
      usage: "Indirect Individual Monthly EXTENDED TRIAL",
      label: "Harbor Tapes",
    });
  });

  it("ask for what those lines do not tell", () => {
    const asks = (file: string) => {
      try {
        readFile(utf8(file));
      } catch (error) {
        if (error instanceof AnswerMissingError) return error.asks;
        throw error;
      }
      return null;
    };
    expect(asks(STREAMS.replace(/^End Date.*\n/m, ""))).toBe("period");
    expect(asks(STREAMS.replace(/^Currency.*\n/m, ""))).toBe("currency");
    expect(asks(STREAMS.replace(/^Currency.*\n/m, "Currency\tDollars\n"))).toBe("currency");
    const answered = readFile(utf8(STREAMS.replace(/^Currency.*\n/m, "")), { answers: { currency: "NZD" } });
    expect(new Set(answered.lines.map(({ currency }) => currency))).toEqual(new Set(["NZD"]));
  });
});

describe("Apple Music's newer report", () => {
  const file = text("apple.music.financial.v2.txt");

  it("has two spaces in the name of its plays, or one", () => {
    const one = file.replace("Total  Royalty", "Total Royalty");
    expect(readFile(utf8(one))).toEqual(readFile(utf8(file)));
    expect(readFile(utf8(file)).lines[0]).toMatchObject({
      period: "2026-07",
      territory: "US",
      title: "Undertow",
      units: 310,
      exact: 12772n * 10n ** 26n,
      currency: "USD",
    });
  });

  it("may name the currency in every row, which comes before anything else", () => {
    const [header = "", ...rows] = file.trim().split("\n").slice(4, -1);
    const each = [`${header}\tCurrency`, ...rows.map((row, at) => `${row}\t${at === 0 ? "EUR" : "GBP"}`)].join("\n");
    const period = { from: "2026-07-01", to: "2026-07-31" } as const;
    const { lines } = readFile(utf8(each), { answers: { period, currency: "USD" } });
    expect(lines.map(({ currency }) => currency)).toEqual(["EUR", "GBP", "GBP", "GBP"]);
    expect(sum(lines)).toBe("1.372205");
  });
});
