// The home of the endpoint of the audit log.

import { endpoint } from "../../http/endpoint.ts";
import { pageOf } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import type { Day } from "../../kernel/time.ts";
import { AuditEntry, auditQuery, presentAuditEntry } from "./schema.ts";
import { listAuditPage } from "./service.ts";

const ListAudit = endpoint({
  operation: "listAudit",
  method: "get",
  path: "/api/dashboard/team/audit",
  tag: "Team",
  summary: "List what was done, by whom, and when",
  description:
    "Newest first. Every change of anything of the artist's is here, and nothing is ever changed or removed. A page may be short: with `actor` or `action`, one walks 5,000 entries at most.",
  access: "artist",
  query: auditQuery,
  answers: { 200: { description: "Entries of the log.", schema: pageOf(AuditEntry) } },
  handle: async ({ ctx, query }) => {
    const { from, to } = query;
    return listAuditPage(ctx, { ...query, from: from as Day | undefined, to: to as Day | undefined });
  },
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentAuditEntry), nextCursor } }),
});

/** Adds the audit log to the API. */
export function registerAudit(register: Register): void {
  register(ListAudit);
}
