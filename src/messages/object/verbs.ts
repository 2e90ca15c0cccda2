// The home of the list of all that can be asked of the object.

import type { HubVerb, HubVerbs } from "../protocol.ts";
import * as decisions from "./decisions.ts";
import * as digests from "./digests.ts";
import * as files from "./files.ts";
import * as messages from "./messages.ts";
import type { Desk } from "./storage.ts";
import * as threads from "./threads.ts";

/** Every verb that a desk is enough for; only a recheck asks D1. */
export type DeskVerb = Exclude<HubVerb, "recheck">;

type Verbs = { [V in DeskVerb]: (desk: Desk, input: HubVerbs[V]["in"]) => HubVerbs[V]["out"] };

const VERBS: Verbs = {
  createThread: threads.createThread,
  listThreads: threads.listThreads,
  getThread: threads.getThread,
  changeParticipants: threads.changeParticipants,
  seatGuest: threads.seatGuest,
  unseatGuest: threads.unseatGuest,
  listMessages: messages.listMessages,
  send: messages.send,
  edit: messages.edit,
  remove: messages.remove,
  read: threads.read,
  mute: threads.mute,
  block: threads.block,
  search: messages.search,
  holdMessage: decisions.holdMessage,
  listDecisions: decisions.listDecisions,
  tellDecision: decisions.tellDecision,
  listUnread: digests.listUnread,
  addTicket: ({ sql }, { hash, seat, expiresAt }) => {
    sql.exec("INSERT INTO tickets VALUES (?, ?, ?)", hash, JSON.stringify(seat), expiresAt);
    return null;
  },
  reserveFile: files.reserveFile,
  keepFile: files.keepFile,
  linkFile: files.linkFile,
  openFile: files.openFile,
};

/** Carries a verb out. @throws Problem as the verb does */
export function carryOut<V extends DeskVerb>(desk: Desk, verb: V, input: HubVerbs[V]["in"]): HubVerbs[V]["out"] {
  return VERBS[verb](desk, input);
}
