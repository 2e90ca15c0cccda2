// The home of what the conformance suites need beside the registry: real things to name in a path, and raw bodies.
import { env } from "cloudflare:workers";
import { registeredOperations } from "../../src/app.ts";
import { settingsOf } from "../../src/env.ts";
import type { Operation } from "../../src/http/endpoint.ts";
import { hashSecret } from "../../src/identity/index.ts";
import { makeId } from "../../src/kernel/id.ts";
import { offToken } from "../../src/messages/digests/model.ts";
import type { Role } from "../../src/team/index.ts";
import { MEDIA, MEDIA_QUERY, newRelease } from "../harness/catalog.ts";
import { distrokidFile } from "../harness/files.ts";
import { type DocumentedOperation, faultsOf, type OpenApi } from "../harness/schema.ts";
import { agree, standIn } from "../harness/spotify.ts";
import { connect } from "../harness/stores.ts";
import {
  atRest,
  bytes,
  type Caller,
  imported,
  newPerson,
  newWorld,
  nobody,
  until,
  type World,
} from "../harness/world.ts";
import { createStores } from "../simulator/stores.mjs";

/** An artist with an owner who has a session, and an owner's key. */
export interface Place {
  readonly world: World;
  readonly person: Caller;
  readonly userId: string;
  readonly owner: Caller;
}

/** Makes an artist with its owner. */
export async function newPlace(): Promise<Place> {
  const [world, { userId, caller }] = await Promise.all([newWorld(), newPerson()]);
  const [owner] = await Promise.all([world.as("owner"), world.join(userId, "owner")]);
  return { world, userId, person: caller, owner };
}

let files = 0;

/** A file whose bytes no other test has. */
export function newFile(lines = 3): string {
  files += 1;
  return distrokidFile(lines, `${files}`);
}

/** The only part of an upload that the suites open. */
const PART = "Reporting Date\tSale Month\tStore\r\n";

async function openUpload(owner: Caller, sizeBytes: number): Promise<string> {
  const response = await owner.post("/api/dashboard/statements/uploads", { filename: "part.tsv", sizeBytes });
  return ((await response.json()) as { id: string }).id;
}

/** A file with one line that names its recording by title alone. */
export function uncodedFile(mark: string): string {
  const [header = "", line = ""] = distrokidFile(1, mark).split("\r\n");
  const cells = line.split("\t");
  return [header, cells.with(4, `Song ${mark}`).with(5, "").with(6, "").join("\t"), ""].join("\r\n");
}

/** A file that no format claims, under the header of the mapper's example. */
export function unknownFile(): string {
  files += 1;
  const header = "Month,Shop,Country,ISRC,Title,Plays,Earned";
  return `${header}\n2026-05,Spotify,US,QZAB12400101,Undertow,${files},0.044884783538\n`;
}

/** Asks for the export that the operation's example asks for, and waits until it is written. */
async function writtenExport(owner: Caller): Promise<{ id: string; url: string | null }> {
  const order = { format: "csv", from: "2024-01", to: "2024-12" };
  const response = await owner.post("/api/dashboard/statements/exports", order);
  const { id } = (await response.json()) as { id: string };
  return until(`export ${id} to be ready`, async () => {
    const body = await (await owner.get(`/api/dashboard/statements/exports/${id}`)).json();
    const { status, url } = body as { status: string; url: string | null };
    return status === "ready" ? { id, url } : null;
  });
}

/** A person beside the place's own, who belongs to its artist. */
async function newMember(place: Place, role: Role = "viewer"): Promise<string> {
  const { userId } = await newPerson();
  return place.world.join(userId, role);
}

/** Makes an organisation that the place's person owns. */
async function newOrganisation({ person }: Place): Promise<string> {
  const response = await person.post("/api/organisations", { name: "Tidewater Records" });
  return ((await response.json()) as { id: string }).id;
}

/** Makes a thing of the catalog. */
async function newItem({ owner }: Place, plural: string, input: object): Promise<string> {
  return ((await (await owner.post(`/api/dashboard/catalog/${plural}`, input)).json()) as { id: string }).id;
}

/** The delivery of the release the path before named, so that one path names two things that belong together. */
let lastDelivery = "";

/** A release that a store was asked to take. */
async function newSentRelease({ owner }: Place): Promise<string> {
  const { id, deliveries } = await newRelease(owner, { stores: ["deezer"] });
  lastDelivery = deliveries["deezer"] ?? "";
  return id;
}

async function newEmbargoed(place: Place): Promise<string> {
  const id = await newItem(place, "releases", { title: "Night Swims", type: "ep" });
  await place.owner.put(`/api/dashboard/catalog/releases/${id}/embargo`, { until: "lift" });
  return id;
}

