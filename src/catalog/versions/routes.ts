// The home of the endpoints of a release's states and versions.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import { presentRelease, Release } from "../releases/schema.ts";
import {
  diffQuery,
  presentDiff,
  presentVersion,
  presentVersions,
  ReleaseDiff,
  ReleaseVersion,
  ReleaseVersions,
  revisionOf,
  TransitionInput,
} from "./schema.ts";
import { diffRelease, getVersion, listReleaseVersions, restoreVersion } from "./service.ts";
import { moveRelease } from "./transitions.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/releases/:id";
const params = z.strictObject({ id: z.string() });
const numbered = z.strictObject({ id: z.string(), number: z.string().regex(/^[1-9]\d{0,8}$/, "is no version") });
const id = "rel_01k9v3m6s0n8w2e4r6t8y0b1c3";

const MoveRelease = endpoint({
  operation: "moveRelease",
  method: "post",
  path: `${base}/transitions`,
  tag,
  summary: "Move a release to its next state",
  description:
    "draft → in_review → (rejected → draft | scheduled); scheduled → (draft | delivering) → live; live → update_pending → live; live → takedown_pending → taken_down → (delivering | archived); draft → archived. With `delivering` and `update_pending` all that the release holds is kept as a version that never changes, and its recordings' ISRCs stay. A takedown keeps codes, versions and income.",
  access: "artist",
  params,
  body: TransitionInput,
  answers: { 200: { description: "The release where it stands now.", schema: Release } },
  problems: ["transition_refused", "release_incomplete", "too_large", "stale"],
  example: { params: { id }, body: { reason: "Not this year", to: "archived" } },
  handle: async ({ ctx, params: named, body }) => moveRelease(ctx, named.id, body),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentRelease(row) }),
});

const ListVersions = endpoint({
  operation: "listReleaseVersions",
  method: "get",
  path: `${base}/versions`,
  tag,
  summary: "List what was sent of a release, and whether its draft is still the same",
  access: "artist",
  params,
  answers: { 200: { description: "The draft, and the versions sent, newest first.", schema: ReleaseVersions } },
  example: { params: { id } },
  handle: async ({ ctx, params: named }) => listReleaseVersions(ctx, named.id),
  present: (list) => ({ status: 200, body: presentVersions(list) }),
});

const GetVersion = endpoint({
  operation: "getReleaseVersion",
  method: "get",
  path: `${base}/versions/:number`,
  tag,
  summary: "Show a version of a release as it was sent",
  access: "artist",
  params: numbered,
  answers: { 200: { description: "The version.", schema: ReleaseVersion } },
  example: { params: { id, number: "1" } },
  handle: async ({ ctx, params: named }) => getVersion(ctx, named.id, Number(named.number)),
  present: (row) => ({ status: 200, body: presentVersion(row) }),
});

const DiffRelease = endpoint({
  operation: "diffRelease",
  method: "get",
  path: `${base}/diff`,
  tag,
  summary: "Say field by field what differs between two states of a release",
  description:
    "Between its draft and what was sent, or between any two versions. Things in lists are matched by what they are and not by their place. Nothing in `changes` means that they are the same.",
  access: "artist",
  params,
  query: diffQuery,
  answers: { 200: { description: "What differs.", schema: ReleaseDiff } },
  example: { params: { id }, query: { from: "draft", to: "draft" } },
  handle: async ({ ctx, params: named, query }) =>
    diffRelease(ctx, named.id, revisionOf(query.from), revisionOf(query.to)),
  present: (changes) => ({ status: 200, body: presentDiff(changes) }),
});

const RestoreVersion = endpoint({
  operation: "restoreReleaseVersion",
  method: "post",
  path: `${base}/versions/:number/restore`,
  tag,
  summary: "Make a version of a release its draft again",
  description:
    "The release, its recordings and their works get new revisions with what that version holds. Nothing that was kept changes, and what stores have stays what it is until an update is sent. Doing it again changes nothing.",
  access: "artist",
  idempotencyKey: false,
  params: numbered,
  answers: { 200: { description: "The release as it is now.", schema: Release } },
  problems: ["release_locked", "conflict", "stale"],
  example: { params: { id, number: "1" } },
  handle: async ({ ctx, params: named }) => restoreVersion(ctx, named.id, Number(named.number)),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentRelease(row) }),
});

/** Adds states and versions to the API. */
export function registerVersions(register: Register): void {
  register(MoveRelease);
  register(ListVersions);
  register(GetVersion);
  register(DiffRelease);
  register(RestoreVersion);
}
