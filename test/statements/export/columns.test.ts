import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unguarded } from "../../../src/kernel/csv.ts";
import { parseExact } from "../../../src/kernel/quantise.ts";
import { LINE_COLUMNS, LINE_HEADER, LineRows } from "../../../src/statements/export/columns.ts";
import { AnswerMissingError, isApart, NO_DETAILS, type StatementLine } from "../../../src/statements/formats/format.ts";
import { recordsOf } from "../../../src/statements/reading/records.ts";
import { EXPECTED, FIXTURES, fixture, givenFor, headOf } from "../read-file.ts";

const LINE: StatementLine = {
  line: 2,
  period: "2026-05",
  day: null,
  platform: "Spotify",
  territory: "US",
  isrc: "QZAB12400101",
  upc: "193959000013",
  title: "Undertow",
  artist: "Glass Harbor",
  kind: "stream",
  units: 587,
  exact: parseExact("-0.044884783538") ?? 0n,
  currency: "USD",
};

function cellsOf(row: string): Record<string, string> {
  const [record] = recordsOf(row, { newline: "\n", delimiter: ",", quoting: true });
  expect(record?.cells).toHaveLength(LINE_COLUMNS.length);
  return Object.fromEntries(LINE_COLUMNS.map((name, at) => [name, unguarded(record?.cells[at] ?? "")]));
}

describe("a row of a line", () => {
  it("has its cells under the names of the header, which never change their order", () => {
    expect(LINE_HEADER).toBe(
      "statement_id,line,source,platform,platform_id,territory,usage_type,usage_printed,period,day,statement_period," +
        "isrc,upc,work_id,iswc,title,artist,release_title,label,catalog_number,units,gross,deductions,rate," +
        "sale_currency,exchange_rate,amount,amount_exact,currency\r\n",
    );
    const details = {
      gross: "1.5",
      deductions: "-0.25",
      rate: "0.009",
      saleCurrency: "EUR",
      exchangeRate: "1.0825",
      usage: "Premium",
      workId: "W1",
      iswc: "T-034.524.680-1",
      releaseTitle: "Night Swims",
      label: "Tidewater",
      catalogNumber: "TW-1",
      statementPeriod: "Q2 2026",
    };
    expect(new LineRows("stm_1", "distrokid").row(LINE, -44884784n, details)).toBe(
      "stm_1,2,distrokid,Spotify,spotify,US,stream,Premium,2026-05,,Q2 2026,QZAB12400101,193959000013,W1," +
        "T-034.524.680-1,Undertow,Glass Harbor,Night Swims,Tidewater,TW-1,587,1.5,-0.25,0.009,EUR,1.0825," +
        "-0.044884784,-0.044884783538,USD\r\n",
    );
  });

  it("of plays has no amounts and no currency", () => {
    const row = cellsOf(new LineRows("stm_1", "feed").row({ ...LINE, exact: 0n, currency: "" }, 0n, NO_DETAILS));
    expect(row).toMatchObject({ units: "587", amount: "", amount_exact: "", currency: "" });
  });

  it("gives back whatever its texts were, and a number that is none only as a text", () => {
    const text = fc.string({ unit: "binary", maxLength: 12 });
    fc.assert(
      fc.property(text, text, text, text, (title, platform, usage, rate) => {
        const line = { ...LINE, title, platform };
        const row = cellsOf(new LineRows("stm_1", "x").row(line, 1n, { ...NO_DETAILS, usage, rate }));
        const clean = (value: string) => value.toWellFormed().replaceAll("\0", "\uFFFD");
        expect(row).toMatchObject({
          title: clean(title),
          platform: clean(platform),
          usage_printed: clean(usage),
          rate: clean(rate),
          amount: "0.000000001",
        });
      }),
      { numRuns: 2000 },
    );
  });
});

it("no cell of a private column is in the row of any fixture", () => {
  let withheld = 0;
  for (const name of FIXTURES.filter((each) => EXPECTED[each]?.reject === undefined)) {
    const { head, recognised } = headOf(fixture(name));
    if (recognised.kind !== "match") continue;
    const { format, match } = recognised;
    const { filename = "", answers } = givenFor(name);
    let reader: ReturnType<typeof format.reader>;
    try {
      reader = format.reader(head, match, { filename, artist: "Glass Harbor", answers });
    } catch (error) {
      if (error instanceof AnswerMissingError) continue;
      throw error;
    }
    // A reader that remembers must be given every row; none of those has a private column.
    if (reader.memory !== null || !reader.columns.some(({ isPrivate }) => isPrivate)) continue;
    for (const [at, cells] of head.lines.entries()) {
      if (at + 1 <= match.headerLine || cells.length !== reader.columns.length) continue;
      const read = reader.read(cells, at + 1);
      if (isApart(read)) continue;
      // What the file also says where everyone may read it is no secret.
      const shown = new Set([read.platform, ...cells.filter((_, at) => reader.columns[at]?.isPrivate === false)]);
      const secrets = cells.filter((cell, place) => reader.columns[place]?.isPrivate === true && !shown.has(cell));
      const row = Object.values(cellsOf(new LineRows("stm_1", format.source).row(read, 0n, reader.details(cells))));
      for (const secret of secrets.filter((cell) => cell.length > 3)) {
        withheld += 1;
        expect(row, `${name}: ${secret}`).not.toContain(secret);
      }
    }
  }
  expect(withheld).toBeGreaterThan(10);
});