/** Uploads artwork to a new release. */
async function newArtwork(place: Place): Promise<string> {
  const id = await newItem(place, "releases", { title: "Night Swims", type: "ep" });
  const response = await place.owner.send("POST", `/api/dashboard/catalog/releases/${id}/artwork?${MEDIA_QUERY.png}`, {
    body: MEDIA.png,
    headers: { "content-length": String(MEDIA.png.length) },
  });
  return ((await response.json()) as { id: string }).id;
}

/** A private link's token for artwork of somebody's. */
async function newMediaToken(): Promise<string> {
  const place = await newPlace();
  const response = await place.owner.get(`/api/dashboard/catalog/media/${await newArtwork(place)}/link`);
  const { url } = (await response.json()) as { url: string };
  return url.slice(url.indexOf("=") + 1);
}

/** The secret of a subscribed calendar of somebody's. */
async function newFeedToken(): Promise<string> {
  const { owner } = await newPlace();
  const response = await owner.post("/api/dashboard/catalog/calendar/feeds", { name: "Releases" });
  const { url } = (await response.json()) as { url: string };
  return url.slice(url.indexOf("=") + 1);
}

/** Makes a batch that changed something. */
async function newBatch(place: Place): Promise<string> {
  const items = [{ id: await newItem(place, "recordings", { title: "Undertow" }), version: 1, set: { title: "Tow" } }];
  const response = await place.owner.post("/api/dashboard/catalog/batch", { items });
  return ((await response.json()) as { id: string }).id;
}

/** Makes a batch that waits for its job, which never comes. */
async function newWaitingBatch({ world }: Place): Promise<string> {
  const [id, now] = [makeId("batch", Date.now(), bytes(10)), Date.now()];
  await env.DB.prepare(
    "INSERT INTO catalog_batches (artist_id, id, status, mode, total, done, applied, skipped, failed, created_by, created_at) " +
      "VALUES (?, ?, 'queued', 'partial', 0, 0, 0, 0, 0, 'test', ?)",
  )
    .bind(world.artistId, id, now)
    .run();
  return id;
}

/** A catalogue whose bytes no other test has, of so many releases. */
export function newCatalogue(releases = 1): string {
  files += 1;
  const rows = Array.from({ length: releases }, (_, at) => `Night Swims ${files}.${at},Undertow\n`);
  return `release_title,track_title\n${rows.join("")}`;
}

/** Imports a catalogue and waits until it is carried out. */
export async function newImport(owner: Caller, releases = 1): Promise<string> {
  const path = "/api/dashboard/catalog/imports";
  const headers = { "content-type": "text/csv" };
  const response = await owner.send("POST", path, { body: newCatalogue(releases), headers });
  const { id } = (await response.json()) as { id: string };
  return until(`import ${id} to be done`, async () => {
    const { status } = (await (await owner.get(`${path}/${id}`)).json()) as { status: string };
    return status === "done" ? id : null;
  });
}

let addresses = 0;

/** An address nobody else has. */
export function newAddress(): string {
  addresses += 1;
  return `invited-${addresses}-${Date.now()}@example.com`;
}

/** Makes an invitation of the place's person to another artist, and the secret its mail would hold. */
async function newInvitationToken({ userId }: Place): Promise<string> {
  const [elsewhere, host] = await Promise.all([newWorld(), newPerson()]);
  await elsewhere.join(host.userId, "owner");
  const token = makeId("session", Date.now(), bytes(10));
  const user = await env.DB.prepare("SELECT email FROM users WHERE id = ?").bind(userId).first<{ email: string }>();
  const now = Date.now();
  await env.DB.prepare(
    "INSERT INTO invitations (artist_id, id, email, role, scope_json, invited_by, created_at, expires_at, token_hash, " +
      "mailed_at) VALUES (?, ?, ?, 'viewer', ?, ?, ?, ?, ?, ?)",
  )
    .bind(
      elsewhere.artistId,
      makeId("invitation", now, bytes(10)),
      user?.email ?? "",
      JSON.stringify({ kind: "artist" }),
      `user:${host.userId}`,
      now,
      now + 60_000,
      hashSecret(token),
      now,
    )
    .run();
  return token;
}

const MESSAGES = "/api/dashboard/team/messages";

/** A thread of a place's person, its owner's key and a colleague, with a message of the person and a file in another. */
interface Talk {
  readonly thread: string;
  readonly message: string;
  readonly attachment: string;
  readonly colleague: string;
}

const talks = new WeakMap<Place, Promise<Talk>>();

/** The one talk of a place: what stands in a path must belong together. */
function talkOf(place: Place): Promise<Talk> {
  const known = talks.get(place) ?? newTalk(place);
  talks.set(place, known);
  return known;
}

