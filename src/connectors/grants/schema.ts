// The home of the wire shapes of connections.

import { z } from "zod";
import { addDays, dayOf, instantToIso } from "../../kernel/time.ts";
import { PROVIDER_IDS } from "../providers/registry.ts";
import { GRANT_REASONS, GRANT_STATUSES, grantHealth, HEALTHS } from "./model.ts";
import type { GrantRow } from "./repository.ts";
import type { Connectable, Connections as ConnectionsFacts } from "./service.ts";

const EXAMPLE = {
  id: "con_01k9v3m6s0n8w2e4r6t8y0b1c3",
  provider: "youtube",
  status: "active",
  reason: null,
  scopes: ["https://www.googleapis.com/auth/yt-analytics.readonly"],
  grantedAt: "2026-09-01T12:00:00.000Z",
  expiresAt: null,
  lastSuccessAt: "2026-11-05T00:06:12.000Z",
  nextRunAt: "2026-11-06T00:05:00.000Z",
} as const;

const provider = z.enum(PROVIDER_IDS);

export const ConnectionInput = z.strictObject({ provider }).meta({ id: "ConnectionInput" });

const STATUSES = [...new Set([...GRANT_STATUSES, ...HEALTHS, "disabled" as const])];

export const Connection = z
  .object({
    id: z.string(),
    provider,
    status: z.enum(STATUSES).meta({
      description:
        "`unconfigured`: begun and not authorised. `expiring`: fourteen days are left at most. `degraded`: the last runs failed. `disabled`: a setting of this deployment is missing.",
    }),
    reason: z
      .string()
      .nullable()
      .meta({
        description: `Why it is not active. Why it must be authorised again is one of ${GRANT_REASONS.join(", ")}; all else is a sentence.`,
      }),
    scopes: z.array(z.string()).meta({ description: "What the person allowed, in the provider's words." }),
    grantedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable().meta({
      description: "When it must be authorised again at the latest; null: not while it is used.",
    }),
    lastSuccessAt: z.iso.datetime().nullable().meta({ description: "When a run last read all there was." }),
    nextRunAt: z.iso.datetime().nullable().meta({ description: "When the next run begins or goes on." }),
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
    lastSuccessAt: null,
    nextRunAt: null,
    authorizeUrl: "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=…",
  },
});

const Provider = z.object({
  id: provider,
  name: z.string(),
  kind: z.enum(["oauth"]),
  configured: z.boolean(),
  missing: z.array(z.string()).meta({ description: "The settings of this deployment that are not made." }),
  lagHours: z.int().meta({ description: "How long after a day has ended its figures are usually there." }),
  streams: z.array(
    z.object({
      id: z.string(),
      gives: z.string(),
      kind: z.enum(["days", "totals", "snapshot"]).meta({
        description:
          "Days are replaced whole; of running totals increments are made; a snapshot is of the day it is read.",
      }),
      lagHours: z.int(),
      restatedDays: z.int().meta({ description: "How many of its latest days may still change." }),
      isOptional: z.boolean(),
    }),
  ),
  definitionBreaks: z
    .array(z.object({ day: z.iso.date(), metrics: z.array(z.string()), change: z.string() }))
    .meta({ description: "Days on which a figure began to mean something else." }),
});

export const Connections = z.object({ providers: z.array(Provider), data: z.array(Connection) }).meta({
  id: "Connections",
  example: {
    providers: [
      {
        id: "soundcloud",
        name: "SoundCloud",
        kind: "oauth",
        configured: false,
        missing: ["SOUNDCLOUD_CLIENT_ID", "SOUNDCLOUD_CLIENT_SECRET"],
        lagHours: 0,
        streams: [
          {
            id: "tracks",
            gives: "Plays and downloads by track.",
            kind: "totals",
            lagHours: 0,
            restatedDays: 0,
            isOptional: false,
          },
        ],
        definitionBreaks: [],
      },
    ],
    data: [EXAMPLE],
  },
});

export const DisconnectQuery = z.strictObject({
  data: z.enum(["keep", "erase"]).default("keep").meta({
    description: "What becomes of what was reported: kept, or erased from every figure.",
  }),
});

/** The nightly schedule fires at five past midnight, UTC. */
const NIGHTLY = "T00:05:00.000Z";

export function presentConnection(row: GrantRow, providers: readonly Connectable[], now: number): object {
  const iso = (at: number | null) => (at === null ? null : instantToIso(at));
  const grant = grantHealth(row, now);
  const missing = providers.find((each) => each.provider.id === row.provider)?.missing ?? [];
  const isPulled = grant.status === "active" || grant.status === "expiring";
  const isDisabled = isPulled && missing.length > 0;
  const isAsGranted = !isPulled || (row.health === "active" && !isDisabled);
  const pull = isDisabled
    ? { status: "disabled", reason: `Set ${missing.join(" and ")}.` }
    : { status: row.health, reason: row.healthReason };
  const resumes = row.healthUntil !== null && row.healthUntil > now ? row.healthUntil : null;
  const next =
    iso(resumes) ??
    `${row.night > dayOf(now) || row.night === dayOf(now) ? addDays(dayOf(now), 1) : dayOf(now)}${NIGHTLY}`;
  return {
    id: row.id,
    provider: row.provider,
    ...(isAsGranted ? grant : pull),
    scopes: row.scopes === "" ? [] : row.scopes.split(" "),
    grantedAt: iso(row.grantedAt),
    expiresAt: iso(row.expiresAt),
    lastSuccessAt: iso(row.lastSuccessAt),
    nextRunAt: isPulled && !isDisabled ? next : null,
  };
}

export function presentConnections({ providers, grants }: ConnectionsFacts, now: number): object {
  return {
    providers: providers.map(({ provider: { id, name, streams, breaks }, missing }) => ({
      id,
      name,
      kind: "oauth",
      configured: missing.length === 0,
      missing,
      lagHours: Math.max(...streams.map(({ lagHours }) => lagHours)),
      streams: streams.map(({ gives, kind, lagHours, restatedDays, isOptional = false, ...stream }) => {
        return { id: stream.id, gives, kind, lagHours, restatedDays, isOptional };
      }),
      definitionBreaks: breaks,
    })),
    data: grants.map((grant) => presentConnection(grant, providers, now)),
  };
}
