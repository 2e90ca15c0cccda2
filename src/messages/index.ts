// ROOM messages: what a team says to each other.
//
// Owns: threads, messages, who has read what, their files, guests from outside, and decisions; each artist's lie in an
// object of its own, and only who is a guest where, and what was signed, lie in D1. Promises: a thread is one order without
// a gap, the same for everyone; a message that was acknowledged is there once and for good; who loses access loses it at
// once, sockets included; what all who were named have signed is never changed. Never: keeps in memory what it cannot find
// again, or tells a stranger that a thread exists.

export type { Visible } from "./ask.ts";
export { tellOfDecision } from "./decisions/service.ts";
export { askDigests, mailDigest } from "./digests/service.ts";
export { mailGuestInvitation } from "./guests/service.ts";
export { Hub } from "./hub.ts";
export type { ContextObject, ObjectKind } from "./model.ts";
export { oneThing } from "./model.ts";
export { registerMessages } from "./routes.ts";
export { recheckAccess } from "./service.ts";