async function newTalk({ world, person, owner, userId }: Place): Promise<Talk> {
  const headers = { "artist-id": world.artistId };
  const { userId: colleague } = await newPerson();
  await world.join(colleague, "editor");
  const idOf = async (response: Response) => ((await response.json()) as { id: string }).id;
  const thread = await idOf(await owner.post(MESSAGES, { subject: "Talk", participants: [userId, colleague] }));
  const file = { body: "Cover, back", headers: { ...headers, "content-length": "11" } };
  const attachment = await idOf(await person.send("POST", `${MESSAGES}/attachments?filename=cover.txt`, file));
  const messages = `${MESSAGES}/${thread}/messages`;
  await person.post(messages, { clientId: "file", text: "Here it is", attachments: [attachment] }, headers);
  const message = await idOf(await person.post(messages, { clientId: "words", text: "Well?" }, headers));
  return { thread, message, attachment, colleague };
}

/** The words of a new message of a place's talk, and who is to sign them: the place's own person. */
async function newProposal(place: Place): Promise<{ message: string; parties: string[] }> {
  const { thread } = await talkOf(place);
  said += 1;
  const words = { clientId: `proposal ${said}`, text: "It is this one" };
  const headers = { "artist-id": place.world.artistId };
  const response = await place.person.post(`${MESSAGES}/${thread}/messages`, words, headers);
  return { message: ((await response.json()) as { id: string }).id, parties: [place.userId] };
}

let said = 0;

/** Proposes a new message of a place's talk. */
export async function newDecision(place: Place): Promise<{ id: string; hash: string }> {
  const { thread } = await talkOf(place);
  const headers = { "artist-id": place.world.artistId };
  const response = await place.person.post(`${MESSAGES}/${thread}/decisions`, await newProposal(place), headers);
  return response.json();
}

/** The decision that the body just made answers, so that body and path belong together. */
let answered: string | null = null;

async function newAnswer(place: Place): Promise<{ answer: string; hash: string }> {
  const { id, hash } = await newDecision(place);
  answered = id;
  return { answer: "signed", hash };
}

async function decisionOf(place: Place): Promise<string> {
  const known = answered;
  answered = null;
  return known ?? (await newDecision(place)).id;
}

/** The token of an invitation of a place's person into the place's own talk. */
async function newInvitation(place: Place): Promise<string> {
  const { thread } = await talkOf(place);
  const [token, now] = [makeId("session", Date.now(), bytes(10)), Date.now()];
  await env.DB.prepare(
    "INSERT INTO message_guests (artist_id, id, thread_id, email, token_hash, invited_by, created_at, expires_at) " +
      "SELECT ?, ?, ?, email, ?, 'test', ?, ? FROM users WHERE id = ?",
  )
    .bind(
      place.world.artistId,
      makeId("guest", now, bytes(10)),
      thread,
      hashSecret(token),
      now,
      now + 60_000,
      place.userId,
    )
    .run();
  return token;
}

/** Makes an organisation that somebody else owns, and has it propose itself to the place's artist. */
async function newSuitor(place: Place): Promise<string> {
  const { caller } = await newPerson();
  const organisation = await newOrganisation({ ...place, person: caller });
  await caller.post(`/api/organisations/${organisation}/artists`, { artistId: place.world.artistId });
  return organisation;
}

/** Makes a request for support access to the place's artist. */
async function newSupportRequest({ world }: Place): Promise<string> {
  const operator = await newPerson("operators.test");
  const path = `/api/support/artists/${world.artistId}/requests`;
  const response = await operator.caller.post(path, { reason: "July looks wrong", hours: 1 });
  return ((await response.json()) as { id: string }).id;
}

/** The organisation whose artist the path before named, so that one path names two things that belong together. */
let lastOrganisation = "";

/** A ticket for a socket of somebody's. */
async function newTicket(): Promise<string> {
  const response = await (await newPlace()).owner.post(`${MESSAGES}/ticket`);
  return ((await response.json()) as { ticket: string }).ticket;
}

/** A private link's token for a file of somebody's. */
async function newFileToken(): Promise<string> {
  const place = await newPlace();
  const { thread, attachment } = await talkOf(place);
  const response = await place.owner.get(`${MESSAGES}/${thread}/attachments/${attachment}`);
  const { url } = (await response.json()) as { url: string };
  return url.slice(url.indexOf("=") + 1);
}

/** The run of the connection that the path before named. */
let lastRun = "";

/** Connects a store whose first run is over. */
export async function newConnection(world: World): Promise<string> {
  const id = await connect(await world.ctx(), createStores(), "soundcloud");
  await env.DB.prepare("UPDATE connection_runs SET status = 'succeeded' WHERE connection_id = ?").bind(id).run();
  const run = await env.DB.prepare("SELECT id FROM connection_runs WHERE connection_id = ?")
    .bind(id)
    .first<{ id: string }>();
  lastRun = run?.id ?? "";
  return id;
}

