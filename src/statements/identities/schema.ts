// The home of the wire shapes of printed identities.

import { z } from "zod";
import { formatNanos } from "../../kernel/money.ts";
import { EXAMPLES } from "../examples.ts";
import { MoneyShape } from "../money-shape.ts";
import type { IdentityRow } from "./repository.ts";

/** Why an identity is no recording by itself. */
const REASONS = ["no_code", "invalid_isrc", "release_only"] as const;

export const IdentityShape = z
  .object({
    identity: z.string().meta({
      description: "As lines print it: a code that is no ISRC; else UPC and title; else title and artist.",
    }),
    title: z.string().nullable(),
    reason: z.enum(REASONS),
    lines: z.int(),
    units: z.int(),
    statements: z.int(),
    amounts: z.array(MoneyShape),
    isrc: z.string().nullable().meta({ description: "The recording it was said to be." }),
  })
  .meta({ id: "StatementIdentity", example: EXAMPLES.StatementIdentity });

export function presentIdentity(row: IdentityRow): z.input<typeof IdentityShape> {
  const amounts = Object.entries(JSON.parse(row.amounts) as Record<string, string>);
  return {
    identity: row.identity,
    title: row.label,
    reason: reasonOf(row.identity),
    lines: row.lines,
    units: row.units,
    statements: row.statements,
    amounts: amounts
      .filter(([currency]) => currency !== "")
      .map(([currency, nanos]) => ({ amount: formatNanos(BigInt(nanos)), currency })),
    isrc: row.isrc,
  };
}

function reasonOf(identity: string): (typeof REASONS)[number] {
  if (/^\d{8,14} /u.test(identity)) return "release_only";
  return identity.includes(" ") ? "no_code" : "invalid_isrc";
}

export const IdentityAssignment = z
  .object({ identity: z.string(), isrc: z.string().nullable(), lines: z.int() })
  .meta({ id: "IdentityAssignment", example: EXAMPLES.IdentityAssignment });
