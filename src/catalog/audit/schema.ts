// The home of the wire shapes of the completeness audit.

import { z } from "zod";
import { EXAMPLES } from "../examples.ts";
import { AUDITED_KINDS, FINDINGS, SEVERITIES } from "./model.ts";
import type { Audited } from "./service.ts";

export const AuditFinding = z
  .object({
    code: z.enum(FINDINGS),
    severity: z.enum(SEVERITIES).meta({
      description: "`blocking`: nothing is delivered or earned without it; `warning`: something is lost by it.",
    }),
    path: z.string().meta({ description: "The field to fix." }),
    message: z.string(),
  })
  .meta({ id: "AuditFinding" });

export const AuditedThing = z
  .object({
    kind: z.enum(AUDITED_KINDS),
    id: z.string(),
    title: z.string(),
    artists: z.string(),
    code: z.string().nullable(),
    findings: z.array(AuditFinding),
  })
  .meta({ id: "AuditedThing", example: EXAMPLES.AuditedThing });

export const ReleaseCompleteness = z
  .object({
    blocking: z.int().meta({ description: "How many findings block it." }),
    warnings: z.int(),
    hints: z.int(),
    data: z.array(AuditedThing).meta({ description: "The release, then its recordings and their works." }),
  })
  .meta({ id: "ReleaseCompleteness" });

export function presentAudited({ row, findings }: Audited): z.input<typeof AuditedThing> {
  const { id, title, artists, code } = row;
  const kind = AUDITED_KINDS.find((each) => each === row.kind) ?? "work";
  return { kind, id, title, artists, code, findings: [...findings] };
}

export function presentCompleteness(data: readonly Audited[]): z.input<typeof ReleaseCompleteness> {
  const all = data.flatMap(({ findings }) => findings);
  const count = (severity: (typeof SEVERITIES)[number]) => all.filter((each) => each.severity === severity).length;
  return {
    blocking: count("blocking"),
    warnings: count("warning"),
    hints: count("hint"),
    data: data.map(presentAudited),
  };
}
