// Over every provider of the registry: what its declaration promises, that its requests are those of the published
// descriptions, and that whatever is answered is mapped or refused by the name of the field.
import { describe, expect, it } from "vitest";
import { gather } from "../../../src/connectors/engine/gather.ts";
import { PROVIDERS } from "../../../src/connectors/index.ts";
import type { Ask, Call, Provider, Stream } from "../../../src/connectors/provider.ts";
import { ProviderFault } from "../../../src/connectors/provider.ts";
import { addDays, type Day, dayOf } from "../../../src/kernel/time.ts";
import { sequence } from "../../simulator/stores/random.mjs";
import { createStores } from "../../simulator/stores.mjs";
import soundcloud from "./descriptions/soundcloud.json";
import spotify from "./descriptions/spotify.json";
import tiktok from "./descriptions/tiktok.json";
import analytics from "./descriptions/youtube-analytics.json";
import data from "./descriptions/youtube-data.json";

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: { type?: string; pattern?: string; format?: string; minimum?: number; maximum?: number };
}
interface Operation {
  readonly parameters?: (Parameter | { $ref: string })[];
  readonly requestBody?: {
    content: { "application/json": { schema: { properties: Record<string, Parameter["schema"]> } } };
  };
  readonly responses: object;
}
interface Description {
  readonly servers: readonly { url: string }[];
  readonly paths: Record<string, { get?: Operation; post?: Operation }>;
}

const DESCRIPTIONS = [soundcloud, spotify, analytics, data, tiktok] as unknown as Description[];
const NOW = Date.parse("2027-04-10T00:20:00Z");
const TODAY = dayOf(NOW);

/** What a reference in a description leads to. */
function followed(description: object, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!("$ref" in value)) {
    if (Array.isArray(value)) return value.map((item) => followed(description, item));
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, followed(description, part)]));
  }
  let at: unknown = description;
  for (const name of String(value.$ref).slice(2).split("/"))
    at = (at as Record<string, unknown>)[name.replaceAll("~1", "/")];
  return followed(description, at);
}

/** The description of a call: its parameters, and the examples of its answers. */
function describedAs({ url, body }: Call): { parameters: Parameter[]; examples: unknown[]; path: string } {
  for (const description of DESCRIPTIONS) {
    const server = description.servers[0]?.url ?? "";
    if (!url.startsWith(server)) continue;
    for (const [path, { get, post }] of Object.entries(description.paths)) {
      const operation = body === undefined ? get : post;
      if (operation === undefined) continue;
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[\\w]+")}$`);
      if (!pattern.test(url.slice(server.length))) continue;
      const parameters = (operation.parameters ?? []).map((each) => followed(description, each) as Parameter);
      const inBody = Object.entries(operation.requestBody?.content["application/json"].schema.properties ?? {});
      parameters.push(...inBody.map(([name, schema]) => ({ in: "body", name, schema })));
      return { parameters, examples: examplesIn(followed(description, operation.responses)), path };
    }
  }
  throw new Error(`no description has ${url}`);
}

function examplesIn(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (name === "example" && typeof part === "object") return [part];
    if (name === "examples") return Object.values(part as object).map((each) => (each as { value: unknown }).value);
    return examplesIn(part);
  });
}

function faultsOfCall(call: Call): string[] {
  const { parameters } = describedAs(call);
  const query = Object.entries(call.query ?? {});
  const body = Object.entries(call.body ?? {}).map(([name, value]) => [name, String(value)] as const);
  const isKnown = (place: string, name: string) => parameters.some((each) => each.in === place && each.name === name);
  const unknown = [
    ...query.filter(([name]) => !isKnown("query", name)),
    ...body.filter(([name]) => !isKnown("body", name)),
  ];
  const missing = parameters.filter(
    ({ in: place, name, required }) => place === "query" && required && !query.some(([each]) => each === name),
  );
  const wrong = [...query, ...body].filter(([name, value]) => {
    const schema = parameters.find((each) => each.name === name)?.schema ?? {};
    if (schema.type === "integer" && !/^\d+$/.test(value)) return true;
    if (schema.type === "boolean" && value !== "true" && value !== "false") return true;
    if (schema.format === "date" && !/^\d{4}-\d\d-\d\d$/.test(value)) return true;
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) return true;
    return (
      Number(value) < (schema.minimum ?? Number.NEGATIVE_INFINITY) ||
      Number(value) > (schema.maximum ?? Number.POSITIVE_INFINITY)
    );
  });
  return [
    ...unknown.map(([name]) => `${call.url}: unknown ${name}`),
    ...missing.map(({ name }) => `${call.url}: missing ${name}`),
    ...wrong.map(([name, value]) => `${call.url}: ${name}=${value}`),
  ];
}

interface Told {
  readonly call: Call;
  readonly text: string;
}

/** Asks the simulated stores, and remembers what was asked and answered; `change` puts another answer in its place. */
async function asking(seed: string, change: (text: string, at: number, call: Call) => string = (text) => text) {
  const stores = createStores({ seed, now: () => NOW });
  const told: Told[] = [];
  const ask = async (provider: Provider): Promise<Ask> => {
    const tokens = await stores.accounts[provider.id]?.give("mara");
    return async (call) => {
      const url = new URL(call.url);
      for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
      const authorization = `${provider.oauth.word} ${tokens?.access_token}`;
      const sent = call.body === undefined ? {} : { method: "POST", body: JSON.stringify(call.body) };
      const response = await stores.answer(new Request(url, { headers: { authorization }, ...sent }));
      const text = change(await response.text(), told.length, call);
      told.push({ call, text });
      return { json: JSON.parse(text) as unknown, text };
    };
  };
  return { ask, told };
}

