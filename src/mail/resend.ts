// The home of sending by Resend's HTTP API.

import type { BaseCtx } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import type { Mail } from "./model.ts";

/**
 * Hands a mail to Resend.
 *
 * @throws Problem `misconfigured` when it refuses our key or sender, `unavailable` when it does not take the mail
 * @see https://resend.com/docs/api-reference/emails/send-email checked 2026-11
 */
export async function sendByResend(ctx: BaseCtx, mail: Mail): Promise<void> {
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
