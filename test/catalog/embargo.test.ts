// Embargoes: a crawl of everything that can be read, by everybody, for what must not be known before the lift and must be after.
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { registeredOperations } from "../../src/app.ts";
import type { Operation } from "../../src/http/endpoint.ts";
import { MATRIX, RIGHTS, ROLES, type Role } from "../../src/team/index.ts";
import { filled, newPlace, type Place, parametersOf, realPath } from "../conformance/fixtures.ts";
import { MEDIA, MEDIA_QUERY, move, newRelease } from "../harness/catalog.ts";
import { type Line, written } from "../harness/statement.ts";
import { at, type Client, connect, MESSAGES, newTeam, newThread, say } from "../harness/talk.ts";
import { type Caller, imported, newPerson, newWorld, nobody } from "../harness/world.ts";

const CATALOG = "/api/dashboard/catalog";
const DAY = "2031-05-17";
const TITLE = "Zugzwanglied";
const any = { "if-match": "*" };

const sees = (role: Role) => (RIGHTS["embargo.view"] as readonly Role[]).includes(role);

/** Everything that can be read; a socket is not, and what is said over it is looked at where sockets are. */
const READS = registeredOperations.filter(
  ({ method, operation }) => method === "get" && operation !== "openMessageSocket",
);

/** Where the secret shows to whoever may know it, and to everybody allowed there once it is none. */
const SHOWN_IN: Readonly<Record<string, "title" | "release" | "thread" | "media" | "decision">> = {
  getCatalog: "title",
  exportCatalog: "title",
  auditCatalog: "title",
  auditRelease: "title",
  listReleases: "title",
  getRelease: "title",
  listRecordings: "title",
  getRecording: "title",
  listWorks: "title",
  getWork: "title",
  getReleaseVersion: "title",
  getCalendar: "title",
  listMilestones: "release",
  linkMedia: "title",
  listThreads: "release",
  getThread: "release",
  listMessages: "thread",
  exportThread: "thread",
  searchMessages: "thread",
  listDecisions: "decision",
  getDecision: "decision",
  diffRelease: "media",
  listAudit: "title",
  getEmbargo: "release",
  listReleaseAccess: "release",
};

/** What a question must ask so that the secret could be in the answer. */
const QUERIES: Readonly<Record<string, Record<string, string>>> = {
  getCalendar: { from: "2031-05-01", to: "2031-05-31" },
  getCatalog: { q: TITLE },
  searchMessages: { q: "quietly" },
  listAudit: { action: "release.artwork" },
  diffRelease: { from: "released", to: "draft" },
};

interface Secret {
  readonly place: Place;
  readonly callers: ReadonlyMap<Role, Caller>;
  readonly ids: Readonly<Record<string, string>>;
  readonly canaries: readonly string[];
}

async function idOf(response: Response | Promise<Response>): Promise<string> {
  return ((await (await response).json()) as { id: string }).id;
}

/** An artist with somebody in every role, and a release under embargo with all that can tell of it. */
async function newSecret(): Promise<Secret> {
  const place = await newPlace();
  const { owner, world } = place;
  const callers = new Map<Role, Caller>();
  for (const role of ROLES) callers.set(role, await world.as(role));
  const work = await idOf(owner.post(`${CATALOG}/works`, { title: `${TITLE} work` }));
  const band = [{ name: "Glass Harbor", role: "MainArtist" }];
  const recording = { title: `${TITLE} song`, isrc: "QZAB13199999", artists: band, workIds: [work] };
  const given = { title: TITLE, releaseAt: { mode: "local_midnight", date: DAY }, tracks: [{ recording }] };
  const { id, recordings } = await newRelease(owner, { status: "live", given });
  const [song = ""] = recordings;
  const query = MEDIA_QUERY.png.replace("cover", `${TITLE}-cover`);
  const headers = { "content-length": String(MEDIA.png.length) };
  const media = await idOf(
    owner.send("POST", `${CATALOG}/releases/${id}/artwork?${query}`, { body: MEDIA.png, headers }),
  );
  const participants = [place.userId];
  for (const caller of callers.values()) participants.push(await idOf(caller.get("/api/me")));
  const about = { subject: "About it", participants, context: { kind: "release", id } };
  const thread = await idOf(owner.post("/api/dashboard/team/messages", about));
  const talk = `/api/dashboard/team/messages/${thread}`;
  const message = await idOf(owner.post(`${talk}/messages`, { clientId: "1", text: "Quietly" }));
  const decision = await idOf(owner.post(`${talk}/decisions`, { message, parties: [place.userId] }));
  await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "release" });
  const canaries = [TITLE, DAY, id, song, work, media, "QZAB13199999", thread, decision];
  return {
    place,
    callers,
    canaries,
    ids: { release: id, recording: song, work, media, thread, decision, number: "1" },
  };
}

