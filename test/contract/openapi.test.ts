// The published contract: complete, with examples that hold, and never less than what was published before.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { faultsOf, type OpenApi, type Schema } from "../harness/schema.ts";
import { servedContract } from "../tools/openapi.mjs";
import { brokenPromises } from "./compare.ts";

const published: OpenApi = JSON.parse(readFileSync(new URL("openapi.json", import.meta.url), "utf8"));
const operations = Object.entries(published.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
);

it("the running API keeps every promise of the published contract", async () => {
  const running: OpenApi = JSON.parse(await servedContract());
  expect(brokenPromises(published, running)).toEqual([]);
});

describe("every operation", () => {
  for (const { name, path, operation } of operations) {
    it(`${name}: is named, summed up, filed under a known tag, and says who may call it`, () => {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect(operation.summary?.length).toBeGreaterThan(5);
      expect(operation.tags).toHaveLength(1);
      expect(published.tags.map((tag) => tag.name)).toContain(operation.tags?.[0]);
      expect(operation.security).toBeDefined();
      expect(Object.values(operation.responses).every(({ description }) => (description ?? "").length > 0)).toBe(true);
    });

    it(`${name}: says how it can be refused`, () => {
      const codes = new Map(
        Object.entries(operation.responses).map(([status, { content }]) => [
          status,
          Object.keys(content?.["application/problem+json"]?.examples ?? {}),
        ]),
      );
      expect(codes.get("400")).toContain("invalid_request");
      expect(codes.get("503")).toContain("unavailable");
      if (operation.security?.length !== 0) expect(codes.get("401")).toContain("unauthenticated");
      if (path.startsWith("/api/dashboard/") && operation.security?.length !== 0) {
        expect(codes.get("403")).toContain("forbidden");
        expect(codes.get("404")).toContain("not_found");
        expect(codes.get("400")).toContain("artist_required");
      }
      if (operation.requestBody?.content["application/json"] !== undefined) {
        expect(codes.get("400")).toContain("malformed_json");
        expect(codes.get("413")).toContain("too_large");
        expect(codes.get("415")).toContain("unsupported_media_type");
      }
    });

    it(`${name}: shows a valid example of all that must be sent, and its other examples hold`, () => {
      for (const { name: parameter, required, schema } of operation.parameters ?? []) {
        const example = (schema as Schema).example;
        if (required) expect(example, parameter).toBeDefined();
        if (example !== undefined) expect(faultsOf(published, schema, example, parameter)).toEqual([]);
      }
      const json = operation.requestBody?.content["application/json"];
      if (json !== undefined) expect(faultsOf(published, json.schema, json.example)).toEqual([]);
      for (const { content } of Object.values(operation.responses)) {
        for (const { schema, example, examples = {} } of Object.values(content ?? {})) {
          if (example !== undefined) expect(faultsOf(published, schema, example)).toEqual([]);
          for (const { value } of Object.values(examples)) expect(faultsOf(published, schema, value)).toEqual([]);
        }
      }
    });
  }

  it("has a name of its own", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("a broken promise is named", () => {
  const document = (schema: Schema, more: object = {}): OpenApi => ({
    openapi: "3.1.0",
    info: { title: "t", version: "1" },
    tags: [],
    components: { schemas: { Thing: schema } },
    paths: {
      "/things": {
        post: {
          operationId: "makeThing",
          parameters: [{ name: "limit", in: "query", schema: { type: "integer", maximum: 100 } }],
          requestBody: {
            required: false,
            content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
          },
          responses: { "200": { content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } } } },
          ...more,
        },
      },
    },
  });
  const title: Schema = { type: "string", maxLength: 10 };
  const thing: Schema = { type: "object", properties: { title, kind: { type: "string", enum: ["a", "b"] } } };
  const before = document({ ...thing, required: ["title"] });
  const limit = (schema: Schema, required = false) => ({
    parameters: [{ name: "limit", in: "query", schema, required }],
  });

  const cases: [string, OpenApi][] = [
    ["POST /things is gone.", { ...before, paths: {} }],
    ["POST /things is called other, not makeThing.", document(thing, { operationId: "other" })],
    ["POST /things no longer takes the query parameter limit.", document(thing, { parameters: [] })],
    [
      "POST /things, query parameter limit has a lower maximum.",
      document(thing, limit({ type: "integer", maximum: 9 })),
    ],
    ["POST /things, query parameter limit may no longer be integer.", document(thing, limit({ type: "string" }))],
    ["POST /things now demands the query parameter limit.", document(thing, limit({ type: "integer" }, true))],
    ["POST /things no longer answers 200.", document(thing, { responses: { "201": {} } })],
    ["POST /things, 200 no longer always has the field title.", document(thing)],
    ["POST /things, 200 no longer has the field kind.", document({ ...thing, properties: { title } })],
    ["POST /things, body no longer takes the field kind.", document({ ...thing, properties: { title } })],
    ["POST /things, body now demands the field kind.", document({ ...thing, required: ["title", "kind"] })],
    [
      'POST /things, body.kind may no longer be "b".',
      document({ ...thing, properties: { title, kind: { type: "string", enum: ["a"] } } }),
    ],
    [
      "POST /things, 200.title may now be null.",
      document({ ...thing, properties: { ...thing.properties, title: { type: ["string", "null"] } } }),
    ],
    [
      "POST /things, body.title has another pattern.",
      document({ ...thing, properties: { ...thing.properties, title: { ...title, pattern: "x" } } }),
    ],
  ];
  for (const [sentence, after] of cases) {
    it(sentence, () => {
      expect(brokenPromises(before, after)).toContain(sentence);
    });
  }

  it("an addition breaks none", () => {
    const grown = document(
      {
        ...thing,
        required: ["title"],
        properties: { ...thing.properties, kind: { type: "string", enum: ["a", "b", "c"] }, more: { type: "string" } },
      },
      {
        parameters: [...(before.paths["/things"]?.["post"]?.parameters ?? []), { name: "q", in: "query", schema: {} }],
      },
    );
    expect(brokenPromises(before, grown)).toEqual([]);
  });
});
