// The home of the verbs of digests: note whom something waits for, ask for their mails when due, write one, turn them off.

import type { Db, Write } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { BaseCtx } from "../../db/ctx.ts";
import type { SignedInCtx } from "../../http/call.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { PROBLEMS, Problem } from "../../kernel/problems.ts";
import type { Instant } from "../../kernel/time.ts";
import { canMail, sendMailOnce } from "../../mail/index.ts";
import { findStandings, mayAsStanding, openArtist } from "../../team/index.ts";
import { ask, guestCaller, type Visible } from "../ask.ts";
import { listVisits } from "../guests/repository.ts";
import type { ActorId } from "../model.ts";
import type { HubCaller } from "../protocol.ts";
import { digestMail, type ShownArtist } from "./letter.ts";
import { type Frequency, nextWindow, offToken, readOffToken, UNREAD_MS, type UnreadThread, windowOf } from "./model.ts";
import {
  caughtUpStatements,
  dueStatements,
  findNames,
  findPlaces,
  findReaders,
  frequencyStatements,
  leaseStatements,
  listDue,
  listWaitingOf,
  placeStatements,
  type WaitingRow,
  waitingStatements,
} from "./repository.ts";

/** Notes whom something unread waits for with an artist, as the artist's hub has found. */
export async function noteWaiting(db: Db, artistId: string, people: readonly ActorId[], now: Instant): Promise<void> {
  if (people.length === 0) return;
  const due = (await findReaders(db, people)).flatMap(({ id, email, frequency }) => {
    const dueAt = nextWindow(frequency, now);
    return email === null || dueAt === null ? [] : [{ id, dueAt }];
  });
  await db.write(waitingStatements(db, artistId, due, now));
}

const PEOPLE_PER_ASKING = 90;
const LEASE_MS = 60 * 60 * 1000;

/**
 * Asks for the mails that are due, 90 at a time; gives how many. Asked twice, both ask for the same mail of the same
 * window, which leaves once.
 *
 * Without an address of its own the service could not write links, and without a mailer nothing would leave: then all wait.
 */
export async function askDigests(ctx: BaseCtx): Promise<number> {
  if (ctx.settings.publicUrl === null || !canMail(ctx.settings)) return 0;
  const due = await listDue(ctx.db, ctx.now, PEOPLE_PER_ASKING);
  if (due.length === 0) return 0;
  const jobs = (await findReaders(ctx.db, due)).flatMap(({ id, frequency }): JobRequest[] => {
    const window = windowOf(frequency, ctx.now);
    return window === null ? [] : [{ kind: "mail.digest", body: { userId: id as `usr_${string}`, window } }];
  });
  await persist(ctx, leaseStatements(ctx.db, due, ctx.now, ctx.now + LEASE_MS), jobs);
  return jobs.length;
}

/**
 * Mails a person what they have not read, once for a window. What they may see is looked up now; what they have read
 * meanwhile, or were mailed before, is left out, and a mail with nothing in it is not sent.
 *
 * @throws Problem `in_progress` while the same mail is on its way, and as `sendMailOnce` does
 */
export async function mailDigest(ctx: BaseCtx, visible: Visible, userId: string, window: Instant): Promise<void> {
  const [[reader], waiting] = await Promise.all([findReaders(ctx.db, [userId]), listWaitingOf(ctx.db, userId)]);
  const { publicUrl, signingKey } = ctx.settings;
  if (reader === undefined || waiting.length === 0 || publicUrl === null) return;
  const { email, frequency } = reader;
  if (email === null || frequency === "off") return persist(ctx, dueStatements(ctx.db, userId, null));
  const outcome = await sendMailOnce(ctx, `digest ${userId} ${window}`, async () => {
    const unread = await listUnreadOf(ctx, visible, userId, waiting);
    if (unread.length === 0) return null;
    const offUrl = `${publicUrl}/api/messages/digests/off/${offToken(signingKey, userId)}`;
    const artists = unread.map((each) => shown(ctx.settings.homeUrl, publicUrl, each));
    return { mail: digestMail(email, artists, offUrl), writes: placesOf(ctx, userId, unread) };
  }).catch(async (error: unknown) => {
    // An address that takes no mail would be tried again with each window.
    if (isFinal(error)) await persist(ctx, dueStatements(ctx.db, userId, null));
    throw error;
  });
  // What waits beside a mail that had left already may have come after it.
  const caughtUp = outcome === "sent before" ? [] : caughtUpStatements(ctx.db, userId, waiting);
  await persist(ctx, [...caughtUp, ...dueStatements(ctx.db, userId, nextWindow(frequency, ctx.now))]);
}

function isFinal(error: unknown): boolean {
  return error instanceof Problem && PROBLEMS[error.code].retry === "never";
}

/** What somebody has not read with one artist. */
interface UnreadOf {
  readonly artistId: string;
  readonly name: string;
  readonly names: ReadonlyMap<string, string>;
  readonly threads: readonly (UnreadThread & { readonly isGuests: boolean })[];
}

