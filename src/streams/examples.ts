// The home of the answers shown in the reference, as the demo statement gives them; a test holds them to their shapes.

export const EXAMPLES = {
  Streams: {
    granularity: "day",
    from: "2026-07-01",
    to: "2026-07-02",
    groupBy: null,
    generation: 2,
    asOf: "2026-09-01T12:00:00.000Z",
    data: [
      {
        period: "2026-07-01",
        key: null,
        label: null,
        plays: 60,
        downloads: 0,
        other: 0,
        status: "final",
        sourcesMissing: [],
      },
      {
        period: "2026-07-02",
        key: null,
        label: null,
        plays: 62,
        downloads: 0,
        other: 0,
        status: "final",
        sourcesMissing: [],
      },
    ],
    totals: {
      plays: 122,
      downloads: 0,
      other: 0,
    },
    doubleCounted: false,
    nextCursor: null,
  },
  ReconciledMonth: {
    period: "2026-07",
    key: "Spotify",
    plays: 1705,
    unitsPaid: 98,
    amount: "0.228830575",
    rate: "0.002335006",
    flags: ["units_differ"],
  },
} as const;
