// Over every registered list: its order, its limits, its walk and its cursors. A new list says in LISTS what to walk over.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { registeredOperations } from "../../src/app.ts";
import type { Operation } from "../../src/http/endpoint.ts";
import { distrokidFile } from "../harness/files.ts";
import { fixture } from "../harness/statement.ts";
import type { Caller } from "../harness/world.ts";
import { imported, newPerson, newWorld } from "../harness/world.ts";
import {
  type Answer,
  checked,
  documented,
  type Item,
  newConnection,
  newDecision,
  newFile,
  newImport,
  newPlace,
  type Place,
  realPath,
  send,
  uncodedFile,
} from "./fixtures.ts";

/** What a list is walked over with. */
interface Stock {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Another question of the same list, which a cursor of the first does not answer. */
  readonly other: Readonly<Record<string, string>>;
  /** How many there are. */
  readonly count: number;
  /** Adds something that comes into the list, if the list can change at all. */
  readonly insert: () => Promise<unknown>;
}

interface List {
  /** A list that only a person has, and no key. */
  readonly asPerson?: true;
  readonly stock: (place: Place) => Promise<Stock>;
  /** The place of an item in the list's order. */
  readonly placeOf: (item: Item) => string;
  readonly order: "up" | "down";
}

const padded = (line: number) => String(line).padStart(9, "0");

async function makeKeys(owner: Caller, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await owner.post("/api/dashboard/team/api-keys", { name: `key ${at}`, role: "viewer" });
  }
}

const MESSAGES = "/api/dashboard/team/messages";
const CONNECTIONS = "/api/dashboard/integrations/connections";

async function newThread(owner: Caller): Promise<string> {
  const response = await owner.post(MESSAGES, { subject: "Talk" });
  return ((await response.json()) as { id: string }).id;
}

const guestDecisions = registeredOperations.find(({ operation }) => operation === "listGuestDecisions") as Operation;
const guestMessages = registeredOperations.find(({ operation }) => operation === "listGuestMessages") as Operation;
let said = 0;

function say(owner: Caller, thread: string): Promise<Response> {
  said += 1;
  return owner.post(`${MESSAGES}/${thread}/messages`, { clientId: `list ${said}`, text: "the cover of it" });
}

/** A thread of five messages. */
async function stockMessages(owner: Caller): Promise<{ thread: string; insert: () => Promise<unknown> }> {
  const thread = await newThread(owner);
  for (let at = 0; at < 5; at += 1) await say(owner, thread);
  return { thread, insert: () => say(owner, thread) };
}

/** A list of one kind of thing of the catalog. */
function ofCatalog(plural: string, input: object): List {
  const path = `/api/dashboard/catalog/${plural}`;
  return {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner }) => {
      const insert = () => owner.post(path, input);
      for (let at = 0; at < 5; at += 1) await insert();
      return { path, query: {}, other: {}, count: 5, insert };
    },
  };
}

