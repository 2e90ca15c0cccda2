// The completeness audit: what is missing is found with the field to fix, what is whole is not named, and a page reads little.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordingFindings, releaseFindings, SEVERITIES, workFindings } from "../../src/catalog/audit/model.ts";
import { auditPage } from "../../src/catalog/audit/service.ts";
import { EMPTY_RECORDING } from "../../src/catalog/recordings/model.ts";
import { EMPTY_RELEASE, type ReleaseDocument } from "../../src/catalog/releases/model.ts";
import { EMPTY_WORK } from "../../src/catalog/works/model.ts";
import { type Caller, newWorld } from "../harness/world.ts";

const BASE = "/api/dashboard/catalog";
const codes = (findings: readonly { severity: string; code: string; path: string }[]) =>
  findings.map(({ severity, code, path }) => `${severity} ${code} ${path}`);

const credit = { name: "Glass Harbor", role: "MainArtist", partyId: "pty_1" };
const line = { year: 2024, text: "Harbor Tapes" };
const deal = {
  territories: { include: [], exclude: [] },
  commercialModel: "SubscriptionModel",
  uses: ["OnDemandStream"],
  startsOn: null,
  endsOn: null,
  isPreOrder: false,
} as const;
const whole: ReleaseDocument = {
  ...EMPTY_RELEASE,
  title: "Night Swims",
  type: "single",
  upc: "193959000013",
  artists: [credit],
  tracks: [
    { disc: 1, sequence: 1, recordingId: "rec_1" },
    { disc: 1, sequence: 2, recordingId: "rec_2" },
    { disc: 2, sequence: 1, recordingId: "rec_3" },
  ],
  releaseAt: { mode: "local_midnight", date: "2024-03-15" },
  deals: [deal],
  label: "Harbor Tapes",
  pLine: line,
  cLine: line,
  genres: ["Folk"],
  language: "en",
  parentalWarning: "NotExplicit",
};
const TODAY = "2026-11-25";

describe("a release", () => {
  it("that is whole lacks nothing; an empty one lacks everything, the worst named as such", () => {
    expect(releaseFindings(whole, TODAY)).toEqual([]);
    expect(codes(releaseFindings({ ...EMPTY_RELEASE, title: "A", type: "ep" }, TODAY))).toEqual([
      "blocking upc_missing upc",
      "blocking artists_missing artists",
      "blocking tracks_missing tracks",
      "warning release_date_missing releaseAt",
      "warning label_missing label",
      "warning p_line_missing pLine",
      "warning c_line_missing cLine",
      "warning genres_missing genres",
      "hint language_missing language",
      "warning parental_warning_missing parentalWarning",
    ]);
  });

  it.each<[string, Partial<ReleaseDocument>, string[]]>([
    ["a date and no deal", { deals: [] }, ["blocking deals_missing deals"]],
    ["deals that are over", { deals: [{ ...deal, endsOn: "2026-11-24" }] }, ["warning deals_over deals"]],
    ["a deal that ends today", { deals: [{ ...deal, endsOn: TODAY }] }, []],
    ["one deal that goes on", { deals: [{ ...deal, endsOn: "2020-01-01" }, deal] }, []],
    [
      "a deal before its date",
      { deals: [{ ...deal, startsOn: "2024-03-14" }] },
      ["warning deal_before_release deals.0.startsOn"],
    ],
    ["a pre-order before its date", { deals: [{ ...deal, startsOn: "2024-03-01", isPreOrder: true }] }, []],
    [
      "a date before the original one",
      { originalReleaseOn: "2024-03-16" },
      ["warning released_before_original originalReleaseOn"],
    ],
    ["an original date before it", { originalReleaseOn: "1999-01-01" }, []],
    [
      "a track left out",
      {
        tracks: [
          { disc: 1, sequence: 1, recordingId: "r" },
          { disc: 1, sequence: 3, recordingId: "s" },
        ],
      },
      ["warning tracks_not_in_order tracks.1"],
    ],
    [
      "more tracks than its type",
      { tracks: [1, 2, 3, 4].map((sequence) => ({ disc: 1, sequence, recordingId: `rec_${sequence}` })) },
      ["hint type_unusual type"],
    ],
    ["an artist nobody knows", { artists: [{ ...credit, partyId: null }] }, ["hint party_missing artists"]],
  ])("with %s", (_, change, expected) => {
    expect(codes(releaseFindings({ ...whole, ...change }, TODAY))).toEqual(expected);
  });

  it("that says it is not explicit may hold nothing that is", () => {
    const recording = { ...EMPTY_RECORDING, title: "Loud", parentalWarning: "Explicit" as const };
    expect(codes(releaseFindings(whole, TODAY, [recording]))).toEqual([
      "warning parental_warning_too_mild parentalWarning",
    ]);
    expect(releaseFindings({ ...whole, parentalWarning: "Explicit" }, TODAY, [recording])).toEqual([]);
  });
});

