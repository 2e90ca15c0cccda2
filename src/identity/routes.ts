// The home of the sign-in endpoints.

import { z } from "zod";
import { credentialsOf, refuseForeignOrigin } from "../http/admit.ts";
import { endpoint } from "../http/endpoint.ts";
import type { Register } from "../http/registry.ts";
import { FORGET_RETURN, isReturnPath, returnCookie, returnPathOf } from "../http/return.ts";
import { Problem } from "../kernel/problems.ts";
import { registerAddresses } from "./addresses/routes.ts";
import { sessionCookie } from "./model.ts";
import { linkExpiredPage, pageHeaders, signInPage } from "./pages.tsx";
import { isLinkLive, requestSignIn, signIn, signOut } from "./service.ts";
import { registerSessions } from "./sessions/routes.ts";
import { registerSpotify } from "./spotify/routes.ts";

const tag = "Signing in";
const linkParams = z.strictObject({ token: z.string().min(1).max(100) });

const RequestSignIn = endpoint({
  operation: "requestSignIn",
  method: "post",
  path: "/api/auth/email",
  tag,
  summary: "Ask for a sign-in link by mail",
  description:
    "The answer is always the same, whether the address is known or not. The link works once, for 10 minutes.",
  access: "public",
  body: z
    .strictObject({
      email: z.email().max(254),
      returnTo: z
        .string()
        .refine(isReturnPath, "must be a path of this site")
        .optional()
        .meta({ description: "Where this browser goes on after signing in: a path of this site, as in /docs." }),
    })
    .meta({ id: "SignInRequest" }),
  answers: { 202: { description: "If the address can receive mail, a link is on its way.", schema: z.object({}) } },
  example: { body: { email: "mara@example.com" } },
  handle: async ({ ctx, body, request }) => {
    await requestSignIn(ctx, body.email, new URL(request.url).origin);
    return body.returnTo;
  },
  present: (returnTo) => ({
    status: 202,
    body: {},
    headers: returnTo === undefined ? {} : { "set-cookie": returnCookie(returnTo) },
  }),
});

const ShowSignIn = endpoint({
  operation: "showSignIn",
  method: "get",
  path: "/api/auth/email/:token",
  tag,
  summary: "Open a sign-in link",
  description: "Shows a page that asks to go on; changes nothing.",
  access: "public",
  params: linkParams,
  answers: { 200: { description: "A page with one button.", mediaType: "text/html" } },
  problems: ["link_expired"],
  example: { params: { token: "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
  handle: async ({ ctx, params, request }) => {
    const headers = pageHeaders(ctx.settings.homeUrl);
    if (await isLinkLive(ctx, params.token)) return { page: signInPage(), status: 200, headers };
    if (!request.headers.get("accept")?.includes("text/html")) throw new Problem("link_expired");
    return { page: linkExpiredPage(), status: 410, headers };
  },
  present: ({ page, status, headers }) => new Response(page, { status, headers }),
});

const SignIn = endpoint({
  operation: "signIn",
  method: "post",
  path: "/api/auth/email/:token",
  tag,
  summary: "Sign in with a link",
  description: "Uses the link up and sets the session cookie.",
  access: "public",
  params: linkParams,
  answers: { 303: { description: "Signed in; the cookie is set. Goes on to the dashboard." } },
  problems: ["link_expired", "origin_refused"],
  example: { params: { token: "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
  handle: async ({ ctx, params, request }) => {
    // A page of another site must not sign a visitor in as somebody else.
    if (request.headers.has("origin")) refuseForeignOrigin(request);
    const token = await signIn(ctx, params.token, request.headers.get("user-agent"));
    return { token, returnTo: returnPathOf(request), homeUrl: ctx.settings.homeUrl };
  },
  present: ({ token, returnTo, homeUrl }) => {
    const headers = new Headers({ location: returnTo ?? homeUrl });
    headers.append("set-cookie", sessionCookie(token));
    if (returnTo !== null) headers.append("set-cookie", FORGET_RETURN);
    return new Response(null, { status: 303, headers });
  },
});

const SignOut = endpoint({
  operation: "signOut",
  method: "post",
  path: "/api/auth/logout",
  tag,
  summary: "Sign out",
  description: "Ends the session on the server and clears the cookie.",
  access: "signedIn",
  answers: { 204: { description: "Signed out." } },
  problems: ["forbidden"],
  idempotencyKey: false,
  handle: async ({ ctx, request }) => {
    const credentials = credentialsOf(request);
    if (credentials?.kind !== "session") {
      throw new Problem("forbidden", { detail: "A key has no session; revoke the key instead." });
    }
    if (ctx.caller.kind === "user") await signOut(ctx, credentials.secret, ctx.caller.userId);
  },
  present: () => ({ status: 204, headers: { "set-cookie": sessionCookie(null) } }),
});

/** Adds signing in and out to the API. */
export function registerIdentity(register: Register): void {
  register(RequestSignIn);
  register(ShowSignIn);
  register(SignIn);
  register(SignOut);
  registerSpotify(register);
  registerSessions(register);
  registerAddresses(register);
}
