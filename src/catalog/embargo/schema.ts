// The home of the wire shapes of embargoes and of the access log.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { EXAMPLES } from "../examples.ts";
import { type EmbargoUntil, NEVER } from "./model.ts";
import type { EmbargoRow, SightingRow } from "./repository.ts";

export const EmbargoInput = z
  .strictObject({
    until: z.union([z.enum(["release", "lift"]), z.iso.datetime()]).meta({
      description:
        "`release`: as the release comes out for its first listeners, and with its date if that moves; `lift`: somebody lifts it; or a moment.",
    }),
  })
  .meta({ id: "EmbargoInput" });

export const Embargo = z
  .object({
    releaseId: z.string(),
    until: z.enum(["release", "instant", "lift"]),
    liftsAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: "When it ends, or ended; null while it does not by itself." }),
    isActive: z.boolean(),
    changedBy: z.string(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: "Embargo", example: EXAMPLES.Embargo });

export const Access = z
  .object({
    day: z.string().meta({ description: "UTC's." }),
    actor: z.string().meta({ description: "As the audit log names it: `user:usr_…`, `key:key_…`." }),
    seenIn: z.string().meta({ description: "As in `release`, `recordings`, `calendar`." }),
    itemId: z.string().meta({ description: "The release, or what belongs to it." }),
    times: z.int(),
    firstAt: z.iso.datetime(),
    lastAt: z.iso.datetime(),
  })
  .meta({ id: "CatalogAccess", example: EXAMPLES.CatalogAccess });

/** What a request says of until when. */
export function untilOf({ until }: z.output<typeof EmbargoInput>): EmbargoUntil {
  return until === "release" || until === "lift" ? { kind: until } : { kind: "instant", at: Date.parse(until) };
}

/** @param now the moment at which it is active or not */
export function presentEmbargo(row: EmbargoRow, now: number): unknown {
  const end = row.liftsAt === NEVER ? null : instantToIso(row.liftsAt);
  return { ...row, liftsAt: end, isActive: row.liftsAt > now, changedAt: instantToIso(row.changedAt) };
}

export function presentAccess({ onDay, firstAt, lastAt, ...row }: SightingRow): unknown {
  return { ...row, day: onDay, firstAt: instantToIso(firstAt), lastAt: instantToIso(lastAt) };
}
