// The home of what is done alike to releases, recordings, works and parties: keep, list, change, remove.

import { ConstraintError, type Write } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { Problem } from "../../kernel/problems.ts";
import { findSecrets, hiddenFrom, requireShown } from "../embargo/secrets.ts";
import { type ItemFacts, type ItemKind, refused } from "./model.ts";
import {
  addItemStatements,
  changeItemStatements,
  findItem,
  type ItemRow,
  listCoded,
  listItems,
  listKinds,
  listUsers,
  removeItemStatements,
} from "./repository.ts";

/** Finds a thing of a kind. @throws Problem `not_found`, also for one that the caller may not know of */
export async function getItem(ctx: Ctx, kind: ItemKind, id: string): Promise<ItemRow> {
  const [row, secrets] = await Promise.all([findItem(ctx.db, ctx.scope, id), findSecrets(ctx)]);
  if (row?.kind !== kind) throw new Problem("not_found");
  requireShown(secrets, id);
  await secrets.note(kind, [id]);
  return row;
}

/** Tells whether there is a thing of a kind that the caller may know of. */
export async function hasItem(ctx: Ctx, kind: ItemKind, id: string): Promise<boolean> {
  const [row, secrets] = await Promise.all([findItem(ctx.db, ctx.scope, id), findSecrets(ctx)]);
  return row?.kind === kind && secrets.shows(id);
}

/** Which page of a list is asked for. */
export interface ItemQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Lists the things of a kind, newest first. */
export async function listItemPage(ctx: Ctx, kind: ItemKind, query: ItemQuery): Promise<Page<ItemRow>> {
  const binding = bindingOf(ctx.scope, `list ${kind}`, {});
  const [before] = readCursor(ctx, binding, query.cursor) ?? [];
  const asked = { kind, before: before === undefined ? null : String(before), hidden: hiddenFrom(ctx) };
  const [rows, secrets] = await Promise.all([listItems(ctx.db, ctx.scope, asked, query.limit), findSecrets(ctx)]);
  const page = pageFrom(ctx, binding, rows, query.limit, (row) => [row.id]);
  await secrets.note(
    `${kind}s`,
    page.data.map(({ id }) => id),
  );
  return page;
}

/**
 * Keeps a new thing, and those that came within it.
 *
 * @param within new things that it uses
 * @param along what else is written with it
 * @throws Problem `reference_unknown`, `code_taken`
 */
export async function createItem(
  ctx: Ctx,
  facts: ItemFacts,
  within: readonly ItemFacts[] = [],
  along: readonly Write[] = [],
): Promise<ItemRow> {
  await requireRoom(ctx, [...within, facts]);
  const row = newRow(ctx, facts);
  const writes = [...withinWrites(ctx, within), ...addItemStatements(ctx.db, row, usedIds(facts)), ...along];
  const jobs = recodedJobs(ctx, [...within, facts], []);
  const change = { writes, target: facts.id, after: afterOf(facts, within), jobs, result: row };
  await refusing(ctx, [...within, facts], commit(ctx, `${facts.kind}.create`, change));
  return row;
}

/**
 * Changes a thing, if it is in the version that is meant. What changes nothing leaves the version as it is.
 *
 * @param within new things that it uses from now on
 * @param along what else is written with it
 * @throws Problem `stale`, `reference_unknown`, `code_taken`
 */
export async function changeItem(
  ctx: Ctx,
  before: ItemRow,
  seen: SeenVersion,
  facts: ItemFacts,
  within: readonly ItemFacts[] = [],
  along: readonly Write[] = [],
): Promise<ItemRow> {
  refuseStale(seen, before.version);
  const row = { ...before, ...rowOf(facts), version: before.version + 1, updatedAt: ctx.now };
  if (row.document === before.document && row.deliveredAt === before.deliveredAt) return before;
  await requireRoom(ctx, [...within, facts]);
  const writes = [...withinWrites(ctx, within), ...changeItemStatements(ctx.db, row, usedIds(facts)), ...along];
  const documents = { before: JSON.parse(before.document), after: afterOf(facts, within) };
  const jobs = recodedJobs(ctx, within, [{ before, facts }]);
  const change = { writes, target: facts.id, ...documents, jobs, result: row };
  await refusing(ctx, [...within, facts], commit(ctx, `${facts.kind}.change`, change));
  return row;
}

