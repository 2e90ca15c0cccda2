// The home of the wire shapes of media.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { EXAMPLES } from "../examples.ts";
import { MEDIA_KINDS } from "./model.ts";
import type { MediaRow } from "./repository.ts";
import type { MediaLink as LinkFacts } from "./service.ts";

const fields = {
  id: z.string(),
  itemId: z.string().meta({ description: "The release or recording it belongs to." }),
  kind: z.enum(MEDIA_KINDS),
  filename: z.string(),
  type: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  createdAt: z.iso.datetime(),
};

export const Media = z.object(fields).meta({ id: "Media", example: EXAMPLES.Media });

export const MediaLink = z
  .object({
    url: z.string().meta({ description: "Works for 15 minutes, for whoever has it." }),
    expiresAt: z.iso.datetime(),
    media: Media,
  })
  .meta({ id: "MediaLink", example: EXAMPLES.MediaLink });

export const mediaQuery = z.strictObject({
  filename: z.string().min(1).max(255),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "is no SHA-256 in lower-case hex"),
});

export function presentMedia(row: MediaRow): unknown {
  return { ...row, createdAt: instantToIso(row.createdAt) };
}

export function presentLink({ media, url, expiresAt }: LinkFacts): unknown {
  return { url, expiresAt: instantToIso(expiresAt), media: presentMedia(media) };
}
