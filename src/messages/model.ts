// The home of what a team's talk is made of: threads, messages, attachments, and what may be done with them.

import { encodeBase64urlNoPadding } from "@oslojs/encoding";
import { decodeCursor, encodeCursor } from "../kernel/cursor.ts";
import { isId } from "../kernel/id.ts";
import type { Instant } from "../kernel/time.ts";

/** The longest a message may be, in characters. */
export const MAX_TEXT = 8000;
/** How many may take part in one thread. */
export const MAX_PARTICIPANTS = 200;
/** How many files one message may carry. */
export const MAX_ATTACHMENTS = 10;
/** How large a file may be. */
export const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** How long after sending a message its sender may still change its words. */
export const EDIT_WINDOW_MS = 15 * 60 * 1000;
/** How many messages one person may send within {@link SEND_WINDOW_MS}. */
export const SENDS_PER_WINDOW = 30;
export const SEND_WINDOW_MS = 10_000;
/** How long a ticket for a socket works; it works once. */
export const TICKET_LIFE_MS = 30_000;
/** How long a private link to an attachment works. */
export const LINK_LIFE_MS = 15 * 60 * 1000;
/** How long an upload that no message carries is kept. */
export const UNSENT_FILE_LIFE_MS = 24 * 60 * 60 * 1000;
/** Random bytes in tickets and links. */
export const SECRET_BYTES = 32;

/** The kinds of things a thread can be about. */
export const OBJECT_KINDS = ["release", "recording", "statement"] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** What a thread is about. */
export interface ContextObject {
  readonly kind: ObjectKind;
  readonly id: string;
}

/** Writes one thing as a member of what somebody may see. */
export function oneThing({ kind, id }: ContextObject): string {
  return `${kind} ${id}`;
}

/** What somebody may see: kinds and single things, and which of those they may not know of all the same. */
export interface Sight {
  readonly sees: readonly string[];
  readonly hidden: readonly string[];
}

/** Tells whether who may see such kinds and things may see what a thread is about. */
export function isSeen({ sees, hidden }: Sight, context: ContextObject | null): boolean {
  if (context === null) return true;
  return (sees.includes(context.kind) || sees.includes(oneThing(context))) && !hidden.includes(context.id);
}

/** Who takes part: a person, or a program by its key. */
export type ActorId = string;

/** Tells whether a text can name someone who takes part. */
export function isActorId(text: string): boolean {
  return isId("user", text) || isId("apiKey", text);
}

/** A thread as one participant sees it. */
export interface Thread {
  readonly id: string;
  readonly subject: string;
  /** Null when it is about nothing in particular. */
  readonly context: ContextObject | null;
  readonly participants: readonly ActorId[];
  readonly guests: readonly ActorId[];
  readonly createdBy: ActorId;
  readonly createdAt: Instant;
  readonly lastSeq: number;
  /** How many changes and deletions there have been. */
  readonly lastRevision: number;
  readonly lastMessageAt: Instant | null;
  /** How far this participant has read. */
  readonly readSeq: number;
  /** Messages of others after that. */
  readonly unread: number;
  readonly isMuted: boolean;
}

/** A file that a message carries. */
export interface Attachment {
  readonly id: string;
  readonly filename: string;
  readonly type: string;
  readonly sizeBytes: number;
}

/** What a message said before it was changed. */
export interface Edit {
  readonly text: string;
  /** When these words were replaced. */
  readonly replacedAt: Instant;
}

/** One message. A deleted one keeps its place and nothing else. */
export interface Message {
  readonly id: string;
  readonly thread: string;
  /** Its place in the thread: 1, 2, 3… without a gap. */
  readonly seq: number;
  readonly sender: ActorId;
  readonly clientId: string;
  /** Null when it was deleted, or when the reader has blocked its sender. */
  readonly text: string | null;
  readonly attachments: readonly Attachment[];
  readonly mentions: readonly ActorId[];
  readonly at: Instant;
  readonly editedAt: Instant | null;
  readonly deletedAt: Instant | null;
  /** Which of the thread's changes was the last one of this message: 0 for none. */
  readonly revision: number;
  readonly edits: readonly Edit[];
  /** The decision it is proposed for or has become; it stays as it is for as long. */
  readonly decision: string | null;
}

const MENTION = /@((?:usr|key)_[0-9a-hjkmnp-tv-z]{26})/g;

/** Lists whom a text mentions, as `@usr_…`, each once. */
export function mentionsIn(text: string): ActorId[] {
  return [...new Set([...text.matchAll(MENTION)].flatMap(([, id]) => (id === undefined ? [] : [id])))];
}

/** Takes the words of a message away, for whom has blocked its sender; its place stays, so that nothing looks lost. */
export function hidden(message: Message): Message {
  return { ...message, text: null, attachments: [], mentions: [], edits: [] };
}

/** What a search asks for: every word of it, the last one as far as it is typed. Null when it has no word. */
export function searchOf(query: string): string | null {
  const words = query.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return null;
  return words.map((word, at) => `"${word}"${at === words.length - 1 ? "*" : ""}`).join(" ");
}

/**
 * Tells when one more message may be sent, by the moment of the oldest that still counts.
 *
 * @param oldestAt when the {@link SENDS_PER_WINDOW}th last message was sent, or null
 * @returns how many seconds to wait; 0 for not at all
 */
export function waitSeconds(oldestAt: Instant | null, now: Instant): number {
  return oldestAt === null ? 0 : Math.max(0, Math.ceil((oldestAt + SEND_WINDOW_MS - now) / 1000));
}

/** Where an attachment's bytes lie in R2. Nothing a person typed is in it. */
export function fileKey(artistId: string, id: string): string {
  return `artists/${artistId}/messages/${id}`;
}

/** Writes random bytes as a secret. */
export function secretFrom(random: Uint8Array): string {
  return encodeBase64urlNoPadding(random);
}

/** What a ticket or a link may be for. */
export type SecretUse = "ticket" | "file";

/**
 * Writes a secret together with the artist whose object knows it. It is signed, so that nobody can have an object looked
 * for that is no artist's.
 */
export function addressSecret(key: Uint8Array, use: SecretUse, artistId: string, secret: string): string {
  return encodeCursor(key, `messages.${use}`, [artistId, secret]);
}

/** Reads such a secret back; null when it was not written here. */
export function readSecret(key: Uint8Array, use: SecretUse, text: string): { artistId: string; secret: string } | null {
  try {
    const [artistId, secret] = decodeCursor(key, `messages.${use}`, text);
    return { artistId: String(artistId), secret: String(secret) };
  } catch {
    return null;
  }
}
