// The home of what differs between two documents, field by field.

import { canonicalJson, type Json } from "./canonical.ts";

/**
 * One field that differs. What was not there has no `from`, and what is no longer there has no `to`.
 *
 * The path is dotted; a dot within a name is written `~1`, a tilde `~0`, an empty name `~2`. An element of a list that has an identity is
 * named by it and not by its place, as in `tracks.recordingId=rec_….title`; `tracks.$order` names the places.
 */
export interface FieldChange {
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
}

/**
 * What things in lists are known by; the first by which no two are alike counts. A list of anything else is one value.
 *
 * No two begin with the same field, so a segment of a path tells which it was written by.
 */
const IDENTITIES: readonly (readonly string[])[] = [["id"], ["recordingId"], ["isrc"], ["role", "name"]];

const ORDER = "$order";
/** The empty name in a path: without it the path of that field would be that of the document. */
const NAMELESS = "~2";

type Fields = { readonly [name: string]: Json };

/** Lists what differs from one document to another, by the order of the paths' names; nothing when they are equal. */
export function diff(from: Json, to: Json): FieldChange[] {
  return differences([], from, to);
}

function differences(path: readonly string[], from: Json, to: Json): FieldChange[] {
  if (isFields(from) && isFields(to)) return children(path, new Map(entries(from)), new Map(entries(to)));
  if (isList(from) && isList(to)) {
    const identity = identityOf(from, to);
    if (identity !== null) return elements(path, keyed(identity, from), keyed(identity, to));
  }
  return canonicalJson(from) === canonicalJson(to) ? [] : [{ path: written(path), from, to }];
}

function children(
  path: readonly string[],
  from: ReadonlyMap<string, Json>,
  to: ReadonlyMap<string, Json>,
): FieldChange[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].sort();
  return names.flatMap((name): FieldChange[] => {
    const [before, after] = [from.get(name), to.get(name)];
    const here = [...path, name];
    if (before !== undefined && after !== undefined) return differences(here, before, after);
    if (before !== undefined) return [{ path: written(here), from: before }];
    return after === undefined ? [] : [{ path: written(here), to: after }];
  });
}

function elements(
  path: readonly string[],
  from: ReadonlyMap<string, Json>,
  to: ReadonlyMap<string, Json>,
): FieldChange[] {
  const changes = children(path, from, to);
  const [before, after] = [[...from.keys()], [...to.keys()]];
  // Where elements only went, or came at the end, the order says nothing new.
  const expected = [...before.filter((key) => to.has(key)), ...after.filter((key) => !from.has(key)).sort()];
  if (expected.every((key, place) => key === after[place])) return changes;
  return [...changes, { path: written([...path, ORDER]), from: before, to: after }];
}

/**
 * Carries changes out on the document they were made from.
 *
 * @returns the document they lead to
 */
export function applied(document: Json, changes: readonly FieldChange[]): Json {
  const root: Step = { leaf: null, steps: new Map() };
  for (const change of changes) {
    let step = root;
    for (const name of read(change.path)) {
      const next: Step = step.steps.get(name) ?? { leaf: null, steps: new Map() };
      step.steps.set(name, next);
      step = next;
    }
    step.leaf = change;
  }
  return taken(document, root);
}

/** Changes as a tree: what happens at a place, or below it. */
interface Step {
  leaf: FieldChange | null;
  readonly steps: Map<string, Step>;
}

function taken(value: Json, step: Step): Json {
  if (step.leaf !== null) return step.leaf.to ?? null;
  if (step.steps.size === 0) return value;
  if (!isList(value)) return Object.fromEntries(stepped(new Map(isFields(value) ? entries(value) : []), step));
  const [named = ""] = [...step.steps.keys()].filter((name) => name !== ORDER);
  const identity = IDENTITIES.find(([field]) => named.startsWith(`${field}=`)) ?? identityOf(value, value) ?? [];
  const order = step.steps.get(ORDER)?.leaf?.to;
  const list = stepped(keyed(identity, value), step);
  list.delete(ORDER);
  const keys = isList(order) ? order.map(String) : [...list.keys()];
  return keys.flatMap((key) => list.get(key) ?? []);
}

function stepped(values: Map<string, Json>, { steps }: Step): Map<string, Json> {
  for (const name of [...steps.keys()].sort()) {
    const step = steps.get(name);
    if (step === undefined) continue;
    if (step.leaf !== null && step.leaf.to === undefined) values.delete(name);
    else values.set(name, taken(values.get(name) ?? null, step));
  }
  return values;
}

function identityOf(from: readonly Json[], to: readonly Json[]): readonly string[] | null {
  if (from.length + to.length === 0) return null;
  const isUnique = (list: readonly Json[], identity: readonly string[]) =>
    list.every((thing) => isFields(thing) && identity.every((field) => typeof fieldOf(thing, field) === "string")) &&
    keyed(identity, list).size === list.length;
  return IDENTITIES.find((identity) => isUnique(from, identity) && isUnique(to, identity)) ?? null;
}

function keyed(identity: readonly string[], list: readonly Json[]): Map<string, Json> {
  const key = (thing: Json) => identity.map((field) => `${field}=${isFields(thing) ? fieldOf(thing, field) : ""}`);
  return new Map(list.map((thing) => [key(thing).join(","), thing]));
}

function fieldOf(thing: Fields, field: string): Json | undefined {
  return Object.hasOwn(thing, field) ? thing[field] : undefined;
}

function entries(fields: Fields): [string, Json][] {
  return Object.entries(fields).filter(([, value]) => value !== undefined);
}

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function written(path: readonly string[]): string {
  return path.map((name) => (name === "" ? NAMELESS : name.replaceAll("~", "~0").replaceAll(".", "~1"))).join(".");
}

function read(path: string): string[] {
  const nameOf = (text: string) => (text === NAMELESS ? "" : text.replaceAll("~1", ".").replaceAll("~0", "~"));
  return path === "" ? [] : path.split(".").map(nameOf);
}
