// The home of the wire shapes of versions and of what differs between them.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { lineOf } from "../contributions/schema.ts";
import { EXAMPLES } from "../examples.ts";
import { RELEASE_STATUSES } from "../releases/model.ts";
import type { FieldChange } from "./diff.ts";
import type { VersionHead, VersionRow } from "./repository.ts";
import type { VersionList } from "./service.ts";

/** The id of a store, as in `spotify`. */
export const Store = lineOf(50);

export const TransitionInput = z
  .strictObject({
    to: z.enum(RELEASE_STATUSES),
    reason: lineOf(500).optional().meta({ description: "Why, for those who work on it; kept in the audit log." }),
    stores: z.array(Store).max(200).optional().meta({
      description:
        "The stores that are asked to do it, as in `spotify`; an update or takedown goes by itself to those that have the release.",
    }),
  })
  .meta({ id: "TransitionInput" });

const head = {
  number: z.int(),
  action: z.enum(["insert", "update"]),
  sha256: z.string().meta({ description: "Of its document as canonical JSON (RFC 8785)." }),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
};

export const ReleaseVersions = z
  .object({
    draft: z.object({
      version: z.int(),
      sha256: z.string(),
      equals: z.int().nullable().meta({ description: "The latest version that holds the same; null when none does." }),
    }),
    released: z.array(
      z.object({ ...head, stores: z.array(z.string()).meta({ description: "Those that have this version now." }) }),
    ),
  })
  .meta({ id: "ReleaseVersions", example: EXAMPLES.ReleaseVersions });

export const ReleaseVersion = z
  .object({
    ...head,
    document: z.record(z.string(), z.unknown()).meta({
      description: "The release with its recordings, works and the checksums of its media, as they were sent.",
    }),
  })
  .meta({ id: "ReleaseVersion", example: EXAMPLES.ReleaseVersion });

const revision = z.union([z.enum(["draft", "released"]), z.string().regex(/^[1-9]\d{0,8}$/, "is no version")]);

export const diffQuery = z.strictObject({
  from: revision.default("released").meta({ description: "`draft`, `released` for what was sent last, or a number." }),
  to: revision.default("draft"),
});

export const ReleaseDiff = z
  .object({
    changes: z.array(
      z.object({
        path: z.string().meta({ description: "As in `title`, or `recordings.id=rec_….title`." }),
        from: z.unknown().optional().meta({ description: "Not there for what was added." }),
        to: z.unknown().optional().meta({ description: "Not there for what was removed." }),
      }),
    ),
  })
  .meta({ id: "ReleaseDiff", example: EXAMPLES.ReleaseDiff });

/** Reads what is compared. */
export function revisionOf(text: string): "draft" | "released" | number {
  return text === "draft" || text === "released" ? text : Number(text);
}

function presentHead({ number, action, sha256, createdBy, createdAt }: VersionHead) {
  return { number, action, sha256, createdBy, createdAt: instantToIso(createdAt) };
}

export function presentVersions({ draft, released }: VersionList): unknown {
  return { draft, released: released.map(({ stores, ...version }) => ({ ...presentHead(version), stores })) };
}

export function presentVersion(row: VersionRow): unknown {
  return { ...presentHead(row), document: JSON.parse(row.document) };
}

export function presentDiff(changes: readonly FieldChange[]): unknown {
  return { changes };
}
