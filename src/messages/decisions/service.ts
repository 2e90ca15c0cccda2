// The home of the verbs of decisions: propose a message, sign or refuse it, take it back, read what was decided.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { isId } from "../../kernel/id.ts";
import { Problem } from "../../kernel/problems.ts";
import { findStandings, mayAsStanding, type Standing } from "../../team/index.ts";
import { ask, callerOf, systemCaller, type Visible } from "../ask.ts";
import { type ActorId, type Attachment, fileKey, isSeen, type Thread } from "../model.ts";
import type { HeldMessage, HubCaller } from "../protocol.ts";
import { type Answer, canonicalOf, type Decision, hashOf, type SignedFile, signersOf } from "./model.ts";
import { answerStatements, findDecision, findDecisions, proposalStatements, withdrawStatements } from "./repository.ts";

/**
 * Proposes a message for decision by those named. From then on it can neither be changed nor deleted, unless the proposal
 * is refused or taken back.
 *
 * @throws Problem `not_found`, `participant_unknown` for somebody who could not sign, `message_settled` for a deleted
 *   message, `conflict` when it is proposed or decided already
 */
export async function proposeDecision(
  ctx: Ctx,
  visible: Visible,
  { thread, message, parties }: { thread: string; message: string; parties: readonly ActorId[] },
): Promise<Decision> {
  const caller = await callerOf(ctx, visible);
  const talk = await ask(ctx, caller, "getThread", { thread });
  const signers = [...new Set(parties)].sort();
  await requireSigners(ctx, visible, talk, signers);
  const { decision: id, message: held } = await hold(ctx, caller, { thread, message });
  const { seq, sender, text, attachments } = held;
  const content = {
    thread,
    message,
    seq,
    sender,
    text: text ?? "",
    attachments: await Promise.all(attachments.map((file) => signedFile(ctx, caller.artistId, file))),
    context: talk.context,
    parties: signers,
  };
  const canonical = canonicalOf(content);
  const proposal: Decision = {
    artistId: caller.artistId,
    id,
    status: "proposed",
    content,
    canonical,
    hash: hashOf(canonical),
    proposedBy: caller.id,
    proposedAt: ctx.now,
    endedAt: null,
    answers: [],
  };
  try {
    await commit(ctx, "decision.propose", {
      writes: proposalStatements(ctx.db, proposal),
      target: id,
      after: { thread, message, hash: proposal.hash, parties: signers },
      jobs: [tellJob(proposal)],
      result: proposal,
    });
  } catch (error) {
    if (error instanceof ConstraintError) throw proposedAlready(error);
    throw error;
  }
  await tell(ctx, proposal);
  return proposal;
}

/** @throws Problem `participant_unknown` unless all are people who take part and see the thread */
async function requireSigners(ctx: Ctx, visible: Visible, talk: Thread, parties: readonly ActorId[]): Promise<void> {
  const standings = await findStandings(ctx.db, ctx.scope.artistId, parties, ctx.now);
  const { participants, guests, context } = talk;
  for (const party of parties) {
    const standing = participants.includes(party) ? standings.get(party) : undefined;
    const mayAnswer = standing !== undefined && mayAsStanding(standing, "answerDecision");
    const sees = mayAnswer && (await seesContext(ctx, visible, standing, context));
    if (isId("user", party) && (sees || guests.includes(party))) continue;
    throw new Problem("participant_unknown", { detail: `${party} is nobody who can sign in this thread.` });
  }
}

/** Tells whether somebody may know, as they stand, of what a thread is about. */
async function seesContext(
  ctx: Ctx,
  visible: Visible,
  standing: Standing,
  context: Thread["context"],
): Promise<boolean> {
  const hidden = context === null ? [] : await visible.hidden({ ...ctx, role: standing.role });
  return isSeen({ sees: visible.sees(standing), hidden }, context);
}

/**
 * Holds a message still under the id of its decision. A try that was cut off left the same id behind, and D1 decides
 * whose proposal it becomes.
 */
async function hold(ctx: BaseCtx, caller: HubCaller, input: { thread: string; message: string }): Promise<HeldMessage> {
  const held = await ask(ctx, caller, "holdMessage", input);
  const known = await findDecision(ctx.db, caller.artistId, held.decision);
  if (known === null) return held;
  if (known.status === "proposed" || known.status === "decided") throw proposedAlready();
  // It has ended and the hub has not heard of it yet.
  await tell(ctx, known);
  return ask(ctx, caller, "holdMessage", input);
}

function proposedAlready(cause?: unknown): Problem {
  return new Problem("conflict", { detail: "This message is proposed for decision, or decided, already.", cause });
}

/** @throws Problem `unavailable` when R2 does not give the file */
async function signedFile(
  ctx: BaseCtx,
  artistId: string,
  { id, filename, sizeBytes }: Attachment,
): Promise<SignedFile> {
  const digest = new crypto.DigestStream("SHA-256");
  try {
    const object = await ctx.stores.files.get(fileKey(artistId, id));
    if (object === null) throw new Error(`the file of ${id} is gone`);
    await object.body.pipeTo(digest);
  } catch (cause) {
    throw new Problem("unavailable", { retryAfterSeconds: 5, cause });
  }
  const bytes = new Uint8Array(await digest.digest);
  return { filename, sha256: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""), sizeBytes };
}