function windowOf(stream: Stream): { from: Day; to: Day } {
  return stream.kind === "days" ? { from: addDays(TODAY, -8), to: addDays(TODAY, -5) } : { from: TODAY, to: TODAY };
}

async function pulled(
  provider: Provider,
  stream: Stream,
  seed: string,
  change?: (text: string, at: number, call: Call) => string,
) {
  const { ask, told } = await asking(seed, change);
  const pull = { ask: await ask(provider), window: windowOf(stream), today: TODAY, labels: new Map<string, string>() };
  return { gathered: await gather(stream, pull, () => told.length < 200), told };
}

const STREAMS = Object.values(PROVIDERS).flatMap((provider) =>
  provider.streams.map((stream) => [`${provider.id} ${stream.id}`, provider, stream] as const),
);

describe.each(STREAMS)("%s", (_, provider, stream) => {
  it("asks only what the published description allows, and pays for each call out of a budget it declares", async () => {
    const { told } = await pulled(provider, stream, "contract");
    expect(told.length).toBeGreaterThan(0);
    // A link that an answer has given is followed as it is.
    const given = told.flatMap(({ text }) => text.match(/https:[^"]+/g) ?? []);
    const isGiven = ({ url, query = {} }: Call) => given.includes(`${url}?${new URLSearchParams(query)}`);
    expect(told.flatMap(({ call }) => (isGiven(call) ? [] : faultsOfCall(call)))).toEqual([]);
    for (const { call } of told) {
      expect(Object.keys(call.costs).length).toBeGreaterThan(0);
      for (const name of Object.keys(call.costs)) expect(Object.keys(provider.budgets)).toContain(name);
    }
  });

  it("says the same of the same answers, and keeps within its window", async () => {
    const [one, other] = [await pulled(provider, stream, "same"), await pulled(provider, stream, "same")];
    expect(one.gathered).toEqual(other.gathered);
    const { from, to } = windowOf(stream);
    for (const { day } of [...one.gathered.plays, ...one.gathered.measures])
      expect(day >= from && day <= to).toBe(true);
    for (const day of one.gathered.days) expect(day >= from && day <= to).toBe(true);
  });

  it("takes every example of the description or refuses it by the name of the field", async () => {
    const { told } = await pulled(provider, stream, "examples");
    for (const [at, { call }] of told.entries()) {
      for (const example of describedAs(call).examples) {
        const outcome = await pulled(provider, stream, "examples", (text, place) =>
          place === at ? JSON.stringify(example) : text,
        ).then(
          () => null,
          (error: unknown) => error,
        );
        if (outcome === null) continue;
        expect(outcome).toBeInstanceOf(ProviderFault);
        expect((outcome as ProviderFault).message).toMatch(/'s .+: .+|changed|holds more or less/);
      }
    }
  });

  it("of a thousand damaged answers takes each or refuses it, and never breaks", async () => {
    const chance = sequence(`${provider.id} ${stream.id}`);
    let refused = 0;
    for (let round = 0; round < 1000; round += 1) {
      const target = Math.floor(chance() * 6);
      const outcome = await pulled(provider, stream, "damage", (text, at) =>
        at === target ? JSON.stringify(damaged(JSON.parse(text), chance)) : text,
      ).then(
        () => null,
        (error: unknown) => error,
      );
      if (outcome === null) continue;
      refused += 1;
      if (!(outcome instanceof ProviderFault)) throw outcome;
      expect(["contract", "moved"]).toContain(outcome.kind);
    }
    expect(refused).toBeGreaterThan(50);
  });
});

/** A value with one part of it removed, made nothing, or made something else. */
function damaged(value: unknown, chance: () => number): unknown {
  if (typeof value !== "object" || value === null || chance() < 0.15) {
    return [null, -1, "no", [], {}, 1e21, 1.5][Math.floor(chance() * 7)];
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return {};
    const at = Math.floor(chance() * value.length);
    return value.map((item, place) => (place === at ? damaged(item, chance) : item));
  }
  const names = Object.keys(value);
  const name = names[Math.floor(chance() * names.length)] ?? "";
  const { [name]: part, ...rest } = value as Record<string, unknown>;
  return chance() < 0.3 ? rest : { ...rest, [name]: damaged(part, chance) };
}

describe.each(Object.values(PROVIDERS))("$id", (provider) => {
  it("declares streams, budgets and settings that can be", () => {
    expect(new Set(provider.streams.map(({ id }) => id)).size).toBe(provider.streams.length);
    for (const setting of provider.settings)
      expect(setting).toMatch(new RegExp(`^${provider.id.toUpperCase()}_CLIENT_(?:ID|SECRET)$`));
    for (const stream of provider.streams) {
      expect(stream.windowDays).toBeGreaterThan(0);
      // A window must be read in one delivery, at two calls a day and one before.
      expect(stream.windowDays).toBeLessThanOrEqual(45);
      if (stream.kind !== "days") expect(stream).toMatchObject({ restatedDays: 0, windowDays: 1 });
    }
    for (const { day } of provider.breaks) expect(day <= TODAY).toBe(true);
  });

  it("does not follow a page that leads elsewhere with its token", async () => {
    for (const stream of provider.streams) {
      const { told } = await pulled(provider, stream, "elsewhere", (text) =>
        text.replaceAll(/"next(?:_href)?":"https:[^"]+"/g, (pair) =>
          pair.replace(/https:\/\/[^/]+/, "https://evil.test"),
        ),
      ).catch((error: unknown) => {
        expect(error).toBeInstanceOf(ProviderFault);
        return { told: [] as Told[] };
      });
      for (const { call } of told) expect(call.url).not.toContain("evil.test");
    }
  });
});
