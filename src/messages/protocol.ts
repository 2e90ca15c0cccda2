// The home of what the hub and those who speak to it say to each other: the Worker by calls, clients over sockets.

import { z } from "zod";
import type { ProblemCode } from "../kernel/problems.ts";
import { type Instant, instantToIso } from "../kernel/time.ts";
import type { DecisionStatus } from "./decisions/model.ts";
import type { UnreadThread } from "./digests/model.ts";
import { type ActorId, type Attachment, type ContextObject, MAX_TEXT, type Message, type Thread } from "./model.ts";

/** Who asks something of the hub, as the Worker has verified it on this very request. */
export interface HubCaller {
  readonly artistId: string;
  readonly id: ActorId;
  /** One of team's roles; "guest" for a person from outside, "system" for the service itself. */
  readonly role: string;
  /** What this caller may see: kinds as a whole by their names, and single things as `oneThing` writes them. */
  readonly sees: readonly string[];
  /** Things of those that they may not know of all the same. */
  readonly hidden: readonly string[];
  /** The releases their access is limited to; null for the whole artist. */
  readonly releases: readonly string[] | null;
  /** The one thread a guest may enter. */
  readonly only: string | null;
}

/** What the hub knows of a socket; it lies in the socket's attachment, so that it outlives the object's memory. */
export interface Seat extends HubCaller {
  /** The hash of the session that asked for the ticket; null for a key. */
  readonly session: string | null;
  /** When the access ends by itself. */
  readonly until: Instant | null;
}

/** Everything that can be asked of the hub: what goes in, and what comes out. */
export interface HubVerbs {
  createThread: {
    in: { subject: string; participants: readonly ActorId[]; context: ContextObject | null; claim: string | null };
    out: Thread;
  };
  listThreads: { in: { before: string | null; limit: number }; out: Thread[] };
  getThread: { in: { thread: string }; out: Thread };
  changeParticipants: { in: { thread: string; add: readonly ActorId[]; remove: readonly ActorId[] }; out: Thread };
  seatGuest: { in: { thread: string; actor: ActorId }; out: null };
  unseatGuest: { in: { thread: string; actor: ActorId }; out: null };
  listMessages: {
    in: { thread: string; after: number; changedAfter?: number | null; limit: number };
    out: Message[];
  };
  send: {
    in: { thread: string; clientId: string; text: string; attachments: readonly string[] };
    out: { message: Message; isNew: boolean };
  };
  edit: { in: { thread: string; message: string; text: string }; out: Message };
  remove: { in: { thread: string; message: string }; out: Message };
  read: { in: { thread: string; seq: number }; out: Thread };
  mute: { in: { thread: string; isMuted: boolean }; out: null };
  block: { in: { actor: ActorId; isBlocked: boolean }; out: null };
  search: { in: { query: string; before: number | null; limit: number }; out: { place: number; message: Message }[] };
  holdMessage: { in: { thread: string; message: string }; out: HeldMessage };
  listDecisions: { in: { thread: string | null; before: string | null; limit: number }; out: string[] };
  tellDecision: { in: { id: string; status: DecisionStatus; signed: readonly ActorId[] }; out: null };
  listUnread: { in: { after: Readonly<Record<string, number>>; until: Instant }; out: UnreadThread[] };
  addTicket: { in: { hash: string; seat: Seat; expiresAt: Instant }; out: null };
  reserveFile: { in: Attachment; out: null };
  keepFile: { in: { id: string }; out: null };
  linkFile: { in: { thread: string; id: string; hash: string; expiresAt: Instant }; out: null };
  openFile: { in: { hash: string }; out: Attachment };
  recheck: { in: { actor: ActorId | null }; out: number };
}

/** A message that stays as it is, under the id of the decision it is held for. */
export interface HeldMessage {
  readonly decision: string;
  readonly message: Message;
}

export type HubVerb = keyof HubVerbs;

/** An answer of the hub. A problem travels as data: an error would lose its class on the way. */
export type Outcome<T> =
  | { readonly value: T }
  | { readonly problem: { code: ProblemCode; detail: string | undefined; retryAfterSeconds: number | undefined } };

