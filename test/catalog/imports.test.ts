// Imports as a client meets them: files come to what they say, again they change nothing, and cut off they go on.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { runImport, sweepImports } from "../../src/catalog/index.ts";
import type { Ctx } from "../../src/db/ctx.ts";
import { type Caller, callerWith, newWorld, until, type World } from "../harness/world.ts";
import { CORPUS_CSV, fixture, MESSAGES } from "./reading/messages.ts";

const BASE = "/api/dashboard/catalog";

interface ImportBody {
  id: string;
  status: string;
  format: string;
  version: string | null;
  messageId: string | null;
  sender: string | null;
  progress: { done: number; total: number };
  entries: Record<string, number>;
  things: Record<string, Record<string, number>>;
  notes: number;
  problem: { code: string; detail: string } | null;
}
interface EntryBody {
  number: number;
  line: number;
  title: string;
  outcome: string;
  things: { kind: string; id: string; title: string; outcome: string }[];
  notes: { line: number; path: string; code: string; message: string }[];
}
interface Listed<T> {
  data: T[];
  nextCursor: string | null;
}
interface ReleaseBody {
  id: string;
  title: string;
  upc: string | null;
  status: string;
  type: string;
  version: number;
  label: string | null;
  releaseAt: { date: string } | null;
  deals: unknown[];
  artists: { name: string; role: string; partyId: string | null }[];
  tracks: { disc: number; sequence: number; recordingId: string }[];
}
interface RecordingBody {
  id: string;
  title: string;
  isrc: string | null;
  durationMs: number | null;
  version: number;
  workIds: string[];
  contributions: { name: string; role: string }[];
}

const post = (caller: Caller, file: string, type = "application/octet-stream") =>
  caller.send("POST", `${BASE}/imports?filename=file`, { body: file, headers: { "content-type": type } });

async function imported(caller: Caller, file: string): Promise<ImportBody> {
  const response = await post(caller, file);
  expect([200, 202]).toContain(response.status);
  const { id } = (await response.json()) as ImportBody;
  return until(`import ${id}`, async () => {
    const body = (await (await caller.get(`${BASE}/imports/${id}`)).json()) as ImportBody;
    return ["done", "failed"].includes(body.status) ? body : null;
  });
}

async function all<T>(caller: Caller, path: string): Promise<T[]> {
  const rows: T[] = [];
  let cursor = "";
  do {
    const page = (await (await caller.get(`${BASE}/${path}?limit=100${cursor}`)).json()) as Listed<T>;
    rows.push(...page.data);
    cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
  } while (cursor !== "");
  return rows;
}

const entriesOf = (caller: Caller, { id }: ImportBody) => all<EntryBody>(caller, `imports/${id}/entries`);
const changes = (things: ImportBody["things"]) =>
  Object.fromEntries(Object.entries(things).map(([kind, { created, updated }]) => [kind, [created, updated]]));

