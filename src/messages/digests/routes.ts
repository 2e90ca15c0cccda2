// The home of the endpoints of digests: how often one wants them, and the link that turns them off.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { pageHeaders, problemPageOr } from "../../identity/index.ts";
import { isOffPage, offPage } from "./pages.tsx";
import { DigestSettings, DigestSettingsInput, presentDigestSettings } from "./schema.ts";
import { changeDigestFrequency, getDigestFrequency, turnDigestsOff } from "./service.ts";

const tag = "Messages";

const settings = { path: "/api/me/digests", tag, access: "signedIn", problems: ["forbidden"] } as const;

const GetDigestSettings = endpoint({
  ...settings,
  operation: "getDigestSettings",
  method: "get",
  summary: "Show how often you are mailed what you have not read",
  answers: { 200: { description: "Your settings.", schema: DigestSettings } },
  handle: async ({ ctx }) => getDigestFrequency(ctx),
  present: (frequency) => ({ status: 200, body: presentDigestSettings(frequency) }),
});

const ChangeDigestSettings = endpoint({
  ...settings,
  operation: "changeDigestSettings",
  method: "put",
  summary: "Change how often you are mailed what you have not read",
  description: "For all artists and threads together, also those you are a guest in. Without a choice it is `hourly`.",
  body: DigestSettingsInput,
  answers: { 200: { description: "Your settings now.", schema: DigestSettings } },
  example: { body: { frequency: "daily" } },
  handle: async ({ ctx, body }) => changeDigestFrequency(ctx, body.frequency),
  present: (frequency) => ({ status: 200, body: presentDigestSettings(frequency) }),
});

const link = {
  path: "/api/messages/digests/off/:token",
  tag,
  access: "public",
  params: z.strictObject({ token: z.string().min(1).max(200) }),
  example: { params: { token: "AVQq9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
} as const;

const ShowDigestsOff = endpoint({
  ...link,
  operation: "showDigestsOff",
  method: "get",
  summary: "Open the link that turns digests off",
  description: "Shows a page that asks to go on, the same for every link; changes nothing.",
  answers: { 200: { description: "A page with one button.", mediaType: "text/html" } },
  handle: async ({ ctx }) => pageHeaders(ctx.settings.homeUrl),
  present: (headers) => new Response(offPage(), { headers }),
});

const TurnDigestsOff = endpoint({
  ...link,
  operation: "turnDigestsOff",
  method: "post",
  summary: "Turn digests off with a mailed link",
  description:
    "Needs nothing but the link, which does this and nothing else. Mail programs ask it by themselves (RFC 8058); asking again changes nothing.",
  answers: {
    200: { description: "They are off: nothing for a program, a page for a browser.", mediaType: "text/html" },
  },
  problems: ["not_found"],
  handle: async ({ ctx, params, request, c }) =>
    problemPageOr(request, c.env.call.log, async () => {
      await turnDigestsOff(ctx, params.token);
      const isBrowser = request.headers.get("accept")?.includes("text/html") === true;
      return new Response(isBrowser ? isOffPage() : "", { headers: pageHeaders(ctx.settings.homeUrl) });
    }),
  present: (response) => response,
});

/** Adds digests to the API. */
export function registerDigests(register: Register): void {
  register(GetDigestSettings);
  register(ChangeDigestSettings);
  register(ShowDigestsOff);
  register(TurnDigestsOff);
}