/** The hub as the Worker calls it. */
export interface HubCalls {
  ask<V extends HubVerb>(caller: HubCaller, verb: V, input: HubVerbs[V]["in"]): Promise<Outcome<HubVerbs[V]["out"]>>;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** The header in which the hub names the problem for which it refuses a socket. */
export const REFUSAL_HEADER = "x-hub-problem";

/** The longest frame a client may send, in characters. */
export const MAX_FRAME = 64 * 1024;

/** Why the hub closes a socket. */
export const CLOSE = {
  /** Access has ended or changed: ask for a new ticket, which may be refused. */
  accessChanged: 4403,
  tooLong: 1009,
  tooMany: 4429,
} as const;

const thread = z.string().min(1).max(64);
const clientId = z.string().min(1).max(64);
const message = z.string().min(1).max(64);
/** The words of a message. */
export const Text = z.string().trim().min(1).max(MAX_TEXT);

/** What a client may say over its socket. */
export const ClientFrame = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("send"),
    thread,
    clientId,
    text: Text,
    attachments: z.array(z.string().max(64)).max(10).default([]),
  }),
  z.strictObject({ type: z.literal("edit"), thread, message, text: Text }),
  z.strictObject({ type: z.literal("delete"), thread, message }),
  z.strictObject({ type: z.literal("read"), thread, seq: z.int().min(0) }),
  z.strictObject({ type: z.literal("typing"), thread }),
  z.strictObject({
    type: z.literal("resume"),
    thread,
    after: z.int().min(0),
    revision: z.int().min(0).nullable().default(null),
  }),
]);
export type ClientFrame = z.output<typeof ClientFrame>;

/** A message as clients get it. */
export function wireMessage(message: Message) {
  return {
    ...message,
    at: instantToIso(message.at),
    editedAt: isoOrNull(message.editedAt),
    deletedAt: isoOrNull(message.deletedAt),
    edits: message.edits.map(({ text, replacedAt }) => ({ text, replacedAt: instantToIso(replacedAt) })),
  };
}

/** A thread as clients get it. */
export function wireThread({ readSeq, isMuted, ...thread }: Thread) {
  return {
    ...thread,
    readSeq,
    isMuted,
    createdAt: instantToIso(thread.createdAt),
    lastMessageAt: isoOrNull(thread.lastMessageAt),
  };
}

function isoOrNull(at: Instant | null): string | null {
  return at === null ? null : instantToIso(at);
}

/** What the hub says over a socket. */
export type ServerFrame =
  | { type: "hello"; user: ActorId; threads: ReturnType<typeof wireThread>[]; online: readonly ActorId[] }
  | ({ type: "message" } & ReturnType<typeof wireMessage>)
  | {
      type: "decision";
      id: string;
      thread: string;
      message: string;
      status: DecisionStatus;
      signed: readonly ActorId[];
    }
  | { type: "ack"; clientId: string; thread: string; id: string; seq: number; at: string }
  | { type: "read"; thread: string; user: ActorId; seq: number }
  | { type: "typing"; thread: string; user: ActorId }
  | { type: "presence"; user: ActorId; isOnline: boolean }
  | { type: "thread"; id: string; isGone: boolean }
  /** What was missed has been sent, up to `seq`; `isMore` asks to resume again from there. */
  | { type: "resumed"; thread: string; seq: number; revision: number; isMore: boolean }
  | { type: "error"; code: string; detail?: string; clientId?: string; thread?: string; retryAfterSeconds?: number };

/** What happened in a thread, to be told to those who take part. */
export interface Told {
  readonly thread: string;
  readonly frame: ServerFrame;
  /** Whose words these are; whoever has blocked them is told `hidden` instead, or nothing. */
  readonly by: ActorId;
  readonly hidden?: ServerFrame;
  /** Told to nobody but these. */
  readonly only?: readonly ActorId[];
}

/** How far a client has come in a thread. */
export interface Place {
  readonly seq: number;
  /** Null when it keeps none. */
  readonly revision: number | null;
}

/** Reads `thr_…:7,thr_…:12:3`, how far a client has come in its threads; null when it is not that. */
export function readAfter(text: string): Map<string, Place> | null {
  const places = new Map<string, Place>();
  for (const part of text === "" ? [] : text.split(",")) {
    const [, id, seq, revision] = /^(thr_[0-9a-z]{26}):(\d{1,15})(?::(\d{1,15}))?$/.exec(part) ?? [];
    if (id === undefined) return null;
    places.set(id, { seq: Number(seq), revision: revision === undefined ? null : Number(revision) });
  }
  return places;
}