/** The path of an operation with the secret's own ids where they fit, and with other things of the artist. */
async function pathsOf(operation: Operation, { place, ids }: Secret): Promise<string[]> {
  const names = parametersOf(operation.path);
  // What stands in some paths takes the person's address away, and others need one.
  await env.DB.prepare("UPDATE users SET email = ?1 || '@example.com' WHERE id = ?1").bind(place.userId).run();
  const other = await realPath(operation, place);
  if (names.length === 0) return [other];
  const kind = /\/catalog\/(release|recording|work)s\/:id/.exec(operation.path)?.[1] ?? "";
  const own = { ...ids, id: ids[kind] ?? "" };
  const isSecret = names.every((name) => (own as Record<string, string>)[name]);
  return isSecret ? [other, filled(operation.path, own as Record<string, string>)] : [other];
}

async function textOf(caller: Caller, operation: Operation, path: string): Promise<string> {
  const query = new URLSearchParams({ ...operation.example.query, ...QUERIES[operation.operation] }).toString();
  const response = await caller.get(query === "" ? path : `${path}?${query}`);
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
}

function found({ canaries }: Secret, text: string): string[] {
  return canaries.filter((canary) => text.includes(canary));
}

describe("a release under embargo", () => {
  let secret: Secret;
  const paths = new Map<string, string[]>();
  const fed = new Map<string, string>();

  beforeAll(async () => {
    secret = await newSecret();
    for (const operation of READS) paths.set(operation.operation, await pathsOf(operation, secret));
    for (const [role, caller] of secret.callers) {
      if (!MATRIX["createCalendarFeed"]?.includes(role)) continue;
      const made = await caller.post(`${CATALOG}/calendar/feeds`, { name: "Mine" });
      fed.set(role, ((await made.json()) as { url: string }).url);
    }
  }, 120_000);

  const textsOf = (caller: Caller, operation: Operation) =>
    Promise.all((paths.get(operation.operation) ?? []).map((path) => textOf(caller, operation, path)));

  describe("before the lift", () => {
    for (const operation of READS) {
      it(`${operation.operation}: tells nothing of it to anybody without the right, and to those with it what it should`, async () => {
        const strangers = [nobody, (await newPerson()).caller, await (await newWorld()).as("owner")];
        for (const caller of strangers) {
          for (const text of await textsOf(caller, operation)) expect(found(secret, text)).toEqual([]);
        }
        for (const [role, caller] of secret.callers) {
          const texts = await textsOf(caller, operation);
          const isAllowed = MATRIX[operation.operation]?.includes(role) === true;
          if (!isAllowed || !sees(role)) {
            for (const text of texts) expect(found(secret, text), role).toEqual([]);
          } else {
            const isFound = texts.some((text) => found(secret, text).length > 0);
            expect(isFound, role).toBe(operation.operation in SHOWN_IN);
          }
        }
      });
    }

    it("a thing of it and one that does not exist have one answer", async () => {
      const viewer = secret.callers.get("viewer") as Caller;
      const comparable = async (path: string) => (await (await viewer.get(path)).text()).replace(/req_\w+/, "");
      const { release, recording, work } = secret.ids;
      for (const [plural, id] of [
        ["releases", release],
        ["recordings", recording],
        ["works", work],
      ] as const) {
        const missing = `${id?.slice(0, -4)}0000`;
        expect(await comparable(`${CATALOG}/${plural}/${id}`)).toBe(
          await comparable(`${CATALOG}/${plural}/${missing}`),
        );
      }
      const versions = `${CATALOG}/releases/${release}/versions`;
      expect((await viewer.get(versions)).status).toBe(404);
      expect((await viewer.get(`${CATALOG}/media/${secret.ids["media"]}/link`)).status).toBe(404);
    });

    it("subscribed calendars tell of it only to owners of the right", async () => {
      expect(fed.size).toBe(ROLES.length - 1);
      for (const [role, url] of fed) {
        const text = await (await nobody.get(url)).text();
        expect(text).toContain("BEGIN:VCALENDAR");
        // It lies years ahead; what is near is looked at below.
        expect(found(secret, text), role).toEqual([]);
      }
    });

    it("whoever saw it stands in the access log, and nobody else", async () => {
      const owner = secret.callers.get("owner") as Caller;
      const { data } = (await (
        await owner.get(`${CATALOG}/releases/${secret.ids["release"]}/access-log?limit=100`)
      ).json()) as {
        data: { actor: string; seenIn: string; times: number }[];
      };
      const logged = new Set(data.map(({ actor }) => actor));
      for (const [role, caller] of secret.callers) {
        const actor = `key:${await idOf(caller.get("/api/me"))}`;
        expect(logged.has(actor), role).toBe(sees(role));
      }
      const places = new Set(data.map(({ seenIn }) => seenIn));
      for (const place of [
        "release",
        "releases",
        "recording",
        "recordings",
        "work",
        "works",
        "export",
        "audit",
        "catalog",
        "calendar",
        "artwork",
      ]) {
        expect(places, place).toContain(place);
      }
    });
  });

  describe("after the lift", () => {
    beforeAll(async () => {
      const lifted = await secret.place.owner.delete(`${CATALOG}/releases/${secret.ids["release"]}/embargo`);
      expect(lifted.status).toBe(204);
    });

    for (const operation of READS) {
      it(`${operation.operation}: shows it to everybody it is for`, async () => {
        for (const caller of [nobody, (await newPerson()).caller]) {
          for (const text of await textsOf(caller, operation)) expect(found(secret, text)).toEqual([]);
        }
        const what = SHOWN_IN[operation.operation];
        if (what === undefined) return;
        const canary = what === "title" ? TITLE : String(secret.ids[what]);
        for (const [role, caller] of secret.callers) {
          const isAllowed = MATRIX[operation.operation]?.includes(role) === true;
          const isFound = (await textsOf(caller, operation)).some((text) => text.includes(canary));
          // Who took part in a thread about a release sees it again, if releases are for their role at all.
          const isFor =
            !/Thread|Messages|Decision/.test(operation.operation) || MATRIX["getRelease"]?.includes(role) === true;
          expect(isFound, role).toBe(isAllowed && isFor);
        }
      });
    }
  });
});