const LISTS: Readonly<Record<string, List>> = {
  getCatalog: {
    placeOf: ({ id }) => id.slice(4),
    order: "down",
    stock: async ({ owner }) => {
      const path = "/api/dashboard/catalog";
      const insert = () => owner.post(`${path}/works`, { title: "Night Tide" });
      for (let at = 0; at < 3; at += 1) await insert();
      await owner.post(`${path}/recordings`, { title: "Night Swim" });
      await owner.post(`${path}/releases`, { title: "Night Swims", type: "ep" });
      return { path, query: { q: "night" }, other: { q: "tide" }, count: 5, insert };
    },
  },
  listCatalogImports: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner }) => {
      for (let at = 0; at < 5; at += 1) await newImport(owner);
      return { path: "/api/dashboard/catalog/imports", query: {}, other: {}, count: 5, insert: () => newImport(owner) };
    },
  },
  listCatalogImportEntries: {
    placeOf: ({ line }) => padded(line),
    order: "up",
    stock: async ({ owner }) => {
      const path = `/api/dashboard/catalog/imports/${await newImport(owner, 5)}/entries`;
      return { path, query: {}, other: { outcome: "refused" }, count: 5, insert: async () => undefined };
    },
  },
  auditCatalog: {
    placeOf: ({ id }) => id,
    order: "up",
    stock: async ({ owner }) => {
      const insert = () => owner.post("/api/dashboard/catalog/works", { title: "Undertow" });
      for (let at = 0; at < 5; at += 1) await insert();
      return { path: "/api/dashboard/catalog/audit", query: {}, other: { from: "warning" }, count: 5, insert };
    },
  },
  listReleases: ofCatalog("releases", { title: "Night Swims", type: "ep" }),
  listRecordings: ofCatalog("recordings", { title: "Undertow" }),
  listWorks: ofCatalog("works", { title: "Undertow" }),
  listParties: ofCatalog("parties", { name: "Ana Ünal" }),
  // Whoever walks over it is in it too: to ask for it is to see the release.
  listReleaseAccess: {
    placeOf: ({ actor }) => actor,
    order: "down",
    stock: async ({ owner, world }) => {
      const path = "/api/dashboard/catalog/releases";
      const { id } = (await (await owner.post(path, { title: "Night Swims", type: "ep" })).json()) as { id: string };
      await owner.put(`${path}/${id}/embargo`, { until: "lift" });
      const insert = async () => (await world.as("editor")).get(`${path}/${id}`);
      for (let at = 0; at < 4; at += 1) await insert();
      return { path: `${path}/${id}/access-log`, query: {}, other: {}, count: 5, insert };
    },
  },
  listThreads: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner }) => {
      for (let at = 0; at < 5; at += 1) await newThread(owner);
      return { path: MESSAGES, query: {}, other: {}, count: 5, insert: () => newThread(owner) };
    },
  },
  listMessages: {
    placeOf: ({ seq }) => padded(seq),
    order: "up",
    stock: async ({ owner }) => {
      const { thread, insert } = await stockMessages(owner);
      return { path: `${MESSAGES}/${thread}/messages`, query: {}, other: { after: "1" }, count: 5, insert };
    },
  },
  searchMessages: {
    placeOf: ({ seq }) => padded(seq),
    order: "down",
    stock: async ({ owner }) => {
      const { insert } = await stockMessages(owner);
      return { path: `${MESSAGES}/search`, query: { q: "cover" }, other: { q: "the" }, count: 5, insert };
    },
  },
  listGuests: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner }) => {
      const path = `${MESSAGES}/${await newThread(owner)}/guests`;
      const insert = () => owner.post(path, { email: "ada@example.com" });
      for (let at = 0; at < 5; at += 1) await insert();
      return { path, query: {}, other: {}, count: 5, insert };
    },
  },
  listGuestMessages: {
    placeOf: ({ seq }) => padded(seq),
    order: "up",
    asPerson: true,
    stock: async (place) => {
      const path = await realPath(guestMessages, place);
      for (let at = 0; at < 3; at += 1) await place.person.post(path, { clientId: `${at}`, text: "Well" });
      const insert = () => place.person.post(path, { clientId: "more", text: "Well" });
      return { path, query: {}, other: { after: "1" }, count: 5, insert };
    },
  },
  listDecisions: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner, userId }) => {
      const response = await owner.post(MESSAGES, { subject: "Talk", participants: [userId] });
      const { id: thread } = (await response.json()) as { id: string };
      const insert = async () => {
        const { id: message } = (await (await say(owner, thread)).json()) as { id: string };
        await owner.post(`${MESSAGES}/${thread}/decisions`, { message, parties: [userId] });
      };
      for (let at = 0; at < 5; at += 1) await insert();
      return { path: `${MESSAGES}/decisions`, query: {}, other: { thread }, count: 5, insert };
    },
  },
  listGuestDecisions: {
    placeOf: ({ id }) => id,
    order: "down",
    asPerson: true,
    stock: async (place) => {
      const path = await realPath(guestDecisions, place);
      for (let at = 0; at < 5; at += 1) await newDecision(place);
      return { path, query: {}, other: {}, count: 5, insert: () => newDecision(place) };
    },
  },
  listConnectionRuns: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner, world }) => {
      const path = `${CONNECTIONS}/${await newConnection(world)}`;
      const insert = async () => {
        await owner.post(`${path}/sync`);
        await env.DB.prepare("UPDATE connection_runs SET status = 'failed' WHERE artist_id = ?")
          .bind(world.artistId)
          .run();
      };
      for (let at = 0; at < 4; at += 1) await insert();
      return { path: `${path}/runs`, query: {}, other: {}, count: 5, insert };
    },
  },
  listConnectionNotes: {
    placeOf: ({ day, kind, key }) => `${day} ${kind} ${key}`,
    order: "up",
    stock: async ({ world }) => {
      const id = await newConnection(world);
      const insert = (day: string, key: string) =>
        env.DB.prepare("INSERT INTO connection_notes VALUES (?, ?, ?, 'total_fell', ?, '{\"plays\":-1}')")
          .bind(world.artistId, id, day, key)
          .run();
      for (const key of ["a", "b", "c"]) await insert("2026-10-01", key);
      for (const key of ["a", "b"]) await insert("2026-10-02", key);
      const later = () => insert("2026-10-03", crypto.randomUUID());
      return { path: `${CONNECTIONS}/${id}/notes`, query: {}, other: {}, count: 5, insert: later };
    },
  },
  listApiKeys: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner }) => {
      await makeKeys(owner, 6);
      const insert = () => makeKeys(owner, 1);
      return { path: "/api/dashboard/team/api-keys", query: {}, other: {}, count: 7, insert };
    },
  },
  listMembers: {
    placeOf: ({ id }) => id,
    order: "up",
    stock: async ({ owner, world }) => {
      const insert = async () => world.join((await newPerson()).userId, "viewer");
      for (let at = 0; at < 6; at += 1) await insert();
      const team = (await (await owner.get("/api/dashboard/team")).json()) as { members: unknown[] };
      return { path: "/api/dashboard/team/members", query: {}, other: {}, count: team.members.length, insert };
    },
  },
  listAudit: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner, world }) => {
      await makeKeys(owner, 6);
      const key = (await (await owner.get("/api/me")).json()) as { id: string };
      const query = { actor: `key:${key.id}` };
      const insert = () => makeKeys(owner, 1);
      const other = { actor: `user:${world.artistId}` };
      return { path: "/api/dashboard/team/audit", query, other, count: 6, insert };
    },
  },
  listOrganisations: {
    placeOf: ({ id }) => id,
    order: "up",
    asPerson: true,
    stock: async ({ person }) => {
      const insert = () => person.post("/api/organisations", { name: "North Quay" });
      for (let at = 0; at < 5; at += 1) await insert();
      return { path: "/api/organisations", query: {}, other: {}, count: 5, insert };
    },
  },
  listOrganisationArtists: {
    placeOf: ({ id }) => id,
    order: "up",
    asPerson: true,
    stock: async ({ person }) => {
      const made = (await (await person.post("/api/organisations", { name: "North Quay" })).json()) as { id: string };
      const path = `/api/organisations/${made.id}/artists`;
      const insert = async () => {
        const world = await newWorld();
        await (await world.as("owner")).post("/api/dashboard/team/organisations", { organisationId: made.id });
        await person.post(`${path}/${world.artistId}/accept`);
      };
      for (let at = 0; at < 5; at += 1) await insert();
      return { path, query: {}, other: {}, count: 5, insert };
    },
  },
  listStatements: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner }) => {
      const insert = () => imported(owner, "a.tsv", newFile());
      for (let at = 0; at < 5; at += 1) await insert();
      const query = { source: "distrokid" };
      return { path: "/api/dashboard/statements", query, other: { source: "tunecore" }, count: 5, insert };
    },
  },
  listIdentities: {
    placeOf: ({ identity }) => identity,
    order: "up",
    stock: async ({ owner }) => {
      for (let at = 1; at <= 5; at += 1) await imported(owner, "a.tsv", uncodedFile(`of list ${at}`));
      const insert = () => imported(owner, "b.tsv", uncodedFile("of list 9"));
      const query = { filter: "unassigned" };
      return { path: "/api/dashboard/statements/unmatched", query, other: { filter: "all" }, count: 5, insert };
    },
  },
  listMappingTemplates: {
    placeOf: ({ id }) => id,
    order: "up",
    stock: async ({ owner }) => {
      let made = 0;
      const insert = () => {
        made += 1;
        const template = { name: `${made}`, header: ["Earned"], mapping: { columns: { Earned: "amount" } } };
        return owner.post("/api/dashboard/statements/templates", template);
      };
      for (let at = 0; at < 6; at += 1) await insert();
      return { path: "/api/dashboard/statements/templates", query: {}, other: {}, count: 6, insert };
    },
  },
  listStatementExports: {
    placeOf: ({ id }) => id,
    order: "down",
    stock: async ({ owner }) => {
      const path = "/api/dashboard/statements/exports";
      const insert = () => owner.post(path, { format: "csv", from: "2024-01", to: "2024-12" });
      for (let at = 0; at < 5; at += 1) await insert();
      return { path, query: {}, other: {}, count: 5, insert };
    },
  },
  listStatementLines: {
    placeOf: ({ line }) => padded(line),
    order: "up",
    stock: async ({ owner }) => {
      const { id } = await imported(owner, "a.tsv", distrokidFile(24, "lines"));
      const insert = () => imported(owner, "b.tsv", newFile());
      const path = `/api/dashboard/statements/${id}/lines`;
      return { path, query: { platform: "Spotify" }, other: { platform: "Deezer" }, count: 6, insert };
    },
  },
  getEarnings: {
    placeOf: ({ period, key }) => `${period} ${key}`,
    order: "up",
    stock: async ({ owner }) => {
      await imported(owner, "a.tsv", distrokidFile(24, "earnings"));
      const insert = () => imported(owner, "b.tsv", newFile());
      const query = { from: "2024-01", to: "2024-03", groupBy: "platform" };
      return { path: "/api/dashboard/earnings", query, other: { ...query, to: "2024-04" }, count: 12, insert };
    },
  },
  getStreams: {
    placeOf: ({ period }) => period,
    order: "up",
    stock: async ({ owner }) => {
      const query = { granularity: "day", from: "2024-01-01", to: "2024-01-09" };
      const insert = () => imported(owner, "b.tsv", newFile());
      return { path: "/api/dashboard/streams", query, other: { ...query, to: "2024-01-10" }, count: 9, insert };
    },
  },
  listPlayWindows: {
    placeOf: ({ statementId, key }) => `${statementId} ${key}`,
    order: "up",
    stock: async ({ owner }) => {
      const name = "songs_0000000000_2026-01-01_2026-10-31.csv";
      await imported(owner, name, fixture(name));
      const query = { from: "2026-01-01", to: "2026-12-31" };
      const insert = () => imported(owner, "songs_1_2026-11-01_2026-11-30.csv", fixture(name).slice(0, -20));
      return { path: "/api/dashboard/streams/windows", query, other: { ...query, to: "2026-11-30" }, count: 6, insert };
    },
  },
  getReconciliation: {
    placeOf: ({ period, key }) => `${period} ${key}`,
    order: "up",
    stock: async ({ owner }) => {
      await imported(owner, "a.tsv", distrokidFile(24, "reconciliation"));
      const insert = () => imported(owner, "b.tsv", newFile());
      const query = { from: "2024-01", to: "2024-03" };
      const path = "/api/dashboard/streams/reconciliation";
      return { path, query, other: { ...query, groupBy: "recording" }, count: 12, insert };
    },
  },
};

