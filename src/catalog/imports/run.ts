// The home of carrying an import out: the file is understood once, then its entries are applied one by one, each whole.

import { ConstraintError, type Write } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { Problem } from "../../kernel/problems.ts";
import { changeThingsStatements, type ThingChange } from "../batch/repository.ts";
import { alongRelease } from "../calendar/dates.ts";
import { documentOf } from "../items/model.ts";
import { addItemsStatements } from "../items/repository.ts";
import { newRow, recodedJobs, rowOf, usedIds } from "../items/service.ts";
import type { ReleaseDocument } from "../releases/model.ts";
import { entriesOfCatalog } from "./csv/entries.ts";
import { readCatalog } from "./csv/read.ts";
import { type ImportEntry, keptKeys, LONGEST_NAME } from "./entry.ts";
import { entriesOfMessage } from "./ern/entries.ts";
import { ErnReader } from "./ern/reader.ts";
import { counted } from "./model.ts";
import { openOriginal, type Planned, readPlan, removeObjects, writePlan } from "./objects.ts";
import {
  findImport,
  type ImportRow,
  listKeys,
  listMatching,
  moveStatements,
  nameStatements,
  reportStatements,
} from "./repository.ts";
import { type Known, type Resolution, resolve } from "./resolve.ts";

/** Entries that one run applies: each is some twenty statements, and D1 takes a thousand of a run. @see D1 limits, 2026-11 */
const ENTRIES_PER_RUN = 25;

/** How often an entry is looked at anew when something it touches changed meanwhile. */
const TRIES = 4;

/**
 * Takes one step of an import; asks for the next until every entry is applied.
 *
 * How far it is lies in the same batch as what an entry changed, so that a run that was killed, came twice or met another
 * one goes on behind the last whole entry.
 */
export async function runImport(ctx: Ctx, importId: string): Promise<void> {
  const row = await findImport(ctx.db, ctx.scope, importId);
  if (row === null) return;
  try {
    const planned = row.status === "received" ? await understand(ctx, row) : row;
    if (planned.status === "applying") await applyEntries(ctx, planned);
  } catch (error) {
    if (error instanceof AnotherRunError) return;
    throw error;
  }
}

/** Another run took this step. */
class AnotherRunError extends Error {}

/** Makes the plan of a file. Gives the import as it then is. */
async function understand(ctx: Ctx, row: ImportRow): Promise<ImportRow> {
  let read: { entries: ImportEntry[]; facts: Partial<ImportRow> };
  try {
    read = await entriesOf(ctx, row);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === "unavailable") throw error;
    return fail(ctx, row, error);
  }
  const planBytes = await writePlan(ctx, row.id, read.entries);
  const set = { ...read.facts, status: "applying" as const, planBytes, totalEntries: read.entries.length };
  await only(persist(ctx, moveStatements(ctx.db, row, set)));
  return { ...row, ...set };
}

async function entriesOf(
  ctx: Ctx,
  { id, format }: ImportRow,
): Promise<{ entries: ImportEntry[]; facts: Partial<ImportRow> }> {
  const body = await openOriginal(ctx, id);
  if (format === "csv") {
    const bytes = new Uint8Array(await new Response(body).arrayBuffer());
    return { entries: entriesOfCatalog(readCatalog(bytes)), facts: {} };
  }
  const reader = new ErnReader();
  for await (const chunk of body) reader.push(chunk);
  const message = reader.finish();
  const { messageId, sender } = message.header;
  const short = (text: string | null) => text?.slice(0, LONGEST_NAME) ?? null;
  const facts = { messageId: short(messageId), sender: short(sender.dpid ?? sender.name) };
  return { entries: entriesOfMessage(message), facts };
}

async function applyEntries(ctx: Ctx, from: ImportRow): Promise<void> {
  let row = from;
  let planned: Planned[] = [];
  for (let count = 0; count < ENTRIES_PER_RUN && row.planOffset < row.planBytes; count += 1) {
    if (planned.length === 0) planned = await readPlan(ctx, row, row.planOffset);
    const next = planned.shift();
    if (next === undefined) throw new Error(`the plan of ${row.id} ends at ${row.planOffset}`);
    row = await applyEntry(ctx, row, next);
    // Answers waiting in this isolate get out between entries.
    await scheduler.wait(0);
  }
  if (row.planOffset < row.planBytes) await persist(ctx, [], [jobOf(ctx, row.id)]);
  else await finish(ctx, row);
}

async function applyEntry(ctx: Ctx, row: ImportRow, { entry, end }: Planned): Promise<ImportRow> {
  for (let tries = 1; ; tries += 1) {
    const resolution = resolve(entry, await knownTo(ctx, entry), (kind) => ctx.newId(kind));
    const { outcome, report } = resolution;
    const counts = JSON.stringify(counted(JSON.parse(row.counts), outcome, report));
    const set = { counts, doneEntries: row.doneEntries + 1, planOffset: end };
    try {
      await write(ctx, row, set, resolution);
      return { ...row, ...set };
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      const now = await findImport(ctx.db, ctx.scope, row.id);
      if (now?.doneEntries !== row.doneEntries || now.status !== row.status) throw new AnotherRunError();
      // Somebody changed what the entry touches between reading and writing.
      if (tries === TRIES) throw error;
    }
  }
}

