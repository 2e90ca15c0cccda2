// ROOM team: artists (the tenants), who belongs to them in which role, their API keys; cuts the scope key.
//
// Owns: artists, memberships and their scopes, invitations, the organisations that look after artists, support access,
// API keys, the audit log's reading, and the matrix of roles and operations. Promises: nobody gets an ArtistScope without a
// membership, a key or a job that names the artist; a stranger's answer is that of a missing artist; access that ends or
// shrinks holds from the next request on, and asks the hub to look again in the same commit.
// Never: holds an artist's figures, only the generation that says which figures are current.

export { findRole } from "./admission/repository.ts";
export { createDoorman } from "./doorman.ts";
export { mailInvitation } from "./invitations/service.ts";
export { mailOwnershipOffer } from "./members/service.ts";
export { hasRight, isRole, MATRIX, mayCall, mayCallForOthers, RIGHTS, ROLES, type Role } from "./model.ts";
export {
  causeStatements,
  findGeneration,
  type GenerationCause,
  listStatementCauses,
  nextGenerationStatements,
} from "./repository.ts";
export { registerTeam } from "./routes.ts";
export { listArtistIds, listArtistIdsOf, openArtist } from "./service.ts";
export { findStandings, mayAsStanding, type Standing } from "./standing.ts";
export { artists } from "./tables.ts";
