// The home of what releases, recordings, works and parties have in common: a document, a version, a code, and who uses whom.

import { Problem, type ProblemCode } from "../../kernel/problems.ts";
import type { Instant } from "../../kernel/time.ts";
import { foldWords } from "../search/model.ts";

/** The kinds of things in a catalog. */
export const ITEM_KINDS = ["release", "recording", "work", "party"] as const;

/** One kind of {@link ITEM_KINDS}. */
export type ItemKind = (typeof ITEM_KINDS)[number];

/** That a thing uses another, and where its body says so. */
export interface Use {
  readonly kind: ItemKind;
  readonly id: string;
  readonly path: string;
}

/** What is kept of a thing: its document, and what it is found, listed and kept unique by. */
export interface ItemFacts {
  readonly kind: ItemKind;
  readonly id: string;
  readonly title: string;
  /** As displayed. */
  readonly artists: string;
  /** The code that names this thing and no other of the artist. */
  readonly code: { readonly value: string; readonly path: string } | null;
  readonly type: string | null;
  readonly status: string | null;
  /** What it is found by: folded, one space between words. */
  readonly words: string;
  readonly document: object;
  /** When it was first delivered to a store; null before. */
  readonly deliveredAt: Instant | null;
  readonly uses: readonly Use[];
}

/** The most words that one thing is found by. */
const MOST_WORDS = 200;

/** The words that a thing is found by, of texts that name it. */
export function wordsOf(...texts: readonly (string | null)[]): string {
  return [...new Set(foldWords(texts.join(" ")))].slice(0, MOST_WORDS).join(" ");
}

/** What a request says of a thing: some of its fields. */
export type Said<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Lays what was said over what there is; a field that was not said stays. */
export function merged<T extends object>(before: T, said: Said<T>): T {
  const spoken = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(spoken) };
}

/** Which code is read, and how it is refused. */
export interface CodeField {
  readonly name: string;
  readonly problem: ProblemCode;
  /** Where the request says it, as in `body.upc`. */
  readonly path: string;
}

/**
 * Reads a code as it was written, as far as one was said.
 *
 * @returns the code as kept and compared
 * @throws Problem of the field when it is none
 */
export function readCode<T extends string | null | undefined>(
  text: T,
  parse: (text: string) => string | null,
  field: CodeField,
): T | string {
  if (typeof text !== "string") return text;
  const code = parse(text);
  if (code === null) throw refused(field.problem, field.path, `"${text}" is no ${field.name}`);
  return code;
}

/** A refusal of one field of a request. */
export function refused(problem: ProblemCode, path: string, message: string): Problem {
  return new Problem(problem, { detail: `${path}: ${message}.`, errors: [{ path, code: problem, message }] });
}

/** The parties that credits name, as uses. */
export function partyUses(path: string, credits: readonly { readonly partyId: string | null }[]): Use[] {
  return credits.flatMap(({ partyId }, at) =>
    partyId === null ? [] : [{ kind: "party", id: partyId, path: `${path}.${at}.partyId` } as const],
  );
}

/** The document of a thing, as its noun wrote it: a row is only ever written from the facts of its kind. */
export function documentOf<T>(row: { readonly document: string }): T {
  return JSON.parse(row.document);
}