describe("a catalogue as CSV", () => {
  it("becomes releases, recordings and works; the same file is the same import, and another of the same changes nothing", async () => {
    const world = await newWorld();
    const caller = await world.as("manager");
    const done = await imported(caller, CORPUS_CSV);
    expect(done).toMatchObject({
      status: "done",
      format: "csv",
      progress: { done: 4, total: 4 },
      entries: { created: 4, updated: 0, unchanged: 0, taken_down: 0, refused: 0 },
      notes: 0,
      problem: null,
    });
    expect(changes(done.things)).toEqual({ release: [4, 0], recording: [9, 0], work: [9, 0], party: [0, 0] });
    const releases = await all<ReleaseBody>(caller, "releases");
    expect(releases.map(({ upc }) => upc).sort()).toEqual([
      "193959000013",
      "193959000082",
      "193959000228",
      "4560123450039",
    ]);
    expect(releases.find(({ upc }) => upc === "193959000013")).toMatchObject({
      title: "Night Swims",
      type: "single",
      status: "draft",
      label: "Harbor Tapes",
      releaseAt: { mode: "local_midnight", date: "2024-03-15" },
      artists: [{ name: "Glass Harbor", role: "MainArtist", partyId: null }],
      tracks: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }],
    });
    const recordings = await all<RecordingBody>(caller, "recordings");
    expect(recordings.find(({ isrc }) => isrc === "QZAB12400103")).toMatchObject({
      title: "Low Tide (feat. Ana Ünal)",
      durationMs: 171_000,
      workIds: [expect.stringMatching(/^wrk_/)],
    });

    const again = await post(caller, CORPUS_CSV);
    expect([again.status, ((await again.json()) as ImportBody).id]).toEqual([200, done.id]);
    const other = await imported(caller, `${CORPUS_CSV}\n`);
    expect(other.id).not.toBe(done.id);
    expect(other.entries).toMatchObject({ unchanged: 4, created: 0, updated: 0 });
    expect((await all<ReleaseBody>(caller, "releases")).map(({ version }) => version)).toEqual([1, 1, 1, 1]);
  });

  it("changes what it says and nothing else, and refuses a release whole with line, column and reason", async () => {
    const world = await newWorld();
    const caller = await world.as("manager");
    await imported(caller, CORPUS_CSV);
    const before = (await all<RecordingBody>(caller, "recordings")).find(({ isrc }) => isrc === "QZAB12400101");
    const patched = await caller.patch(
      `${BASE}/recordings/${before?.id}`,
      { contributions: [{ name: "Steve", role: "Mixer" }] },
      { "if-match": `"${before?.version}"` },
    );
    expect(patched.status).toBe(200);
    const done = await imported(
      caller,
      "release_title,upc_gtin,track_number,track_title,isrc,duration_s\n" +
        "Night Swims,193959000013,1,Undertow,QZAB12400101,158\n" +
        "Static Bloom,193959000082,1,Static Bloom,DEZ652500104,long\n",
    );
    expect(done.entries).toMatchObject({ updated: 1, refused: 1 });
    const [updated, refused] = await entriesOf(caller, done);
    expect(updated?.things).toMatchObject([
      { kind: "recording", title: "Undertow", outcome: "updated" },
      { kind: "release", title: "Night Swims", outcome: "unchanged" },
    ]);
    expect(refused).toMatchObject({
      outcome: "refused",
      things: [],
      notes: [{ line: 3, path: "duration_s", code: "refused", message: '"long" is no number of seconds within a day' }],
    });
    const after = (await (await caller.get(`${BASE}/recordings/${before?.id}`)).json()) as RecordingBody;
    expect(after).toMatchObject({ durationMs: 158_000, contributions: [{ name: "Steve", role: "Mixer" }] });
    const only = await caller.get(`${BASE}/imports/${done.id}/entries?outcome=refused`);
    expect(((await only.json()) as Listed<EntryBody>).data).toHaveLength(1);
  });

  it("keeps one recording one when several releases have it, and two recordings two whatever they are called", async () => {
    const caller = await (await newWorld()).as("manager");
    const done = await imported(
      caller,
      "release_title,upc_gtin,track_title,isrc\nOne,193959000013,Song,QZAB12400101\nTwo,193959000082,Song,QZ-AB1-24-00101\nTwo,193959000082,Song,QZAB12400102\n",
    );
    expect(changes(done.things)).toMatchObject({ release: [2, 0], recording: [2, 0] });
    const releases = await all<ReleaseBody>(caller, "releases");
    const ids = releases.map(({ tracks }) => tracks.map(({ recordingId }) => recordingId));
    expect(new Set(ids.flat()).size).toBe(2);
  });

  it("that is none fails with the line and column, and may be sent again", async () => {
    const caller = await (await newWorld()).as("manager");
    const file = 'release_title,track_title\nA,"B\n';
    const failed = await imported(caller, file);
    expect(failed).toMatchObject({
      status: "failed",
      problem: {
        code: "file_unreadable",
        detail: "The catalogue is no CSV: a quote is opened and never closed (line 2, track_title).",
      },
    });
    expect((await post(caller, file)).status).toBe(202);
  });
});

