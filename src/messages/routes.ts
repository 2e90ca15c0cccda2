// The home of the endpoints of a team's threads and messages.

import { z } from "zod";
import { credentialsOf } from "../http/admit.ts";
import { type EndpointClass, endpoint } from "../http/endpoint.ts";
import { pageOf, pageQuery } from "../http/page.ts";
import type { Register } from "../http/registry.ts";
import { ask, callerOf, type Visible } from "./ask.ts";
import { registerDecisions } from "./decisions/routes.ts";
import { registerDigests } from "./digests/routes.ts";
import { registerFiles } from "./files/routes.ts";
import { registerGuests } from "./guests/routes.ts";
import {
  Message,
  MessageInput,
  MessagePatch,
  MessageTicket,
  MuteInput,
  messagesQuery,
  ParticipantsPatch,
  presentMessage,
  presentThread,
  presentTicket,
  ReadInput,
  Thread,
  ThreadExport,
  ThreadInput,
} from "./schema.ts";
import {
  changeParticipants,
  createThread,
  createTicket,
  exportThread,
  listMessages,
  listThreads,
  openSocket,
  searchMessages,
} from "./service.ts";

const tag = "Messages";
const base = "/api/dashboard/team/messages";
const ofThread = `${base}/:thread`;
const params = z.strictObject({ thread: z.string() });
const messageParams = z.strictObject({ thread: z.string(), message: z.string() });
const thread = "thr_01k9v3m6s0n8w2e4r6t8y0b1c3";
const message = "msg_01k9v3m6s0n8w2e4r6t8y0b1c3";

function threadEndpoints(visible: Visible): EndpointClass[] {
  const CreateThread = endpoint({
    operation: "createThread",
    method: "post",
    path: base,
    tag,
    summary: "Open a thread",
    description: "You take part in it. What it is about decides who of those who take part may see it.",
    access: "artist",
    body: ThreadInput,
    answers: { 201: { description: "The new thread.", schema: Thread } },
    problems: ["participant_unknown", "context_unknown"],
    example: { body: { subject: "Cover of Slack Tide", participants: [], context: null } },
    handle: async ({ ctx, body }) => createThread(ctx, visible, body),
    present: (made) => ({
      status: 201,
      headers: { location: `${base}/${made.id}` },
      body: presentThread(made),
    }),
  });

  const ListThreads = endpoint({
    operation: "listThreads",
    method: "get",
    path: base,
    tag,
    summary: "List your threads",
    description: "Newest first: those you take part in, about nothing or about what you may see.",
    access: "artist",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "Threads.", schema: pageOf(Thread) } },
    handle: async ({ ctx, query }) => listThreads(ctx, visible, query),
    present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentThread), nextCursor } }),
  });

  const GetThread = endpoint({
    operation: "getThread",
    method: "get",
    path: ofThread,
    tag,
    summary: "Show a thread",
    access: "artist",
    params,
    answers: { 200: { description: "The thread.", schema: Thread } },
    example: { params: { thread } },
    handle: async ({ ctx, params: named }) => ask(ctx, await callerOf(ctx, visible), "getThread", named),
    present: (shown) => ({ status: 200, body: presentThread(shown) }),
  });

  const ChangeParticipants = endpoint({
    operation: "changeParticipants",
    method: "patch",
    path: `${ofThread}/participants`,
    tag,
    summary: "Take people in and out of a thread",
    description: "Whoever takes part may. Who comes in sees the whole thread; who goes out sees it no more.",
    access: "artist",
    params,
    body: ParticipantsPatch,
    answers: { 200: { description: "The thread as it is now.", schema: Thread } },
    problems: ["participant_unknown"],
    example: { params: { thread }, body: { add: [], remove: [] } },
    handle: async ({ ctx, params: named, body }) => changeParticipants(ctx, visible, { ...named, ...body }),
    present: (changed) => ({ status: 200, body: presentThread(changed) }),
  });

  const ReadThread = endpoint({
    operation: "readThread",
    method: "post",
    path: `${ofThread}/read`,
    tag,
    summary: "Say how far you have read",
    description: "Never goes back; the others are told.",
    access: "artist",
    idempotencyKey: false,
    params,
    body: ReadInput,
    answers: { 200: { description: "The thread, with what is still unread.", schema: Thread } },
    example: { params: { thread }, body: { seq: 1 } },
    handle: async ({ ctx, params: named, body }) =>
      ask(ctx, await callerOf(ctx, visible), "read", { ...named, seq: body.seq }),
    present: (shown) => ({ status: 200, body: presentThread(shown) }),
  });

  const MuteThread = endpoint({
    operation: "muteThread",
    method: "put",
    path: `${ofThread}/mute`,
    tag,
    summary: "Mute a thread, or no longer",
    description: "Its messages still come and count; nothing calls you to them.",
    access: "artist",
    params,
    body: MuteInput,
    answers: { 204: { description: "So it is." } },
    example: { params: { thread }, body: { isMuted: true } },
    handle: async ({ ctx, params: named, body }) =>
      ask(ctx, await callerOf(ctx, visible), "mute", { ...named, ...body }),
    present: () => ({ status: 204 }),
  });

  const ExportThread = endpoint({
    operation: "exportThread",
    method: "get",
    path: `${ofThread}/export`,
    tag,
    summary: "Export a whole thread as JSON",
    access: "artist",
    params,
    answers: { 200: { description: "The thread and all its messages, as a download.", schema: ThreadExport } },
    example: { params: { thread } },
    handle: async ({ ctx, params: named }) => exportThread(ctx, visible, named.thread),
    present: (whole) =>
      new Response(exportOf(whole), {
        headers: {
          "content-type": "application/json",
          "content-disposition": `attachment; filename="${whole.thread.id}.json"`,
        },
      }),
  });

  return [CreateThread, ListThreads, GetThread, ChangeParticipants, ReadThread, MuteThread, ExportThread];
}

