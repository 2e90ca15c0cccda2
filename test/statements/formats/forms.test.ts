// The forms that statements come in: one file each, written out here, with the sum that a person finds by adding up.
import { describe, expect, it } from "vitest";
import { fixture, headOf, readFile, sumByCurrency, utf8 } from "../read-file.ts";

const NAMES = [
  "Reporting Date",
  "Sale Month",
  "Store",
  "Artist",
  "Title",
  "ISRC",
  "UPC",
  "Quantity",
  "Team Percentage",
  "Song/Album",
  "Country of Sale",
  "Earnings (USD)",
];

const row = (title: string, amount: string, units = "3") => [
  "2026-08-10",
  "2026-07",
  "Spotify",
  "Møth Párade",
  title,
  "QZAB12400101",
  "193959000013",
  units,
  "100",
  "Song",
  "US",
  amount,
];

/** Two lines of 1.25 and 2.5, as DistroKid writes them. */
const TWO = [NAMES, row("Undertow", "1.25"), row("Brûlée", "2.5")];

function written(
  rows: readonly (readonly string[])[],
  { delimiter = "\t", newline = "\n", isQuoted = false } = {},
): string {
  const cell = (text: string) => (isQuoted ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((cells) => cells.map(cell).join(delimiter) + newline).join("");
}

function wide(text: string): Uint8Array {
  return Uint8Array.from(
    [...`\uFEFF${text}`].flatMap((letter) => [letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8]),
  );
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The sums of a file by currency, and how many lines it has. */
function read(bytes: Uint8Array): { sums: Record<string, string>; lines: number } {
  const { lines } = readFile(bytes);
  return { sums: sumByCurrency(lines), lines: lines.length };
}

const DOUBLED_MARK = "\u00EF\u00BB\u00BF";

describe("a file in", () => {
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ["UTF-8", utf8(written(TWO))],
    ["UTF-8 with a byte order mark", utf8(`\uFEFF${written(TWO)}`)],
    [
      "UTF-8 with a mark before a first cell in quotes",
      utf8(`\uFEFF${written(TWO, { delimiter: ",", isQuoted: true })}`),
    ],
    ["UTF-8 with a mark that was decoded and encoded again", utf8(DOUBLED_MARK + written(TWO))],
    ["UTF-16LE", wide(written(TWO))],
    ["windows-1252", latin1(written(TWO))],
    ["lines that end in CRLF", utf8(written(TWO, { newline: "\r\n" }))],
    ["lines that end in LF", utf8(written(TWO, { newline: "\n" }))],
    ["lines that end in CR", utf8(written(TWO, { newline: "\r" }))],
    ["cells parted by tabs", utf8(written(TWO, { delimiter: "\t" }))],
    ["cells parted by commas", utf8(written(TWO, { delimiter: "," }))],
    ["cells parted by semicolons", utf8(written(TWO, { delimiter: ";" }))],
    ["quotes around every cell", utf8(written(TWO, { delimiter: ";", isQuoted: true }))],
  ];
  it.each(forms)("%s comes to 3.75 of two lines, with its letters", (_, bytes) => {
    expect(read(bytes)).toEqual({ sums: { USD: "3.75" }, lines: 2 });
    expect(readFile(bytes).lines.map(({ title, artist }) => `${artist}: ${title}`)).toEqual([
      "Møth Párade: Undertow",
      "Møth Párade: Brûlée",
    ]);
  });
});

describe("a file whose header", () => {
  it.each([1, 2, 3, 4, 5])("stands in row %i is read below it", (line) => {
    const above = Array.from({ length: line - 1 }, (_, at) => [`Statement ${at}`, "2026"]);
    const bytes = utf8(written([...above, ...TWO]));
    expect(readFile(bytes).lines.map((each) => each.line)).toEqual([line + 1, line + 2]);
    expect(read(bytes)).toEqual({ sums: { USD: "3.75" }, lines: 2 });
  });

  it("is not there is read by its first row, whose cells look like nothing else", () => {
    expect(headOf(fixture("clicknclear.v1.csv")).recognised).toMatchObject({ match: { headerLine: 0 } });
    const report = [
      "T,M,2026-07-01T00:00:00.000Z,2026-09-30T23:59:59.999Z,1,USD,0,7.2916,7.29",
      "S,M,2026-07-04T10:30:00.000Z,Stars,Undertow,Glass Harbor,QZAB12400101,,,US,USD,25,0,4.1666,20.8333,10.4166,70,7.2916",
    ].join("\n");
    expect(read(utf8(report))).toEqual({ sums: { USD: "7.2916" }, lines: 1 });
  });

  it("is not there is read with a byte order mark before its first cell, in quotes or not", () => {
    const report = [
      ["T", "M", "2026-07-01T00:00:00Z", "2026-09-30T23:59:59Z", "1", "USD", "0", "7.5", "7.50"],
      [..."S,M,2026-07-04T10:30:00Z,Stars,Undertow,Glass Harbor,,,,US,USD,25,0,4,20,10,70,7.5".split(",")],
    ];
    for (const mark of ["\uFEFF", DOUBLED_MARK]) {
      for (const isQuoted of [false, true]) {
        const bytes = utf8(mark + written(report, { delimiter: ",", isQuoted }));
        expect(read(bytes)).toEqual({ sums: { USD: "7.5" }, lines: 1 });
      }
    }
  });

  it("is repeated among its lines is refused there, and never read from the later one on", () => {
    const damaged = NAMES.map((name) => (name === "UPC" ? "UPX" : name));
    const bytes = utf8(written([damaged, row("Undertow", "1.25"), NAMES, row("Brûlée", "2.5")]));
    expect(() => read(bytes)).toThrow(/line 3/u);
  });

  it("is taken along by a quote that opens before it is not recognised, so that no line is lost", () => {
    const [header = "", first = "", second = ""] = written(TWO, { delimiter: "," }).split("\n");
    for (const text of [
      ['"Statement', header, `${first.slice(0, 30)}"${first.slice(30)}`, second],
      [`"${header}`, first, `"${second}`],
    ]) {
      expect(headOf(utf8(text.join("\n"))).recognised.kind).toBe("none");
    }
  });
});

const BELIEVE = [
  "Sales Month",
  "Platform",
  "Release Catalog nb",
  "Sales Type",
  "Quantity",
  "Client Payment Currency",
  "Net Revenue",
];
const sold = (amount: string) => ["2026/02/01", "Spotify", "GH001", "Stream", "1", "EUR", amount];

describe("a file with", () => {
  const semicolons = (rows: string[][]) => utf8(written(rows, { delimiter: ";" }));

  it("decimal commas comes to its exact sum", () => {
    expect(read(semicolons([BELIEVE, sold("0,1"), sold("1,25"), sold("-0,05")]))).toEqual({
      sums: { EUR: "1.3" },
      lines: 3,
    });
  });

  it("thousands parted by a narrow no-break space (U+202F) comes to its exact sum", () => {
    expect(read(semicolons([BELIEVE, sold("0,5"), sold("1\u202F234,56"), sold("12\u202F345\u202F678,90")]))).toEqual({
      sums: { EUR: "12346913.96" },
      lines: 3,
    });
  });

  it("thousands parted by points comes to its exact sum", () => {
    expect(read(semicolons([BELIEVE, sold("0,5"), sold("1.234,56")])).sums).toEqual({ EUR: "1235.06" });
  });

  it("losses in parentheses takes them off", () => {
    const rows = [NAMES, row("Undertow", "5.00"), row("Undertow", "(1.50)"), row("Undertow", "(1,000.25)")];
    expect(read(utf8(written(rows)))).toEqual({ sums: { USD: "-996.75" }, lines: 3 });
  });

  it("voids takes them back, count and money", () => {
    const header = ["Reporting Period", "Digital Service Provider", "Sale or Void", "Count", "Royalty ($US)"];
    const rows = [header, ["JUN-26", "Deezer", "Sale", "4", "2.00"], ["JUN-26", "Deezer", "Void", "1", "0.50"]];
    const { lines } = readFile(utf8(written(rows, { delimiter: "," })));
    expect(sumByCurrency(lines)).toEqual({ USD: "1.5" });
    expect(lines.map(({ units }) => units)).toEqual([4, -1]);
  });

  it("refunds whose amount is blank sets them apart, and counts them as nothing", () => {
    const header = [
      "date",
      "paid to",
      "item type",
      "item name",
      "currency",
      "quantity",
      "amount you received",
      "bandcamp transaction id",
      "net amount",
    ];
    const sale = ["7/1/26", "", "track", "Undertow", "USD", "1", "1.00", "77", "0.85"];
    const refund = ["7/2/26", "", "refund", "Undertow", "USD", "1", "", "78", ""];
    const whole = readFile(utf8(written([header, sale, refund], { delimiter: "," })));
    expect(sumByCurrency(whole.lines)).toEqual({ USD: "0.85" });
    expect(whole.apart.map(({ apart }) => apart)).toEqual(["refund_without_amount"]);
  });

  it("totals before their lines counts the lines alone", () => {
    const { lines, apart } = readFile(fixture("clicknclear.v1.csv"));
    expect(apart.every((each) => each.apart === "total")).toBe(true);
    expect(sumByCurrency(lines)).toEqual({ USD: "24.4269" });
  });

  it("totals behind its lines counts the lines alone", () => {
    const header = [
      "Start Date",
      "End Date",
      "Vendor Identifier",
      "Quantity",
      "Extended Partner Share",
      "Partner Share Currency",
      "Sales or Return",
      "Title",
      "Country Of Sale",
    ];
    const line = (share: string) => ["11/05/2017", "12/02/2017", "V1", "1", share, "AUD", "S", "Undertow", "AU"];
    const totals = [
      ["Total_Rows", "2"],
      ["Total_Amount", "3.87"],
      ["Total_Units", "2"],
    ];
    const whole = readFile(utf8(written([header, line("1.29"), line("2.58"), ...totals])));
    expect(sumByCurrency(whole.lines)).toEqual({ AUD: "3.87" });
    expect(whole.stated.map(({ what }) => what)).toEqual(["lines", "amount", "units"]);
  });

  it("words that every object has in its cells takes them for words like any other", () => {
    for (const word of ["constructor", "__proto__", "toString"]) {
      const kind = NAMES.indexOf("Song/Album");
      const [header, line] = [NAMES, row(word, "1.25").map((cell, at) => (at === 0 || at === kind ? word : cell))];
      expect(readFile(utf8(written([header, line]))).lines.map((each) => [each.title, each.kind])).toEqual([
        [word, "stream"],
      ]);
      const apple = new TextDecoder().decode(fixture("apple.music.financial.v2.txt"));
      const said = apple.replace("\nUS\t", `\n${word}\t`);
      expect(said).not.toBe(apple);
      expect(readFile(utf8(said)).lines).toHaveLength(4);
    }
  });

  it("twenty digits behind the point loses none of them", () => {
    const rows = [NAMES, row("Undertow", "0.12345678901234567891"), row("Undertow", "0.00000000000000000001")];
    expect(read(utf8(written(rows))).sums).toEqual({ USD: "0.12345678901234567892" });
  });

  it("the same line three times over adds it up three times", () => {
    const rows = [NAMES, row("Undertow", "0.1"), row("Undertow", "0.1"), row("Undertow", "0.1")];
    const whole = readFile(utf8(written(rows)));
    expect(read(utf8(written(rows)))).toEqual({ sums: { USD: "0.3" }, lines: 3 });
    expect(whole.lines.reduce((sum, { units }) => sum + units, 0)).toBe(9);
  });
});
