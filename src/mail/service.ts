// The home of sending mail, through the adapter that this deployment chose.

import { ConstraintError, type Write } from "../db/client.ts";
import { persist } from "../db/commit.ts";
import type { BaseCtx, Settings } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import { sendByCloudflare } from "./cloudflare.ts";
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
import { sendByResend } from "./resend.ts";

/** Tells whether mail can leave this deployment, or be kept in the mailbox of development. */
export function canMail({ mailer, environment }: Settings): boolean {
  return mailer !== "mailbox" || environment === "development";
}

/**
 * Sends a mail, or keeps it in the mailbox of development.
 *
 * @throws Problem `misconfigured` when no mailer is set up, `unavailable` when the provider does not take it, and as the
 *   provider's own file says
 */
export async function sendMail(ctx: BaseCtx, mail: Mail): Promise<void> {
  if (ctx.settings.mailer === "mailbox") {
    if (!canMail(ctx.settings)) {
      throw new Problem("misconfigured", {
        detail: "Neither RESEND_API_KEY nor the binding EMAIL is set, so no mail can be sent.",
      });
    }
    return persist(ctx, devMailStatements(ctx.db, ctx.newId("message"), mail, ctx.now));
  }
  return ctx.settings.mailer === "cloudflare" ? sendByCloudflare(ctx, mail) : sendByResend(ctx, mail);
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
  const until = ctx.now + CLAIM_MS;
  try {
    await persist(ctx, claimStatements(ctx.db, name, ctx.now, until));
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (await hasLeft(ctx.db, name)) return "sent before";
    throw new Problem("in_progress", { retryAfterSeconds: CLAIM_MS / 1000, cause: error });
  }
  let kept: readonly Write[];
  try {
    const letter = await write();
    if (letter === null) {
      await persist(ctx, releaseStatements(ctx.db, name, until));
      return "nothing to send";
    }
    await sendMail(ctx, letter.mail);
    kept = letter.writes;
  } catch (error) {
    await persist(ctx, releaseStatements(ctx.db, name, until)).catch(() => undefined);
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

/** Reads the mailbox of development. @throws Problem `not_found` anywhere else */
export async function readMailbox(ctx: BaseCtx): Promise<KeptMail[]> {
  if (ctx.settings.environment !== "development") throw new Problem("not_found");
  return listDevMail(ctx.db);
}
