// The home of the answers of the catalog shown in the reference; a test holds them to their shapes.

const times = { createdAt: "2026-09-01T12:00:00.000Z", updatedAt: "2026-09-01T12:00:00.000Z" };
const band = { name: "Glass Harbor", role: "MainArtist", partyId: "pty_01k9v3m6s0n8w2e4r6t8y0b1c3" };
const ana = { name: "Ana Ünal", role: "ComposerLyricist", partyId: "pty_01k9v3m6s0n8w2e4r6t8y0b1c4" };
const pLine = { year: 2024, text: "Harbor Tapes" };

const version = {
  number: 1,
  action: "insert",
  sha256: "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730",
  createdBy: "usr_01k9v3m6s0n8w2e4r6t8y0b1c3",
  createdAt: "2026-09-01T12:00:00.000Z",
};
const milestone = { id: "mil_01k9v3m6s0n8w2e4r6t8y0b1c3", name: "Pitch to editorial" };
const releaseId = "rel_01k9v3m6s0n8w2e4r6t8y0b1c3";
const feed = { id: "fed_01k9v3m6s0n8w2e4r6t8y0b1c3", name: "Releases", createdAt: "2026-09-01T12:00:00.000Z" };
const media = {
  id: "med_01k9v3m6s0n8w2e4r6t8y0b1c3",
  itemId: releaseId,
  kind: "artwork",
  filename: "cover.png",
  type: "image/png",
  sizeBytes: 1_204_511,
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  createdAt: "2026-09-01T12:00:00.000Z",
};

const nightSwims = {
  kind: "release",
  id: "rel_01k9v3m6s0n8w2e4r6t8y0b1c3",
  title: "Night Swims",
  artists: "Glass Harbor",
  code: "193959000013",
  type: "ep",
  status: "draft",
} as const;

export const EXAMPLES = {
  CatalogItem: nightSwims,
  Catalog: {
    data: [nightSwims],
    facets: {
      kind: { release: 8, recording: 40, work: 38 },
      type: { ep: 3, single: 5 },
      status: { draft: 1, live: 7 },
    },
    nextCursor: null,
  },
  MilestoneMove: { ...milestone, from: "2026-10-23", to: "2026-10-30" },
  Milestone: { ...milestone, releaseId, date: "2026-10-23", offsetDays: -28, isDone: false, version: 1 },
  MilestoneTemplate: {
    id: "pln_01k9v3m6s0n8w2e4r6t8y0b1c3",
    name: "Single",
    milestones: [{ name: "Pitch to editorial", offsetDays: -28 }],
    isDefault: true,
    version: 1,
    ...times,
  },
  Calendar: {
    data: [
      {
        date: "2026-10-23",
        kind: "milestone",
        releaseId,
        title: "Night Swims",
        milestone: milestone.name,
        milestoneId: milestone.id,
        isDone: false,
      },
      {
        date: "2026-11-20",
        kind: "release",
        releaseId,
        title: "Night Swims",
        status: "scheduled",
        firstAt: "2026-11-19T10:00:00.000Z",
        lastAt: "2026-11-20T11:00:00.000Z",
      },
    ],
    conflicts: [{ kind: "lead_too_short", releaseIds: [releaseId], stores: ["beatport"] }],
  },
  CalendarFeed: feed,
  NewCalendarFeed: {
    ...feed,
    url: "/api/dashboard/catalog/calendar.ics?token=q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ",
  },
  ReleaseVersions: {
    draft: { version: 4, sha256: version.sha256, equals: 1 },
    released: [{ ...version, stores: ["spotify"] }],
  },
  ReleaseVersion: { ...version, document: { title: "Night Swims", recordings: [], works: [], media: [] } },
  ReleaseDiff: {
    changes: [{ path: "recordings.id=rec_01k9v3m6s0n8w2e4r6t8y0b1c3.title", from: "Undertow", to: "Undertow II" }],
  },
  Delivery: {
    id: "dlv_01k9v3m6s0n8w2e4r6t8y0b1c3",
    store: "spotify",
    action: "insert",
    status: "pending",
    version: 1,
    reason: null,
    ...times,
  },
  Media: media,
  MediaLink: {
    url: "/api/catalog/media?token=AVQq9TqXk2hPz0c1V3nR8yWm4dJb",
    expiresAt: "2026-09-01T12:15:00.000Z",
    media,
  },
  Embargo: {
    releaseId,
    until: "release",
    liftsAt: "2026-11-19T10:00:00.000Z",
    isActive: true,
    changedBy: "usr_01k9v3m6s0n8w2e4r6t8y0b1c3",
    changedAt: "2026-09-01T12:00:00.000Z",
  },
  CatalogAccess: {
    day: "2026-09-01",
    actor: "usr_01k9v3m6s0n8w2e4r6t8y0b1c3",
    seenIn: "release",
    itemId: releaseId,
    times: 2,
    firstAt: "2026-09-01T12:00:00.000Z",
    lastAt: "2026-09-01T18:30:00.000Z",
  },
  Party: {
    name: "Ana Ünal",
    ipi: "00014107338",
    ipiBase: null,
    isni: "0000000121032683",
    dpid: null,
    localNames: [],
    id: ana.partyId,
    version: 1,
    warnings: [],
    ...times,
  },
  Work: {
    title: "Undertow",
    iswc: "T3452469379",
    alternativeTitles: ["Undertow (Slack Tide)"],
    language: "en",
    writers: [{ ...ana, share: "100" }],
    publishers: [{ name: "Quay Songs", role: "OriginalPublisher", partyId: null, share: "50" }],
    id: "wrk_01k9v3m6s0n8w2e4r6t8y0b1c3",
    version: 1,
    warnings: [{ code: "unidentified_party", path: "publishers.0", message: '"Quay Songs" is a name without a party' }],
    ...times,
  },
  Recording: {
    title: "Undertow",
    versionTitle: null,
    isrc: "QZAB12400101",
    artists: [band],
    contributions: [{ ...ana, role: "Producer" }],
    durationMs: 157_000,
    derivedFrom: null,
    ai: { lyrics: "none", composition: "none", vocals: "none", instruments: "some", production: null },
    pLine,
    languages: ["en"],
    parentalWarning: "NotExplicit",
    workIds: ["wrk_01k9v3m6s0n8w2e4r6t8y0b1c3"],
    deliveredAt: "2024-02-16T09:00:00.000Z",
    id: "rec_01k9v3m6s0n8w2e4r6t8y0b1c3",
    version: 1,
    warnings: [],
    ...times,
  },
  Release: {
    title: "Night Swims",
    subtitle: null,
    type: "ep",
    upc: "193959000013",
    grid: null,
    catalogNumber: "GH001",
    artists: [band],
    label: "Harbor Tapes",
    pLine,
    cLine: pLine,
    genres: ["Dream Pop"],
    language: "en",
    parentalWarning: "NotExplicit",
    releaseAt: { mode: "local_midnight", date: "2024-03-15" },
    originalReleaseOn: null,
    deals: [
      {
        territories: { include: [], exclude: ["JP"] },
        commercialModel: "SubscriptionModel",
        uses: ["OnDemandStream", "ConditionalDownload"],
        startsOn: null,
        endsOn: null,
        isPreOrder: false,
      },
    ],
    tracks: [{ disc: 1, sequence: 1, recordingId: "rec_01k9v3m6s0n8w2e4r6t8y0b1c3" }],
    status: "draft",
    id: "rel_01k9v3m6s0n8w2e4r6t8y0b1c3",
    version: 1,
    warnings: [],
    ...times,
  },
} as const;