describe("messages", () => {
  it("of the corpus each come to what they say", async () => {
    for (const [name, text] of MESSAGES) {
      if (name.startsWith("mead")) continue;
      const caller = await (await newWorld()).as("manager");
      const done = await imported(caller, text);
      expect(done.status, name).toBe("done");
      const releases = await all<ReleaseBody>(caller, "releases");
      const recordings = await all<RecordingBody>(caller, "recordings");
      const count = (tag: string) => text.replaceAll(/<!--[\s\S]*?-->/gu, "").split(`<${tag}>`).length - 1;
      const isrcs = [...text.matchAll(/<SoundRecordingId>\s*<ISRC>([^<]+)</gu)].map((match) => match[1] ?? "");
      expect(recordings, name).toHaveLength(count("SoundRecording"));
      expect(recordings.flatMap(({ isrc }) => isrc ?? []).sort(), name).toEqual(
        isrcs.filter((isrc) => isrc.length === 12).sort(),
      );
      const isPurge = name.startsWith("03");
      expect(releases, name).toHaveLength(isPurge ? 0 : 1);
      expect(done.entries.refused, name).toBe(isPurge ? 1 : 0);
    }
  });

  it("are new, then change what they change, then take the release down; what is old by then is outdated", async () => {
    const caller = await (await newWorld()).as("manager");
    const first = await imported(caller, fixture("01_delivery.xml"));
    expect(first).toMatchObject({
      format: "ern",
      version: "3.8.2",
      messageId: "MessageID5678",
      sender: "PADPIDA1234567890",
      entries: { created: 1 },
    });
    const release = async () => (await all<ReleaseBody>(caller, "releases"))[0];
    expect(await release()).toMatchObject({
      title: "Example Album",
      type: "single",
      deals: [
        {
          commercialModel: "FreeOfChargeModel",
          uses: ["OnDemandStream", "PermanentDownload"],
          startsOn: "2023-09-02",
          endsOn: null,
        },
      ],
    });

    const updated = await imported(caller, fixture("02_update.xml"));
    expect(changes(updated.things)).toEqual({ release: [0, 0], recording: [0, 1], work: [0, 0], party: [0, 0] });
    expect((await all<RecordingBody>(caller, "recordings")).map(({ title }) => title)).toEqual([
      "Updated Example Song",
    ]);

    await imported(caller, fixture("04_no_deal.xml"));
    expect(await release()).toMatchObject({ deals: [{ startsOn: "2023-09-02", endsOn: "2023-10-02" }] });

    // Sent before the message that ended the deal, it comes too late.
    const purge = await imported(caller, fixture("03_delete.xml"));
    expect(purge.entries).toMatchObject({ refused: 1, taken_down: 0 });
    expect((await entriesOf(caller, purge))[0]?.notes).toMatchObject([
      { code: "outdated", message: "a later message about it, of 2024-04-05T09:00:00.000Z, has been imported" },
    ]);
    const later = await imported(caller, fixture("03_delete.xml").replace("2024-04-02", "2024-05-02"));
    expect(later.entries).toMatchObject({ taken_down: 1 });
    expect(await release()).toMatchObject({ status: "archived", title: "Example Album" });
    expect(await all<RecordingBody>(caller, "recordings")).toHaveLength(1);
  });

  it("of several releases of one recording leave it one", async () => {
    const caller = await (await newWorld()).as("manager");
    await imported(caller, CORPUS_CSV.replace("QZAB12400101", "USRC12345678"));
    const done = await imported(caller, fixture("01_delivery.xml"));
    expect(changes(done.things)).toMatchObject({ release: [1, 0], recording: [0, 1] });
    const named = (await all<RecordingBody>(caller, "recordings")).filter(({ isrc }) => isrc === "USRC12345678");
    expect(named.map(({ title }) => title)).toEqual(["Example Song"]);
  });

  it("name parties by their codes and writers of works", async () => {
    const caller = await (await newWorld()).as("manager");
    const text = `<m:NewReleaseMessage xmlns:m="http://ddex.net/xml/ern/43">
      <PartyList><Party><PartyReference>P1</PartyReference><PartyId><IpiNameNumber>14107338</IpiNameNumber></PartyId>
        <PartyName><FullName>Noa Lind</FullName></PartyName></Party></PartyList>
      <ResourceList><SoundRecording><ResourceReference>A1</ResourceReference><ResourceId><ISRC>QZAB12400101</ISRC></ResourceId>
        <WorkId><ISWC>T0345246801</ISWC></WorkId><DisplayTitleText>Undertow</DisplayTitleText>
        <Contributor><ContributorPartyReference>P1</ContributorPartyReference><Role>Composer</Role></Contributor>
      </SoundRecording></ResourceList></m:NewReleaseMessage>`;
    const done = await imported(caller, text);
    expect(changes(done.things)).toEqual({ release: [0, 0], recording: [1, 0], work: [1, 0], party: [0, 0] });
    const repaired = await imported(caller, text.replace("14107338", "00014107338"));
    expect(changes(repaired.things)).toEqual({ release: [0, 0], recording: [0, 1], work: [0, 0], party: [1, 0] });
    const [recording] = await all<RecordingBody & { contributions: { partyId: string | null }[] }>(
      caller,
      "recordings",
    );
    expect(recording?.contributions).toMatchObject([
      { name: "Noa Lind", role: "Composer", partyId: expect.stringMatching(/^pty_/) },
    ]);
  });
});

