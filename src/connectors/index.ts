// ROOM connectors: what an artist's data elsewhere may be read with, whether that still works, and the reading itself.
//
// Owns: the grants artists gave for other services and their tokens in the vault, the providers, the runs that read them,
// how far each stream has come, and the budgets all runs share. Promises: of many who need a fresh token one asks for it;
// a window's facts and its checkpoint are kept in one batch, so that no day is lost or counted twice, whatever is cut off;
// a day that a provider did not vouch for stays "not yet reported"; no limit of a provider is passed. Never: shows a token,
// or lets one out of this room but to call the service it is for.

export { syncConnection } from "./engine/sync.ts";
export { registerGrants } from "./grants/routes.ts";
export { eraseReports, getAccessToken } from "./grants/service.ts";
export { PROVIDER_IDS, PROVIDERS } from "./providers/registry.ts";
export { registerRuns } from "./runs/routes.ts";
export { planNight } from "./runs/service.ts";
