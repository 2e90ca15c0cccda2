// The home of the wire shapes of connections.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { GRANT_REASONS, GRANT_STATUSES, grantHealth } from "./model.ts";
import type { GrantRow } from "./repository.ts";
import type { Connections as ConnectionsFacts } from "./service.ts";

const EXAMPLE = {
  id: "con_01k9v3m6s0n8w2e4r6t8y0b1c3",
  provider: "spotify",
  status: "active",
  reason: null,
  scopes: ["playlist-read-private", "playlist-read-collaborative"],
  grantedAt: "2026-09-01T12:00:00.000Z",
  expiresAt: "2027-03-01T12:00:00.000Z",
} as const;

export const ConnectionInput = z.strictObject({ provider: z.enum(["spotify"]) }).meta({ id: "ConnectionInput" });

export const Connection = z
  .object({
    id: z.string(),
    provider: z.enum(["spotify"]),
    status: z.enum(GRANT_STATUSES).meta({ description: "`expiring`: fourteen days are left at most." }),
    reason: z.enum(GRANT_REASONS).nullable().meta({
      description: "Why it must be authorised again: time is over, taken back at the provider, or not readable.",
    }),
    scopes: z.array(z.string()).meta({ description: "What the person allowed, in the provider's words." }),
    grantedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable().meta({ description: "When it must be authorised again at the latest." }),
  })
  .meta({ id: "Connection", example: EXAMPLE });

export const NewConnection = Connection.extend({
  authorizeUrl: z.url().meta({ description: "Where to send the person, in this same browser, within ten minutes." }),
}).meta({
  id: "NewConnection",
  example: {
    ...EXAMPLE,
    status: "unconfigured",
    scopes: [],
    grantedAt: null,
    expiresAt: null,
    authorizeUrl: "https://accounts.spotify.com/authorize?response_type=code&client_id=…",
  },
});

export const Connections = z
  .object({
    providers: z.array(
      z.object({
        id: z.enum(["spotify"]),
        kind: z.enum(["oauth"]),
        configured: z.boolean(),
        missing: z.array(z.string()).meta({ description: "The settings of this deployment that are not made." }),
      }),
    ),
    data: z.array(Connection),
  })
  .meta({
    id: "Connections",
    example: { providers: [{ id: "spotify", kind: "oauth", configured: true, missing: [] }], data: [EXAMPLE] },
  });

export function presentConnection(row: GrantRow, now: number): object {
  const iso = (at: number | null) => (at === null ? null : instantToIso(at));
  return {
    id: row.id,
    provider: row.provider,
    ...grantHealth(row, now),
    scopes: row.scopes === "" ? [] : row.scopes.split(" "),
    grantedAt: iso(row.grantedAt),
    expiresAt: iso(row.expiresAt),
  };
}

export function presentConnections({ missing, grants }: ConnectionsFacts, now: number): object {
  return {
    providers: [{ id: "spotify", kind: "oauth", configured: missing.length === 0, missing }],
    data: grants.map((grant) => presentConnection(grant, now)),
  };
}