/** How many of its users a refusal names. */
const USERS_NAMED = 5;

/**
 * Removes a thing, if it is in the version that is meant and nothing uses it.
 *
 * @param along what else is removed with it, before it
 * @throws Problem `stale`, `in_use`
 */
export async function deleteItem(
  ctx: Ctx,
  row: ItemRow,
  seen: SeenVersion,
  along: readonly Write[] = [],
): Promise<void> {
  refuseStale(seen, row.version);
  const users = await listUsers(ctx.db, ctx.scope, row.id, USERS_NAMED + 1);
  if (users.length > 0) {
    const named = users.slice(0, USERS_NAMED).map(({ id, kind, title }) => `the ${kind} "${title}" (${id})`);
    const more = users.length > USERS_NAMED ? " and others" : "";
    throw new Problem("in_use", { detail: `It is used by ${named.join(", ")}${more}.` });
  }
  const change = {
    writes: [...along, ...removeItemStatements(ctx.db, row)],
    target: row.id,
    before: JSON.parse(row.document),
    jobs: matchJobs(ctx, [codedAs(row)]),
  };
  await refusing(ctx, [], commit(ctx, `${row.kind}.delete`, change));
}

/** The columns of a thing. */
export function rowOf({ kind, id, title, artists, code, type, status, words, document, deliveredAt }: ItemFacts) {
  return {
    kind,
    id,
    title,
    artists,
    code: code?.value ?? null,
    type,
    status,
    words,
    document: JSON.stringify(document),
    deliveredAt,
  };
}

/** The row of a thing that is to be added. */
export function newRow(ctx: Ctx, facts: ItemFacts): ItemRow {
  const times = { createdAt: ctx.now, updatedAt: ctx.now };
  return { artistId: ctx.scope.artistId, ...rowOf(facts), version: 1, ...times };
}

/** A thing as it was read, and what it is to be. */
export interface ItemChange {
  readonly before: ItemRow;
  readonly facts: ItemFacts;
}

function withinWrites(ctx: Ctx, within: readonly ItemFacts[]) {
  return within.flatMap((facts) => addItemStatements(ctx.db, newRow(ctx, facts), usedIds(facts)));
}

function afterOf(facts: ItemFacts, within: readonly ItemFacts[]): object {
  if (within.length === 0) return facts.document;
  return { ...facts.document, created: within.map(({ id, document }) => ({ id, ...document })) };
}

/** A thing's code, as it is kept or as it is to be. */
interface Coded {
  readonly kind: string;
  readonly code: string | { readonly value: string } | null;
}

/** The ISRC of a recording; null of anything else. */
function codedAs({ kind, code }: Coded): string | null {
  if (kind !== "recording" || code === null) return null;
  return typeof code === "string" ? code : code.value;
}

/** The ISRCs that name something else, or nothing, through a change. */
export function codesMoved(before: Coded, after: Coded): (string | null)[] {
  const [was, is] = [codedAs(before), codedAs(after)];
  return was === is ? [] : [was, is];
}

/** Asks for the lines of statements to be matched with what the ISRCs of new and changed things name from now on. */
export function recodedJobs(ctx: Ctx, added: readonly ItemFacts[], changed: readonly ItemChange[]): JobRequest[] {
  const moved = changed.flatMap(({ before, facts }) => codesMoved(before, facts));
  return matchJobs(ctx, [...added.map(codedAs), ...moved]);
}

/** ISRCs that one job looks up. */
const CODES_PER_JOB = 500;

