// The home of talking in tests: teams with threads, and clients that keep what a socket says as a dashboard would.
import { env, exports } from "cloudflare:workers";
import { type Caller, newPerson, newWorld, ORIGIN, until, type World } from "./world.ts";

export const MESSAGES = "/api/dashboard/team/messages";

/** A message as the API gives it. */
export interface MessageBody {
  id: string;
  thread: string;
  seq: number;
  sender: string;
  clientId: string;
  text: string | null;
  attachments: { id: string; filename: string; type: string; sizeBytes: number }[];
  mentions: string[];
  editedAt: string | null;
  deletedAt: string | null;
  revision: number;
  edits: { text: string; replacedAt: string }[];
  decision: string | null;
}

/** A thread as the API gives it. */
export interface ThreadBody {
  id: string;
  subject: string;
  context: { kind: string; id: string } | null;
  participants: string[];
  guests: string[];
  lastSeq: number;
  lastRevision: number;
  readSeq: number;
  unread: number;
  isMuted: boolean;
}

/** One frame of the hub. */
export type Frame = { type: string } & Partial<MessageBody> & {
    code?: string;
    user?: string;
    online?: string[];
    threads?: ThreadBody[];
    isMore?: boolean;
    isOnline?: boolean;
    isGone?: boolean;
    status?: string;
    signed?: string[];
    message?: string;
    retryAfterSeconds?: number;
  };

/** A member of a team, with a session. */
export interface Member {
  readonly id: string;
  readonly email: string;
  readonly caller: Caller;
}

/** An artist with people in the roles given, the first of them its owner. */
export async function newTeam(...roles: Parameters<World["as"]>[0][]): Promise<{ world: World; people: Member[] }> {
  const world = await newWorld();
  const people = await Promise.all(
    roles.map(async (role) => {
      const { userId, email, caller } = await newPerson();
      await world.join(userId, role);
      return { id: userId, email, caller };
    }),
  );
  return { world, people };
}

/** The one at a place; a test that counts wrongly says so. */
export function at<T>(things: readonly T[], index: number): T {
  const thing = things[index];
  if (thing === undefined) throw new Error(`there is no number ${index}`);
  return thing;
}

/** Opens a thread. */
export async function newThread(
  caller: Caller,
  participants: readonly string[] = [],
  more: Record<string, unknown> = {},
): Promise<ThreadBody> {
  const response = await caller.post(MESSAGES, { subject: "Cover", participants, ...more });
  if (response.status !== 201) throw new Error(`thread: ${response.status} ${await response.text()}`);
  return response.json();
}

let said = 0;

/** Sends a message over HTTP. */
export async function say(
  caller: Caller,
  thread: string,
  text: string,
  more: Record<string, unknown> = {},
): Promise<MessageBody> {
  said += 1;
  const response = await caller.post(`${MESSAGES}/${thread}/messages`, { clientId: `said ${said}`, text, ...more });
  if (response.status !== 201) throw new Error(`message: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Everything a thread holds, as one reader sees it. */
export async function listAll(caller: Caller, thread: string): Promise<MessageBody[]> {
  const all: MessageBody[] = [];
  for (let after = 0; ; after = at(all, all.length - 1).seq) {
    const response = await caller.get(`${MESSAGES}/${thread}/messages?limit=100&after=${after}`);
    const { data } = (await response.json()) as { data: MessageBody[] };
    all.push(...data);
    if (data.length < 100) return all;
  }
}

/** A thread as one reader sees it. */
export async function showThread(caller: Caller, thread: string): Promise<ThreadBody> {
  return (await caller.get(`${MESSAGES}/${thread}`)).json();
}

/** The object of an artist's team, to be looked into or put to sleep. */
export function hubOf(artistId: string) {
  return env.HUB.getByName(artistId);
}

/** A ticket of a caller. */
export async function ticketOf(caller: Caller, path = `${MESSAGES}/ticket`): Promise<string> {
  const response = await caller.post(path);
  if (response.status !== 201) throw new Error(`ticket: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { ticket: string }).ticket;
}

/** Asks for a socket with a ticket. */
export function knock(
  ticket: string,
  after = "",
  headers: Record<string, string> = {},
  frames?: "lines",
): Promise<Response> {
  const query = new URLSearchParams({ ticket, after, ...(frames === undefined ? {} : { frames }) });
  return exports.default.fetch(
    new Request(`${ORIGIN}${MESSAGES}/socket?${query}`, { headers: { upgrade: "websocket", ...headers } }),
  );
}

/** One end of a socket. */
export interface Client {
  readonly socket: WebSocket;
  readonly frames: Frame[];
  /** How it was closed, once it is. */
  closed: { code: number; reason: string } | null;
  say(frame: Record<string, unknown>): void;
  /** Waits for a frame that fits, among those heard already too. */
  hear(what: string, fits: (frame: Frame) => boolean, timeoutMs?: number): Promise<Frame>;
}

/** Opens a socket, one that hears several frames in one text if asked, and waits for its greeting. */
export async function connect(caller: Caller, after = "", path?: string, lines?: "lines"): Promise<Client> {
  const response = await knock(await ticketOf(caller, path), after, {}, lines);
  const socket = response.webSocket;
  if (socket === null) throw new Error(`socket: ${response.status} ${await response.text()}`);
  const frames: Frame[] = [];
  const client: Client = {
    socket,
    frames,
    closed: null,
    say: (frame) => socket.send(JSON.stringify(frame)),
    hear: (what, fits, timeoutMs) => until(what, async () => frames.find(fits) ?? null, timeoutMs),
  };
  socket.addEventListener("message", ({ data }) => {
    if (data === "pong") return;
    const texts = lines === undefined ? [String(data)] : String(data).split("\n");
    for (const text of texts) frames.push(JSON.parse(text));
  });
  socket.addEventListener("close", ({ code, reason }) => {
    client.closed = { code, reason };
  });
  socket.accept();
  await client.hear("hello", ({ type }) => type === "hello");
  return client;
}