describe("what is secret with a release", () => {
  it("whoever may change the catalog may know all of it: a refusal that names what is in the way betrays nothing", () => {
    const changes = registeredOperations.filter(
      ({ method, path, operation }) =>
        method !== "get" && path.includes("/catalog/") && !/CalendarFeed$/.test(operation),
    );
    expect(changes.length).toBeGreaterThan(20);
    for (const { operation } of changes) {
      for (const role of MATRIX[operation] ?? []) expect(sees(role), `${operation} ${role}`).toBe(true);
    }
  });

  it("a recording on another release is no secret, and a work of another recording is none", async () => {
    const world = await newWorld();
    const [owner, viewer] = [await world.as("owner"), await world.as("viewer")];
    const work = await idOf(owner.post(`${CATALOG}/works`, { title: "Undertow" }));
    const song = await idOf(owner.post(`${CATALOG}/recordings`, { title: "Undertow", workIds: [work] }));
    const release = (title: string) =>
      owner.post(`${CATALOG}/releases`, { title, type: "single", tracks: [{ recordingId: song }] });
    const secret = await idOf(release("Secret"));
    await owner.put(`${CATALOG}/releases/${secret}/embargo`, { until: "lift" });
    const statusOf = async (path: string) => (await viewer.get(`${CATALOG}/${path}`)).status;
    expect([await statusOf(`recordings/${song}`), await statusOf(`works/${work}`)]).toEqual([404, 404]);
    const open = await idOf(release("Open"));
    expect([await statusOf(`recordings/${song}`), await statusOf(`works/${work}`)]).toEqual([200, 200]);
    expect(await statusOf(`releases/${secret}`)).toBe(404);
    // Once both are secret, so is the song, and it comes out with the first.
    await owner.put(`${CATALOG}/releases/${open}/embargo`, { until: "lift" });
    expect(await statusOf(`recordings/${song}`)).toBe(404);
    await owner.delete(`${CATALOG}/releases/${open}/embargo`);
    expect([await statusOf(`recordings/${song}`), await statusOf(`releases/${secret}`)]).toEqual([200, 404]);
  });

  it("lists of those without the right are whole pages of what is left", async () => {
    const world = await newWorld();
    const [owner, viewer] = [await world.as("owner"), await world.as("viewer")];
    const ids: string[] = [];
    for (let at = 0; at < 6; at += 1)
      ids.push(await idOf(owner.post(`${CATALOG}/releases`, { title: `R${at}`, type: "ep" })));
    for (const id of [ids[1], ids[4], ids[5]]) await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "lift" });
    const first = (await (await viewer.get(`${CATALOG}/releases?limit=2`)).json()) as {
      data: { id: string }[];
      nextCursor: string;
    };
    expect(first.data.map(({ id }) => id)).toEqual([ids[3], ids[2]]);
    const next = await (await viewer.get(`${CATALOG}/releases?limit=2&cursor=${first.nextCursor}`)).json();
    expect(next).toMatchObject({ data: [{ id: ids[0] }], nextCursor: null });
  });

  it("a thread about it cannot be opened by those without the right, and says what it would of nothing", async () => {
    const world = await newWorld();
    const [owner, viewer] = [await world.as("owner"), await world.as("viewer")];
    const id = await idOf(owner.post(`${CATALOG}/releases`, { title: "Secret", type: "ep" }));
    await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "lift" });
    const open = (caller: Caller) =>
      caller.post("/api/dashboard/team/messages", { subject: "Hm", context: { kind: "release", id } });
    expect((await open(viewer)).status).toBe(422);
    expect((await open(owner)).status).toBe(201);
  });
});

