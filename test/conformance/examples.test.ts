// Examples: every answer shown in the reference fits the shape it is shown for, and has nothing besides.
import { expect, it } from "vitest";
import type { z } from "zod";
import * as catalogAudit from "../../src/catalog/audit/schema.ts";
import * as batches from "../../src/catalog/batch/schema.ts";
import * as calendar from "../../src/catalog/calendar/schema.ts";
import * as deliveries from "../../src/catalog/deliveries/schema.ts";
import * as embargo from "../../src/catalog/embargo/schema.ts";
import { EXAMPLES as catalogExamples } from "../../src/catalog/examples.ts";
import * as feeds from "../../src/catalog/feeds/schema.ts";
import * as catalogImports from "../../src/catalog/imports/schema.ts";
import * as media from "../../src/catalog/media/schema.ts";
import * as parties from "../../src/catalog/parties/schema.ts";
import * as plans from "../../src/catalog/plans/schema.ts";
import * as recordings from "../../src/catalog/recordings/schema.ts";
import * as releases from "../../src/catalog/releases/schema.ts";
import * as search from "../../src/catalog/search/schema.ts";
import * as versions from "../../src/catalog/versions/schema.ts";
import * as works from "../../src/catalog/works/schema.ts";
import * as grants from "../../src/connectors/grants/schema.ts";
import * as runs from "../../src/connectors/runs/schema.ts";
import { EXAMPLES as earningsExamples } from "../../src/earnings/examples.ts";
import * as earnings from "../../src/earnings/schema.ts";
import * as spotify from "../../src/identity/spotify/schema.ts";
import * as decisions from "../../src/messages/decisions/schema.ts";
import * as digests from "../../src/messages/digests/schema.ts";
import { EXAMPLES as messageExamples } from "../../src/messages/examples.ts";
import * as messageFiles from "../../src/messages/files/schema.ts";
import * as guests from "../../src/messages/guests/schema.ts";
import * as messages from "../../src/messages/schema.ts";
import { EXAMPLES as statementExamples } from "../../src/statements/examples.ts";
import * as exported from "../../src/statements/export/schema.ts";
import * as identities from "../../src/statements/identities/schema.ts";
import { EXAMPLES as mappingExamples } from "../../src/statements/mapping/examples.ts";
import * as mapping from "../../src/statements/mapping/schema.ts";
import * as statements from "../../src/statements/schema.ts";
import * as uploads from "../../src/statements/uploads/schema.ts";
import { EXAMPLES as streamExamples } from "../../src/streams/examples.ts";
import * as streams from "../../src/streams/schema.ts";
import { EXAMPLES as teamExamples } from "../../src/team/examples.ts";
import * as team from "../../src/team/schema.ts";

const shapes = new Map(
  [
    earnings,
    messages,
    messageFiles,
    decisions,
    digests,
    guests,
    grants,
    runs,
    spotify,
    statements,
    exported,
    identities,
    mapping,
    uploads,
    streams,
    team,
    calendar,
    deliveries,
    embargo,
    feeds,
    media,
    plans,
    versions,
    batches,
    catalogAudit,
    catalogImports,
    parties,
    recordings,
    releases,
    search,
    works,
  ]
    .flatMap((schema) => Object.values(schema as Record<string, unknown>))
    .filter((value): value is z.ZodType => typeof value === "object" && value !== null && "safeParse" in value)
    .map((shape) => [String(shape.meta()?.["id"]), shape]),
);

it.each(
  Object.entries({
    ...catalogExamples,
    ...earningsExamples,
    ...messageExamples,
    ...mappingExamples,
    ...statementExamples,
    ...streamExamples,
    ...teamExamples,
  }),
)("%s", (name, example) => {
  const shape = shapes.get(name);
  expect(shape, "a shape of that name").toBeDefined();
  expect(shape?.parse(example)).toEqual(example);
  expect(shape?.meta()?.["example"]).toEqual(example);
});

it.each([
  "Connection",
  "NewConnection",
  "Connections",
  "ConnectionRun",
  "ConnectionRuns",
  "ConnectionNotes",
  "AskedRun",
  "Departure",
  "SpotifyLink",
])("%s", (name) => {
  const shape = shapes.get(name);
  const example = shape?.meta()?.["example"];
  expect(example, "an example beside the shape").toBeDefined();
  expect(shape?.parse(example)).toEqual(example);
});