const lists = registeredOperations.filter(({ isList }) => isList);

it("every list of the API is walked here, and none that is gone", () => {
  expect(Object.keys(LISTS).sort()).toEqual(lists.map(({ operation }) => operation).sort());
});

for (const operation of lists) {
  describe(operation.operation, () => {
    const known = LISTS[operation.operation];
    if (known === undefined) return;
    const list: List = known;
    const callerOf = (place: Place) => (list.asPerson ? place.person : place.owner);

    const page = async (caller: Caller, { path, query }: Pick<Stock, "path" | "query">, more: object) => {
      const asked = new URLSearchParams({ ...query, ...(more as Record<string, string>) }).toString();
      return checked(await caller.get(`${path}?${asked}`), operation);
    };

    async function walk(
      caller: Caller,
      stock: Stock,
      limit: number,
      meanwhile?: () => Promise<unknown>,
    ): Promise<string[]> {
      const places: string[] = [];
      let cursor: string | null = null;
      for (let pages = 0; pages < 100; pages += 1) {
        const answer: Answer = await page(caller, stock, {
          limit: String(limit),
          ...(cursor === null ? {} : { cursor }),
        });
        expect(answer.status, answer.text).toBe(200);
        expect(answer.json.data.length).toBeLessThanOrEqual(limit);
        places.push(...answer.json.data.map(list.placeOf));
        cursor = answer.json.nextCursor;
        if (pages === 0) await meanwhile?.();
        if (cursor === null) return places;
      }
      throw new Error("the walk does not end");
    }

    it("comes in its order, and a walk with any limit meets everything once", async () => {
      const place = await newPlace();
      const stock = await list.stock(place);
      const whole = await page(callerOf(place), stock, {});
      expect(whole.json.nextCursor).toBeNull();
      const all: string[] = whole.json.data.map(list.placeOf);
      expect(all).toHaveLength(stock.count);
      expect(new Set(all).size).toBe(all.length);
      const sorted = [...all].sort();
      expect(all).toEqual(list.order === "up" ? sorted : sorted.reverse());
      for (const limit of [1, 2, 3, stock.count - 1, stock.count, stock.count + 1, 100]) {
        expect(await walk(callerOf(place), stock, limit), `limit ${limit}`).toEqual(all);
      }
    });

    it("what is added during a walk takes nothing from it and repeats nothing", async () => {
      const place = await newPlace();
      const stock = await list.stock(place);
      const before = await walk(callerOf(place), stock, 100);
      const met = await walk(callerOf(place), stock, 2, stock.insert);
      expect(new Set(met).size).toBe(met.length);
      expect(met.filter((each) => before.includes(each))).toEqual(before);
    });

    it("a limit out of its bounds is refused", async () => {
      const place = await newPlace();
      const stock = await list.stock(place);
      const { parameters = [] } = await documented(operation);
      const most = parameters.find(({ name }) => name === "limit")?.schema.maximum ?? 0;
      expect(most).toBeGreaterThanOrEqual(100);
      for (const limit of ["0", "-1", String(most + 1), "abc", "1.5", "", "1e1000"]) {
        const answer = await page(callerOf(place), stock, { limit });
        expect(answer, limit).toMatchObject({ status: 400, json: { code: "invalid_request" } });
        expect(answer.json.errors?.[0]?.path).toBe("query.limit");
      }
    });

    it("a cursor works for the very question it was given for, unaltered, and for no other", async () => {
      const place = await newPlace();
      const stock = await list.stock(place);
      const first = await page(callerOf(place), stock, { limit: "2" });
      const cursor = String(first.json.nextCursor);
      const refused = async (
        caller: Caller,
        more: Record<string, string>,
        of: Pick<Stock, "path" | "query"> = stock,
      ) => {
        const answer = await page(caller, of, { limit: "2", ...more });
        expect(answer, JSON.stringify(more)).toMatchObject({ status: 400, json: { code: "bad_cursor" } });
      };
      expect((await page(callerOf(place), stock, { limit: "3", cursor })).status).toBe(200);
      for (let at = 0; at < cursor.length; at += 1) {
        const altered = cursor.charAt(at) === "A" ? "B" : "A";
        await refused(callerOf(place), { cursor: cursor.slice(0, at) + altered + cursor.slice(at + 1) });
      }
      for (const other of ["x", cursor.slice(0, -4), `${cursor}AAAA`, `${cursor}=`, "💥", "A".repeat(5000)]) {
        await refused(callerOf(place), { cursor: other });
      }
      if (Object.keys(stock.other).length > 0) {
        await refused(callerOf(place), { cursor }, { path: stock.path, query: stock.other });
      }
      const stranger = await newPlace();
      const theirs = await list.stock(stranger);
      await refused(callerOf(stranger), { cursor }, theirs);
      for (const another of lists.filter((each) => each !== operation && !each.path.includes(":"))) {
        const caller = LISTS[another.operation]?.asPerson ? place.person : place.owner;
        const answer = await send(caller, another, another.path, { query: { cursor } });
        expect(answer, another.operation).toMatchObject({ status: 400, json: { code: "bad_cursor" } });
      }
    });
  });
}
