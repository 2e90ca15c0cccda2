// ROOM messages: the team's messaging hub.

import type { Ctx } from "../db/ctx.ts";

/** Closes the sockets of those who may no longer listen; there are none yet. */
export async function recheckAccess(_ctx: Ctx, _userId: string | null): Promise<void> {}