describe("a socket", () => {
  it("of those without the right carries no talk about the catalog, which may become secret while it is open", async () => {
    const { people } = await newTeam("owner", "editor", "viewer");
    const [mara, noa, ada] = [at(people, 0), at(people, 1), at(people, 2)];
    const id = await idOf(mara.caller.post(`${CATALOG}/releases`, { title: TITLE, type: "ep" }));
    const about = { context: { kind: "release", id } };
    const thread = await newThread(mara.caller, [noa.id, ada.id], about);
    const plain = await newThread(mara.caller, [noa.id, ada.id]);
    const [told, untold] = [await connect(noa.caller), await connect(ada.caller)];
    const threadsOf = async ({ hear }: Client) =>
      (await hear("hello", ({ type }) => type === "hello")).threads?.map((each) => each.id);
    expect((await threadsOf(told))?.sort()).toEqual([thread.id, plain.id].sort());
    expect(await threadsOf(untold)).toEqual([plain.id]);
    // By HTTP they talk about it, until it is secret.
    const statusOf = async () => (await ada.caller.get(`${MESSAGES}/${thread.id}/messages`)).status;
    expect(await statusOf()).toBe(200);
    await mara.caller.put(`${CATALOG}/releases/${id}/embargo`, { until: "lift" });
    expect(await statusOf()).toBe(404);
    await say(mara.caller, thread.id, "Quietly");
    await say(mara.caller, plain.id, "Aloud");
    await untold.hear("what is for everybody", ({ type, text }) => type === "message" && text === "Aloud");
    await told.hear("what is for some", ({ type, text }) => type === "message" && text === "Quietly");
    expect(untold.frames.some(({ text }) => text === "Quietly")).toBe(false);
  });
});

