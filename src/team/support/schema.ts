// The home of the wire shapes of support access.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { MOST_HOURS } from "./model.ts";
import type { SupportRequest as SupportRequestFacts } from "./service.ts";

export const SupportRequestInput = z
  .strictObject({
    reason: z.string().trim().min(1).max(500),
    hours: z.int().min(1).max(MOST_HOURS).default(24),
  })
  .meta({ id: "SupportRequestInput" });

export const SupportRequest = z
  .object({
    id: z.string(),
    reason: z.string(),
    hours: z.int(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "SupportRequest" });

export function presentSupportRequest(request: SupportRequestFacts): z.input<typeof SupportRequest> {
  return { ...request, createdAt: instantToIso(request.createdAt), expiresAt: instantToIso(request.expiresAt) };
}
