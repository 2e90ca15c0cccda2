// The home of looking at versions, comparing them, and giving an old one back as a new draft.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { alongRelease } from "../calendar/dates.ts";
import { storesHaving } from "../deliveries/model.ts";
import { listDeliveriesOf } from "../deliveries/repository.ts";
import { documentOf, type ItemFacts } from "../items/model.ts";
import { changeItemStatements, type ItemRow } from "../items/repository.ts";
import { getItem } from "../items/service.ts";
import { recordingFacts } from "../recordings/model.ts";
import { type ReleaseDocument, releaseFacts } from "../releases/model.ts";
import { type WorkDocument, workFacts } from "../works/model.ts";
import { canonicalJson, type Json } from "./canonical.ts";
import { readContents, type Snapshot, snapshotOf, textOf } from "./contents.ts";
import { diff, type FieldChange } from "./diff.ts";
import { requireOpen } from "./model.ts";
import { findVersion, listItemsOf, listVersions, type VersionHead, type VersionRow } from "./repository.ts";

/** How many versions of a release are listed. */
const MOST_VERSIONS = 500;

/** The versions of a release, and how its draft stands to them. */
export interface VersionList {
  readonly draft: { readonly version: number; readonly sha256: string; readonly equals: number | null };
  readonly released: readonly (VersionHead & { readonly stores: readonly string[] })[];
}

/** Lists what was sent of a release, which stores have it, and whether the draft is still the same. @throws Problem `not_found` */
export async function listReleaseVersions(ctx: Ctx, id: string): Promise<VersionList> {
  const row = await getItem(ctx, "release", id);
  const [contents, versions, deliveries] = await Promise.all([
    readContents(ctx, row),
    listVersions(ctx.db, ctx.scope, id, MOST_VERSIONS),
    listDeliveriesOf(ctx.db, ctx.scope, id),
  ]);
  const { sha256 } = textOf(snapshotOf(contents));
  const having = [...storesHaving(deliveries)];
  return {
    draft: { version: row.version, sha256, equals: versions.find((each) => each.sha256 === sha256)?.number ?? null },
    released: versions.map((head) => ({
      ...head,
      stores: having.filter(([, number]) => number === head.number).map(([store]) => store),
    })),
  };
}

/** Finds one version of a release. @throws Problem `not_found` */
export async function getVersion(ctx: Ctx, id: string, number: number): Promise<VersionRow> {
  await getItem(ctx, "release", id);
  return mustFind(await findVersion(ctx.db, ctx.scope, id, number));
}

/** What is compared: the draft, what was sent last, or a version by its number. */
export type Revision = "draft" | "released" | number;

/** Says what differs between two states of a release. @throws Problem `not_found` when there is no such version */
export async function diffRelease(ctx: Ctx, id: string, from: Revision, to: Revision): Promise<FieldChange[]> {
  const row = await getItem(ctx, "release", id);
  const [before, after] = await Promise.all([valuesOf(ctx, row, from), valuesOf(ctx, row, to)]);
  return diff(before, after);
}

async function valuesOf(ctx: Ctx, row: ItemRow, revision: Revision): Promise<Json> {
  if (revision === "draft") return JSON.parse(textOf(snapshotOf(await readContents(ctx, row))).text);
  const number = revision === "released" ? null : revision;
  return JSON.parse(mustFind(await findVersion(ctx.db, ctx.scope, row.id, number)).document);
}

function mustFind(version: VersionRow | null): VersionRow {
  if (version === null) throw new Problem("not_found");
  return version;
}

/**
 * Makes the draft of a release what a version holds, with its recordings and works: a new revision of each that differs.
 *
 * Media stay as they are, and so does what was sent.
 * @throws Problem `not_found`, `release_locked`, `conflict` when something it held is gone or a code is another's by now,
 *   `stale`
 */
export async function restoreVersion(ctx: Ctx, id: string, number: number): Promise<ItemRow> {
  const row = await getItem(ctx, "release", id);
  const version = mustFind(await findVersion(ctx.db, ctx.scope, id, number));
  requireOpen(row);
  const { release, recordings, works } = partsOf(JSON.parse(version.document));
  const things = [...recordings, ...works];
  const present = new Map(
    (
      await listItemsOf(
        ctx.db,
        ctx.scope,
        things.map((each) => each.id),
      )
    ).map((each) => [each.id, each]),
  );
  const facts = [
    releaseFacts(row.id as `rel_${string}`, release, row.status ?? "draft"),
    ...recordings.map((each) =>
      recordingFacts(each.id as `rec_${string}`, each.document, requirePresent(present, each.id).deliveredAt),
    ),
    ...works.map((each) => workFacts(each.id as `wrk_${string}`, each.document)),
  ];
  const along = await alongRelease(ctx, id, documentOf(row), release);
  const changed = facts.flatMap((each) =>
    revised(ctx, each.id === row.id ? row : requirePresent(present, each.id), each),
  );
  if (changed.length === 0) return row;
  const writes = [...changed.flatMap(({ writes: each }) => each), ...along.writes];
  const restored = changed.find(({ after }) => after.id === id)?.after ?? row;
  const after = { version: number, changed: changed.map(({ after: each }) => each.id) };
  try {
    await commit(ctx, "release.restore", { writes, target: id, before: documentOf(row), after, result: restored });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (error.kind === "guard") throw new Problem("stale", { detail: "It was changed meanwhile.", cause: error });
    throw new Problem("conflict", {
      detail: "A code or a party of that version is not to be had any more.",
      cause: error,
    });
  }
  return restored;
}

type Part<T> = { readonly id: string; readonly document: T };

/** Takes a version apart again into the documents it was made of. */
function partsOf({ id: _, recordings, works, media: __, ...release }: Snapshot) {
  const part = <T>({ id, ...document }: { readonly id: string }) => ({ id, document: document as T });
  return {
    release: release as ReleaseDocument,
    recordings: recordings.map((each) => part(each)) as Part<Omit<Snapshot["recordings"][number], "id">>[],
    works: works.map((each) => part(each)) as Part<WorkDocument>[],
  };
}

function requirePresent(present: ReadonlyMap<string, ItemRow>, id: string): ItemRow {
  const row = present.get(id);
  if (row === undefined) throw new Problem("conflict", { detail: `${id} was removed since.` });
  return row;
}

function revised(ctx: Ctx, before: ItemRow, facts: ItemFacts) {
  const { uses, code, document, ...kept } = facts;
  if (canonicalJson(document) === canonicalJson(documentOf(before))) return [];
  const times = { version: before.version + 1, updatedAt: ctx.now };
  const after: ItemRow = {
    ...before,
    ...kept,
    code: code?.value ?? null,
    document: JSON.stringify(document),
    ...times,
  };
  return [{ after, writes: changeItemStatements(ctx.db, after, [...new Set(uses.map((use) => use.id))]) }];
}