async function listUnreadOf(
  ctx: BaseCtx,
  visible: Visible,
  userId: string,
  waiting: readonly WaitingRow[],
): Promise<UnreadOf[]> {
  const all: UnreadOf[] = [];
  for (const { artistId, notedAt } of waiting) {
    const [of, after] = await Promise.all([openArtist(ctx, artistId), findPlaces(ctx.db, artistId, userId)]);
    if (of === null) continue;
    // The hub's clock may be ahead of ours: what it has noted is old enough.
    const until = Math.max(ctx.now, notedAt) - UNREAD_MS;
    const threads = new Map<string, UnreadOf["threads"][number]>();
    for (const caller of await callersOf(ctx, visible, artistId, userId)) {
      for (const each of await ask(ctx, caller, "listUnread", { after, until })) {
        if (!threads.has(each.thread)) threads.set(each.thread, { ...each, isGuests: caller.only !== null });
      }
    }
    if (threads.size === 0) continue;
    const senders = [...threads.values()].flatMap((thread) => thread.senders);
    const names = await findNames(ctx.db, artistId, senders);
    all.push({ artistId, name: of.artist.name, names, threads: [...threads.values()] });
  }
  return all;
}

function placesOf(ctx: BaseCtx, userId: string, unread: readonly UnreadOf[]): Write[] {
  return unread.flatMap(({ artistId, threads }) =>
    threads.flatMap(({ thread: threadId, upTo: seq }) => placeStatements(ctx.db, { artistId, userId, threadId, seq })),
  );
}

/** Everything a person is to an artist at this moment: one of the team, a guest in threads, or nothing any more. */
async function callersOf(ctx: BaseCtx, visible: Visible, artistId: string, userId: string): Promise<HubCaller[]> {
  const [standings, visits] = await Promise.all([
    findStandings(ctx.db, artistId, [userId], ctx.now),
    listVisits(ctx.db, artistId, userId),
  ]);
  const guest = visits.map(({ threadId }) => guestCaller(artistId, userId, threadId));
  const standing = standings.get(userId);
  if (standing === undefined || !mayAsStanding(standing, "listMessages")) return guest;
  const { role, releases } = standing;
  const artist = await openArtist(ctx, artistId);
  const hidden = artist === null ? [] : await visible.hidden({ ...artist, role });
  return [{ artistId, id: userId, role, releases, sees: visible.sees(standing), hidden, only: null }, ...guest];
}

function shown(homeUrl: string, publicUrl: string, { artistId, name, names, threads }: UnreadOf): ShownArtist {
  return {
    name,
    threads: threads.map(({ thread, subject, count, senders, text, isGuests }) => {
      const url = new URL(homeUrl, publicUrl);
      if (isGuests) url.searchParams.set("as", "guest");
      else url.searchParams.set("artist", artistId);
      url.searchParams.set("thread", thread);
      const called = senders.map((sender) => names.get(sender) ?? "somebody");
      return { subject, count, senders: called, text, url: url.href };
    }),
  };
}

/** Tells how often the caller is mailed. @throws Problem `forbidden` for a key */
export async function getDigestFrequency(ctx: SignedInCtx): Promise<Frequency> {
  const [reader] = await findReaders(ctx.db, [userOf(ctx)]);
  if (reader === undefined) throw new Problem("unauthenticated");
  return reader.frequency;
}

/** Changes how often the caller is mailed; what waits for them already is due by that. @throws Problem `forbidden` for a key */
export async function changeDigestFrequency(ctx: SignedInCtx, frequency: Frequency): Promise<Frequency> {
  const userId = userOf(ctx);
  await keepFrequency(ctx, userId, frequency);
  return frequency;
}

function userOf({ caller }: SignedInCtx): string {
  if (caller.kind === "user") return caller.userId;
  throw new Problem("forbidden", { detail: "Only a person gets mail; a key reads what is unread by itself." });
}

/** Turns a person's digests off by the token of one of their mails. Doing it again changes nothing. @throws Problem `not_found` */
export async function turnDigestsOff(ctx: BaseCtx, token: string): Promise<void> {
  const userId = readOffToken(ctx.settings.signingKey, token);
  if (userId === null) {
    const detail = "The link is not whole. Take all of it from the mail, or turn the mails off in your dashboard.";
    throw new Problem("not_found", { detail });
  }
  const [reader] = await findReaders(ctx.db, [userId]);
  if (reader === undefined || reader.frequency === "off") return;
  await keepFrequency(ctx, userId, "off");
}

async function keepFrequency(ctx: BaseCtx, userId: string, frequency: Frequency): Promise<void> {
  await commit(ctx, "digest.change", {
    writes: frequencyStatements(ctx.db, userId, { frequency, dueAt: nextWindow(frequency, ctx.now) }, ctx.now),
    target: userId,
    after: { frequency },
    result: frequency,
  });
}
