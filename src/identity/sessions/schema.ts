// The home of the wire shape of sessions.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { deviceOf } from "./model.ts";
import type { Session as SessionFacts } from "./service.ts";

export const Session = z
  .object({
    id: z.string(),
    device: z.string().meta({ description: "The browser, as it calls itself." }),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().nullable().meta({ description: "To the hour." }),
    expiresAt: z.iso.datetime(),
    current: z.boolean().meta({ description: "Whether it is the one that asks." }),
  })
  .meta({ id: "Session" });

export const Sessions = z.object({ data: z.array(Session) }).meta({
  id: "Sessions",
  example: {
    data: [
      {
        id: "ses_01k9v3m6s0n8w2e4r6t8y0b1c3",
        device: "Firefox on Linux",
        createdAt: "2026-09-01T12:00:00.000Z",
        lastSeenAt: "2026-09-03T08:00:00.000Z",
        expiresAt: "2026-10-01T12:00:00.000Z",
        current: true,
      },
    ],
  },
});

export function presentSession(session: SessionFacts): z.input<typeof Session> {
  const { id, userAgent, createdAt, lastSeenAt, expiresAt, isCurrent } = session;
  return {
    id,
    device: deviceOf(userAgent),
    createdAt: instantToIso(createdAt),
    lastSeenAt: lastSeenAt === null ? null : instantToIso(lastSeenAt),
    expiresAt: instantToIso(expiresAt),
    current: isCurrent,
  };
}
