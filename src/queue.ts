// The queue door: each kind of job and the verb that answers it; acknowledged, tried again, or buried.

import { visible } from "./app.ts";
import { runCatalogBatch, runImport, sweepImports } from "./catalog/index.ts";
import { eraseReports, planNight, syncConnection } from "./connectors/index.ts";
import type { BaseCtx, Ctx } from "./db/ctx.ts";
import { buryJob, finishJob } from "./db/outbox.ts";
import { rotateVault } from "./db/vault.ts";
import { refreshKpis } from "./earnings/index.ts";
import { contextOf } from "./env.ts";
import { mailAddressLink, mailSignInLink } from "./identity/index.ts";
import { type JobBody, type JobKind, type JobMessage, parseJob } from "./jobs/messages.ts";
import { PROBLEMS, Problem } from "./kernel/problems.ts";
import type { Day } from "./kernel/time.ts";
import { mailDigest, mailGuestInvitation, recheckAccess, tellOfDecision } from "./messages/index.ts";
import {
  checkBooks,
  matchRecordings,
  postStatement,
  readStatement,
  retractStatement,
  runExport,
  sweepFiles,
} from "./statements/index.ts";
import { listArtistIdsOf, mailInvitation, mailOwnershipOffer, openArtist } from "./team/index.ts";

type Answers = { [K in JobKind]: (base: BaseCtx, body: JobBody<K>) => Promise<void> };

const answers: Answers = {
  "mail.sign_in": (base, { email, origin }) => mailSignInLink(base, email, origin),
  "mail.address": (base, body) => mailAddressLink(base, body),
  "mail.invitation": (base, { artistId, invitationId, origin }) =>
    mailInvitation(base, { artistId, id: invitationId }, origin),
  "mail.organisation_invitation": (base, { organisationId, invitationId, origin }) =>
    mailInvitation(base, { organisationId, id: invitationId }, origin),
  "mail.ownership_offer": (base, body) =>
    forArtist(base, body.artistId, (ctx) => mailOwnershipOffer(ctx, body.membershipId, body.origin)),
  "hub.recheck": (base, body) => forArtist(base, body.artistId, (ctx) => recheckAccess(ctx, body.userId)),
  "hub.decision": (base, body) => forArtist(base, body.artistId, (ctx) => tellOfDecision(ctx, body.decisionId)),
  "session.ended": async (base, { userId }) => {
    for (const artistId of await listArtistIdsOf(base, userId)) {
      await forArtist(base, artistId, (ctx) => recheckAccess(ctx, userId));
    }
  },
  "statement.read": (base, body) => forArtist(base, body.artistId, (ctx) => readStatement(ctx, body.statementId)),
  "statement.post": (base, body) => forArtist(base, body.artistId, (ctx) => postStatement(ctx, body.statementId)),
  "statement.retract": (base, body) => forArtist(base, body.artistId, (ctx) => retractStatement(ctx, body.statementId)),
  "statement.match": (base, body) => forArtist(base, body.artistId, (ctx) => matchRecordings(ctx, body.codes)),
  "statement.sweep": (base, body) =>
    forArtist(base, body.artistId, async (ctx) => {
      await sweepFiles(ctx);
      await sweepImports(ctx);
    }),
  "export.run": (base, body) => forArtist(base, body.artistId, (ctx) => runExport(ctx, body.exportId)),
  "catalog.batch": (base, body) => forArtist(base, body.artistId, (ctx) => runCatalogBatch(ctx, body.batchId)),
  "catalog.import": (base, body) => forArtist(base, body.artistId, (ctx) => runImport(ctx, body.importId)),
  "kpi.refresh": (base, body) => forArtist(base, body.artistId, refreshKpis),
  "vault.rotate": (base, { kid, after }) => rotateVault(base, kid, after),
  "books.check": (base, body) => forArtist(base, body.artistId, checkBooks),
  "mail.digest": (base, { userId, window }) => mailDigest(base, visible, userId, window),
  "connector.plan": (base, { night, asOf }) => planNight(base, night as Day, asOf),
  "connector.sync": (base, body) => forArtist(base, body.artistId, (ctx) => syncConnection(ctx, body)),
  "connector.erase": (base, body) => forArtist(base, body.artistId, (ctx) => eraseReports(ctx, body.provider)),
  "mail.guest_invitation": (base, body) =>
    forArtist(base, body.artistId, (ctx) => mailGuestInvitation(ctx, body.guestId, body.origin)),
};

async function forArtist(base: BaseCtx, artistId: string, verb: (ctx: Ctx) => Promise<void>): Promise<void> {
  const ctx = await openArtist(base, artistId);
  if (ctx !== null) await verb(ctx);
}

// The queue and the sweep may both deliver a job; one run of it at a time in an isolate saves work, it is not needed.
const running = new Set<string>();

/** Answers a batch of jobs. */
export async function onJobs(batch: MessageBatch<JobMessage>, env: Env, execution: ExecutionContext): Promise<void> {
  for (const message of batch.messages) {
    const { id, kind, body } = headOf(message.body);
    if (running.has(id)) {
      message.ack();
      continue;
    }
    running.add(id);
    try {
      const outcome = await runJob(baseOf(env, execution, kind), parseJob(id, kind, body), { id, kind });
      if (outcome === "done") message.ack();
      else message.retry({ delaySeconds: Math.min(2 ** message.attempts, 300) });
    } finally {
      running.delete(id);
    }
  }
}

/** Reads a message as far as anything put into the queue can be read. */
function headOf(message: unknown): { id: string; kind: string; body: unknown } {
  const { id, kind, body } = (message ?? {}) as Record<string, unknown>;
  return { id: String(id), kind: String(kind), body };
}

async function runJob(
  base: BaseCtx,
  job: JobMessage | null,
  sent: { id: string; kind: string },
): Promise<"done" | "retry"> {
  const startedAt = Date.now();
  let error: unknown = null;
  let outcome: "done" | "retry" | "buried" = "done";
  try {
    if (job === null) throw new Problem("invalid_request", { detail: "a job of unknown kind or shape" });
    await answerJob(base, job);
    await finishJob(base, job.id);
  } catch (caught) {
    error = caught;
    const isFinal = caught instanceof Problem && PROBLEMS[caught.code].retry === "never";
    outcome = isFinal ? "buried" : "retry";
    if (isFinal) await buryJob(base, sent.id, String(caught)).catch(() => undefined);
  }
  console.log(
    JSON.stringify({
      kind: "job",
      id: sent.id,
      job: sent.kind,
      ...(job !== null && "artistId" in job.body ? { artist: job.body.artistId } : {}),
      outcome,
      ms: Date.now() - startedAt,
      ...base.db.meter,
      ...(error === null
        ? {}
        : { error: String(error), cause: error instanceof Error ? String(error.cause ?? "") : "" }),
    }),
  );
  return outcome === "retry" ? "retry" : "done";
}

function answerJob<K extends JobKind>(base: BaseCtx, job: { kind: K; body: JobBody<K> }): Promise<void> {
  return answers[job.kind](base, job.body);
}

function baseOf(env: Env, execution: ExecutionContext, kind: string): BaseCtx {
  const outside = {
    now: Date.now(),
    clock: { now: () => Date.now(), wait: (ms: number) => scheduler.wait(ms) },
    randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
    fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
    waitUntil: (work: Promise<unknown>) => execution.waitUntil(work),
  };
  return contextOf(env, outside, { kind: "system", job: kind });
}
