// The home of sending mail, through the adapter that this deployment chose.

import { persist } from "../db/commit.ts";
import type { BaseCtx } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import type { Instant } from "../kernel/time.ts";
import type { Mail } from "./model.ts";
import { devMailStatements, listDevMail } from "./repository.ts";

/**
 * Sends a mail, or keeps it in the mailbox of development.
 *
 * @throws Problem `misconfigured` when no mailer is set up, `unavailable` when the provider does not take it
 */
export async function sendMail(ctx: BaseCtx, mail: Mail): Promise<void> {
  if (ctx.settings.mailer === "mailbox") {
    if (ctx.settings.environment !== "development") {
      throw new Problem("misconfigured", { detail: "RESEND_API_KEY is not set, so no mail can be sent." });
    }
    return persist(ctx, devMailStatements(ctx.db, ctx.newId("message"), mail, ctx.now));
  }
  return sendByResend(ctx, mail);
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
export async function readMailbox(ctx: BaseCtx): Promise<(Mail & { at: Instant })[]> {
  if (ctx.settings.environment !== "development") throw new Problem("not_found");
  return listDevMail(ctx.db);
}
