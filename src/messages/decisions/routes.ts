// The home of the endpoints of decisions: the team's, and a guest's.

import { z } from "zod";
import { type EndpointClass, endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { callerOf, type Visible } from "../ask.ts";
import { visitorOf } from "../guests/service.ts";
import { Decision, DecisionAnswer, DecisionInput, presentDecision } from "./schema.ts";
import { answerDecision, getDecision, listDecisions, proposeDecision, withdrawDecision } from "./service.ts";

const tag = "Messages";
const base = "/api/dashboard/team/messages";
const ofDecision = `${base}/decisions/:decision`;
const ofGuest = "/api/messages/guest/:thread/decisions";
const params = z.strictObject({ decision: z.string() });
const decision = "dec_01k9v3m6s0n8w2e4r6t8y0b1c3";
const thread = "thr_01k9v3m6s0n8w2e4r6t8y0b1c3";
const answerExample = { answer: "signed", hash: "3d1f7c0e5b2a9486d1f7c0e5b2a94863d1f7c0e5b2a9486d1f7c0e5b2a948631" };
const answering =
  "With your own session, and the `hash` of the very words. The last signature makes it a decision, which never changes again; one refusal ends the proposal. The same answer again changes nothing.";

function teamEndpoints(visible: Visible): EndpointClass[] {
  const ProposeDecision = endpoint({
    operation: "proposeDecision",
    method: "post",
    path: `${base}/:thread/decisions`,
    tag,
    summary: "Propose a message for decision",
    description:
      "Names who must sign: people who take part and see the thread, its guests included, who are then shown which object it is about. Until it ends the message can neither be changed nor deleted; refused or taken back, it is free again, and may be proposed anew.",
    access: "artist",
    params: z.strictObject({ thread: z.string() }),
    body: DecisionInput,
    answers: { 201: { description: "The proposal, with the hash to sign.", schema: Decision } },
    problems: ["participant_unknown", "message_settled", "conflict"],
    example: {
      params: { thread },
      body: { message: "msg_01k9v3m6s0n8w2e4r6t8y0b1c3", parties: ["usr_01k9v3m6s0n8w2e4r6t8y0b1c3"] },
    },
    handle: async ({ ctx, params: named, body }) => proposeDecision(ctx, visible, { ...named, ...body }),
    present: (proposed) => ({
      status: 201,
      headers: { location: `${base}/decisions/${proposed.id}` },
      body: presentDecision(proposed),
    }),
  });

  const ListDecisions = endpoint({
    operation: "listDecisions",
    method: "get",
    path: `${base}/decisions`,
    tag,
    summary: "List decisions",
    description:
      "Of all threads you may see, or of one; newest first, proposals and those that came to nothing included.",
    access: "artist",
    query: z.strictObject({
      thread: z.string().optional().meta({ description: "Only of this thread." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "Decisions.", schema: pageOf(Decision) } },
    handle: async ({ ctx, query: { thread: of, ...page } }) =>
      listDecisions(ctx, await callerOf(ctx, visible), { thread: of ?? null, ...page }),
    present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentDecision), nextCursor } }),
  });

  const GetDecision = endpoint({
    operation: "getDecision",
    method: "get",
    path: ofDecision,
    tag,
    summary: "Show a decision",
    description: "To whoever may see its thread: what was signed, by whom and when.",
    access: "artist",
    params,
    answers: { 200: { description: "The decision.", schema: Decision } },
    example: { params: { decision } },
    handle: async ({ ctx, params: named }) => getDecision(ctx, await callerOf(ctx, visible), named.decision),
    present: (shown) => ({ status: 200, body: presentDecision(shown) }),
  });

  const AnswerDecision = endpoint({
    operation: "answerDecision",
    method: "put",
    path: `${ofDecision}/answer`,
    tag,
    summary: "Sign a proposal, or refuse it",
    description: answering,
    access: "artist",
    params,
    body: DecisionAnswer,
    answers: { 200: { description: "The decision as it stands now.", schema: Decision } },
    problems: ["decision_closed", "stale"],
    example: { params: { decision }, body: answerExample },
    handle: async ({ ctx, params: named, body }) =>
      answerDecision(ctx, await callerOf(ctx, visible), { ...named, ...body }),
    present: (answered) => ({ status: 200, body: presentDecision(answered) }),
  });

  const WithdrawDecision = endpoint({
    operation: "withdrawDecision",
    method: "delete",
    path: ofDecision,
    tag,
    summary: "Take a proposal back",
    description:
      "Whoever proposed it may, and owners and admins, for as long as a signature is missing. It stays to be read.",
    access: "artist",
    params,
    answers: { 200: { description: "What was proposed.", schema: Decision } },
    problems: ["decision_closed"],
    example: { params: { decision } },
    handle: async ({ ctx, params: named }) => withdrawDecision(ctx, visible, named.decision),
    present: (withdrawn) => ({ status: 200, body: presentDecision(withdrawn) }),
  });

  return [ProposeDecision, ListDecisions, GetDecision, AnswerDecision, WithdrawDecision];
}

const ListGuestDecisions = endpoint({
  operation: "listGuestDecisions",
  method: "get",
  path: ofGuest,
  tag,
  summary: "List a thread's decisions to its guest",
  description: "Those the guest is named in, newest first; a page may hold fewer than its limit.",
  access: "signedIn",
  params: z.strictObject({ thread: z.string() }),
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Decisions.", schema: pageOf(Decision) } },
  problems: ["not_found"],
  example: { params: { thread } },
  handle: async ({ ctx, params: named, query }) =>
    listDecisions(ctx, await visitorOf(ctx, named.thread), { ...named, ...query }),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentDecision), nextCursor } }),
});

const AnswerGuestDecision = endpoint({
  operation: "answerGuestDecision",
  method: "put",
  path: `${ofGuest}/:decision/answer`,
  tag,
  summary: "Sign a proposal as a guest, or refuse it",
  description: answering,
  access: "signedIn",
  params: z.strictObject({ thread: z.string(), decision: z.string() }),
  body: DecisionAnswer,
  answers: { 200: { description: "The decision as it stands now.", schema: Decision } },
  problems: ["not_found", "forbidden", "decision_closed", "stale"],
  example: { params: { thread, decision }, body: answerExample },
  handle: async ({ ctx, params: { thread: of, decision: id }, body }) =>
    answerDecision(ctx, await visitorOf(ctx, of), { decision: id, ...body }),
  present: (answered) => ({ status: 200, body: presentDecision(answered) }),
});

/** Adds decisions to the API. */
export function registerDecisions(register: Register, visible: Visible): void {
  for (const each of teamEndpoints(visible)) register(each);
  register(ListGuestDecisions);
  register(AnswerGuestDecision);
}
