// The home of roles and of what each may do.

import type { Instant } from "../kernel/time.ts";

/** The roles a member or a key can have with an artist. */
export const ROLES = [
  "owner",
  "admin",
  "manager",
  "label",
  "accountant",
  "marketer",
  "editor",
  "collaborator",
  "viewer",
] as const;

/** One role of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** Tells whether a text names a role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

const SEES_MONEY = ["owner", "admin", "manager", "label", "accountant", "viewer"] as const;
const KEEPS_BOOKS = ["owner", "admin", "manager", "label", "accountant"] as const;
const RUNS_TEAM = ["owner", "admin"] as const;
const SEES_TEAM = ROLES.filter((role) => role !== "collaborator");
const SEES_CATALOG = SEES_TEAM;
const KEEPS_CATALOG = ["owner", "admin", "manager", "label", "editor"] as const;
const KEEPS_CALENDAR = [...KEEPS_CATALOG, "marketer"] as const;
const RUNS_RELEASES = ["owner", "admin", "manager", "label"] as const;
const INVITES_GUESTS = ["owner", "admin", "manager"] as const;

/**
 * The matrix: which roles may call which operation. An operation that is not listed is allowed to nobody, and the
 * conformance suite holds this table and the registered operations equal.
 */
export const MATRIX: Readonly<Record<string, readonly Role[]>> = {
  createApiKey: RUNS_TEAM,
  listApiKeys: RUNS_TEAM,
  revokeApiKey: RUNS_TEAM,
  getTeam: SEES_TEAM,
  listMembers: SEES_TEAM,
  updateMember: RUNS_TEAM,
  removeMember: RUNS_TEAM,
  offerOwnership: ["owner"],
  withdrawOwnership: ["owner"],
  inviteMember: RUNS_TEAM,
  revokeInvitation: RUNS_TEAM,
  proposeOrganisation: RUNS_TEAM,
  acceptOrganisation: RUNS_TEAM,
  endOrganisation: RUNS_TEAM,
  approveSupport: RUNS_TEAM,
  declineSupport: RUNS_TEAM,
  listAudit: RUNS_TEAM,
  listReviews: RUNS_TEAM,
  decideReview: RUNS_TEAM,
  getCatalog: SEES_CATALOG,
  listReleases: SEES_CATALOG,
  createRelease: KEEPS_CATALOG,
  getRelease: SEES_CATALOG,
  updateRelease: KEEPS_CATALOG,
  deleteRelease: KEEPS_CATALOG,
  listRecordings: SEES_CATALOG,
  createRecording: KEEPS_CATALOG,
  getRecording: SEES_CATALOG,
  updateRecording: KEEPS_CATALOG,
  deleteRecording: KEEPS_CATALOG,
  listWorks: SEES_CATALOG,
  createWork: KEEPS_CATALOG,
  getWork: SEES_CATALOG,
  updateWork: KEEPS_CATALOG,
  deleteWork: KEEPS_CATALOG,
  moveRelease: KEEPS_CATALOG,
  listReleaseVersions: SEES_CATALOG,
  getReleaseVersion: SEES_CATALOG,
  diffRelease: SEES_CATALOG,
  restoreReleaseVersion: KEEPS_CATALOG,
  listDeliveries: SEES_CATALOG,
  addDelivery: KEEPS_CATALOG,
  moveDelivery: KEEPS_CATALOG,
  uploadArtwork: KEEPS_CATALOG,
  uploadAudio: KEEPS_CATALOG,
  linkMedia: SEES_CATALOG,
  getCalendar: SEES_CATALOG,
  listMilestones: SEES_CATALOG,
  planRelease: KEEPS_CALENDAR,
  updateMilestone: KEEPS_CALENDAR,
  deleteMilestone: KEEPS_CALENDAR,
  listMilestoneTemplates: SEES_CATALOG,
  createMilestoneTemplate: KEEPS_CALENDAR,
  getMilestoneTemplate: SEES_CATALOG,
  replaceMilestoneTemplate: KEEPS_CALENDAR,
  deleteMilestoneTemplate: KEEPS_CALENDAR,
  createCalendarFeed: SEES_CATALOG,
  listCalendarFeeds: SEES_CATALOG,
  revokeCalendarFeed: SEES_CATALOG,
  getEmbargo: KEEPS_CALENDAR,
  setEmbargo: RUNS_RELEASES,
  liftEmbargo: RUNS_RELEASES,
  listReleaseAccess: RUNS_RELEASES,
  listParties: SEES_CATALOG,
  createParty: KEEPS_CATALOG,
  getParty: SEES_CATALOG,
  updateParty: KEEPS_CATALOG,
  deleteParty: KEEPS_CATALOG,
  changeCatalog: KEEPS_CATALOG,
  getBatch: KEEPS_CATALOG,
  cancelBatch: KEEPS_CATALOG,
  revertBatch: KEEPS_CATALOG,
  listFailedItems: KEEPS_CATALOG,
  exportCatalog: KEEPS_CATALOG,
  auditCatalog: KEEPS_CATALOG,
  auditRelease: KEEPS_CATALOG,
  createCatalogImport: KEEPS_CATALOG,
  listCatalogImports: KEEPS_CATALOG,
  getCatalogImport: KEEPS_CATALOG,
  listCatalogImportEntries: KEEPS_CATALOG,
  uploadStatement: KEEPS_BOOKS,
  openStatementUpload: KEEPS_BOOKS,
  sendStatementUploadPart: KEEPS_BOOKS,
  getStatementUpload: KEEPS_BOOKS,
  completeStatementUpload: KEEPS_BOOKS,
  discardStatementUpload: KEEPS_BOOKS,
  listStatements: SEES_MONEY,
  getStatement: SEES_MONEY,
  listStatementLines: SEES_MONEY,
  explainStatementLine: SEES_MONEY,
  getStatementFile: SEES_MONEY,
  previewStatement: SEES_MONEY,
  mapStatement: KEEPS_BOOKS,
  listMappingTemplates: SEES_MONEY,
  getMappingTemplate: SEES_MONEY,
  importMappingTemplate: KEEPS_BOOKS,
  deleteMappingTemplate: KEEPS_BOOKS,
  commitStatement: KEEPS_BOOKS,
  retractStatement: KEEPS_BOOKS,
  listStatementFormats: SEES_MONEY,
  exportStatement: SEES_MONEY,
  createStatementExport: SEES_MONEY,
  listStatementExports: SEES_MONEY,
  getStatementExport: SEES_MONEY,
  deleteStatementExport: KEEPS_BOOKS,
  listIdentities: SEES_MONEY,
  assignIdentity: KEEPS_BOOKS,
  getEarnings: SEES_MONEY,
  getEarningsOverview: SEES_MONEY,
  explainEarnings: SEES_MONEY,
  diffEarnings: SEES_MONEY,
  replaceDevelopmentPlays: KEEPS_BOOKS,
  getStreams: ROLES,
  getReconciliation: SEES_MONEY,
  listPlayWindows: ROLES,
  listConnections: ROLES,
  connectProvider: RUNS_TEAM,
  getConnection: ROLES,
  disconnectProvider: RUNS_TEAM,
  syncConnection: KEEPS_BOOKS,
  listConnectionRuns: ROLES,
  getConnectionRun: ROLES,
  listConnectionNotes: ROLES,
  // Whoever belongs may speak: what they may see is decided thread by thread.
  createThread: ROLES,
  listThreads: ROLES,
  getThread: ROLES,
  changeParticipants: ROLES,
  readThread: ROLES,
  muteThread: ROLES,
  exportThread: ROLES,
  searchMessages: ROLES,
  listMessages: ROLES,
  sendMessage: ROLES,
  editMessage: ROLES,
  deleteMessage: ROLES,
  blockParticipant: ROLES,
  unblockParticipant: ROLES,
  createMessageTicket: ROLES,
  proposeDecision: ROLES,
  listDecisions: ROLES,
  getDecision: ROLES,
  answerDecision: ROLES,
  withdrawDecision: ROLES,
  uploadAttachment: ROLES,
  linkAttachment: ROLES,
  inviteGuest: INVITES_GUESTS,
  listGuests: INVITES_GUESTS,
  endGuest: INVITES_GUESTS,
};