/** Writes an export as its pages are read, so that no thread is too long for it. */
function exportOf({ thread: whole, pages }: Awaited<ReturnType<typeof exportThread>>): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield utf8.encode(`{"thread":${JSON.stringify(presentThread(whole))},"messages":[`);
    let between = "";
    for await (const messages of pages) {
      yield utf8.encode(between + messages.map((each) => JSON.stringify(presentMessage(each))).join(","));
      between = ",";
    }
    yield utf8.encode("]}");
  }
  const source = parts();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

function messageEndpoints(visible: Visible): EndpointClass[] {
  const SearchMessages = endpoint({
    operation: "searchMessages",
    method: "get",
    path: `${base}/search`,
    tag,
    summary: "Find messages by their words",
    description: "In all threads you may see, newest first. Every word must be there; the last may be typed in part.",
    access: "artist",
    query: z.strictObject({ q: z.string().min(1).max(200), ...pageQuery }),
    answers: { 200: { description: "Messages.", schema: pageOf(Message) } },
    example: { query: { q: "cover" } },
    handle: async ({ ctx, query }) => searchMessages(ctx, visible, query),
    present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentMessage), nextCursor } }),
  });

  const ListMessages = endpoint({
    operation: "listMessages",
    method: "get",
    path: `${ofThread}/messages`,
    tag,
    summary: "List a thread's messages",
    description:
      "In their order, `after` a place in it. `changedAfter` lists what was changed or deleted since, so that nothing has to be read again.",
    access: "artist",
    params,
    query: z.strictObject({ ...messagesQuery, ...pageQuery }),
    answers: { 200: { description: "Messages.", schema: pageOf(Message) } },
    example: { params: { thread } },
    handle: async ({ ctx, params: named, query }) =>
      listMessages(ctx, await callerOf(ctx, visible), { ...named, ...query }),
    present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentMessage), nextCursor } }),
  });

  const SendMessage = endpoint({
    operation: "sendMessage",
    method: "post",
    path: `${ofThread}/messages`,
    tag,
    summary: "Send a message",
    description: "The same `clientId` again answers 200 with the same message, so sending may be repeated.",
    access: "artist",
    idempotencyKey: false,
    params,
    body: MessageInput,
    answers: {
      201: { description: "Sent; `seq` is its place in the thread.", schema: Message },
      200: { description: "This clientId was sent before.", schema: Message },
    },
    problems: ["attachment_unknown", "rate_limited"],
    example: { params: { thread }, body: { clientId: "7f1c0b52", text: "This is the one." } },
    handle: async ({ ctx, params: named, body }) =>
      ask(ctx, await callerOf(ctx, visible), "send", { ...named, ...body }),
    present: ({ message: sent, isNew }) => ({ status: isNew ? 201 : 200, body: presentMessage(sent) }),
  });

  const EditMessage = endpoint({
    operation: "editMessage",
    method: "patch",
    path: `${ofThread}/messages/:message`,
    tag,
    summary: "Change a message of yours",
    description: "For 15 minutes, unless it is proposed for decision; what it said before stays to be seen in `edits`.",
    access: "artist",
    params: messageParams,
    body: MessagePatch,
    answers: { 200: { description: "The message as it is now.", schema: Message } },
    problems: ["message_settled"],
    example: { params: { thread, message }, body: { text: "This one is it." } },
    handle: async ({ ctx, params: named, body }) =>
      ask(ctx, await callerOf(ctx, visible), "edit", { ...named, ...body }),
    present: (changed) => ({ status: 200, body: presentMessage(changed) }),
  });

  const DeleteMessage = endpoint({
    operation: "deleteMessage",
    method: "delete",
    path: `${ofThread}/messages/:message`,
    tag,
    summary: "Delete a message of yours",
    description:
      "Its place stays; its words, what they were before and its files are gone. One proposed for decision stays.",
    access: "artist",
    params: messageParams,
    answers: { 200: { description: "What is left of it.", schema: Message } },
    problems: ["message_settled"],
    example: { params: { thread, message } },
    handle: async ({ ctx, params: named }) => ask(ctx, await callerOf(ctx, visible), "remove", named),
    present: (left) => ({ status: 200, body: presentMessage(left) }),
  });

  return [SearchMessages, ListMessages, SendMessage, EditMessage, DeleteMessage];
}

