// The home of the endpoints of invitations, and of the page their mail leads to.

import { z } from "zod";
import { credentialsOf, refuseForeignOrigin } from "../../http/admit.ts";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { returnCookie } from "../../http/return.ts";
import { pageHeaders, requestSignIn, signInFirstPage } from "../../identity/index.ts";
import { PROBLEMS, Problem } from "../../kernel/problems.ts";
import { invitationWords } from "./letter.ts";
import { invitationPage, refusedPage } from "./pages.tsx";
import { Invitation, InvitationInput, Joining, presentInvitation, presentJoining } from "./schema.ts";
import { acceptInvitation, getInvitation, inviteMember, revokeInvitation } from "./service.ts";

const tag = "Team";
const tokenParams = z.strictObject({ token: z.string().min(1).max(100) });
const TOKEN = "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ";

const InviteMember = endpoint({
  operation: "inviteMember",
  method: "post",
  path: "/api/dashboard/team/invitations",
  tag,
  summary: "Invite somebody to the team",
  description:
    "A link is mailed that works once, for seven days, for the address invited. No role above the caller's can be given. At most 50 a day.",
  access: "artist",
  body: InvitationInput,
  answers: { 201: { description: "The invitation; its link is in the mail alone.", schema: Invitation } },
  problems: ["already_member", "rate_limited"],
  example: { body: { email: "ada@example.com", role: "viewer", scope: { kind: "artist" }, until: null } },
  handle: async ({ ctx, body, request }) => {
    const until = body.until === null ? null : Date.parse(body.until);
    return inviteMember(ctx, { ...body, until }, new URL(request.url).origin);
  },
  present: (invitation) => ({ status: 201, body: presentInvitation(invitation, invitation.createdAt) }),
});

const RevokeInvitation = endpoint({
  operation: "revokeInvitation",
  method: "delete",
  path: "/api/dashboard/team/invitations/:id",
  tag,
  summary: "Revoke an invitation",
  description: "Its link no longer works.",
  access: "artist",
  params: z.strictObject({ id: z.string() }),
  answers: { 204: { description: "It can no longer be accepted." } },
  example: { params: { id: "inv_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params }) => revokeInvitation(ctx, params.id),
  present: () => ({ status: 204 }),
});

const AcceptInvitation = endpoint({
  operation: "acceptInvitation",
  method: "post",
  path: "/api/auth/invitations/accept",
  tag,
  summary: "Accept an invitation",
  description: "Into a team or an organisation. The person must be signed in with the address that was invited.",
  access: "signedIn",
  body: z.strictObject({ token: z.string().min(1).max(100) }).meta({ id: "InvitationAcceptance" }),
  answers: { 200: { description: "The membership, which has begun.", schema: Joining } },
  problems: ["invitation_closed", "invitation_for_other", "forbidden", "already_member"],
  example: { body: { token: TOKEN } },
  handle: async ({ ctx, body }) => acceptInvitation(ctx, body.token),
  present: (joined) => ({ status: 200, body: presentJoining(joined) }),
});

const html = { mediaType: "text/html" };

const ShowInvitation = endpoint({
  operation: "showInvitation",
  method: "get",
  path: "/api/auth/invitations/:token",
  tag,
  summary: "Open an invitation",
  description: "Shows what it is to, and a button to accept; changes nothing.",
  access: "public",
  params: tokenParams,
  answers: { 200: { description: "A page with one button.", ...html } },
  problems: ["invitation_closed"],
  example: { params: { token: TOKEN } },
  handle: async ({ ctx, params, request }) =>
    pageOrProblem(request, ctx.settings.homeUrl, async () => {
      const invitation = await getInvitation(ctx, params.token);
      return { status: 200, page: invitationPage(invitationWords(invitation)) };
    }),
  present: (response) => response,
});

const AnswerInvitation = endpoint({
  operation: "answerInvitation",
  method: "post",
  path: "/api/auth/invitations/:token",
  tag,
  summary: "Accept an invitation from its page",
  description:
    "Whoever is signed in becomes a member and goes on to the dashboard. Whoever is not is mailed a link to sign in with, at the address invited, which leads back here.",
  access: "public",
  params: tokenParams,
  answers: {
    200: { description: "Not signed in: a link is on its way.", ...html },
    303: { description: "Accepted. Goes on to the dashboard." },
  },
  problems: ["invitation_closed", "invitation_for_other", "forbidden", "already_member", "origin_refused"],
  example: { params: { token: TOKEN } },
  handle: async ({ ctx, params, request, c }) =>
    pageOrProblem(request, ctx.settings.homeUrl, async () => {
      if (request.headers.has("origin")) refuseForeignOrigin(request);
      const invitation = await getInvitation(ctx, params.token);
      const person = await c.env.call.doorman.signedIn(ctx, sessionOf(request)).catch(nobodyIf("unauthenticated"));
      if (person === null) {
        const { origin, pathname } = new URL(request.url);
        await requestSignIn(ctx, invitation.email, origin);
        return { status: 200, page: signInFirstPage(), headers: { "set-cookie": returnCookie(pathname) } };
      }
      refuseForeignOrigin(request);
      await acceptInvitation(person, params.token);
      return { status: 303, page: null, headers: { location: ctx.settings.homeUrl } };
    }),
  present: (response) => response,
});

/** A form is sent by a browser, so only its cookie counts. */
function sessionOf(request: Request) {
  const credentials = credentialsOf(request);
  return credentials?.kind === "session" ? credentials : null;
}

function nobodyIf(code: "unauthenticated") {
  return (error: unknown): null => {
    if (error instanceof Problem && error.code === code) return null;
    throw error;
  };
}

/** Answers with a page, and to a browser also a refusal; a program is told the problem. */
async function pageOrProblem(
  request: Request,
  homeUrl: string,
  make: () => Promise<{ status: number; page: string | null; headers?: Record<string, string> }>,
): Promise<Response> {
  try {
    const { status, page, headers = {} } = await make();
    return new Response(page, { status, headers: page === null ? headers : { ...pageHeaders(homeUrl), ...headers } });
  } catch (error) {
    const isBrowser = request.headers.get("accept")?.includes("text/html") === true;
    if (!(error instanceof Problem) || error.status >= 500 || !isBrowser) throw error;
    const page = refusedPage(PROBLEMS[error.code].title, error.detail ?? "Ask for a new one whoever sent it to you.");
    return new Response(page, { status: error.status, headers: pageHeaders(homeUrl) });
  }
}

/** Adds invitations to the API. */
export function registerInvitations(register: Register): void {
  register(InviteMember);
  register(RevokeInvitation);
  register(AcceptInvitation);
  register(ShowInvitation);
  register(AnswerInvitation);
}
