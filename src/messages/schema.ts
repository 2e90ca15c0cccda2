// The home of the wire shapes of threads and messages.

import { z } from "zod";
import { instantToIso } from "../kernel/time.ts";
import { EXAMPLES } from "./examples.ts";
import {
  isActorId,
  MAX_ATTACHMENTS,
  MAX_PARTICIPANTS,
  type Message as MessageFacts,
  OBJECT_KINDS,
  type Thread as ThreadFacts,
} from "./model.ts";
import { Text, wireMessage, wireThread } from "./protocol.ts";
import type { Ticket } from "./service.ts";

const Actor = z.string().refine(isActorId, "must be the id of a person or a key");
const Actors = z.array(Actor).max(MAX_PARTICIPANTS);

const ContextShape = z.object({ kind: z.enum(OBJECT_KINDS), id: z.string() });

export const ThreadInput = z
  .strictObject({
    subject: z.string().trim().min(1).max(200),
    participants: Actors.default([]).meta({
      description: "Who takes part beside you: people, or programs by their keys.",
    }),
    context: z
      .strictObject({ kind: z.enum(OBJECT_KINDS), id: z.string().min(1).max(64) })
      .nullable()
      .default(null)
      .meta({ description: "What it is about. Only who may see that sees the thread." }),
  })
  .meta({ id: "ThreadInput" });

export const ParticipantsPatch = z
  .strictObject({ add: Actors.default([]), remove: Actors.default([]) })
  .meta({ id: "ParticipantsPatch" });

export const Thread = z
  .object({
    id: z.string(),
    subject: z.string(),
    context: ContextShape.nullable(),
    participants: z.array(z.string()),
    guests: z.array(z.string()).meta({ description: "People from outside the team, who see this thread alone." }),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    lastSeq: z.int(),
    lastRevision: z.int().meta({ description: "How many changes and deletions of messages there have been." }),
    lastMessageAt: z.iso.datetime().nullable(),
    readSeq: z.int().meta({ description: "How far you have read." }),
    unread: z.int().meta({ description: "Messages of others after that." }),
    isMuted: z.boolean(),
  })
  .meta({ id: "Thread", example: EXAMPLES.Thread });

/** Puts a thread on the wire. */
export function presentThread(thread: ThreadFacts): z.input<typeof Thread> {
  return wireThread(thread) as z.input<typeof Thread>;
}

/** Where in a thread messages are listed from. */
export const messagesQuery = {
  after: z.int().min(0).default(0),
  changedAfter: z.int().min(0).optional().meta({
    description: "Only messages that were changed or deleted after this revision, in the order of their last changes.",
  }),
};

export const MessageInput = z
  .strictObject({
    clientId: z.string().min(1).max(64).meta({ description: "Yours; the same again is the same message." }),
    text: Text,
    attachments: z.array(z.string().max(64)).max(MAX_ATTACHMENTS).default([]),
  })
  .meta({ id: "MessageInput" });

export const MessagePatch = z.strictObject({ text: Text }).meta({ id: "MessagePatch" });

export const Attachment = z
  .object({ id: z.string(), filename: z.string(), type: z.string(), sizeBytes: z.int() })
  .meta({ id: "Attachment", example: EXAMPLES.Attachment });

export const Message = z
  .object({
    id: z.string(),
    thread: z.string(),
    seq: z.int().meta({ description: "Its place in the thread: 1, 2, 3… without a gap." }),
    sender: z.string(),
    clientId: z.string(),
    text: z.string().nullable().meta({ description: "Null when it was deleted, or when you have blocked its sender." }),
    attachments: z.array(Attachment),
    mentions: z.array(z.string()),
    at: z.iso.datetime(),
    editedAt: z.iso.datetime().nullable(),
    deletedAt: z.iso.datetime().nullable(),
    revision: z.int().meta({ description: "Which of the thread's changes was its last one; 0 as it was sent." }),
    edits: z
      .array(z.object({ text: z.string(), replacedAt: z.iso.datetime() }))
      .meta({ description: "What it said before, oldest first." }),
    decision: z
      .string()
      .nullable()
      .meta({ description: "The decision it is proposed for, or has become: it stays as it is." }),
  })
  .meta({ id: "Message", example: EXAMPLES.Message });

/** Puts a message on the wire. */
export function presentMessage(message: MessageFacts): z.input<typeof Message> {
  return wireMessage(message) as z.input<typeof Message>;
}

export const ThreadExport = z.object({ thread: Thread, messages: z.array(Message) }).meta({ id: "ThreadExport" });

export const ReadInput = z.strictObject({ seq: z.int().min(0) }).meta({ id: "ReadInput" });
export const MuteInput = z.strictObject({ isMuted: z.boolean() }).meta({ id: "MuteInput" });

export const MessageTicket = z
  .object({ ticket: z.string().meta({ description: "Works once." }), expiresAt: z.iso.datetime() })
  .meta({ id: "MessageTicket", example: EXAMPLES.MessageTicket });

/** Puts a ticket on the wire. */
export function presentTicket({ ticket, expiresAt }: Ticket): z.input<typeof MessageTicket> {
  return { ticket, expiresAt: instantToIso(expiresAt) };
}
