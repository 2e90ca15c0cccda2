// Random tables under random mappings, read as the pipeline reads them and computed here another way.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AnswerMissingError,
  type Delimiter,
  isApart,
  LineProblemError,
  type StatementLine,
} from "../../../src/statements/formats/format.ts";
import { mappedFormat } from "../../../src/statements/mapping/format.ts";
import { columnNames, type Mapping, mappingErrors, sourceOf } from "../../../src/statements/mapping/model.ts";
import { readHead } from "../../../src/statements/reading/header.ts";
import { recordsOf } from "../../../src/statements/reading/records.ts";

const PLAIN = { encoding: "utf-8", newline: "\n" } as const;

function read(text: string, mapping: Mapping): StatementLine[] {
  const head = readHead(text, PLAIN, mapping.delimiter === undefined ? null : { delimiter: mapping.delimiter });
  expect(mappingErrors(mapping, head)).toEqual([]);
  const format = mappedFormat(mapping);
  const match = format.identify(head);
  if (match === null) throw new Error("a mapping fits its own file");
  const reader = format.reader(head, match, { filename: "f", artist: "Glass Harbor", answers: {} });
  const shape = { newline: "\n", delimiter: head.delimiter, quoting: format.quoting(head) } as const;
  return recordsOf(text, shape, 1).flatMap(({ cells, line }) => {
    if (line <= match.headerLine) return [];
    const row = reader.read(cells, line);
    return isApart(row) ? [] : [row];
  });
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number) => String(value).padStart(2, "0");

/** Formats with how a day is printed in them, and whether that tells the day. */
const PERIODS: Readonly<Record<string, { print: (y: number, m: number, d: number) => string; hasDay: boolean }>> = {
  "YYYY-MM": { print: (y, m) => `${y}-${two(m)}`, hasDay: false },
  YYYYMM: { print: (y, m) => `${y}${two(m)}`, hasDay: false },
  "M/YY": { print: (y, m) => `${m}/${two(y % 100)}`, hasDay: false },
  "MMM YYYY": { print: (y, m) => `${MONTHS[m - 1]?.toUpperCase()} ${y}`, hasDay: false },
  "YYYY[M]M": { print: (y, m) => `${y}M${m}`, hasDay: false },
  "YYYY-MM-DD": { print: (y, m, d) => `${y}-${two(m)}-${two(d)}`, hasDay: true },
  "D.M.YYYY": { print: (y, m, d) => `${d}.${m}.${y}`, hasDay: true },
  "MM/DD/YYYY": { print: (y, m, d) => `${two(m)}/${two(d)}/${y} 10:30:00`, hasDay: true },
  DDMMMYYYY: { print: (y, m, d) => `${two(d)}${MONTHS[m - 1]?.toLowerCase()}${y}`, hasDay: true },
};

const FIELDS = [
  "period",
  "amount",
  "platform",
  "territory",
  "isrc",
  "title",
  "artist",
  "units",
  "currency",
  null,
] as const;

interface Fact {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** In hundred thousandths. */
  readonly amount: bigint;
  readonly units: number;
  readonly platform: string;
  readonly territory: string;
  readonly isrc: string;
  readonly title: string;
  readonly artist: string;
  readonly currency: string;
}