describe("the moment of the lift", () => {
  afterEach(() => void vi.useRealTimers());

  const midnight = (date: string) => ({ mode: "local_midnight", date });
  const fixed = (date: string, time: string, timeZone: string) => ({ mode: "fixed_instant", date, time, timeZone });
  const CASES: readonly [name: string, releaseAt: object, territories: readonly string[], lift: string][] = [
    ["the whole world begins on Kiritimati", midnight("2026-07-03"), [], "2026-07-02T10:00:00Z"],
    ["Berlin, the night clocks go forward", midnight("2026-03-29"), ["DE"], "2026-03-28T23:00:00Z"],
    ["Berlin, the night after", midnight("2026-03-30"), ["DE"], "2026-03-29T22:00:00Z"],
    ["Berlin, the night clocks go back", midnight("2026-10-25"), ["DE"], "2026-10-24T22:00:00Z"],
    ["Berlin, the night after that", midnight("2026-10-26"), ["DE"], "2026-10-25T23:00:00Z"],
    ["New York, the night clocks go forward", midnight("2026-03-08"), ["US"], "2026-03-08T05:00:00Z"],
    ["New York, the night after", midnight("2026-03-09"), ["US"], "2026-03-09T04:00:00Z"],
    ["New York, the night clocks go back", midnight("2026-11-01"), ["US"], "2026-11-01T04:00:00Z"],
    ["New York, the night after that", midnight("2026-11-02"), ["US"], "2026-11-02T05:00:00Z"],
    ["Berlin before New York", midnight("2026-07-03"), ["US", "DE"], "2026-07-02T22:00:00Z"],
    ["a time that is skipped", fixed("2026-03-29", "02:30", "Europe/Berlin"), [], "2026-03-29T01:30:00Z"],
    ["a time that comes twice", fixed("2026-10-25", "02:30", "Europe/Berlin"), [], "2026-10-25T00:30:00Z"],
    ["a time New York skips", fixed("2026-03-08", "02:15", "America/New_York"), [], "2026-03-08T07:15:00Z"],
    ["a time New York has twice", fixed("2026-11-01", "01:15", "America/New_York"), [], "2026-11-01T05:15:00Z"],
  ];

  it.each(CASES)("%s", async (_, releaseAt, include, lift) => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-02-20T12:00:00Z") });
    const world = await newWorld();
    const [owner, viewer] = [await world.as("owner"), await world.as("viewer")];
    const deals = [{ territories: { include }, commercialModel: "SubscriptionModel", uses: ["OnDemandStream"] }];
    const id = await idOf(owner.post(`${CATALOG}/releases`, { title: TITLE, type: "single", releaseAt, deals }));
    const set = await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "release" });
    expect(await set.json()).toMatchObject({ liftsAt: lift.replace("Z", ".000Z"), isActive: true });
    const feed = (await (await viewer.post(`${CATALOG}/calendar/feeds`, { name: "Mine" })).json()) as { url: string };
    const looks = async () => [
      (await viewer.get(`${CATALOG}/releases/${id}`)).status === 200,
      (await (await viewer.get(`${CATALOG}/releases`)).text()).includes(TITLE),
      (await (await viewer.get(`${CATALOG}/calendar?from=2026-01-15&to=2026-12-31`)).text()).includes(TITLE),
      (await (await nobody.get(feed.url)).text()).includes(TITLE),
    ];
    const at = Date.parse(lift);
    for (const [now, isKnown] of [
      [at - 25 * 3_600_000, false],
      [at - 1, false],
      [at, true],
      [at + 3_600_000, true],
    ] as const) {
      vi.setSystemTime(now);
      expect(await looks(), new Date(now).toISOString()).toEqual([isKnown, isKnown, isKnown, isKnown]);
    }
  });

  it("the embargo follows the date, and what was public stays so", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-02-20T12:00:00Z") });
    const world = await newWorld();
    const [owner, viewer] = [await world.as("owner"), await world.as("viewer")];
    const release = { title: TITLE, type: "single", releaseAt: midnight("2026-07-03") };
    const id = await idOf(owner.post(`${CATALOG}/releases`, release));
    await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "release" });
    const liftsAt = async () =>
      ((await (await owner.get(`${CATALOG}/releases/${id}/embargo`)).json()) as { liftsAt: string }).liftsAt;
    const moveTo = (releaseAt: object | null) => owner.patch(`${CATALOG}/releases/${id}`, { releaseAt }, any);
    const moved = await moveTo(midnight("2026-07-10"));
    expect(moved.status, await moved.text()).toBe(200);
    expect(await liftsAt()).toBe("2026-07-09T10:00:00.000Z");
    await moveTo(null);
    expect(await liftsAt()).toBeNull();
    await moveTo(midnight("2026-07-17"));
    vi.setSystemTime(new Date("2026-07-16T10:00:00Z"));
    expect((await viewer.get(`${CATALOG}/releases/${id}`)).status).toBe(200);
    await moveTo(midnight("2026-08-14"));
    expect((await viewer.get(`${CATALOG}/releases/${id}`)).status).toBe(200);
    expect(await liftsAt()).toBe("2026-07-16T10:00:00.000Z");
  });

  it("a moment of its own, and nothing that is over", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-02-20T12:00:00Z") });
    const world = await newWorld();
    const [owner, viewer] = [await world.as("owner"), await world.as("viewer")];
    const { id } = await newRelease(owner);
    const set = (until: string) => owner.put(`${CATALOG}/releases/${id}/embargo`, { until });
    expect((await set("2026-02-20T12:00:00Z")).status).toBe(400);
    expect((await set("2026-02-21T08:00:00Z")).status).toBe(200);
    expect((await viewer.get(`${CATALOG}/releases/${id}`)).status).toBe(404);
    vi.setSystemTime(new Date("2026-02-21T08:00:00Z"));
    expect((await viewer.get(`${CATALOG}/releases/${id}`)).status).toBe(200);
    expect((await move(owner, id, "in_review")).status).toBe(200);
  });
});

describe("a statement's line of a secret recording", () => {
  it("shows what the store printed to whoever sees money, and which recording it is only to those with the right", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id, recordings } = await newRelease(owner, {
      given: { tracks: [{ recording: { title: TITLE, isrc: "QZAB12610000" } }] },
    });
    await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "lift" });
    const line: Line = {
      month: "2026-05",
      store: "Spotify",
      country: "DE",
      isrc: "QZAB12610000",
      upc: "",
      title: "As printed",
      units: 1,
      amount: "0.5",
    };
    const statement = (await imported(owner, "a.tsv", written([line]))).id;
    const lineOf = async (caller: Caller) => {
      const answer = await caller.get(`/api/dashboard/statements/${statement}/lines`);
      return ((await answer.json()) as { data: { title: string; recordingId: string | null }[] }).data[0];
    };
    for (const role of ["owner", "label", "accountant", "viewer"] as const) {
      const recordingId = sees(role) ? recordings[0] : null;
      expect(await lineOf(await world.as(role)), role).toMatchObject({ title: "As printed", recordingId });
    }
    await owner.delete(`${CATALOG}/releases/${id}/embargo`);
    expect(await lineOf(await world.as("viewer"))).toMatchObject({ recordingId: recordings[0] });
  });
});