async function write(
  ctx: Ctx,
  row: ImportRow,
  set: Partial<ImportRow>,
  { outcome, report, added, changed, keys }: Resolution,
): Promise<void> {
  const { artistId, id: importId, doneEntries: number } = row;
  const writes = [
    ...moveStatements(ctx.db, row, set),
    ...addItemsStatements(
      ctx.db,
      added.map((facts) => ({ row: newRow(ctx, facts), uses: usedIds(facts) })),
    ),
    ...changeThingsStatements(ctx.db, ctx.scope, changed.map(changeOf), ctx.now),
    ...(await datesAlong(ctx, added, changed)),
    ...nameStatements(ctx.db, ctx.scope, keys),
    ...reportStatements(ctx.db, { artistId, importId, number, outcome, report: JSON.stringify(report) }),
  ];
  if (added.length + changed.length === 0) {
    await persist(ctx, writes);
    return;
  }
  await commit(ctx, "import.apply", {
    writes,
    target: importId,
    before: told(changed.map(({ before }) => before)),
    after: told([...added, ...changed.map(({ facts }) => facts)].map(rowOf)),
    jobs: recodedJobs(ctx, added, changed),
  });
}

/** Letters of documents that the log of changes keeps of one entry; of more it keeps what things are called. */
const MOST_TOLD = 400_000;

function told(rows: readonly { readonly id: string; readonly title: string; readonly document: string }[]): object[] {
  const isShort = rows.reduce((sum, { document }) => sum + document.length, 0) <= MOST_TOLD;
  return rows.map((row) => (isShort ? { id: row.id, ...documentOf<object>(row) } : { id: row.id, title: row.title }));
}

function changeOf({ before, facts }: Resolution["changed"][number]): ThingChange {
  return { before, row: { ...before, ...rowOf(facts) }, uses: usedIds(facts) };
}

/** What the dates of releases bring along: their places in the calendar, their milestones, their embargoes. */
async function datesAlong(
  ctx: Ctx,
  added: Resolution["added"],
  changed: Resolution["changed"],
): Promise<readonly Write[]> {
  const releases = [...added.map((facts) => ({ before: null, facts })), ...changed].filter(
    ({ facts }) => facts.kind === "release",
  );
  const along = releases.map(({ before, facts }) =>
    alongRelease(ctx, facts.id, before === null ? null : documentOf(before), facts.document as ReleaseDocument),
  );
  return (await Promise.all(along)).flatMap(({ writes }) => writes);
}

/** What of the catalog an entry may mean. */
async function knownTo(ctx: Ctx, { release, recordings, works, parties }: ImportEntry): Promise<Known> {
  const things = [...(release === null ? [] : [release]), ...recordings, ...works, ...parties];
  const keys = await listKeys(ctx.db, ctx.scope, things.flatMap(keptKeys));
  const codes = {
    release: release?.said.upc == null ? [] : [release.said.upc],
    recording: recordings.flatMap(({ said }) => said.isrc ?? []),
    work: works.flatMap(({ said }) => said.iswc ?? []),
    party: parties.flatMap(({ said }) => said.ipi ?? []),
  };
  const ids = [...keys.map(({ itemId }) => itemId), ...things.flatMap(({ id }) => id ?? [])];
  return { keys, items: await listMatching(ctx.db, ctx.scope, codes, ids) };
}

async function finish(ctx: Ctx, row: ImportRow): Promise<void> {
  const set = { status: "done" as const, finishedAt: ctx.now };
  await only(
    commit(ctx, "import.finish", {
      writes: moveStatements(ctx.db, row, set),
      target: row.id,
      after: JSON.parse(row.counts),
    }),
  );
  await removeObjects(ctx, row.id, ["plan"]);
}

async function fail(ctx: Ctx, row: ImportRow, { code, detail }: Problem): Promise<ImportRow> {
  const problem = { code, detail: detail ?? null };
  const set = { status: "failed" as const, problem: JSON.stringify(problem), finishedAt: ctx.now };
  await only(commit(ctx, "import.fail", { writes: moveStatements(ctx.db, row, set), target: row.id, after: problem }));
  return { ...row, ...set };
}

/** Carries a move out that another run may have made first. */
async function only(move: Promise<void>): Promise<void> {
  try {
    await move;
  } catch (error) {
    if (error instanceof ConstraintError && error.kind === "guard") throw new AnotherRunError();
    throw error;
  }
}

/** The job that takes an import's next step. */
export function jobOf(ctx: Ctx, importId: string): JobRequest {
  return { kind: "catalog.import", body: { artistId: ctx.scope.artistId, importId: importId as `imp_${string}` } };
}
