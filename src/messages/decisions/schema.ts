// The home of the wire shapes of decisions.

import { z } from "zod";
import { isId } from "../../kernel/id.ts";
import { instantToIso } from "../../kernel/time.ts";
import { EXAMPLES } from "../examples.ts";
import { OBJECT_KINDS } from "../model.ts";
import { ANSWERS, DECISION_STATUSES, type Decision as DecisionFacts, MAX_PARTIES } from "./model.ts";

const Person = z.string().refine((text) => isId("user", text), "must be the id of a person");

export const DecisionInput = z
  .strictObject({
    message: z.string().min(1).max(64).meta({ description: "The message whose words are to be signed." }),
    parties: z.array(Person).min(1).max(MAX_PARTIES).meta({ description: "Who must sign: people of the thread." }),
  })
  .meta({ id: "DecisionInput" });

export const DecisionAnswer = z
  .strictObject({
    answer: z.enum(ANSWERS),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be 64 hex digits")
      .meta({ description: "The `hash` of the decision as you saw it." }),
  })
  .meta({ id: "DecisionAnswer" });

export const Decision = z
  .object({
    id: z.string(),
    status: z.enum(DECISION_STATUSES),
    thread: z.string(),
    message: z.string(),
    seq: z.int(),
    sender: z.string(),
    text: z.string(),
    attachments: z.array(z.object({ filename: z.string(), sha256: z.string(), sizeBytes: z.int() })),
    context: z.object({ kind: z.enum(OBJECT_KINDS), id: z.string() }).nullable(),
    parties: z.array(
      z.object({ user: z.string(), answer: z.enum(ANSWERS).nullable(), at: z.iso.datetime().nullable() }),
    ),
    proposedBy: z.string(),
    proposedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    canonical: z.string().meta({
      description:
        "What is signed, written in the one way it can be (RFC 8785): the message, its files, its thread's object, who signs.",
    }),
    hash: z.string().meta({ description: "SHA-256 of `canonical` in UTF-8, in hex." }),
  })
  .meta({ id: "Decision", example: EXAMPLES.Decision });

/** Puts a decision on the wire. */
export function presentDecision(decision: DecisionFacts): z.input<typeof Decision> {
  const { id, status, content, canonical, hash, proposedBy, proposedAt, endedAt, answers } = decision;
  const { thread, message, seq, sender, text, attachments, context } = content;
  return {
    id,
    status,
    thread,
    message,
    seq,
    sender,
    text,
    attachments: [...attachments],
    context,
    parties: content.parties.map((user) => {
      const given = answers.find(({ party }) => party === user);
      return { user, answer: given?.answer ?? null, at: given === undefined ? null : instantToIso(given.at) };
    }),
    proposedBy,
    proposedAt: instantToIso(proposedAt),
    endedAt: endedAt === null ? null : instantToIso(endedAt),
    canonical,
    hash,
  };
}
