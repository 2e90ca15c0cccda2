// The home of the endpoints of the completeness audit.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { AUDITED_KINDS, SEVERITIES } from "./model.ts";
import { AuditedThing, presentAudited, presentCompleteness, ReleaseCompleteness } from "./schema.ts";
import { auditPage, auditRelease } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog";

const AuditCatalog = endpoint({
  operation: "auditCatalog",
  method: "get",
  path: `${base}/audit`,
  tag,
  summary: "List what the catalog lacks",
  description:
    "What is missing or does not agree in releases, recordings and works, each with the field to fix. A page looks at `limit` things and may be short, or empty, when most of them lack nothing; go on until `nextCursor` is null.",
  access: "artist",
  query: z.strictObject({
    kind: z.enum(AUDITED_KINDS).optional(),
    from: z.enum(SEVERITIES).default("hint").meta({ description: "The mildest that is listed." }),
    ...pageQuery,
  }),
  answers: { 200: { description: "Recordings, releases, works, oldest first.", schema: pageOf(AuditedThing) } },
  handle: async ({ ctx, query }) => auditPage(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentAudited), nextCursor } }),
});

const AuditRelease = endpoint({
  operation: "auditRelease",
  method: "get",
  path: `${base}/releases/:id/completeness`,
  tag,
  summary: "Show what a release lacks",
  description: "With its recordings and their works.",
  access: "artist",
  params: z.strictObject({ id: z.string() }),
  answers: { 200: { description: "What is missing or does not agree.", schema: ReleaseCompleteness } },
  example: { params: { id: "rel_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params: { id } }) => auditRelease(ctx, id),
  present: (data) => ({ status: 200, body: presentCompleteness(data) }),
});

/** Adds the audit to the API. */
export function registerAudit(register: Register): void {
  register(AuditCatalog);
  register(AuditRelease);
}
