// The home of the endpoints of guests: the team's, to invite them, and their own, with one thread behind them.

import { z } from "zod";
import { credentialsOf, refuseForeignOrigin } from "../../http/admit.ts";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { returnCookie } from "../../http/return.ts";
import { pageHeaders, problemPageOr, requestSignIn, signInFirstPage } from "../../identity/index.ts";
import { Problem } from "../../kernel/problems.ts";
import { ask, type Visible } from "../ask.ts";
import { AttachmentLink, presentLink } from "../files/schema.ts";
import { linkAttachment } from "../files/service.ts";
import {
  Message,
  MessageInput,
  MessageTicket,
  messagesQuery,
  presentMessage,
  presentThread,
  presentTicket,
  Thread,
} from "../schema.ts";
import { createTicket, listMessages } from "../service.ts";
import { invitationPage } from "./pages.tsx";
import { Guest, GuestInput, presentGuest } from "./schema.ts";
import { acceptInvitation, endGuest, invitedAddress, inviteGuest, listGuests, visitorOf } from "./service.ts";

const tag = "Messages";
const ofTeam = "/api/dashboard/team/messages/:thread/guests";
const ofGuest = "/api/messages/guest/:thread";
const thread = "thr_01k9v3m6s0n8w2e4r6t8y0b1c3";
const params = z.strictObject({ thread: z.string() });

function inviteEndpoint(visible: Visible) {
  return endpoint({
    operation: "inviteGuest",
    method: "post",
    path: ofTeam,
    tag,
    summary: "Invite somebody from outside into a thread",
    description:
      "They get a mail with a link that works for seven days, and see this thread and nothing else: not what it is about, nor who else is on the team.",
    access: "artist",
    params,
    body: GuestInput,
    answers: { 201: { description: "Invited; the mail is on its way.", schema: Guest } },
    example: { params: { thread }, body: { email: "ada@example.com" } },
    handle: async ({ ctx, params: { thread: id }, body, request }) =>
      inviteGuest(ctx, visible, { thread: id, email: body.email, origin: new URL(request.url).origin }),
    present: (guest) => ({ status: 201, body: presentGuest(guest, guest.createdAt) }),
  });
}

function listEndpoint(visible: Visible) {
  return endpoint({
    operation: "listGuests",
    method: "get",
    path: ofTeam,
    tag,
    summary: "List the guests of a thread",
    description: "Newest first, those whose time is over included.",
    access: "artist",
    params,
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "Guests.", schema: pageOf(Guest) } },
    example: { params: { thread } },
    handle: async ({ ctx, params: { thread: id }, query }) => ({
      page: await listGuests(ctx, visible, { thread: id, ...query }),
      now: ctx.now,
    }),
    present: ({ page: { data, nextCursor }, now }) => ({
      status: 200,
      body: { data: data.map((guest) => presentGuest(guest, now)), nextCursor },
    }),
  });
}