const fact: fc.Arbitrary<Fact> = fc.record({
  year: fc.integer({ min: 2001, max: 2026 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  amount: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
  units: fc.integer({ min: -5, max: 2_000_000 }),
  platform: fc.constantFrom("Spotify", "Ünknown, Störe; & Co", "夜"),
  territory: fc.constantFrom("US", "DE", "XW"),
  isrc: fc.constantFrom("QZAB12400101", "DEZ652500104", ""),
  title: fc.constantFrom("Undertow", "Salt; Signal", "Low, Tide", 'The "Bus"', ""),
  artist: fc.constantFrom("Møth Parade", "Glass Harbor"),
  currency: fc.constantFrom("USD", "EUR", "JPY"),
});

interface Style {
  readonly mark: "." | ",";
  readonly group: string;
  readonly hasParentheses: boolean;
}

function printed(amount: bigint, { mark, group, hasParentheses }: Style): string {
  const size = amount < 0n ? -amount : amount;
  const whole = (size / 100_000n).toString().replace(/\B(?=(\d{3})+$)/g, group);
  const text = `${whole}${mark}${(size % 100_000n).toString().padStart(5, "0")}`;
  if (amount >= 0n) return text;
  return hasParentheses ? `(${text})` : `-${text}`;
}

const table = fc
  .record({
    order: fc.shuffledSubarray([...FIELDS], { minLength: 4 }),
    facts: fc.array(fact, { minLength: 1, maxLength: 25 }),
    delimiter: fc.constantFrom<Delimiter>("\t", ";", ","),
    mark: fc.constantFrom<"." | ",">(".", ","),
    group: fc.constantFrom("", "'", " "),
    hasParentheses: fc.boolean(),
    sign: fc.constantFrom<1 | -1>(1, -1),
    above: fc.integer({ min: -1, max: 3 }),
    names: fc.array(fc.constantFrom("Amount", "amount ", "", "Total (USD)", "{currency}", "#1", "Größe"), {
      minLength: FIELDS.length,
      maxLength: FIELDS.length,
    }),
    format: fc.constantFrom(...Object.keys(PERIODS)),
    label: fc.option(fc.constantFrom("My label", "DistroKid", "夜"), { nil: null }),
  })
  .filter(({ order }) => order.includes("period") && order.includes("amount"));

describe("a mapped table", () => {
  it("is read as another program computes it, whatever its columns, marks, signs and header", () => {
    fc.assert(
      fc.property(table, ({ order, facts, delimiter, above, names, format, sign, label, ...style }) => {
        const period = PERIODS[format];
        if (period === undefined) throw new Error(format);
        const cellOf = (own: Fact, field: (typeof FIELDS)[number]): string => {
          if (field === null) return "n/a";
          if (field === "period") return period.print(own.year, own.month, own.day);
          return field === "amount" ? printed(own.amount, { ...style }) : String(own[field]);
        };
        const isTab = delimiter === "\t";
        const quoted = (cell: string) => (isTab ? cell : `"${cell.replaceAll('"', '""')}"`);
        const rows = facts.map((own) => order.map((field) => quoted(cellOf(own, field))).join(delimiter));
        const header = names.slice(0, order.length).map(quoted).join(delimiter);
        // A blank header is no header; the first name always says something.
        const lines = [
          ...Array.from({ length: Math.max(above, 0) }, () => "Statement"),
          `X${header.slice(isTab ? 0 : 1)}`,
        ];
        if (!isTab) lines[lines.length - 1] = `"X${header.slice(1)}`;
        const headerRow = above === -1 ? 0 : above + 1;
        const text = `${[...(headerRow === 0 ? [] : lines), ...rows].join("\n")}\n`;

        const head = readHead(text, PLAIN, { delimiter });
        const named = columnNames(head, headerRow);
        const columns = Object.fromEntries(
          order.flatMap((field, place) => (field === null ? [] : [[named[place] ?? "", field]])),
        );
        const has = (field: (typeof FIELDS)[number]) => order.includes(field);
        const mapping: Mapping = {
          columns,
          headerRow,
          periodFormat: format,
          decimalMark: style.mark,
          delimiter,
          sign,
          answers: has("currency") ? {} : { currency: "GBP" },
          label,
        };
        const read1 = read(text, mapping);
        expect(read1).toHaveLength(facts.length);
        for (const [at, own] of facts.entries()) {
          const month = `${own.year}-${two(own.month)}`;
          expect(read1[at]).toMatchObject({
            line: headerRow + 1 + at,
            period: month,
            day: period.hasDay ? `${month}-${two(own.day)}` : null,
            exact: own.amount * BigInt(sign) * 10n ** 25n,
            currency: has("currency") ? own.currency : "GBP",
            units: has("units") ? own.units : 0,
            platform: has("platform") ? own.platform : (label ?? "Other"),
            territory: has("territory") ? own.territory : "ZZ",
            isrc: has("isrc") && own.isrc !== "" ? own.isrc : null,
            title: has("title") ? own.title : "",
            artist: has("artist") ? own.artist : "Glass Harbor",
          });
        }
      }),
      { numRuns: 400 },
    );
  });

  const MAPPING: Mapping = {
    columns: { Year: "period", Month: "period", Earned: "amount" },
    headerRow: 1,
    periodFormat: "YYYY M",
    answers: { currency: "USD" },
    label: null,
  };

  it("may have its period in two columns, joined in the order of the mapping", () => {
    const text = "Month,Year,Earned\n7,2026,1.5\n";
    expect(read(text, MAPPING)).toMatchObject([{ period: "2026-07", day: null }]);
    const turned = { Month: "period", Year: "period", Earned: "amount" } as const;
    expect(() => read(text, { ...MAPPING, columns: turned })).toThrow(LineProblemError);
  });

  it("may have the end of a period before its beginning, also without a header", () => {
    const mapping = { ...MAPPING, columns: { 1: "periodTo", 2: "period", 3: "amount" }, headerRow: 0 } as const;
    const lines = read("2026-03-28,2026-02-22,1\n", { ...mapping, periodFormat: "YYYY-MM-DD" });
    expect(lines).toMatchObject([{ period: "2026-03", day: null }]);
    expect(() => read("2026-02-22,2026-03-28,1\n", { ...mapping, periodFormat: "YYYY-MM-DD" })).toThrow("period");
  });

  it("turns the sign of nothing but a number", () => {
    const negative = { ...MAPPING, sign: -1 } as const;
    const amounts = (cell: string) => read(`Year,Month,Earned\n2026,7,${cell}\n`, negative).map(({ exact }) => exact);
    const one = 10n ** 30n;
    expect(amounts("1")).toEqual([-one]);
    expect(amounts("-1")).toEqual([one]);
    expect(amounts("\u22121")).toEqual([one]);
    expect(amounts("+1")).toEqual([-one]);
    expect(amounts("(1)")).toEqual([one]);
    expect(amounts("0")).toEqual([0n]);
    for (const none of ["", "-", "--1", "-(1)", "(-1)", "one", "1-"]) {
      expect(() => amounts(none), none).toThrow(LineProblemError);
    }
  });

  it("may print the sign or the code of its currency with an amount, and none of another", () => {
    const amounts = (currency: string, cell: string) => {
      const text = `Year,Month,Earned\n2026,7,"${cell}"\n`;
      return read(text, { ...MAPPING, decimalMark: ".", answers: { currency } }).map(({ exact }) => exact);
    };
    const half = 10n ** 30n / 2n;
    for (const cell of ["$1,000.50", "1,000.50 $", "USD 1,000.50", "1,000.50USD", "+$1000.5"]) {
      expect(amounts("USD", cell), cell).toEqual([2001n * half]);
    }
    for (const cell of ["-$0.50", "($0.50)", "$-0.50", "(0.50 $)", "-0.50 USD"]) {
      expect(amounts("USD", cell), cell).toEqual([-half]);
    }
    expect(amounts("EUR", "0.50 €")).toEqual([half]);
    expect(amounts("BRL", "R$0.50")).toEqual([half]);
    for (const cell of ["€0.50", "EUR 0.50", "$", "$$1", "$1$", "1 dollar"]) {
      expect(() => amounts("USD", cell), cell).toThrow(LineProblemError);
    }
  });

  it("has no line in a blank row nor in one that states a total, which is held against the lines", () => {
    const mapping = { ...MAPPING, columns: { Month: "period", Title: "title", Earned: "amount" } } as const;
    const rowsOf = (last: string, sign: 1 | -1 = 1) => {
      const text = `Month,Title,Earned\n2026-07,Total,1\n${last}\n`;
      const head = readHead(text, PLAIN);
      const format = mappedFormat({ ...mapping, sign, periodFormat: "YYYY-MM" });
      const match = format.identify(head);
      if (match === null) throw new Error("no match");
      const reader = format.reader(head, match, { filename: "f", artist: "a", answers: {} });
      return recordsOf(text, { newline: "\n", delimiter: ",", quoting: true }, 1)
        .slice(1)
        .map(({ cells, line }) => reader.read(cells, line));
    };
    const one = 10n ** 30n;
    expect(rowsOf(",,")).toMatchObject([
      { exact: one, title: "Total" },
      { apart: "record", states: [] },
    ]);
    for (const total of ["Total,,1", "SUMME:,,1", ",Grand Total,1"]) {
      const states = [{ what: "amount", stated: one, found: null, line: 3 }];
      expect(rowsOf(total), total).toMatchObject([{ exact: one }, { apart: "total", states }]);
    }
    expect(rowsOf("Total,,1", -1)).toMatchObject([{ exact: -one }, { apart: "total", states: [{ stated: -one }] }]);
    expect(rowsOf("Total,,")).toMatchObject([{ exact: one }, { apart: "total", states: [] }]);
    for (const none of [",Undertow,1", "Totally,,1", "2026-07,Total,x"]) {
      expect(() => rowsOf(none), none).toThrow(LineProblemError);
    }
  });

  it("asks for its currency where no column and nobody tells it", () => {
    expect(() => read("Year,Month,Earned\n2026,7,1\n", { ...MAPPING, answers: {} })).toThrow(AnswerMissingError);
  });
});

describe("the source of a mapped file", () => {
  it.each([
    ["My label", "my-label"],
    ["DistroKid", "distrokid"],
    ["  Søn & Œuvre (2026) ", "søn-œuvre-2026"],
    ["Café-Crème", "cafe-creme"],
    ["夜の音", "夜の音"],
    ["ﷺ".repeat(60), expect.stringMatching(/^صلى-الله.{1,52}$/u)],
    ["!!!", "other"],
    [null, "other"],
  ])("%s is %s", (label, source) => {
    expect(sourceOf(label)).toEqual(source);
  });
});