function blockEndpoint(visible: Visible, isBlocked: boolean): EndpointClass {
  return endpoint({
    operation: isBlocked ? "blockParticipant" : "unblockParticipant",
    method: isBlocked ? "put" : "delete",
    path: `${base}/blocks/:actor`,
    tag,
    summary: isBlocked ? "Block somebody you share a thread with" : "No longer block somebody",
    description: "Their words are hidden from you, and they cannot draw you into threads. They are not told.",
    access: "artist",
    params: z.strictObject({ actor: z.string() }),
    answers: { 204: { description: "So it is." } },
    example: { params: { actor: "usr_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
    handle: async ({ ctx, params: named }) => ask(ctx, await callerOf(ctx, visible), "block", { ...named, isBlocked }),
    present: () => ({ status: 204 }),
  });
}

function ticketEndpoint(visible: Visible): EndpointClass {
  return endpoint({
    operation: "createMessageTicket",
    method: "post",
    path: `${base}/ticket`,
    tag,
    summary: "Get a ticket for a socket",
    description: "It works once, for 30 seconds, as you are now: who, in which role, in which session.",
    access: "artist",
    idempotencyKey: false,
    answers: { 201: { description: "The ticket.", schema: MessageTicket } },
    handle: async ({ ctx, request }) => {
      const credentials = credentialsOf(request);
      return createTicket(
        ctx,
        await callerOf(ctx, visible),
        credentials?.kind === "session" ? credentials.secret : null,
      );
    },
    present: (ticket) => ({ status: 201, body: presentTicket(ticket) }),
  });
}

const OpenSocket = endpoint({
  operation: "openMessageSocket",
  method: "get",
  path: `${base}/socket`,
  tag,
  summary: "Open a socket with a ticket",
  description:
    "A WebSocket of JSON texts with `type`. You say `send {thread, clientId, text, attachments}`, `edit {thread, message, text}`, `delete {thread, message}`, `read {thread, seq}`, `typing {thread}` and `resume {thread, after, revision}`; the text `ping` is answered `pong`. You hear `hello {user, threads, online}`, `message {…}` (new, changed or deleted), `ack {clientId, seq}`, `read`, `typing`, `presence`, `thread`, `decision {id, status, signed}`, `resumed` and `error {code}`. Every thread counts 1, 2, 3…: a `seq` that is not the next one means that something was missed, so `resume` from the last you have. Sockets break with every deployment; `after` says how far you had come, and what was missed is sent: with a revision also the messages that were changed or deleted meanwhile, as they are now. Keep the highest `revision` you hear, of a `message` you have or of `resumed`. A close with 4403 means that your access has changed: ask for a new ticket.",
  access: "public",
  query: z.strictObject({
    ticket: z.string().min(1).max(1000),
    frames: z.enum(["single", "lines"]).default("single").meta({
      description:
        "`lines`: in a busy thread several JSON texts come together, one on a line, which carries more and sooner.",
    }),
    after: z
      .string()
      .max(8000)
      .default("")
      .meta({ description: "`thr_…:SEQ:REVISION,thr_…:SEQ`, how far you have come." }),
  }),
  answers: { 101: { description: "The socket." } },
  problems: ["unauthenticated", "origin_refused", "rate_limited"],
  example: { query: { ticket: "AVQq9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
  handle: async ({ ctx, request, query }) => openSocket(ctx, request, query),
  present: (response) => response,
});

/** Adds a team's messages, their files and their guests to the API. */
export function registerMessages(register: Register, visible: Visible): void {
  register(ticketEndpoint(visible));
  register(OpenSocket);
  register(blockEndpoint(visible, true));
  register(blockEndpoint(visible, false));
  for (const each of messageEndpoints(visible)) register(each);
  registerFiles(register, visible);
  registerDecisions(register, visible);
  for (const each of threadEndpoints(visible)) register(each);
  registerGuests(register, visible);
  registerDigests(register);
}
