// The home of the development mailbox's one endpoint.

import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import type { Register } from "../http/registry.ts";
import { instantToIso } from "../kernel/time.ts";
import { readMailbox } from "./service.ts";

const DevMail = z
  .object({
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    headers: z.record(z.string(), z.string()),
    at: z.string(),
  })
  .meta({
    id: "DevMail",
    example: {
      to: "mara@example.com",
      subject: "Your sign-in link",
      text: "Open this link to sign in.",
      html: "<p>Open this link to sign in.</p>",
      headers: {},
      at: "2026-09-01T12:00:00.000Z",
    },
  });

const ListDevMail = endpoint({
  operation: "listDevMail",
  method: "get",
  path: "/dev/mail",
  tag: "Development",
  summary: "List the mails that would have been sent",
  description: "Exists only in development; elsewhere it is not found.",
  access: "public",
  answers: { 200: { description: "The latest 50 mails, newest first.", schema: z.object({ data: z.array(DevMail) }) } },
  problems: ["not_found"],
  handle: async ({ ctx }) => readMailbox(ctx),
  present: (mails) => ({ status: 200, body: { data: mails.map((mail) => ({ ...mail, at: instantToIso(mail.at) })) } }),
});

/** Adds the mailbox to the API. */
export function registerMail(register: Register): void {
  register(ListDevMail);
}