/** Asks for the lines of statements to be matched with what some ISRCs name from now on. */
export function matchJobs(ctx: Ctx, isrcs: readonly (string | null)[]): JobRequest[] {
  const codes = [...new Set(isrcs)].filter((isrc) => isrc !== null);
  const jobs: JobRequest[] = [];
  for (let from = 0; from < codes.length; from += CODES_PER_JOB) {
    const body = { artistId: ctx.scope.artistId, codes: codes.slice(from, from + CODES_PER_JOB) };
    jobs.push({ kind: "statement.match", body });
  }
  return jobs;
}

/** The ids of what a thing uses, each once. */
export function usedIds({ uses }: ItemFacts): string[] {
  return [...new Set(uses.map(({ id }) => id))];
}

/** What things to be kept meet in a catalog: whose codes are taken, and which of the things they use there are. */
export interface Surroundings {
  /** By kind and code. */
  readonly coded: Map<string, { readonly id: string; readonly title: string }>;
  /** The kind of each thing, by its id. */
  readonly kinds: Map<string, string>;
}

/** The place of a code in {@link Surroundings}: one code may name things of several kinds. */
export function codeKey(kind: string, code: string): string {
  return `${kind} ${code}`;
}

/** Looks up what some things would meet. One round trip; reads 1 row for each code and each use that is found. */
export async function surroundingsOf(ctx: Ctx, items: readonly ItemFacts[]): Promise<Surroundings> {
  const [coded, kinds]: [Surroundings["coded"], Surroundings["kinds"]] = [new Map(), new Map()];
  const byKind = Map.groupBy(items, ({ kind }) => kind);
  const codes = [...byKind].map(async ([kind, alike]) => {
    const asked = alike.flatMap(({ code }) => (code === null ? [] : [code.value]));
    if (asked.length === 0) return;
    for (const row of await listCoded(ctx.db, ctx.scope, kind, asked)) coded.set(codeKey(kind, row.code), row);
  });
  const used = [...new Set(items.flatMap(usedIds))];
  const uses = async () => {
    if (used.length === 0) return;
    for (const row of await listKinds(ctx.db, ctx.scope, used)) kinds.set(row.id, row.kind);
  };
  await Promise.all([...codes, uses()]);
  return { coded, kinds };
}

/**
 * Refuses a thing whose code another has, or that uses what there is not; one that passes is there for those after it.
 *
 * @throws Problem `code_taken`, `reference_unknown`
 */
export function settle(around: Surroundings, { id, kind, title, code, uses }: ItemFacts): void {
  const other = code === null ? undefined : around.coded.get(codeKey(kind, code.value));
  if (code !== null && other !== undefined && other.id !== id) {
    throw refused("code_taken", code.path, `${code.value} is the ${kind} "${other.title}" (${other.id})`);
  }
  const missing = uses.find((use) => around.kinds.get(use.id) !== use.kind || use.id === id);
  if (missing !== undefined) {
    throw refused("reference_unknown", missing.path, `there is no other ${missing.kind} "${missing.id}"`);
  }
  if (code !== null) around.coded.set(codeKey(kind, code.value), { id, title });
  around.kinds.set(id, kind);
}

/** @throws Problem `code_taken`, `reference_unknown` when one of these cannot be kept; each is there for those after it */
async function requireRoom(ctx: Ctx, items: readonly ItemFacts[]): Promise<void> {
  const around = await surroundingsOf(ctx, items);
  for (const item of items) settle(around, item);
}

/** Says in the words of the API what the database refused because of something that happened at the same time. */
async function refusing(ctx: Ctx, items: readonly ItemFacts[], change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (error.kind === "guard") throw new Problem("stale", { detail: "It was changed meanwhile.", cause: error });
    if (error.kind === "other") {
      throw new Problem("conflict", { detail: "What it uses, or what uses it, changed meanwhile.", cause: error });
    }
    await requireRoom(ctx, items);
    throw error;
  }
}