describe("a recording and a work", () => {
  const ai = { lyrics: "none", composition: "none", vocals: "none", instruments: "none", production: "none" } as const;
  const recording = {
    ...EMPTY_RECORDING,
    title: "Undertow",
    isrc: "QZAB12400101",
    artists: [credit],
    durationMs: 157_000,
    workIds: ["wrk_1"],
    pLine: line,
    parentalWarning: "NotExplicit" as const,
    languages: ["en"],
    ai,
  };
  const writer = { name: "Noa", role: "Composer", partyId: "pty_2", share: "100" };
  const work = { ...EMPTY_WORK, title: "Undertow", iswc: "T3452469379", writers: [writer], publishers: [writer] };

  it("that are whole lack nothing", () => {
    expect(recordingFindings(recording, [work], true)).toEqual([]);
    expect(workFindings(work)).toEqual([]);
  });

  it("that are empty lack everything", () => {
    expect(codes(recordingFindings({ ...EMPTY_RECORDING, title: "A" }, [], false))).toEqual([
      "blocking isrc_missing isrc",
      "blocking artists_missing artists",
      "warning duration_missing durationMs",
      "warning work_missing workIds",
      "warning writers_missing workIds",
      "warning p_line_missing pLine",
      "warning parental_warning_missing parentalWarning",
      "warning ai_disclosure_missing ai",
      "hint language_missing languages",
      "hint release_missing ",
    ]);
    expect(codes(workFindings({ ...EMPTY_WORK, title: "A" }))).toEqual([
      "warning iswc_missing iswc",
      "warning writers_missing writers",
      "hint publishers_missing publishers",
    ]);
  });

  it("whose work has no shares, or no writers but those credited on the recording", () => {
    const open = { ...work, writers: [{ ...writer, share: null }] };
    expect(codes(recordingFindings(recording, [open], true))).toEqual(["warning shares_missing workIds"]);
    expect(codes(workFindings(open))).toEqual(["warning shares_missing writers"]);
    const unwritten = { ...work, writers: [] };
    expect(codes(recordingFindings(recording, [unwritten], true))).toEqual(["warning writers_missing workIds"]);
    const credited = { ...recording, contributions: [{ name: "Noa", role: "Composer", partyId: "pty_2" }] };
    expect(recordingFindings(credited, [unwritten], true)).toEqual([]);
  });

  it("of whose parts one is not disclosed", () => {
    expect(codes(recordingFindings({ ...recording, ai: { ...ai, vocals: null } }, [work], true))).toEqual([
      "warning ai_disclosure_missing ai",
    ]);
  });
});

interface AuditedBody {
  kind: string;
  id: string;
  title: string;
  findings: { code: string; severity: string; path: string; message: string }[];
}

async function add(caller: Caller, plural: string, input: object): Promise<string> {
  return ((await (await caller.post(`${BASE}/${plural}`, input)).json()) as { id: string }).id;
}

