// The home of sending mail, through the adapter that this deployment chose.

import { ConstraintError, type Write } from "../db/client.ts";
import { persist } from "../db/commit.ts";
import type { BaseCtx, Settings } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import type { Mail } from "./model.ts";
import {
  claimStatements,
  devMailStatements,
  forgetStatements,
  hasLeft,
  type KeptMail,
  leftStatements,
  listDevMail,
  releaseStatements,
} from "./repository.ts";

/** Tells whether mail can leave this deployment, or be kept in the mailbox of development. */
export function canMail({ mailer, environment }: Settings): boolean {
  return mailer !== "mailbox" || environment === "development";
}

/**
 * Sends a mail, or keeps it in the mailbox of development.
 *
 * @throws Problem `misconfigured` when no mailer is set up, `unavailable` when the provider does not take it
 */
export async function sendMail(ctx: BaseCtx, mail: Mail): Promise<void> {
  if (ctx.settings.mailer === "mailbox") {
    if (!canMail(ctx.settings)) {
      throw new Problem("misconfigured", { detail: "RESEND_API_KEY is not set, so no mail can be sent." });
    }
    return persist(ctx, devMailStatements(ctx.db, ctx.newId("message"), mail, ctx.now));
  }
  return sendByResend(ctx, mail);
}

/** How long one job has to write and send a mail before another may. */
const CLAIM_MS = 2 * 60 * 1000;

/** What came of a mail that leaves once. */
export type MailOutcome = "sent" | "sent before" | "nothing to send";

/**
 * Writes and sends a mail that must not leave twice, whichever jobs try at once: whoever claims its name first sends it.
 *
 * Should a job end between handing the mail over and noting so, it leaves again: no provider is asked whether it has it.
 * @param name what the mail is, for good: `digest usr_… 1788…`
 * @param write makes the mail, with what is kept together with its having left; null when there is nothing to send
 * @throws Problem `in_progress` while another job has it, so that this one comes again; and as {@link sendMail} does
 */
export async function sendMailOnce(
  ctx: BaseCtx,
  name: string,
  write: () => Promise<{ readonly mail: Mail; readonly writes: readonly Write[] } | null>,
): Promise<MailOutcome> {
  try {
    await persist(ctx, claimStatements(ctx.db, name, ctx.now, ctx.now + CLAIM_MS));
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (await hasLeft(ctx.db, name)) return "sent before";
    throw new Problem("in_progress", { retryAfterSeconds: CLAIM_MS / 1000, cause: error });
  }
  let kept: readonly Write[];
  try {
    const letter = await write();
    if (letter === null) {
      await persist(ctx, releaseStatements(ctx.db, name));
      return "nothing to send";
    }
    await sendMail(ctx, letter.mail);
    kept = letter.writes;
  } catch (error) {
    await persist(ctx, releaseStatements(ctx.db, name)).catch(() => undefined);
    throw error;
  }
  await persist(ctx, [...kept, ...leftStatements(ctx.db, name, ctx.now)]);
  return "sent";
}

/** No job comes again after this long. */
const FORGOTTEN_MS = 30 * 24 * 60 * 60 * 1000;

/** Forgets the names of mails that left long ago. */
export async function forgetMails(ctx: BaseCtx): Promise<void> {
  await persist(ctx, forgetStatements(ctx.db, ctx.now - FORGOTTEN_MS));
}

/** @see https://resend.com/docs/api-reference/emails/send-email checked 2026-11 */
async function sendByResend(ctx: BaseCtx, mail: Mail): Promise<void> {
  const response = await ctx
    .fetch("https://api.resend.com/emails", {
      method: "POST",
      headers: { authorization: `Bearer ${ctx.settings.resendApiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ from: ctx.settings.mailFrom, ...mail, to: [mail.to] }),
    })
    .catch((cause: unknown) => {
      throw new Problem("unavailable", { retryAfterSeconds: 60, cause });
    });
  await response.body?.cancel();
  if (response.status === 401 || response.status === 403) {
    throw new Problem("misconfigured", { detail: "Resend refuses RESEND_API_KEY or MAIL_FROM." });
  }
  if (!response.ok) {
    const cause = new Error(`Resend answered ${response.status}`);
    throw new Problem("unavailable", { retryAfterSeconds: 60, cause });
  }
}

/** Reads the mailbox of development. @throws Problem `not_found` anywhere else */
export async function readMailbox(ctx: BaseCtx): Promise<KeptMail[]> {
  if (ctx.settings.environment !== "development") throw new Problem("not_found");
  return listDevMail(ctx.db);
}
