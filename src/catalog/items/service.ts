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
  await requireFree(ctx, [...within, facts]);
  await requireUsed(ctx, [...within, facts]);
  const row = newRow(ctx, facts);
  const writes = [...withinWrites(ctx, within), ...addItemStatements(ctx.db, row, usedIds(facts)), ...along];
  const jobs = matchJobs(ctx, [...within, facts].map(codedAs));
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
  await requireFree(ctx, [...within, facts]);
  await requireUsed(ctx, [...within, facts]);
  const writes = [...withinWrites(ctx, within), ...changeItemStatements(ctx.db, row, usedIds(facts)), ...along];
  const documents = { before: JSON.parse(before.document), after: afterOf(facts, within) };
  const codes = before.code === row.code ? [] : [codedAs(before), codedAs(row)];
  const jobs = matchJobs(ctx, [...codes, ...within.map(codedAs)]);
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

function rowOf({ kind, id, title, artists, code, type, status, words, document, deliveredAt }: ItemFacts) {
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

function newRow(ctx: Ctx, facts: ItemFacts): ItemRow {
  const times = { createdAt: ctx.now, updatedAt: ctx.now };
  return { artistId: ctx.scope.artistId, ...rowOf(facts), version: 1, ...times };
}

function withinWrites(ctx: Ctx, within: readonly ItemFacts[]) {
  return within.flatMap((facts) => addItemStatements(ctx.db, newRow(ctx, facts), usedIds(facts)));
}

function afterOf(facts: ItemFacts, within: readonly ItemFacts[]): object {
  if (within.length === 0) return facts.document;
  return { ...facts.document, created: within.map(({ id, document }) => ({ id, ...document })) };
}

/** The ISRC of a recording; null of anything else. */
function codedAs({ kind, code }: { kind: string; code: string | { value: string } | null }): string | null {
  if (kind !== "recording" || code === null) return null;
  return typeof code === "string" ? code : code.value;
}

/** ISRCs that one job looks up. */
const CODES_PER_JOB = 500;

/** Asks for the lines of statements to be matched with what some ISRCs name from now on. */
function matchJobs(ctx: Ctx, isrcs: readonly (string | null)[]): JobRequest[] {
  const codes = [...new Set(isrcs)].filter((isrc) => isrc !== null);
  const jobs: JobRequest[] = [];
  for (let from = 0; from < codes.length; from += CODES_PER_JOB) {
    const body = { artistId: ctx.scope.artistId, codes: codes.slice(from, from + CODES_PER_JOB) };
    jobs.push({ kind: "statement.match", body });
  }
  return jobs;
}

function usedIds({ uses }: ItemFacts): string[] {
  return [...new Set(uses.map(({ id }) => id))];
}

/** @throws Problem `code_taken` when another thing has the code of one of these, or two of these have one */
async function requireFree(ctx: Ctx, items: readonly ItemFacts[]): Promise<void> {
  const kinds = Map.groupBy(items, ({ kind }) => kind);
  for (const [kind, alike] of kinds) {
    const codes = alike.flatMap(({ code }) => (code === null ? [] : [code.value]));
    if (codes.length === 0) continue;
    const taken = new Map((await listCoded(ctx.db, ctx.scope, kind, codes)).map((row) => [row.code, row]));
    for (const { id, code, title } of alike) {
      if (code === null) continue;
      const other = taken.get(code.value);
      if (other !== undefined && other.id !== id) {
        throw refused("code_taken", code.path, `${code.value} is the ${kind} "${other.title}" (${other.id})`);
      }
      taken.set(code.value, { id, code: code.value, title });
    }
  }
}

/** @throws Problem `reference_unknown` when one of these uses what does not exist */
async function requireUsed(ctx: Ctx, items: readonly ItemFacts[]): Promise<void> {
  const own = items.map(({ id, kind }) => ({ id: String(id), kind: String(kind) }));
  const uses = items.flatMap((item) => item.uses.map((use) => ({ ...use, by: item.id })));
  const asked = [...new Set(uses.map(({ id }) => id))].filter((id) => !own.some((item) => item.id === id));
  const found = asked.length === 0 ? [] : await listKinds(ctx.db, ctx.scope, asked);
  const kinds = new Map([...found, ...own].map(({ id, kind }) => [id, kind]));
  const missing = uses.find((use) => kinds.get(use.id) !== use.kind || use.id === use.by);
  if (missing !== undefined) {
    throw refused("reference_unknown", missing.path, `there is no other ${missing.kind} "${missing.id}"`);
  }
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
    await requireFree(ctx, items);
    throw error;
  }
}