describe("what is refused at the door leaves nothing", () => {
  const bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>';
  it.each([
    [
      "a MEAD message",
      () => fixture("mead_artist_update.xml"),
      422,
      "ern_unsupported",
      "This is a DDEX message of MEAD",
    ],
    ["entities", () => bomb, 422, "file_unreadable", "declares a document type or entities"],
    [
      "another version",
      () => "<N xmlns='http://ddex.net/xml/ern/32'/>".replaceAll("N", "NewReleaseMessage"),
      422,
      "ern_unsupported",
      "version 3.2",
    ],
    ["an empty file", () => "", 422, "file_empty", ""],
    ["XML without end", () => "<a", 422, "file_unreadable", "ends in the middle"],
  ])("%s", async (_, file, status, code, words) => {
    const world = await newWorld();
    const caller = await world.as("manager");
    const response = await post(caller, file());
    const problem = (await response.json()) as { code: string; detail?: string };
    expect([response.status, problem.code]).toEqual([status, code]);
    expect(problem.detail ?? "").toContain(words);
    expect(await all(caller, "imports")).toEqual([]);
    expect((await env.FILES.list({ prefix: `artists/${world.artistId}/imports/` })).objects).toEqual([]);
  });

  it("a file of more than 50 MB, said or sent", async () => {
    const world = await newWorld();
    const caller = await world.as("manager");
    const megabyte = new Uint8Array(1024 * 1024).fill(32);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent > 51) controller.close();
        else controller.enqueue(megabyte);
      },
    });
    const response = await caller.send("POST", `${BASE}/imports`, { body, headers: { "content-type": "text/csv" } });
    expect([response.status, await response.json()]).toEqual([
      413,
      expect.objectContaining({ code: "too_large", detail: "A file to import may have 50 MB." }),
    ]);
    expect((await env.FILES.list({ prefix: `artists/${world.artistId}/imports/` })).objects).toEqual([]);
  }, 60_000);

  it("a table of more than 16 MB", async () => {
    const caller = await (await newWorld()).as("manager");
    const response = await post(caller, `release_title,track_title\n${"x".repeat(16 * 1024 * 1024)}`);
    expect([response.status, await response.json()]).toEqual([
      413,
      expect.objectContaining({ detail: "A catalogue as CSV may have 16 MB; send its releases in several files." }),
    ]);
  });

  it("a type of file that is none of these", async () => {
    const caller = await (await newWorld()).as("manager");
    expect((await post(caller, "x", "image/png")).status).toBe(415);
  });
});