/**
 * What a role may see within an operation that it may call. `embargo.view`: what is secret until it comes out; those who
 * work on releases, and nobody who only counts or looks on.
 */
export const RIGHTS = {
  "embargo.view": ["owner", "admin", "manager", "label", "marketer", "editor"],
} as const satisfies Record<string, readonly Role[]>;

/** Tells whether a role has a right within the operations it may call. */
export function hasRight(role: string, right: keyof typeof RIGHTS): boolean {
  return (RIGHTS[right] as readonly string[]).includes(role);
}

/** Operations that everybody may use on what is their own, whatever the matrix says; the verb looks whose it is. */
const ON_ONESELF: readonly string[] = ["removeMember"];

/** Operations of the team's talk that narrow what they show to the threads the caller may see. */
const IN_THREADS = [
  "createThread",
  "listThreads",
  "getThread",
  "changeParticipants",
  "readThread",
  "muteThread",
  "exportThread",
  "searchMessages",
  "listMessages",
  "sendMessage",
  "editMessage",
  "deleteMessage",
  "blockParticipant",
  "unblockParticipant",
  "createMessageTicket",
  "proposeDecision",
  "listDecisions",
  "getDecision",
  "answerDecision",
  "withdrawDecision",
  "uploadAttachment",
  "linkAttachment",
] as const;