describe("GET /catalog/audit", () => {
  it("walks recordings, releases and works once each, page by page, whatever the size", async () => {
    const caller = await (await newWorld()).as("manager");
    const made: string[] = [];
    for (let at = 0; at < 3; at += 1) {
      made.push(await add(caller, "works", { title: `W${at}` }));
      made.push(await add(caller, "recordings", { title: `R${at}` }));
      made.push(await add(caller, "releases", { title: `A${at}`, type: "ep" }));
    }
    await add(caller, "parties", { name: "Nobody" });
    for (const limit of [1, 2, 4, 100]) {
      const ids: string[] = [];
      let cursor = "";
      do {
        const response = await caller.get(`${BASE}/audit?limit=${limit}${cursor}`);
        const page = (await response.json()) as { data: AuditedBody[]; nextCursor: string | null };
        ids.push(...page.data.map(({ id }) => id));
        cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
      } while (cursor !== "");
      expect(ids).toEqual([...made].sort());
    }
  });

  it("lists from a severity on, of one kind, and knows what is on a release", async () => {
    const caller = await (await newWorld()).as("manager");
    const recording = await add(caller, "recordings", { title: "On" });
    await add(caller, "recordings", { title: "Off" });
    await add(caller, "works", { title: "W" });
    await add(caller, "releases", { title: "A", type: "ep", tracks: [{ recordingId: recording }] });
    const get = async (query: string) =>
      ((await (await caller.get(`${BASE}/audit${query}`)).json()) as { data: AuditedBody[] }).data;
    const blocking = await get("?from=blocking");
    expect(blocking.map(({ kind }) => kind)).toEqual(["recording", "recording", "release"]);
    for (const { findings } of blocking) for (const { severity } of findings) expect(severity).toBe("blocking");
    const recordings = await get("?kind=recording");
    const loose = recordings.filter(({ findings }) => findings.some(({ code }) => code === "release_missing"));
    expect(loose.map(({ title }) => title)).toEqual(["Off"]);
  });

  it("reads no more than the page, its works and one row for what is released", async () => {
    const world = await newWorld();
    const caller = await world.as("manager");
    const work = await add(caller, "works", { title: "W" });
    for (let at = 0; at < 12; at += 1) {
      await add(caller, "releases", {
        title: `A${at}`,
        type: "ep",
        tracks: [{ recording: { title: `R${at}`, workIds: [work] } }],
      });
    }
    const ctx = await world.ctx();
    const before = ctx.db.meter.rowsRead;
    await auditPage(ctx, { kind: "recording", from: "hint", limit: 5 });
    // Five and one more, their work, and a use of each; what is asked for as JSON counts as rows too.
    expect(ctx.db.meter.rowsRead - before).toBeLessThanOrEqual(4 * 5);
  });
});

describe("GET /catalog/releases/{id}/completeness", () => {
  it("counts what the release, its recordings and their works lack", async () => {
    const caller = await (await newWorld()).as("manager");
    const work = await add(caller, "works", { title: "W" });
    const id = await add(caller, "releases", {
      title: "A",
      type: "ep",
      tracks: [{ recording: { title: "R", workIds: [work] } }],
    });
    const body = (await (await caller.get(`${BASE}/releases/${id}/completeness`)).json()) as {
      blocking: number;
      warnings: number;
      hints: number;
      data: AuditedBody[];
    };
    expect(body.data.map(({ kind, title }) => `${kind} ${title}`)).toEqual(["release A", "recording R", "work W"]);
    const all = body.data.flatMap(({ findings }) => findings);
    expect([body.blocking, body.warnings, body.hints]).toEqual(
      SEVERITIES.map((severity) => all.filter((finding) => finding.severity === severity).length),
    );
    expect(body.blocking).toBe(4);
    const stranger = await (await newWorld()).as("owner");
    expect((await stranger.get(`${BASE}/releases/${id}/completeness`)).status).toBe(404);
  });
});

it("every finding names a field that there is", () => {
  const fields = new Set([
    ...Object.keys(whole),
    ...Object.keys({ ...EMPTY_RECORDING, title: "" }),
    ...Object.keys({ ...EMPTY_WORK, title: "" }),
    "",
  ]);
  fc.assert(
    fc.property(fc.subarray(Object.keys(EMPTY_RELEASE)), fc.boolean(), (gone, isReleased) => {
      const release = {
        ...whole,
        ...Object.fromEntries(gone.map((field) => [field, EMPTY_RELEASE[field as keyof typeof EMPTY_RELEASE]])),
      };
      const found = [
        ...releaseFindings(release, TODAY),
        ...recordingFindings({ ...EMPTY_RECORDING, title: "" }, [], isReleased),
      ];
      for (const { path, message } of found) {
        expect(fields.has(path.split(".")[0] ?? "")).toBe(true);
        expect(message).toMatch(/[.`]$/u);
      }
    }),
  );
});
