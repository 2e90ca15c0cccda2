// The home of every kind of job: its name and the shape of its message. Nothing is sent from here.

import { z } from "zod";

const artistId = z.templateLiteral(["art_", z.string()]);
const userId = z.templateLiteral(["usr_", z.string()]);
const statementId = z.templateLiteral(["stm_", z.string()]);
const batchId = z.templateLiteral(["bat_", z.string()]);
const importId = z.templateLiteral(["imp_", z.string()]);
const exportId = z.templateLiteral(["exp_", z.string()]);

/**
 * Every kind of job with the shape of its body. The queue door must answer each of them, or it does not compile.
 *
 * A job names what is to be done, never carries data: a message is at most 128 KB, and a job may run twice.
 * @see https://developers.cloudflare.com/queues/platform/limits/ checked 2026-11
 */
export const JOBS = {
  /** Make a single-use sign-in link and mail it. The link's secret exists only in the mail. */
  "mail.sign_in": z.strictObject({ email: z.string(), origin: z.string() }),
  /** The same, for a link that proves an address to be a person's. */
  "mail.address": z.strictObject({ userId, email: z.string(), origin: z.string() }),
  /** Make an invitation's secret and mail it; to an artist's team, or to an organisation. */
  "mail.invitation": z.strictObject({ artistId, invitationId: z.string(), origin: z.string() }),
  "mail.organisation_invitation": z.strictObject({
    organisationId: z.string(),
    invitationId: z.string(),
    origin: z.string(),
  }),
  /** Mail a member that the artist is offered to them. */
  "mail.ownership_offer": z.strictObject({ artistId, membershipId: z.string(), origin: z.string() }),
  /** Access to an artist ended or shrank: close the sockets of those who may no longer listen; null means anybody's. */
  "hub.recheck": z.strictObject({ artistId, userId: userId.nullable() }),
  /** Tell a team's hub where a decision stands now. */
  "hub.decision": z.strictObject({ artistId, decisionId: z.string() }),
  /** A session of a person ended: the same, with each of their artists. */
  "session.ended": z.strictObject({ userId }),
  /** Read the lines of a statement from its last checkpoint on. */
  "statement.read": z.strictObject({ artistId, statementId }),
  /** Book a statement that is read: rollups, ledger, generation. */
  "statement.post": z.strictObject({ artistId, statementId }),
  /** Take a posted statement out of the books again, exactly. */
  "statement.retract": z.strictObject({ artistId, statementId }),
  /** Look some ISRCs up in the catalog anew: the lines that print them are of the recordings they name by now. */
  "statement.match": z.strictObject({ artistId, codes: z.array(z.string()).max(500) }),
  /** Write the next part of an export. */
  "export.run": z.strictObject({ artistId, exportId }),
  /** Carry a batch of changes of the catalog out, from its last whole step on. */
  "catalog.batch": z.strictObject({ artistId, batchId }),
  /** Carry an import of a catalogue out, from its last whole entry on. */
  "catalog.import": z.strictObject({ artistId, importId }),
  /** Make the finished answers of an artist's present generation. */
  "kpi.refresh": z.strictObject({ artistId }),
  /**
   * Remove files of an artist that an upload left behind when it was cut off before its statement or import existed,
   * and exports whose time is over.
   */
  "statement.sweep": z.strictObject({ artistId }),
  /** Seal with the current key what an old one holds, one page of secrets after another. */
  "vault.rotate": z.strictObject({ kid: z.string(), after: z.tuple([z.string(), z.string()]) }),
  /** Ask for a night's run of the next connections that have none, and for what is left after them. */
  "connector.plan": z.strictObject({ night: z.string(), asOf: z.number() }),
  /** Read what is left of a run, as far as one delivery goes. */
  "connector.sync": z.strictObject({ artistId, connectionId: z.string(), runId: z.string() }),
  /** Erase what a provider that was disconnected had reported, some days at a time. */
  "connector.erase": z.strictObject({ artistId, provider: z.string() }),
  /** Compare an artist's rollups, ledger and statements with one another, and say so in the log if they differ. */
  "books.check": z.strictObject({ artistId }),
  /** Mail a person what they have not read, once for the window that began at this moment. */
  "mail.digest": z.strictObject({ userId, window: z.int() }),
  /** Mail a guest the link into the one thread they are invited to. The link's secret exists only in the mail. */
  "mail.guest_invitation": z.strictObject({ artistId, guestId: z.string(), origin: z.string() }),
} as const;

/** Names one kind of job. */
export type JobKind = keyof typeof JOBS;

/** The body of one kind of job. */
export type JobBody<K extends JobKind> = z.infer<(typeof JOBS)[K]>;

/** Work that a change asks for: one kind of job with its body. */
export type JobRequest = { [K in JobKind]: { readonly kind: K; readonly body: JobBody<K> } }[JobKind];

/** Work that is to be begun at a time: until then it lies in the outbox. */
export type TimedRequest = JobRequest & { readonly at?: number };

/** What travels through the queue: the outbox row's id and the request. */
export type JobMessage = JobRequest & { readonly id: string };

/** Tells whether a text names a kind of job. */
export function isJobKind(text: string): text is JobKind {
  return Object.hasOwn(JOBS, text);
}

/**
 * Reads a message off the queue or a row of the outbox.
 *
 * @returns null when it is of no known kind or shape, which only a message of another version can be
 */
export function parseJob(id: string, kind: string, body: unknown): JobMessage | null {
  if (!isJobKind(kind)) return null;
  const parsed = JOBS[kind].safeParse(body);
  return parsed.success ? ({ id, kind, body: parsed.data } as JobMessage) : null;
}
