// The home of sending by Cloudflare's Email Service, through the Worker's own binding.

import type { BaseCtx } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import { type Mail, readAddress } from "./model.ts";

/** What is ours to mend: the sender's domain is not set up for sending, or not by this account. */
const OUR_FAULT = ["E_SENDER_NOT_VERIFIED", "E_SENDER_DOMAIN_NOT_AVAILABLE", "E_HEADER_NOT_ALLOWED"];

/** What no trying again helps: the address takes no mail, or the account may not write to it. */
const FINAL = [
  "E_RECIPIENT_NOT_ALLOWED",
  "E_RECIPIENT_SUPPRESSED",
  "E_DELIVERY_FAILED",
  "E_VALIDATION_ERROR",
  "E_FIELD_MISSING",
  "E_CONTENT_TOO_LARGE",
];

/**
 * Hands a mail to Cloudflare. It is written by the binding from its parts; only `EmailMessage` of Email Routing, which
 * reaches verified addresses alone, would need MIME of our own.
 *
 * @throws Problem `misconfigured` when the binding or the sender is not set up, `invalid_request` for an address that
 *   takes no mail, `unavailable` for limits and everything else
 * @see https://developers.cloudflare.com/email-service/api/send-emails/workers-api/ the binding and its codes, and
 *   https://developers.cloudflare.com/email-service/reference/headers/ the headers it takes, checked 2026-11
 */
export async function sendByCloudflare({ stores, settings }: BaseCtx, mail: Mail): Promise<void> {
  if (stores.email === null) throw new Problem("misconfigured", { detail: "The binding EMAIL is missing." });
  const { to, subject, text, html, headers = {} } = mail;
  try {
    await stores.email.send({ from: readAddress(settings.mailFrom), to, subject, text, html, headers: { ...headers } });
  } catch (cause) {
    const code = String((cause as { code?: unknown } | null)?.code);
    if (OUR_FAULT.includes(code)) {
      throw new Problem("misconfigured", { detail: `Cloudflare refuses MAIL_FROM: ${code}.`, cause });
    }
    if (FINAL.includes(code))
      throw new Problem("invalid_request", { detail: `The mail is not taken: ${code}.`, cause });
    throw new Problem("unavailable", { retryAfterSeconds: 60, cause });
  }
}
