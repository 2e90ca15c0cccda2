// The home of the answers shown in the reference, as the demo statement gives them; a test holds them to their shapes.

export const EXAMPLES = {
  Earnings: {
    granularity: "month",
    from: "2026-07",
    to: "2026-07",
    currency: "USD",
    groupBy: "platform",
    generation: 2,
    asOf: "2026-09-01T12:00:00.000Z",
    data: [
      {
        period: "2026-07",
        key: "Amazon Unlimited (Streaming)",
        label: "Amazon Unlimited (Streaming)",
        platformId: "amazon-unlimited",
        estimated: null,
        reported: "0.257146591",
        confirmed: null,
        paid: null,
        status: "final",
        sourcesMissing: [],
      },
    ],
    totals: {
      estimated: null,
      reported: "0.257146591",
      confirmed: null,
      paid: null,
    },
    otherCurrencies: [],
    nextCursor: null,
  },
  EarningsOverview: {
    generation: 2,
    asOf: "2026-09-01T12:00:00.000Z",
    currency: "USD",
    thisMonth: {
      period: "2026-11",
      key: null,
      label: null,
      estimated: null,
      reported: null,
      confirmed: null,
      paid: null,
      status: "not_yet_reported",
      sourcesMissing: ["distrokid"],
    },
    previousMonth: {
      period: "2026-10",
      key: null,
      label: null,
      estimated: null,
      reported: null,
      confirmed: null,
      paid: null,
      status: "not_yet_reported",
      sourcesMissing: ["distrokid"],
    },
    last12Months: {
      from: "2025-12",
      to: "2026-11",
      estimated: null,
      reported: "5.662206472",
      confirmed: null,
      paid: null,
    },
    byMonth: [
      {
        period: "2026-11",
        key: null,
        label: null,
        estimated: null,
        reported: null,
        confirmed: null,
        paid: null,
        status: "not_yet_reported",
        sourcesMissing: ["distrokid"],
      },
    ],
    byWeek: [
      {
        period: "2026-11-23",
        key: null,
        label: null,
        estimated: null,
        reported: null,
        confirmed: null,
        paid: null,
        status: "not_yet_reported",
        sourcesMissing: ["distrokid"],
      },
    ],
    byDay: [
      {
        period: "2026-11-23",
        key: null,
        label: null,
        estimated: null,
        reported: null,
        confirmed: null,
        paid: null,
        status: "not_yet_reported",
        sourcesMissing: ["distrokid"],
      },
    ],
    topPlatforms: [
      {
        key: "TikTok",
        label: "TikTok",
        platformId: "tiktok",
        reported: "0.669938468",
      },
    ],
    topTerritories: [
      {
        key: "SE",
        label: "Sweden",
        reported: "0.669938468",
      },
    ],
    topRecordings: [
      {
        key: "DEZ652500106",
        label: 'Ghost "Bus"',
        reported: "0.671133475",
      },
    ],
    streams: {
      plays: 2790,
      status: "provisional",
      unitsPaid: {
        streams: 9281,
        downloads: 0,
        other: 3206,
      },
    },
    sources: [
      {
        id: "distrokid",
        lastPeriod: "2026-07",
        status: "not_yet_reported",
      },
    ],
  },
  EarningsExplanation: {
    period: "2026-07",
    amount: {
      amount: "0.228830575",
      currency: "USD",
    },
    statements: [
      {
        id: "stm_01k9v3m6s0n8w2e4r6t8y0b1c3",
        filename: "distrokid-august.csv",
        amount: "0.228830575",
        lines: 1,
        href: "/api/dashboard/statements/stm_01k9v3m6s0n8w2e4r6t8y0b1c3/lines?month=2026-07&platform=Spotify",
      },
    ],
  },
  EarningsDiff: {
    fromGeneration: 0,
    toGeneration: 1,
    currency: "USD",
    data: [
      {
        period: "2026-05",
        key: null,
        from: "0",
        to: "1.86517214",
        change: "1.86517214",
      },
    ],
    causes: [
      {
        kind: "posted",
        statementId: "stm_01k9v3m6s0n8w2e4r6t8y0b1c3",
        generation: 1,
        at: "2026-09-01T12:00:00.000Z",
        change: "5.662206472",
        lines: 30,
      },
    ],
  },
} as const;
