// The home of moving a release from one state to the next: what must be so before it, and what is kept and asked for by it.
// A file of its own beside `service.ts`, which shows, compares and gives back what is kept.

import { ConstraintError, type Write } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import { storesAtWork, storesHaving } from "../deliveries/model.ts";
import { addDeliveryStatements, type DeliveryRow, listDeliveriesOf } from "../deliveries/repository.ts";
import { documentOf } from "../items/model.ts";
import { changeItemStatements, type ItemRow } from "../items/repository.ts";
import { getItem } from "../items/service.ts";
import { type ReleaseDocument, type ReleaseStatus, releaseFacts } from "../releases/model.ts";
import { type Contents, readContents, snapshotOf, textOf } from "./contents.ts";
import { asks, isReleaseStatus, RELEASE_MOVES, sends } from "./model.ts";
import {
  addVersionStatements,
  deliveredStatements,
  findVersion,
  unchangedStatements,
  type VersionHead,
} from "./repository.ts";
import { missingFor } from "./requirements.ts";

/** What is asked of a release: where to go, and with which stores. */
export interface Transition {
  readonly to: ReleaseStatus;
  readonly reason?: string | undefined;
  /** The stores that are to do it; those that have the release, when it is changed or taken down, are meant by themselves. */
  readonly stores?: readonly string[] | undefined;
}

/** How large a document may be that is kept as one row. */
const MOST_BYTES = 1_000_000;

/**
 * Moves a release to another state.
 *
 * What is sent out is kept as a version, with everything it holds; its recordings' ISRCs stay from then on.
 * @throws Problem `not_found`, `transition_refused` naming what is legal, `release_incomplete` naming each field,
 *   `too_large`, `stale` when it was changed meanwhile
 */
export async function moveRelease(ctx: Ctx, id: string, { to, reason, stores }: Transition): Promise<ItemRow> {
  const row = await getItem(ctx, "release", id);
  const from = isReleaseStatus(row.status ?? "") ? (row.status as ReleaseStatus) : "draft";
  requireLegal(from, to);
  const [contents, deliveries, latest] = await Promise.all([
    readContents(ctx, row),
    listDeliveriesOf(ctx.db, ctx.scope, id),
    findVersion(ctx.db, ctx.scope, id, null),
  ]);
  requireComplete(to, contents);
  if (asks(from) !== null) requireAtRest(to, deliveries);
  const version = sends(to) ? newVersion(ctx, contents, to, latest) : null;
  const asked = newDeliveries(ctx, to, id, version ?? latest, stores ?? [...storesHaving(deliveries).keys()]);
  const document = documentOf<ReleaseDocument>(row);
  const { uses } = releaseFacts(row.id as `rel_${string}`, document, to);
  const moved = { ...row, status: to, version: row.version + 1, updatedAt: ctx.now };
  const writes: Write[] = [
    ...(version === null ? [] : unchangedStatements(ctx.db, ctx.scope, [...contents.recordings, ...contents.works])),
    ...changeItemStatements(ctx.db, moved, [...new Set(uses.map((use) => use.id))]),
    ...(version === null ? [] : addVersionStatements(ctx.db, version)),
    ...(version === null
      ? []
      : deliveredStatements(
          ctx.db,
          ctx.scope,
          contents.recordings.map((each) => each.id),
          ctx.now,
        )),
    ...addDeliveryStatements(ctx.db, asked),
  ];
  const kept = version === null ? {} : { version: version.number, sha256: version.sha256 };
  const said = reason === undefined ? {} : { reason };
  const after = {
    status: to,
    ...said,
    ...kept,
    ...(asked.length > 0 ? { stores: asked.map(({ store }) => store) } : {}),
  };
  try {
    await commit(ctx, "release.move", { writes, target: id, before: { status: from }, after, result: moved });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new Problem("stale", { detail: "It, or something it holds, was changed meanwhile.", cause: error });
  }
  return moved;
}

/** @throws Problem `transition_refused` */
function requireLegal(from: ReleaseStatus, to: ReleaseStatus): void {
  const legal = RELEASE_MOVES[from];
  if (legal.includes(to)) return;
  const message = legal.length === 0 ? `${from} is the end` : `from ${from} it may go to ${legal.join(" or ")}`;
  throw refusal(message);
}

/** @throws Problem `transition_refused` while stores work on what they were asked by the move before */
function requireAtRest(to: ReleaseStatus, deliveries: readonly DeliveryRow[]): void {
  const working = storesAtWork(deliveries);
  if (working.length > 0) throw refusal(`before it may be ${to}, ${working.join(", ")} must have answered`);
}

function refusal(message: string): Problem {
  return new Problem("transition_refused", {
    detail: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
    errors: [{ path: "body.to", code: "transition_refused", message }],
  });
}

/** @throws Problem `release_incomplete` */
function requireComplete(to: ReleaseStatus, { release, recordings }: Contents): void {
  const errors = missingFor(to, {
    release: documentOf(release),
    recordings: recordings.map((row) => ({ id: row.id, document: documentOf(row) })),
  });
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  throw new Problem("release_incomplete", { detail: `${first.path} ${first.message}${more}.`, errors });
}

/** @throws Problem `too_large` */
function newVersion(ctx: Ctx, contents: Contents, to: ReleaseStatus, latest: VersionHead | null) {
  const { text, sha256 } = textOf(snapshotOf(contents));
  if (text.length * 3 > MOST_BYTES && new TextEncoder().encode(text).length > MOST_BYTES) {
    throw new Problem("too_large", { detail: "The release with all it holds is larger than a megabyte." });
  }
  return {
    artistId: ctx.scope.artistId,
    releaseId: contents.release.id,
    number: (latest?.number ?? 0) + 1,
    action: asks(to) ?? "insert",
    sha256,
    document: text,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
  };
}

function newDeliveries(
  ctx: Ctx,
  to: ReleaseStatus,
  releaseId: string,
  version: Pick<VersionHead, "number"> | null,
  stores: readonly string[],
): DeliveryRow[] {
  const action = asks(to);
  if (action === null || version === null) return [];
  return [...new Set(stores)].map((store) => ({
    artistId: ctx.scope.artistId,
    id: ctx.newId("delivery"),
    releaseId,
    number: version.number,
    store,
    action,
    status: "pending",
    reason: null,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  }));
}
