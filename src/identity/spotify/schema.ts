// The home of what crosses the wire while signing in with Spotify.

import { z } from "zod";
import type { ProblemCode } from "../../kernel/problems.ts";
import { instantToIso } from "../../kernel/time.ts";
import { isOwnPath } from "../attempts/model.ts";

export const SignInQuery = z.strictObject({
  returnTo: z
    .string()
    .refine(isOwnPath, "must be a path on this site, as in /docs")
    .optional()
    .meta({ description: "Where to go on to afterwards: a path on this site." }),
});

/** What Spotify sends people back with. It may one day say more, which is not looked at. */
export const CallbackQuery = z.object({
  state: z.string().max(200).optional().meta({ description: "What was sent along." }),
  code: z.string().min(1).max(4096).optional().meta({ description: "The code, when the person agreed." }),
  error: z.string().max(200).optional().meta({ description: "Why there is none, otherwise." }),
  iss: z.string().max(200).optional().meta({ description: "Which service answers, where it says so (RFC 9207)." }),
});

/** What may go wrong when a person comes back from Spotify. */
export const CALLBACK_PROBLEMS: readonly ProblemCode[] = [
  "attempt_invalid",
  "oauth_refused",
  "spotify_app_user_cap",
  "provider_unavailable",
  "misconfigured",
];

export const Departure = z
  .object({ authorizeUrl: z.url().meta({ description: "Where to send the person, in this same browser." }) })
  .meta({
    id: "Departure",
    example: { authorizeUrl: "https://accounts.spotify.com/authorize?response_type=code&client_id=…" },
  });

export const SpotifyLink = z
  .object({ linkedAt: z.iso.datetime().nullable().meta({ description: "Null: no Spotify account is linked." }) })
  .meta({ id: "SpotifyLink", example: { linkedAt: "2026-09-01T12:00:00.000Z" } });

export function presentLink(linkedAt: number | null): z.input<typeof SpotifyLink> {
  return { linkedAt: linkedAt === null ? null : instantToIso(linkedAt) };
}