/** Shows a decision to whoever may see its thread. @throws Problem `not_found` */
export async function getDecision(ctx: BaseCtx, caller: HubCaller, id: string): Promise<Decision> {
  const decision = await findDecision(ctx.db, caller.artistId, id);
  if (decision === null || !isShown(caller, decision)) throw new Problem("not_found");
  await ask(ctx, caller, "getThread", { thread: decision.content.thread });
  return decision;
}

/** A guest sees what they are to sign, which names what the thread is about; of the rest they are not told. */
function isShown({ id, only }: HubCaller, { content }: Decision): boolean {
  return only === null || content.parties.includes(id);
}

/** Lists the decisions of the threads the caller may see, or of one of them, newest first. @throws Problem `not_found` */
export async function listDecisions(
  ctx: BaseCtx,
  caller: HubCaller,
  { thread, limit, cursor }: { thread: string | null; limit: number; cursor?: string | undefined },
): Promise<Page<Decision>> {
  const binding = bindingOf(null, "listDecisions", { artist: caller.artistId, caller: caller.id, thread });
  const [place] = readCursor(ctx, binding, cursor) ?? [];
  const before = place === undefined ? null : String(place);
  const found = await ask(ctx, caller, "listDecisions", { thread, before, limit });
  const { data: ids, nextCursor } = pageFrom(ctx, binding, found, limit, (id) => [id]);
  const decisions = await findDecisions(ctx.db, caller.artistId, ids);
  return { data: decisions.filter((decision) => isShown(caller, decision)), nextCursor };
}

/**
 * Signs a proposal, or refuses it, by the hash of its very words. The last signature makes it a decision, one refusal
 * ends it. The same answer again changes nothing.
 *
 * @throws Problem `not_found`, `forbidden` for a key or somebody who is not named, `stale` for another hash,
 *   `decision_closed`
 */
export async function answerDecision(
  ctx: BaseCtx,
  caller: HubCaller,
  { decision: id, answer, hash }: { decision: string; answer: Answer; hash: string },
): Promise<Decision> {
  const before = await getDecision(ctx, caller, id);
  const party = caller.id;
  if (!isId("user", party)) throw new Problem("forbidden", { detail: "Only a person signs, with their own session." });
  if (!before.content.parties.includes(party)) throw new Problem("forbidden", { detail: "You are not named to sign." });
  if (hash !== before.hash) throw new Problem("stale", { detail: "This is not the hash of what is proposed." });
  const given = answerOf(before, party);
  if (given === answer) return before;
  if (given !== null || before.status !== "proposed") throw closed(before);
  try {
    await commit(ctx, answer === "signed" ? "decision.sign" : "decision.decline", {
      writes: answerStatements(ctx.db, before, { party, answer, at: ctx.now }),
      artistId: caller.artistId,
      target: id,
      after: { answer, hash },
      jobs: [tellJob(before)],
    });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    const now = await findDecision(ctx.db, caller.artistId, id);
    if (now === null || answerOf(now, party) !== answer) throw closed(now ?? before, error);
    return now;
  }
  return retell(ctx, caller.artistId, id, before);
}

function answerOf({ answers }: Decision, party: ActorId): Answer | null {
  return answers.find((each) => each.party === party)?.answer ?? null;
}

function closed({ status }: Decision, cause?: unknown): Problem {
  const detail = status === "proposed" ? "You have answered already." : `It is ${status}.`;
  return new Problem("decision_closed", { detail, cause });
}

/**
 * Takes a proposal back before everybody has signed. Whoever proposed it may, and owners and admins. Doing it again
 * changes nothing.
 *
 * @throws Problem `not_found`, `forbidden`, `decision_closed`
 */
export async function withdrawDecision(ctx: Ctx, visible: Visible, id: string): Promise<Decision> {
  const caller = await callerOf(ctx, visible);
  const before = await getDecision(ctx, caller, id);
  const mayForOthers = ctx.role === "owner" || ctx.role === "admin";
  if (before.proposedBy !== caller.id && !mayForOthers) {
    throw new Problem("forbidden", { detail: "Whoever proposed it may take it back, or an owner or admin." });
  }
  if (before.status === "withdrawn") return before;
  if (before.status !== "proposed") throw closed(before);
  try {
    await commit(ctx, "decision.withdraw", {
      writes: withdrawStatements(ctx.db, before, ctx.now),
      target: id,
      before: { status: before.status },
      after: { status: "withdrawn" },
      jobs: [tellJob(before)],
    });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    const now = await findDecision(ctx.db, caller.artistId, id);
    if (now?.status !== "withdrawn") throw closed(now ?? before, error);
    return now;
  }
  return retell(ctx, caller.artistId, id, before);
}

function tellJob({ artistId, id }: Decision): JobRequest {
  return { kind: "hub.decision", body: { artistId: artistId as `art_${string}`, decisionId: id } };
}

async function retell(ctx: BaseCtx, artistId: string, id: string, before: Decision): Promise<Decision> {
  const after = (await findDecision(ctx.db, artistId, id)) ?? before;
  await tell(ctx, after);
  return after;
}

/** Tells the hub where a decision stands: its message is let go when it came to nothing, and those who take part hear of it. */
export async function tellOfDecision(ctx: Ctx, id: string): Promise<void> {
  const decision = await findDecision(ctx.db, ctx.scope.artistId, id);
  if (decision !== null) await tell(ctx, decision);
}

async function tell(ctx: BaseCtx, decision: Decision): Promise<void> {
  const { artistId, id, status } = decision;
  await ask(ctx, systemCaller(artistId), "tellDecision", { id, status, signed: signersOf(decision) });
}
