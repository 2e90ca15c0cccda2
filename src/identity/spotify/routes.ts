// The home of the endpoints of signing in with Spotify.

import { cookieOf, credentialsOf } from "../../http/admit.ts";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { ATTEMPT_COOKIE } from "../attempts/model.ts";
import { attemptCookie, sessionCookie } from "../model.ts";
import { problemPageOr } from "../pages.tsx";
import { SIGN_IN_CALLBACK } from "./provider.ts";
import { CALLBACK_PROBLEMS, CallbackQuery, Departure, presentLink, SignInQuery, SpotifyLink } from "./schema.ts";
import { finishSignIn, getLink, startLink, startSignIn, unlink } from "./service.ts";

const tag = "Signing in";

function sessionOf(request: Request): string | null {
  const credentials = credentialsOf(request);
  return credentials?.kind === "session" ? credentials.secret : null;
}

const StartSpotifySignIn = endpoint({
  operation: "startSpotifySignIn",
  method: "get",
  path: "/api/auth/spotify/login",
  tag,
  summary: "Sign in with Spotify",
  description:
    "Sends the browser to Spotify, which is asked who the person is and for nothing else. The answer counts in this browser, once, for 10 minutes. A browser is shown what goes wrong as a page.",
  access: "public",
  query: SignInQuery,
  answers: { 302: { description: "On to Spotify." } },
  problems: ["misconfigured"],
  example: { query: { returnTo: "/docs" } },
  handle: async ({ ctx, query, request, c }) =>
    problemPageOr(request, c.env.call.log, async () => {
      const { authorizeUrl, secret } = await startSignIn(ctx, new URL(request.url).origin, query.returnTo ?? null);
      const headers = { location: authorizeUrl, "set-cookie": attemptCookie(secret) };
      return new Response(null, { status: 302, headers });
    }),
  present: (response) => response,
});

const FinishSpotifySignIn = endpoint({
  operation: "finishSpotifySignIn",
  method: "get",
  path: SIGN_IN_CALLBACK,
  tag,
  summary: "Come back from Spotify",
  description:
    "Signs in with a new session, or links the account if that is what was begun. A browser is shown what went wrong as a page.",
  access: "public",
  query: CallbackQuery,
  answers: { 302: { description: "Signed in or linked; on to where the person wanted to go." } },
  problems: [...CALLBACK_PROBLEMS, "account_linked_elsewhere", "conflict"],
  example: { query: { state: "n7b1…", code: "AQB1…" } },
  handle: async ({ ctx, query, request, c }) =>
    problemPageOr(request, c.env.call.log, async () => {
      const arrival = { ...query, secret: cookieOf(request, ATTEMPT_COOKIE) };
      const { location, token } = await finishSignIn(ctx, new URL(request.url).origin, arrival, sessionOf(request));
      const headers = new Headers({ location, "set-cookie": attemptCookie(null) });
      if (token !== null) headers.append("set-cookie", sessionCookie(token));
      return new Response(null, { status: 302, headers });
    }),
  present: (response) => response,
});

const StartSpotifyLink = endpoint({
  operation: "startSpotifyLink",
  method: "post",
  path: "/api/auth/spotify/link",
  tag,
  summary: "Link a Spotify account",
  description:
    "For the person who is signed in, so that they can sign in with Spotify too. Send the browser to the address in the answer.",
  access: "signedIn",
  answers: { 200: { description: "Where to send the person.", schema: Departure } },
  problems: ["forbidden", "misconfigured"],
  idempotencyKey: false,
  handle: async ({ ctx, request }) => startLink(ctx, new URL(request.url).origin, sessionOf(request)),
  present: ({ authorizeUrl, secret }) => ({
    status: 200,
    body: { authorizeUrl },
    headers: { "set-cookie": attemptCookie(secret) },
  }),
});

const GetSpotifyLink = endpoint({
  operation: "getSpotifyLink",
  method: "get",
  path: "/api/auth/spotify/link",
  tag,
  summary: "Say whether a Spotify account is linked",
  access: "signedIn",
  answers: { 200: { description: "Since when, or null.", schema: SpotifyLink } },
  problems: ["forbidden"],
  handle: async ({ ctx }) => getLink(ctx),
  present: (linkedAt) => ({ status: 200, body: presentLink(linkedAt) }),
});

const UnlinkSpotify = endpoint({
  operation: "unlinkSpotify",
  method: "delete",
  path: "/api/auth/spotify/link",
  tag,
  summary: "Unlink the Spotify account",
  description: "Refused when the person could not sign in any more.",
  access: "signedIn",
  answers: { 204: { description: "Nothing is linked any more." } },
  problems: ["forbidden", "not_found", "last_sign_in"],
  handle: async ({ ctx }) => unlink(ctx),
  present: () => ({ status: 204 }),
});

/** Adds signing in with Spotify to the API. */
export function registerSpotify(register: Register): void {
  register(StartSpotifySignIn);
  register(FinishSpotifySignIn);
  register(StartSpotifyLink);
  register(GetSpotifyLink);
  register(UnlinkSpotify);
}
