// The home of the wire shape of the audit log.

import { z } from "zod";
import { pageQuery } from "../../http/page.ts";
import { type Day, instantToIso, isDay } from "../../kernel/time.ts";
import type { AuditRow } from "./repository.ts";

const FIRST_DAY = "1970-01-01";
const LAST_DAY = "9999-12-30";

const day = z
  .string()
  .refine((text): text is Day => isDay(text) && text >= FIRST_DAY && text <= LAST_DAY, "is no day written YYYY-MM-DD");

export const auditQuery = z.strictObject({
  ...pageQuery,
  actor: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "As the log names it: `user:usr_…`, `key:key_…`, `system:statement.read`." }),
  action: z.string().min(1).max(100).optional().meta({ description: "As in `member.update`." }),
  from: day.optional().meta({ description: "The first day, UTC's." }),
  to: day.optional().meta({ description: "The last day, included." }),
});

export const AuditEntry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.string(),
    action: z.string().meta({ description: "`noun.verb`" }),
    target: z.string().nullable(),
    before: z.unknown(),
    after: z.unknown(),
    requestId: z.string().meta({ description: "The `x-request-id` of the request, or the id of the job's run." }),
  })
  .meta({
    id: "AuditEntry",
    example: {
      id: "aud_01k9v3m6s0n8w2e4r6t8y0b1c3",
      at: "2026-09-01T12:00:00.000Z",
      actor: "user:usr_01k9v3m6s0n8w2e4r6t8y0b1c3",
      action: "api_key.revoke",
      target: "key_01k9v3m6s0n8w2e4r6t8y0b1c3",
      before: { revokedAt: null },
      after: { revokedAt: 1788264000000 },
      requestId: "req_01k9v3m6s0n8w2e4r6t8y0b1c3",
    },
  });

export function presentAuditEntry(row: AuditRow): unknown {
  const read = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  return { ...row, at: instantToIso(row.at), before: read(row.before), after: read(row.after) };
}
