// ROOM messages: the team's messaging hub.
//
// Owns: the sockets of a team. Promises: whoever lost access is no longer spoken to. Never: decides who has access.

import type { Ctx } from "../db/ctx.ts";

/** Closes the sockets of those who may no longer listen; there are none yet. */
export async function recheckAccess(_ctx: Ctx, _userId: string | null): Promise<void> {}