describe("an import that is cut off", () => {
  /** Ends a job's run after so many batches of writes, as a kill would: before one is sent, or when its answer is lost. */
  function cutOff(ctx: Ctx, after: number, isSent: boolean): Ctx {
    let left = after;
    const write: Ctx["db"]["write"] = async (writes) => {
      left -= 1;
      if (left < 0 && !isSent) throw new Error("cut off");
      await ctx.db.write(writes);
      if (left < 0) throw new Error("cut off");
    };
    const db = new Proxy(ctx.db, { get: (target, name) => (name === "write" ? write : Reflect.get(target, name)) });
    return { ...ctx, db };
  }

  async function received(world: World, caller: Caller, file = CORPUS_CSV): Promise<string> {
    // Its own jobs do not run: the outbox's row is taken away, and the test runs them.
    const ctx = await world.ctx();
    const { receiveImport } = await import("../../src/catalog/imports/receive.ts");
    const body = (async function* () {
      yield new TextEncoder().encode(file);
    })();
    const { row } = await receiveImport(ctx, { filename: "catalogue.csv", body });
    expect((await caller.get(`${BASE}/imports/${row.id}`)).status).toBe(200);
    return row.id;
  }

  it.each([true, false])("anywhere goes on and ends the same (write sent: %s)", async (isSent) => {
    for (let after = 0; after < 6; after += 1) {
      const world = await newWorld();
      const caller = await world.as("manager");
      const id = await received(world, caller);
      let cuts = 0;
      for (let runs = 0; runs < 20; runs += 1) {
        const ctx = await world.ctx();
        await runImport(runs < 3 ? cutOff(ctx, after, isSent) : ctx, id).catch((error: unknown) => {
          if (!(error instanceof Error && error.message === "cut off")) throw error;
          cuts += 1;
        });
      }
      expect(cuts).toBeGreaterThan(0);
      const done = (await (await caller.get(`${BASE}/imports/${id}`)).json()) as ImportBody;
      expect(done).toMatchObject({
        status: "done",
        progress: { done: 4, total: 4 },
        entries: { created: 4, refused: 0 },
      });
      expect(changes(done.things)).toEqual({ release: [4, 0], recording: [9, 0], work: [9, 0], party: [0, 0] });
      expect(await all(caller, "releases")).toHaveLength(4);
      expect(await all(caller, "recordings")).toHaveLength(9);
    }
  });

  it("takes a release of 500 tracks in a few statements, new or changed", async () => {
    const world = await newWorld();
    const caller = await world.as("manager");
    const rows = (seconds: number) =>
      Array.from({ length: 500 }, (_, at) => {
        const code = String(at).padStart(5, "0");
        return `Box,193959000013,${at + 1},Track ${at},QZAB124${code},${seconds}\n`;
      }).join("");
    for (const [seconds, outcome] of [
      [100, "created"],
      [101, "updated"],
    ] as const) {
      const file = `release_title,upc_gtin,track_number,track_title,isrc,duration_s\n${rows(seconds)}`;
      const id = await received(world, caller, file);
      const ctx = await world.ctx();
      const batches: number[] = [];
      const write: Ctx["db"]["write"] = async (writes) => {
        batches.push(writes.length);
        await ctx.db.write(writes);
      };
      const db = new Proxy(ctx.db, { get: (target, name) => (name === "write" ? write : Reflect.get(target, name)) });
      await runImport({ ...ctx, db }, id);
      expect(Math.max(...batches)).toBeLessThanOrEqual(25);
      const done = (await (await caller.get(`${BASE}/imports/${id}`)).json()) as ImportBody;
      expect(done.things.recording).toMatchObject({ [outcome]: 500 });
    }
    const [release] = await all<ReleaseBody>(caller, "releases");
    expect([release?.type, release?.tracks.length]).toEqual(["album", 500]);
    expect((await all<RecordingBody>(caller, "recordings")).every(({ durationMs }) => durationMs === 101_000)).toBe(
      true,
    );
  });

  it("or carried out by several runs at once is carried out once", async () => {
    const world = await newWorld();
    const caller = await world.as("manager");
    const id = await received(world, caller);
    for (let runs = 0; runs < 4; runs += 1) {
      await Promise.all([1, 2, 3].map(async () => runImport(await world.ctx(), id)));
    }
    const done = (await (await caller.get(`${BASE}/imports/${id}`)).json()) as ImportBody;
    expect(done).toMatchObject({ status: "done", entries: { created: 4 } });
    expect(await all(caller, "recordings")).toHaveLength(9);
    expect(await entriesOf(caller, done)).toHaveLength(4);
  });
});

describe("what a cut-off upload left", () => {
  it("is removed after a day, and what belongs to an import stays", async () => {
    const world = await newWorld();
    const caller = await world.as("manager");
    const done = await imported(caller, CORPUS_CSV);
    const prefix = `artists/${world.artistId}/imports/`;
    await env.FILES.put(`${prefix}imp_01k9v3m6s0n8w2e4r6t8y0b1c3/original`, "left behind");
    const ctx = await world.ctx();
    const left = async () =>
      (await env.FILES.list({ prefix })).objects.map(({ key }) => key.slice(prefix.length)).sort();
    await sweepImports(ctx);
    expect(await left()).toHaveLength(2);
    await sweepImports({ ...ctx, now: ctx.now + 25 * 60 * 60 * 1000 });
    expect(await left()).toEqual([`${done.id}/original`]);
  });
});

describe("who may", () => {
  it("import: those who keep the catalog; and nobody another's", async () => {
    const world = await newWorld();
    const done = await imported(await world.as("editor"), CORPUS_CSV);
    for (const role of ["viewer", "accountant", "marketer"] as const) {
      const caller = await world.as(role);
      expect((await post(caller, CORPUS_CSV)).status, role).toBe(403);
      expect((await caller.get(`${BASE}/imports/${done.id}`)).status, role).toBe(403);
    }
    const stranger = await (await newWorld()).as("owner");
    expect((await stranger.get(`${BASE}/imports/${done.id}`)).status).toBe(404);
    expect((await stranger.get(`${BASE}/imports/${done.id}/entries`)).status).toBe(404);
    expect((await post(callerWith(), CORPUS_CSV)).status).toBe(401);
  });
});