function endEndpoint(visible: Visible) {
  return endpoint({
    operation: "endGuest",
    method: "delete",
    path: `${ofTeam}/:guest`,
    tag,
    summary: "Show a guest out, or take an invitation back",
    description: "Their next request is refused, and their socket is closed.",
    access: "artist",
    params: z.strictObject({ thread: z.string(), guest: z.string() }),
    answers: { 204: { description: "They are out." } },
    example: { params: { thread, guest: "gst_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
    handle: async ({ ctx, params: named }) => endGuest(ctx, visible, named),
    present: () => ({ status: 204 }),
  });
}

const invitation = {
  path: "/api/messages/guest/invitations/:token",
  params: z.strictObject({ token: z.string().min(1).max(100) }),
  example: { params: { token: "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
};

const wantsPage = (request: Request) => request.headers.get("accept")?.includes("text/html") === true;

const ShowInvitation = endpoint({
  ...invitation,
  operation: "showGuestInvitation",
  method: "get",
  tag,
  summary: "Open an invitation as a guest",
  description: "Shows a page that asks to go on, the same for every link; changes nothing.",
  access: "public",
  answers: { 200: { description: "A page with one button.", mediaType: "text/html" } },
  handle: async ({ ctx }) => pageHeaders(ctx.settings.homeUrl),
  present: (headers) => new Response(invitationPage(), { headers }),
});

const AcceptInvitation = endpoint({
  ...invitation,
  operation: "acceptGuestInvitation",
  method: "post",
  tag,
  summary: "Accept an invitation as a guest",
  description:
    "Only the person of the address it was mailed to can; their accepting it again changes nothing. A browser that is not signed in is mailed a link to sign in with, which leads back here.",
  access: "public",
  idempotencyKey: false,
  answers: {
    200: { description: "You are in.", schema: Guest },
    202: { description: "For a browser that is not signed in: a link is on its way.", mediaType: "text/html" },
    303: { description: "You are in; a browser goes on to the dashboard." },
  },
  problems: ["link_expired", "forbidden", "unauthenticated", "origin_refused"],
  handle: async ({ ctx, params: { token }, request, c }) =>
    problemPageOr(request, c.env.call.log, async () => {
      const isBrowser = wantsPage(request);
      if (request.headers.has("origin")) refuseForeignOrigin(request);
      const credentials = credentialsOf(request);
      if (credentials?.kind === "session") refuseForeignOrigin(request);
      try {
        const guest = await acceptInvitation(await c.env.call.doorman.signedIn(ctx, credentials), token);
        if (isBrowser) return new Response(null, { status: 303, headers: { location: ctx.settings.homeUrl } });
        return Response.json(presentGuest(guest, guest.createdAt));
      } catch (error) {
        const isUnknown = error instanceof Problem && error.code === "unauthenticated";
        if (!(isBrowser && isUnknown)) throw error;
      }
      const { origin, pathname } = new URL(request.url);
      await requestSignIn(ctx, await invitedAddress(ctx, token), origin);
      const headers = { ...pageHeaders(ctx.settings.homeUrl), "set-cookie": returnCookie(pathname) };
      return new Response(signInFirstPage(), { status: 202, headers });
    }),
  present: (response) => response,
});

const GetGuestThread = endpoint({
  operation: "getGuestThread",
  method: "get",
  path: ofGuest,
  tag,
  summary: "Show a thread to its guest",
  access: "signedIn",
  params,
  answers: { 200: { description: "The thread.", schema: Thread } },
  problems: ["not_found"],
  example: { params: { thread } },
  handle: async ({ ctx, params: { thread: id } }) => ask(ctx, await visitorOf(ctx, id), "getThread", { thread: id }),
  present: (shown) => ({ status: 200, body: presentThread(shown) }),
});

const ListGuestMessages = endpoint({
  operation: "listGuestMessages",
  method: "get",
  path: `${ofGuest}/messages`,
  tag,
  summary: "List a thread's messages to its guest",
  access: "signedIn",
  params,
  query: z.strictObject({ ...messagesQuery, ...pageQuery }),
  answers: { 200: { description: "Messages, in their order.", schema: pageOf(Message) } },
  problems: ["not_found"],
  example: { params: { thread } },
  handle: async ({ ctx, params: { thread: id }, query }) =>
    listMessages(ctx, await visitorOf(ctx, id), { thread: id, ...query }),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentMessage), nextCursor } }),
});

const SendGuestMessage = endpoint({
  operation: "sendGuestMessage",
  method: "post",
  path: `${ofGuest}/messages`,
  tag,
  summary: "Send a message as a guest",
  access: "signedIn",
  idempotencyKey: false,
  params,
  body: MessageInput,
  answers: {
    201: { description: "Sent.", schema: Message },
    200: { description: "This clientId was sent before.", schema: Message },
  },
  problems: ["not_found", "attachment_unknown", "rate_limited"],
  example: { params: { thread }, body: { clientId: "7f1c0b53", text: "Thank you for having me." } },
  handle: async ({ ctx, params: { thread: id }, body }) =>
    ask(ctx, await visitorOf(ctx, id), "send", { thread: id, ...body }),
  present: ({ message, isNew }) => ({ status: isNew ? 201 : 200, body: presentMessage(message) }),
});

const LinkGuestAttachment = endpoint({
  operation: "linkGuestAttachment",
  method: "get",
  path: `${ofGuest}/attachments/:attachment`,
  tag,
  summary: "Get a private link to an attachment, as a guest",
  access: "signedIn",
  params: z.strictObject({ thread: z.string(), attachment: z.string() }),
  answers: { 200: { description: "The link.", schema: AttachmentLink } },
  problems: ["not_found"],
  example: { params: { thread, attachment: "att_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params: named }) => linkAttachment(ctx, await visitorOf(ctx, named.thread), named),
  present: (link) => ({ status: 200, body: presentLink(link) }),
});

const CreateGuestTicket = endpoint({
  operation: "createGuestTicket",
  method: "post",
  path: `${ofGuest}/ticket`,
  tag,
  summary: "Get a ticket for a guest's socket",
  description: "As the team's: it works once, for 30 seconds. Over the socket only this thread is heard.",
  access: "signedIn",
  idempotencyKey: false,
  params,
  answers: { 201: { description: "The ticket.", schema: MessageTicket } },
  problems: ["not_found"],
  example: { params: { thread } },
  handle: async ({ ctx, params: { thread: id }, request }) =>
    createTicket(ctx, await visitorOf(ctx, id), credentialsOf(request)?.secret ?? null),
  present: (ticket) => ({ status: 201, body: presentTicket(ticket) }),
});

/** Adds guests to the API. */
export function registerGuests(register: Register, visible: Visible): void {
  register(inviteEndpoint(visible));
  register(listEndpoint(visible));
  register(endEndpoint(visible));
  register(ShowInvitation);
  register(AcceptInvitation);
  register(GetGuestThread);
  register(ListGuestMessages);
  register(SendGuestMessage);
  register(LinkGuestAttachment);
  register(CreateGuestTicket);
}
