// The home of calendars that programs subscribe to: a secret address that answers what its owner may see at that moment.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { hashSecret, newToken } from "../../identity/index.ts";
import { isId } from "../../kernel/id.ts";
import { Problem } from "../../kernel/problems.ts";
import type { Actor } from "../../kernel/scope.ts";
import { dayInZone, type Instant } from "../../kernel/time.ts";
import { findStandings, mayAsStanding, mayCallForOthers, openArtist } from "../../team/index.ts";
import { type CalendarEvent, writeCalendar } from "../calendar/icalendar.ts";
import type { DatedRow, DueRow } from "../calendar/repository.ts";
import { feedSpan, readCalendar } from "../calendar/service.ts";
import {
  addFeedStatements,
  type FeedRow,
  findFeed,
  findFeedById,
  listFeedsOf,
  removeFeedStatements,
} from "./repository.ts";

/** How many calendars one person or key may have. */
const MOST_FEEDS = 20;

/** A new subscription, with the secret that is shown this once. */
export interface NewFeed {
  readonly row: FeedRow;
  readonly token: string;
}

/** Makes a calendar of the caller's own. @throws Problem `conflict` when they have too many */
export async function createFeed(ctx: Ctx, name: string): Promise<NewFeed> {
  if ((await listFeeds(ctx)).length >= MOST_FEEDS) {
    throw new Problem("conflict", { detail: `You have ${MOST_FEEDS} calendars already.` });
  }
  const { token, hash } = newToken(ctx.randomBytes);
  const facts = { artistId: ctx.scope.artistId, id: ctx.newId("feed"), name, owner: idOf(ctx.actor) };
  const row = { ...facts, tokenHash: hash, createdAt: ctx.now };
  const result = { row, token };
  await commit(ctx, "calendar.subscribe", {
    writes: addFeedStatements(ctx.db, row),
    target: row.id,
    after: { name },
    result,
  });
  return result;
}

/** Lists the calendars of the caller. */
export function listFeeds(ctx: Ctx): Promise<FeedRow[]> {
  return listFeedsOf(ctx.db, ctx.scope, idOf(ctx.actor), MOST_FEEDS);
}

/**
 * Revokes a calendar of the caller's own, or anybody's for those who run the team; its address answers 404 from then on.
 *
 * @throws Problem `not_found`
 */
export async function revokeFeed(ctx: Ctx, id: string): Promise<void> {
  const row = await findFeedById(ctx.db, ctx.scope, id);
  const isTheirs = row?.owner === idOf(ctx.actor) || mayCallForOthers(ctx.role, "revokeApiKey");
  if (row === null || !isTheirs) throw new Problem("not_found");
  const change = { writes: removeFeedStatements(ctx.db, row), target: id, before: { name: row.name } };
  await commit(ctx, "calendar.unsubscribe", change).catch((error: unknown) => {
    throw error instanceof ConstraintError ? new Problem("not_found") : error;
  });
}

/**
 * Writes the calendar that a secret leads to, with what its owner may see now.
 *
 * @throws Problem `not_found` for a secret that does not work, and when its owner may see the calendar no more
 */
export async function readFeed(base: BaseCtx, token: string): Promise<string> {
  const feed = await findFeed(base.db, hashSecret(token));
  if (feed === null) throw new Problem("not_found");
  const [artist, standings] = await Promise.all([
    openArtist(base, feed.artistId),
    findStandings(base.db, feed.artistId, [feed.owner], base.now),
  ]);
  const standing = standings.get(feed.owner);
  if (artist === null || standing === undefined || !mayAsStanding(standing, "getCalendar")) {
    throw new Problem("not_found");
  }
  const ctx = { ...artist, actor: actorOf(feed.owner), role: standing.role };
  const { from, to } = feedSpan(dayInZone(ctx.now, ctx.artist.timeZone));
  const { releases, milestones } = await readCalendar(ctx, from, to);
  return writeCalendar(`${ctx.artist.name}: ${feed.name}`, [...releases.map(comingOut), ...milestones.map(due)]);
}

function comingOut({ releaseId, title, firstAt, lastAt, onDay, version, updatedAt }: DatedRow): CalendarEvent {
  // One moment for everybody is that moment; a day that begins everywhere by itself is the day.
  const at = firstAt === lastAt ? { instant: firstAt } : { day: onDay as `${number}-${number}-${number}` };
  return { uid: uidOf(releaseId), at, summary: title, ...revisionOf(version, updatedAt) };
}

function due({ id, title, name, onDay, version, updatedAt }: DueRow): CalendarEvent {
  const at = { day: onDay as `${number}-${number}-${number}` };
  return { uid: uidOf(id), at, summary: `${name}: ${title}`, ...revisionOf(version, updatedAt) };
}

function uidOf(id: string): string {
  return `${id}@artist-dashboard-api`;
}

function revisionOf(version: number, changedAt: Instant) {
  return { sequence: version - 1, changedAt };
}

function idOf(actor: Actor): string {
  if (actor.kind === "user") return actor.userId;
  if (actor.kind === "apiKey") return actor.keyId;
  throw new Problem("unauthenticated");
}

function actorOf(owner: string): Actor {
  if (isId("user", owner)) return { kind: "user", userId: owner };
  return isId("apiKey", owner) ? { kind: "apiKey", keyId: owner } : { kind: "anonymous" };
}