/**
 * Operations that show or change nothing of the artist as a whole.
 *
 * A membership of single releases opens these and no others: every figure that can be asked for today is the artist's
 * as a whole, and so is the team. An operation that narrows its answer to the releases of a membership is added here.
 */
const WITHIN_RELEASES: readonly string[] = ["removeMember", ...IN_THREADS];

/** What of an artist a membership reaches: all of it, or single releases. */
export type MemberScope =
  | { readonly kind: "artist" }
  | { readonly kind: "release"; readonly releaseIds: readonly string[] };

/** The scope that reaches everything. */
export const WHOLE_ARTIST: MemberScope = { kind: "artist" };

/** The releases a scope is limited to; null when it reaches everything. */
export function releasesIn(scope: MemberScope): readonly string[] | null {
  return scope.kind === "artist" ? null : scope.releaseIds;
}

/** Tells whether a role may call an operation, on everything or within the releases it is limited to. */
export function mayCall(role: Role, operation: string, reach: MemberScope["kind"] = "artist"): boolean {
  if (reach !== "artist" && !WITHIN_RELEASES.includes(operation)) return false;
  return ON_ONESELF.includes(operation) || isListed(role, operation);
}

function isListed(role: Role, operation: string): boolean {
  return Object.hasOwn(MATRIX, operation) && MATRIX[operation]?.includes(role) === true;
}

/** Tells whether a role may call an operation on what belongs to others. */
export function mayCallForOthers(role: string, operation: string): boolean {
  return isRole(role) && isListed(role, operation);
}

/** What a membership gives: who may do what, for how long. */
export interface Access {
  readonly role: Role;
  readonly scope: MemberScope;
  readonly until: Instant | null;
}

/** Tells whether a change of access takes something away: a lower role, an earlier end, fewer releases. */
export function shrinks(before: Access, after: Access): boolean {
  const ends = (until: Instant | null) => until ?? Number.POSITIVE_INFINITY;
  if (ROLES.indexOf(after.role) > ROLES.indexOf(before.role)) return true;
  if (ends(after.until) < ends(before.until)) return true;
  if (after.scope.kind === "artist") return false;
  const kept = after.scope.releaseIds;
  return before.scope.kind === "artist" || before.scope.releaseIds.some((id) => !kept.includes(id));
}

/** Tells whether access is an owner's and does not end by itself; an artist and an organisation keep at least one such. */
export function isLastingOwner({ role, until }: Pick<Access, "role" | "until">): boolean {
  return role === "owner" && until === null;
}

/** Gives the lower of two roles. */
export function lowerRole(one: Role, other: Role): Role {
  return ROLES.indexOf(one) >= ROLES.indexOf(other) ? one : other;
}

/** An invitation works for seven days. */
export const INVITATION_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** How many invitations an artist or an organisation may send in {@link INVITATION_WINDOW_MS}. */
export const INVITATIONS_PER_WINDOW = 50;
export const INVITATION_WINDOW_MS = 24 * 60 * 60 * 1000;

/** What came of an invitation. */
export const INVITATION_STATES = ["pending", "accepted", "revoked", "expired"] as const;

/** Says what came of an invitation. */
export function invitationState(
  invitation: {
    readonly acceptedAt: Instant | null;
    readonly revokedAt: Instant | null;
    readonly expiresAt: Instant;
  },
  now: Instant,
): (typeof INVITATION_STATES)[number] {
  if (invitation.acceptedAt !== null) return "accepted";
  if (invitation.revokedAt !== null) return "revoked";
  return invitation.expiresAt <= now ? "expired" : "pending";
}

/** When somebody was last seen is written at most once in this time. */
export const SIGHTING_MS = 60 * 60 * 1000;

/** Access that nobody used for so long is put up for review, and again so long after it was confirmed. */
export const REVIEW_MS = 90 * 24 * 60 * 60 * 1000;

/** Tells whether someone in one role may hand out another: nobody gives more than they have. */
export function mayGrant(granter: Role, granted: Role): boolean {
  return ROLES.indexOf(granter) <= ROLES.indexOf(granted);
}
