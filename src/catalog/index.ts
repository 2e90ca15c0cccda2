// ROOM catalog: what the artist has made.
//
// Owns: releases, recordings, works and parties, each one document with a version, and what they are found by; the files
// they were imported from, and what became of each release in them. Promises:
// codes are checked and kept in one spelling, and name one thing of an artist; a recording on several releases is one
// recording; the ISRC of a delivered recording stays; what is used by something is not removed. Never: invents a code, or
// knows what was earned.

import type { Ctx } from "../db/ctx.ts";
import type { Register } from "../http/registry.ts";
import { registerAudit } from "./audit/routes.ts";
import { registerBatches } from "./batch/routes.ts";
import { runBatch } from "./batch/run.ts";
import { readPatch } from "./batch/schema.ts";
import { registerCalendar } from "./calendar/routes.ts";
import { registerDeliveries } from "./deliveries/routes.ts";
import { registerEmbargoes } from "./embargo/routes.ts";
import { registerExports } from "./exports/routes.ts";
import { registerFeeds } from "./feeds/routes.ts";
import { registerImports } from "./imports/routes.ts";
import { registerMedia } from "./media/routes.ts";
import { registerParties } from "./parties/routes.ts";
import { registerPlans } from "./plans/routes.ts";
import { registerRecordings } from "./recordings/routes.ts";
import { registerReleases } from "./releases/routes.ts";
import { registerSearch } from "./search/routes.ts";
import { registerVersions } from "./versions/routes.ts";
import { registerWorks } from "./works/routes.ts";

export { listHidden } from "./embargo/secrets.ts";
export { runImport } from "./imports/run.ts";
export { sweepImports } from "./imports/service.ts";
export { recordingIdOf } from "./items/repository.ts";
export { hasItem } from "./items/service.ts";

/** Adds the catalog to the API. */
export function registerCatalog(register: Register): void {
  registerSearch(register);
  registerReleases(register);
  registerRecordings(register);
  registerWorks(register);
  registerParties(register);
  registerVersions(register);
  registerDeliveries(register);
  registerMedia(register);
  registerCalendar(register);
  registerPlans(register);
  registerFeeds(register);
  registerEmbargoes(register);
  registerImports(register);
  registerExports(register);
  registerAudit(register);
  registerBatches(register);
}

/** Carries a batch out from where it stopped. */
export function runCatalogBatch(ctx: Ctx, batchId: string): Promise<void> {
  return runBatch(ctx, readPatch, batchId);
}
