// ROOM connectors: what an artist's data elsewhere may be read with, and whether that still works.
//
// Owns: the grants artists gave for other services, and their tokens in the vault. Promises: a grant is apart from signing
// in; of many who need a fresh token one asks for it; a grant that no longer works says so and is not tried again.
// Never: shows a token, or lets one out of this room but to call the service it is for.

export { registerGrants } from "./grants/routes.ts";
export { getAccessToken } from "./grants/service.ts";
