// The home of the wire shapes of attachments' links.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { EXAMPLES } from "../examples.ts";
import type { AttachmentLink as LinkFacts } from "./service.ts";

export const AttachmentLink = z
  .object({
    url: z.string().meta({ description: "Works for 15 minutes, for whoever has it." }),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "AttachmentLink", example: EXAMPLES.AttachmentLink });

/** Puts a link on the wire. */
export function presentLink({ url, expiresAt }: LinkFacts): z.input<typeof AttachmentLink> {
  return { url, expiresAt: instantToIso(expiresAt) };
}
