// ROOM team: artists (the tenants), who belongs to them in which role, their API keys; cuts the scope key.
//
// Owns: artists, memberships, the organisations that look after artists, API keys, and the matrix of roles and operations. Promises: nobody gets an ArtistScope
// without a membership, a key or a job that names the artist; a stranger's answer is that of a missing artist.
// Never: holds an artist's figures, only the generation that says which figures are current.

export { createDoorman } from "./doorman.ts";
export { isRole, MATRIX, ROLES, type Role } from "./model.ts";
export {
  causeStatements,
  findGeneration,
  type GenerationCause,
  listStatementCauses,
  nextGenerationStatements,
} from "./repository.ts";
export { registerTeam } from "./routes.ts";
export { listArtistIds, openArtist } from "./service.ts";
export { artists } from "./tables.ts";
