// The home of the mapper's answers shown in the reference; a test holds them to their shapes.

const MAPPING = {
  columns: {
    Month: "period",
    Shop: "platform",
    Country: "territory",
    ISRC: "isrc",
    Title: "title",
    Plays: "units",
    Earned: "amount",
  },
  headerRow: 1,
  periodFormat: "YYYY-MM",
  decimalMark: ".",
  currency: "USD",
} as const;

const HEADER = ["Month", "Shop", "Country", "ISRC", "Title", "Plays", "Earned"];

export const EXAMPLES = {
  MappingTemplate: {
    id: "tpl_0000000000n8w2e4r6t8y0b1c3",
    name: "My label",
    version: 1,
    header: HEADER,
    mapping: MAPPING,
    createdAt: "2026-09-01T12:00:00.000Z",
    updatedAt: "2026-09-01T12:00:00.000Z",
  },
  StatementPreview: {
    statementId: "stm_01k9v3m6s0n8w2e4r6t8y0b1c3",
    delimiter: ",",
    encoding: "utf-8",
    headerRow: 1,
    header: HEADER,
    lines: [2, 3],
    rows: [
      ["2026-05", "Spotify", "US", "QZAB12400101", "Undertow", "587", "0.044884783538"],
      ["2026-06", "Deezer", "FR", "QZAB12400101", "Undertow", "12", "0.05"],
    ],
    candidates: [{ format: "distrokid.v2", score: 0.13, missing: ["Sale Month", "Store"] }],
    guesses: MAPPING,
    template: null,
    asks: [],
    counts: null,
  },
} as const;