/** Makes a real thing for a path parameter. The key is the part of the path that names it; the longest that fits wins. */
export const THINGS: Readonly<Record<string, (place: Place) => Promise<string>>> = {
  "/statements/:id": async ({ owner }) => (await imported(owner, "statement.tsv", newFile())).id,
  "/statements/:id/commit": async ({ owner }) => {
    const response = await owner.upload("preview.tsv", newFile(), "&preview=true");
    const { id } = (await response.json()) as { id: string };
    return (await atRest(owner, id, true)).id;
  },
  "/statements/uploads/:id": async ({ owner }) => openUpload(owner, PART.length),
  "/statements/uploads/:id/complete": async ({ owner }) => {
    const file = newFile();
    const id = await openUpload(owner, new TextEncoder().encode(file).byteLength);
    await owner.send("PUT", `/api/dashboard/statements/uploads/${id}/parts/1`, { body: file });
    return id;
  },
  "/statements/exports/:id": async ({ owner }) => (await writtenExport(owner)).id,
  "/exports/:token": async ({ owner }) =>
    String((await writtenExport(owner)).url)
      .split("/")
      .at(-1) ?? "",
  "/parts/:part": async () => "1",
  "/statements/:id/mapping": async ({ owner }) => (await imported(owner, "unknown.csv", unknownFile())).id,
  "/statements/templates/:id": async ({ owner }) => {
    files += 1;
    const template = {
      name: `thing ${files}`,
      header: ["Month", "Earned"],
      mapping: { columns: { Earned: "amount" } },
    };
    return ((await (await owner.post("/api/dashboard/statements/templates", template)).json()) as { id: string }).id;
  },
  "/lines/:line": async () => "2",
  "/unmatched/:identity": async ({ owner }) => {
    files += 1;
    await imported(owner, "uncoded.tsv", uncodedFile(`${files}`));
    return `Song ${files} (Glass Harbor)`;
  },
  "/catalog/releases/:id": (place) => newItem(place, "releases", { title: "Night Swims", type: "ep" }),
  "/catalog/releases/:id/versions": async ({ owner }) => (await newRelease(owner, { status: "live" })).id,
  "/catalog/releases/:id/deliveries": newSentRelease,
  "/deliveries/:delivery": async () => lastDelivery,
  "/versions/:number": async () => "1",
  "/catalog/releases/:id/embargo": newEmbargoed,
  "/catalog/media/:media": newArtwork,
  "/catalog/milestones/:milestone": async (place) => {
    const id = await newItem(place, "releases", { title: "Night Swims", type: "ep" });
    const said = { name: "Shoot the video", date: "2026-10-10" };
    const response = await place.owner.post(`/api/dashboard/catalog/releases/${id}/milestones`, said);
    return ((await response.json()) as { data: { id: string }[] }).data[0]?.id ?? "";
  },
  "/catalog/milestone-templates/:template": (place) =>
    newItem(place, "milestone-templates", { name: "Plan", milestones: [{ name: "Announce", offsetDays: -7 }] }),
  "/catalog/calendar/feeds/:feed": (place) => newItem(place, "calendar/feeds", { name: "Releases" }),
  "/catalog/recordings/:id": (place) => newItem(place, "recordings", { title: "Undertow" }),
  "/catalog/works/:id": (place) => newItem(place, "works", { title: "Undertow" }),
  "/catalog/parties/:id": (place) => newItem(place, "parties", { name: "Ana Ünal" }),
  "/catalog/batch/:id": newBatch,
  "/catalog/batch/:id/cancel": newWaitingBatch,
  "/catalog/imports/:id": ({ owner }) => newImport(owner),
  "/team/api-keys/:id": async ({ owner }) => {
    const response = await owner.post("/api/dashboard/team/api-keys", { name: "thing", role: "viewer" });
    return ((await response.json()) as { id: string }).id;
  },
  "/integrations/connections/:id": async ({ owner }) => {
    const response = await owner.post("/api/dashboard/integrations/connections", { provider: "spotify" });
    return ((await response.json()) as { id: string }).id;
  },
  "/integrations/:provider/callback": async () => "spotify",
  "/integrations/connections/:id/": async ({ world }) => newConnection(world),
  "/runs/:run": async () => lastRun,
  "/me/sessions/:id": async ({ userId }) => {
    const id = makeId("session", Date.now(), bytes(10));
    await env.DB.prepare(
      "INSERT INTO sessions (token_hash, id, user_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    )
      .bind(hashSecret(id), id, userId, Date.now(), Date.now() + 60_000)
      .run();
    return id;
  },
  "/team/members/:id": (place) => newMember(place),
  // To withdraw an offer, or to offer anew: both find one standing.
  "/team/members/:id/ownership": async (place) => {
    const id = await newMember(place);
    await place.person.post(`/api/dashboard/team/members/${id}/ownership`, undefined, {
      "artist-id": place.world.artistId,
    });
    return id;
  },
  "/me/memberships/:id/ownership": async ({ userId }) => {
    const [elsewhere, host] = await Promise.all([newWorld(), newPerson()]);
    const [id] = await Promise.all([elsewhere.join(userId, "manager"), elsewhere.join(host.userId, "owner")]);
    await host.caller.post(`/api/dashboard/team/members/${id}/ownership`);
    return id;
  },
  "/team/invitations/:id": async ({ owner }) => {
    const response = await owner.post("/api/dashboard/team/invitations", { email: newAddress(), role: "viewer" });
    return ((await response.json()) as { id: string }).id;
  },
  "/team/organisations/:organisation": newSuitor,
  "/team/reviews/:id": async ({ owner }) => {
    const response = await owner.post("/api/dashboard/team/api-keys", { name: "unused", role: "viewer" });
    return ((await response.json()) as { id: string }).id;
  },
  "/team/support-requests/:id": newSupportRequest,
  "/support/artists/:artist": async ({ userId }) => {
    await env.DB.prepare("UPDATE users SET email = ? WHERE id = ?").bind(`${userId}@operators.test`, userId).run();
    return (await newWorld()).artistId;
  },
  "/organisations/:id": async (place) => {
    lastOrganisation = await newOrganisation(place);
    return lastOrganisation;
  },
  "/organisations/:id/members/:member": async () => {
    const [{ userId }, id] = [await newPerson(), makeId("membership", Date.now(), bytes(10))];
    await env.DB.prepare(
      "INSERT INTO organisation_members (organisation_id, id, user_id, role, created_at) VALUES (?, ?, ?, 'label', 0)",
    )
      .bind(lastOrganisation, id, userId)
      .run();
    return id;
  },
  "/organisations/:id/invitations/:invitation": async ({ person }) => {
    const path = `/api/organisations/${lastOrganisation}/invitations`;
    const response = await person.post(path, { email: newAddress(), role: "label" });
    return ((await response.json()) as { id: string }).id;
  },
  "/organisations/:id/artists/:artist": async () => {
    const world = await newWorld();
    const proposal = { organisationId: lastOrganisation };
    await (await world.as("owner")).post("/api/dashboard/team/organisations", proposal);
    return world.artistId;
  },
  "/auth/invitations/:token": newInvitationToken,
  "/team/messages/:thread": async (place) => (await talkOf(place)).thread,
  "/messages/:message": async (place) => (await talkOf(place)).message,
  "/attachments/:attachment": async (place) => (await talkOf(place)).attachment,
  "/decisions/:decision": decisionOf,
  "/team/messages/blocks/:actor": async (place) => {
    const { colleague } = await talkOf(place);
    await place.person.put(`${MESSAGES}/blocks/${colleague}`, undefined, { "artist-id": place.world.artistId });
    return colleague;
  },
  "/guests/:guest": async (place) => {
    const { thread } = await talkOf(place);
    const response = await place.owner.post(`${MESSAGES}/${thread}/guests`, { email: "ada@example.com" });
    return ((await response.json()) as { id: string }).id;
  },
  "/messages/guest/:thread": async (place) => {
    await place.person.post(`/api/messages/guest/invitations/${await newInvitation(place)}`);
    return (await talkOf(place)).thread;
  },
  "/messages/guest/invitations/:token": newInvitation,
  "/me/email/:token": async ({ userId }) => {
    const token = makeId("session", Date.now(), bytes(10));
    const now = Date.now();
    await env.DB.batch([
      env.DB.prepare("UPDATE users SET email = NULL WHERE id = ?").bind(userId),
      env.DB.prepare(
        "INSERT INTO email_links (token_hash, email, created_at, expires_at, user_id) VALUES (?, ?, ?, ?, ?)",
      ).bind(hashSecret(token), `${token.slice(-10)}@example.com`, now, now + 60_000, userId),
    ]);
    return token;
  },
  "/digests/off/:token": async ({ userId }) => offToken(settingsOf(env).signingKey, userId),
  "/auth/email/:token": async () => {
    const token = makeId("session", Date.now(), bytes(10));
    const now = Date.now();
    await env.DB.prepare("INSERT INTO email_links (token_hash, email, created_at, expires_at) VALUES (?, ?, ?, ?)")
      .bind(hashSecret(token), `${token.slice(-10)}@example.com`, now, now + 60_000)
      .run();
    return token;
  },
};

/** What stands in a path where a real id would: well-formed, and nobody's. */
export const MISSING: Readonly<Record<string, string>> = {
  "/statements/:id": "stm_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/statements/uploads/:id": "upl_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/statements/exports/:id": "exp_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/exports/:token": "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ",
  "/parts/:part": "1",
  "/statements/templates/:id": "tpl_0000000000n8w2e4r6t8y0b1c3",
  "/lines/:line": "2",
  "/unmatched/:identity": "Nobody's Song (None)",
  "/catalog/releases/:id": "rel_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/deliveries/:delivery": "dlv_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/versions/:number": "1",
  "/catalog/media/:media": "med_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/catalog/milestones/:milestone": "mil_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/catalog/milestone-templates/:template": "pln_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/catalog/calendar/feeds/:feed": "fed_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/catalog/recordings/:id": "rec_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/catalog/works/:id": "wrk_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/catalog/parties/:id": "pty_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/catalog/batch/:id": "bat_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/catalog/imports/:id": "imp_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/team/api-keys/:id": "key_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/integrations/connections/:id": "con_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/integrations/:provider/callback": "spotify",
  "/runs/:run": "run_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/me/sessions/:id": "ses_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/team/members/:id": "mem_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/me/memberships/:id": "mem_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/team/invitations/:id": "inv_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/team/organisations/:organisation": "org_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/team/reviews/:id": "key_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/team/support-requests/:id": "sup_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/support/artists/:artist": "art_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/organisations/:id": "org_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/organisations/:id/members/:member": "mem_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/organisations/:id/invitations/:invitation": "inv_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/organisations/:id/artists/:artist": "art_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/auth/invitations/:token": "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ",
  "/team/messages/:thread": "thr_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/messages/:message": "msg_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/attachments/:attachment": "att_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/decisions/:decision": "dec_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/team/messages/blocks/:actor": "usr_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/guests/:guest": "gst_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/messages/guest/:thread": "thr_01k9v3m6s0n8w2e4r6t8y0b1c3",
  "/digests/off/:token": "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ",
  "/messages/guest/invitations/:token": "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ",
  "/me/email/:token": "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ",
  "/auth/email/:token": "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ",
};

/** Bodies that must name something real, or something that is there once: made for a place when the path is. */
const BODIES: Readonly<Record<string, (place: Place) => Promise<object>>> = {
  requestAddress: async ({ userId }) => {
    await env.DB.prepare("UPDATE users SET email = NULL WHERE id = ?").bind(userId).run();
    return { email: newAddress() };
  },
  acceptInvitation: async (place) => ({ token: await newInvitationToken(place) }),
  changeCatalog: async (place) => ({
    dryRun: false,
    mode: "partial",
    items: [{ id: await newItem(place, "recordings", { title: "Undertow" }), version: 1, set: { title: "Tow" } }],
  }),
  proposeDecision: newProposal,
  answerDecision: newAnswer,
  answerGuestDecision: newAnswer,
  inviteMember: async () => ({ email: newAddress(), role: "viewer" }),
  proposeOrganisation: async () => ({ organisationId: makeId("organisation", Date.now(), bytes(10)) }),
};

const bodies = new Map<string, object>();

/** The body of an operation's example, or the one made with the latest real path of it. */
export function bodyOf(operation: Operation): unknown {
  return bodies.get(operation.operation) ?? operation.example.body;
}

/** What of a request is not in its operation's example: a body that is not JSON, a secret that works, a header. */
interface Raw {
  readonly query: string;
  readonly body?: BodyInit;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

/** Requests that an example cannot say. */
export const RAW: Readonly<Record<string, () => Raw | Promise<Raw>>> = {
  uploadAttachment: () => ({ query: "", body: "Cover", type: "text/plain", headers: { "content-length": "5" } }),
  openMessageSocket: async () => ({ query: `?ticket=${await newTicket()}`, headers: { upgrade: "websocket" } }),
  downloadAttachment: async () => ({ query: `?token=${await newFileToken()}` }),
  uploadStatement: () => ({ query: "?filename=raw.tsv", body: newFile(), type: "application/octet-stream" }),
  uploadArtwork: () => ({
    query: `?${MEDIA_QUERY.png}`,
    body: MEDIA.png,
    type: "image/png",
    headers: { "content-length": String(MEDIA.png.length) },
  }),
  uploadAudio: () => ({
    query: `?${MEDIA_QUERY.flac}`,
    body: MEDIA.flac,
    type: "audio/flac",
    headers: { "content-length": String(MEDIA.flac.length) },
  }),
  downloadMedia: async () => ({ query: `?token=${await newMediaToken()}` }),
  readCalendarFeed: async () => ({ query: `?token=${await newFeedToken()}` }),
  createCatalogImport: () => ({ query: "?filename=raw.csv", body: newCatalogue(), type: "text/csv" }),
  sendStatementUploadPart: () => ({ query: "", body: PART, type: "application/octet-stream" }),
};

/** Requests that need something to have happened: who comes back from Spotify has been there, who unlinks has linked. */
export const PREPARED: Readonly<Record<string, (place: Place) => Promise<How>>> = {
  // A program must show who it is; a browser that does not is mailed a link to sign in with.
  acceptGuestInvitation: async () => ({ headers: { accept: "text/html" } }),
  unlinkSpotify: async ({ userId }) => {
    await env.DB.prepare("INSERT INTO sign_in_accounts VALUES ('spotify', ?1, ?1, ?2)").bind(userId, Date.now()).run();
    return {};
  },
  finishSpotifySignIn: async () => {
    const response = await nobody.get("/api/auth/spotify/login");
    return arrivalFrom(response, String(response.headers.get("location")), "");
  },
  finishConnection: async ({ person, world }) => {
    const named = { "artist-id": world.artistId };
    const response = await person.post("/api/dashboard/integrations/connections", { provider: "spotify" }, named);
    const { authorizeUrl } = (await response.json()) as { authorizeUrl: string };
    return arrivalFrom(response, authorizeUrl, `${person.headers["cookie"]}; `);
  },
};

async function arrivalFrom(response: Response, authorizeUrl: string, cookies: string): Promise<How> {
  const back = new URL(await agree(standIn(), authorizeUrl));
  const attempt = response.headers.getSetCookie()[0]?.split(";", 1)[0];
  return { headers: { cookie: `${cookies}${attempt}` }, query: Object.fromEntries(back.searchParams) };
}

/** Finds what stands for a parameter of a path. */
export function fixtureOf<T>(kept: Readonly<Record<string, T>>, path: string, parameter: string): T {
  const fitting = Object.keys(kept)
    .filter((key) => path.includes(key) && parametersOf(key).at(-1) === parameter)
    .sort((one, other) => other.length - one.length);
  const found = fitting[0] === undefined ? undefined : kept[fitting[0]];
  if (found === undefined)
    throw new Error(`no fixture for :${parameter} of ${path}: add one to conformance/fixtures.ts`);
  return found;
}

/** The parameters of a path. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map((match) => String(match[1]));
}

/** A path with its parameters filled in. */
export function filled(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(values[name] ?? ""));
}

/** The path of an operation that names real things of an artist. */
export async function realPath(operation: Operation, place: Place): Promise<string> {
  const values: Record<string, string> = {};
  const body = await BODIES[operation.operation]?.(place);
  if (body !== undefined) bodies.set(operation.operation, body);
  for (const name of parametersOf(operation.path)) {
    values[name] = await fixtureOf(THINGS, operation.path, name)(place);
  }
  return filled(operation.path, values);
}

/** The path of an operation that names what does not exist. */
export function missingPath(operation: Operation): string {
  const names = parametersOf(operation.path);
  return filled(
    operation.path,
    Object.fromEntries(names.map((name) => [name, fixtureOf(MISSING, operation.path, name)])),
  );
}

/** How a request differs from the operation's own example. */
export interface How {
  readonly headers?: Record<string, string>;
  readonly query?: Readonly<Record<string, string>>;
  /** The whole body as text; without it, the example. */
  readonly body?: string;
  readonly type?: string;
}

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What of a JSON answer the suites look at; empty when there is none. */
  readonly json: Partial<ProblemAnswer> & ListAnswer;
}

