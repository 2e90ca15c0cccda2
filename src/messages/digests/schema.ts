// The home of the wire shapes of digests.

import { z } from "zod";
import { EXAMPLES } from "../examples.ts";
import { FREQUENCIES, type Frequency } from "./model.ts";

const frequency = z.enum(FREQUENCIES).meta({
  description:
    "How often you are mailed what has lain unread for 15 minutes: within minutes, at each hour, at seven UTC each day, or not at all.",
});

export const DigestSettingsInput = z.strictObject({ frequency }).meta({ id: "DigestSettingsInput" });

export const DigestSettings = z.object({ frequency }).meta({ id: "DigestSettings", example: EXAMPLES.DigestSettings });

/** Puts the settings on the wire. */
export function presentDigestSettings(chosen: Frequency): z.input<typeof DigestSettings> {
  return { frequency: chosen };
}
