// The home of what a decision is: the words of a message that everybody named has signed.

import { hashSecret } from "../../identity/index.ts";
import type { Instant } from "../../kernel/time.ts";
import type { ActorId, ContextObject } from "../model.ts";

/** How many may be named to sign one decision. */
export const MAX_PARTIES = 50;

/** Where a decision can stand: open, signed by all, refused by one, or taken back. Only the first ever changes. */
export const DECISION_STATUSES = ["proposed", "decided", "declined", "withdrawn"] as const;
export type DecisionStatus = (typeof DECISION_STATUSES)[number];

/** What somebody named may say to a proposal. */
export const ANSWERS = ["signed", "declined"] as const;
export type Answer = (typeof ANSWERS)[number];

/** A file of the message: its bytes are signed by their checksum. */
export interface SignedFile {
  readonly filename: string;
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What is signed: the message as it stood when it was proposed, what its thread is about, and who is to sign. */
export interface DecisionContent {
  readonly thread: string;
  readonly message: string;
  readonly seq: number;
  readonly sender: ActorId;
  readonly text: string;
  readonly attachments: readonly SignedFile[];
  readonly context: ContextObject | null;
  /** People, by id, sorted. */
  readonly parties: readonly ActorId[];
}

/** What somebody said to a proposal. */
export interface PartyAnswer {
  readonly party: ActorId;
  readonly answer: Answer;
  readonly at: Instant;
}

/** A proposal, and the decision it becomes. */
export interface Decision {
  readonly artistId: string;
  readonly id: string;
  readonly status: DecisionStatus;
  readonly content: DecisionContent;
  /** The content in the one way in which it is written, and so hashed. */
  readonly canonical: string;
  /** SHA-256 of {@link canonical} in UTF-8, in hex. */
  readonly hash: string;
  readonly proposedBy: ActorId;
  readonly proposedAt: Instant;
  readonly endedAt: Instant | null;
  readonly answers: readonly PartyAnswer[];
}

/**
 * Writes a content in the one way in which it can be written: keys sorted, nothing between.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8785 JSON canonicalization; of numbers only whole ones occur, checked 2026-11
 */
export function canonicalOf(content: DecisionContent): string {
  return JSON.stringify(sorted(content));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** The hash that is signed. */
export function hashOf(canonical: string): string {
  return hashSecret(canonical);
}

/** Who has signed so far, in the order of the parties. */
export function signersOf({ content, answers }: Decision): ActorId[] {
  return content.parties.filter((party) => answers.some((each) => each.party === party && each.answer === "signed"));
}