/** The parts of a problem that the suites look at. */
export interface ProblemAnswer {
  readonly code: string;
  readonly errors: readonly { readonly path: string }[];
}

/** The parts of a list and of its items that the suites look at. */
export interface ListAnswer {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/** What tells the place of an item in its list; each list has some of it. */
export interface Item {
  readonly day: string;
  readonly kind: string;
  readonly id: string;
  readonly line: number;
  readonly period: string;
  readonly key: string | null;
  readonly identity: string;
  readonly statementId: string;
  readonly seq: number;
  readonly actor: string;
}

/** Sends an operation's example, or what differs from it, and holds the answer to what every answer promises. */
export async function send(caller: Caller, operation: Operation, path: string, how: How = {}): Promise<Answer> {
  const raw = await RAW[operation.operation]?.();
  const given = Object.fromEntries(new URLSearchParams(raw?.query));
  const query = new URLSearchParams({ ...operation.example.query, ...given, ...how.query }).toString();
  const body = how.body ?? raw?.body ?? (operation.hasJsonBody ? JSON.stringify(bodyOf(operation)) : undefined);
  const type = how.type ?? raw?.type ?? "application/json";
  const response = await caller.send(operation.method.toUpperCase(), query === "" ? path : `${path}?${query}`, {
    headers: {
      ...(body === undefined ? {} : { "content-type": type }),
      ...(operation.needsIfMatch ? { "if-match": "*" } : {}),
      ...raw?.headers,
      ...how.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return checked(response, operation);
}

let document: Promise<OpenApi> | null = null;

/** The OpenAPI document as it is served. */
export function served(): Promise<OpenApi> {
  document ??= nobody.get("/openapi.json").then((response) => response.json());
  return document;
}

/** An operation as it is documented. */
export async function documented(operation: Operation): Promise<DocumentedOperation> {
  const path = operation.path.replace(/:(\w+)/g, "{$1}");
  const found = (await served()).paths[path]?.[operation.method];
  if (found === undefined) throw new Error(`${operation.operation} is not in the document`);
  return found;
}

const INSIDES =
  /SQLITE|D1_ERROR|constraint failed|no such (table|column)|\n\s+at |\.tsx?:\d|node_modules|SELECT .* FROM/;

/** Holds an answer to what every answer promises, and to what its operation declares. */
export async function checked(response: Response, operation: Operation | null): Promise<Answer> {
  const { status, headers, webSocket } = response;
  webSocket?.accept();
  webSocket?.close();
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const about = `${operation?.operation ?? response.url} answered ${status} ${text.slice(0, 300)}`;
  const faults: string[] = [];
  const holds = (what: string, isSo: boolean) => {
    if (!isSo) faults.push(what);
  };
  const requestId = headers.get("x-request-id") ?? "";
  const cache = headers.get("cache-control") ?? "";
  holds("it has a request id", /^req_[0-9a-z]{26}$/.test(requestId));
  holds("HSTS of a year", /max-age=(\d+)/.exec(headers.get("strict-transport-security") ?? "")?.[1] === "31536000");
  holds("nosniff", headers.get("x-content-type-options") === "nosniff");
  // With "no-referrer" a browser would say `Origin: null` of our own pages' forms.
  holds("no referrer to others", headers.get("referrer-policy") === "same-origin");
  holds("a content policy", headers.get("content-security-policy")?.startsWith("default-src 'none'") === true);
  holds("no framing", headers.get("content-security-policy")?.includes("frame-ancestors 'none'") === true);
  holds("not cached by others", /no-store/.test(cache) || (cache === "private, no-cache" && headers.has("etag")));
  holds("no cross-origin reading", !headers.has("access-control-allow-origin"));
  holds("no insides", !INSIDES.test(text));
  holds("never a fault of ours", status < 500);
  for (const cookie of headers.getSetCookie()) holds(`a safe cookie, not ${cookie}`, isSafeCookie(cookie));

  const isJson = /json/.test(headers.get("content-type") ?? "");
  const json = isJson && text !== "" ? JSON.parse(text) : null;
  const openApi = await served();
  const declared = operation === null ? null : (await documented(operation)).responses[String(status)];
  holds("a declared status", declared !== undefined);
  if (status >= 400 && text !== "") {
    holds("problem+json", headers.get("content-type") === "application/problem+json");
    holds("its own id", json?.instance === requestId);
    holds("its own status", json?.status === status);
    holds("a type that explains it", json?.type === `/docs/problems#${json?.code}`);
    const problem = openApi.components.schemas["Problem"];
    if (problem !== undefined) faults.push(...faultsOf(openApi, problem, json));
  } else if (json !== null && declared !== null) {
    const shape = declared?.content?.["application/json"]?.schema;
    if (shape === undefined) faults.push("a JSON body that is not declared");
    else faults.push(...faultsOf(openApi, shape, json));
  }
  if (faults.length > 0) throw new Error(`${about}\nfails: ${faults.join("; ")}`);
  return { status, headers, text, json: { data: [], nextCursor: null, ...json } };
}

function isSafeCookie(cookie: string): boolean {
  const parts = cookie.split(";").map((part) => part.trim().toLowerCase());
  const needs = ["path=/", "secure", "httponly", "samesite=lax"];
  const isHostBound = parts[0]?.startsWith("__host-") === true && !parts.some((part) => part.startsWith("domain"));
  return isHostBound && needs.every((need) => parts.includes(need));
}

/** An answer without what is different each time: the request's id and the place in the database. */
export function comparable({ status, headers, text }: Answer): string {
  const id = headers.get("x-request-id") ?? "";
  const kept = [...headers].filter(([name]) => name !== "x-request-id" && name !== "x-d1-bookmark");
  return JSON.stringify({ status, headers: kept.sort(), text: id === "" ? text : text.replaceAll(id, "req") });
}

/** The operations that ask for something of their caller. */
export const guarded = registeredOperations.filter((operation) => operation.access !== "public");

/** The operations about one artist's data. */
export const ofArtist = registeredOperations.filter((operation) => operation.access === "artist");

/** The operations that change something. */
export const writes = guarded.filter((operation) => operation.method !== "get");
