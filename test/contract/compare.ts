// The home of the promise of a published contract: what was there stays there, and asks for no more than it did.
import { type DocumentedOperation, type OpenApi, resolveSchema, type Schema, typesOf } from "../harness/schema.ts";

/** Says what of a published document another one takes away or narrows; additions are welcome. */
export function brokenPromises(published: OpenApi, running: OpenApi): string[] {
  const faults: string[] = [];
  for (const [path, methods] of Object.entries(published.paths)) {
    for (const [method, was] of Object.entries(methods)) {
      const name = `${method.toUpperCase()} ${path}`;
      const is = running.paths[path]?.[method];
      if (is === undefined) faults.push(`${name} is gone.`);
      else faults.push(...operationFaults(name, [published, was], [running, is]));
    }
  }
  return faults;
}

type At<T> = readonly [OpenApi, T];

function operationFaults(name: string, [before, was]: At<DocumentedOperation>, [after, is]: At<DocumentedOperation>) {
  const faults: string[] = [];
  if (was.operationId !== is.operationId) faults.push(`${name} is called ${is.operationId}, not ${was.operationId}.`);
  const key = (each: { in: string; name: string }) => `${each.in} parameter ${each.name}`;
  const now = new Map((is.parameters ?? []).map((each) => [key(each), each]));
  const then = new Map((was.parameters ?? []).map((each) => [key(each), each]));
  for (const [parameter, old] of then) {
    const found = now.get(parameter);
    if (found === undefined) faults.push(`${name} no longer takes the ${parameter}.`);
    else faults.push(...askedMore(`${name}, ${parameter}`, [before, old.schema], [after, found.schema]));
  }
  for (const [parameter, { required = false }] of now) {
    if (required && then.get(parameter)?.required !== true) faults.push(`${name} now demands the ${parameter}.`);
  }
  if (is.requestBody?.required && !was.requestBody?.required) faults.push(`${name} now demands a body.`);
  for (const [type, { schema }] of Object.entries(was.requestBody?.content ?? {})) {
    const found = is.requestBody?.content[type];
    if (found === undefined) faults.push(`${name} no longer takes a body of ${type}.`);
    else faults.push(...askedMore(`${name}, body`, [before, schema], [after, found.schema]));
  }
  for (const [status, answer] of Object.entries(was.responses)) {
    const found = is.responses[status];
    if (found === undefined) {
      // Refusing less is no broken promise.
      if (status < "4") faults.push(`${name} no longer answers ${status}.`);
      continue;
    }
    for (const [type, { schema }] of Object.entries(answer.content ?? {})) {
      const media = found.content?.[type];
      if (media === undefined) faults.push(`${name}, ${status} no longer comes as ${type}.`);
      else faults.push(...gaveLess(`${name}, ${status}`, [before, schema], [after, media.schema]));
    }
  }
  return faults;
}

/** What a request may be: it may become more, never less. */
function askedMore(name: string, [before, a]: At<Schema>, [after, b]: At<Schema>): string[] {
  const [was, is] = [resolveSchema(before, a), resolveSchema(after, b)];
  const faults: string[] = [];
  const types = typesOf(is);
  for (const type of typesOf(was)) {
    const fits = types.length === 0 || types.includes(type) || (type === "integer" && types.includes("number"));
    if (!fits) faults.push(`${name} may no longer be ${type}.`);
  }
  for (const value of is.enum === undefined ? [] : (was.enum ?? ["anything else"])) {
    if (!is.enum?.includes(value)) faults.push(`${name} may no longer be ${JSON.stringify(value)}.`);
  }
  const rises = ["minLength", "minimum", "minItems"] as const;
  const falls = ["maxLength", "maximum", "maxItems"] as const;
  for (const rule of rises) {
    const [old, now] = [was[rule] ?? Number.NEGATIVE_INFINITY, is[rule] ?? Number.NEGATIVE_INFINITY];
    if (now > old && !(rule !== "minimum" && now <= 0)) faults.push(`${name} has a higher ${rule}.`);
  }
  for (const rule of falls) {
    if ((is[rule] ?? Number.POSITIVE_INFINITY) < (was[rule] ?? Number.POSITIVE_INFINITY)) {
      faults.push(`${name} has a lower ${rule}.`);
    }
  }
  for (const rule of ["pattern", "format"] as const) {
    if (is[rule] !== undefined && is[rule] !== was[rule]) faults.push(`${name} has another ${rule}.`);
  }
  if (JSON.stringify(was.default) !== JSON.stringify(is.default) && was.default !== undefined) {
    faults.push(`${name} has another default.`);
  }
  if (is.additionalProperties === false && was.additionalProperties !== false && was.type === "object") {
    faults.push(`${name} no longer takes other fields.`);
  }
  for (const field of is.required ?? []) {
    if (!was.required?.includes(field)) faults.push(`${name} now demands the field ${field}.`);
  }
  for (const [field, schema] of Object.entries(was.properties ?? {})) {
    const found = is.properties?.[field];
    if (found === undefined) faults.push(`${name} no longer takes the field ${field}.`);
    else faults.push(...askedMore(`${name}.${field}`, [before, schema], [after, found]));
  }
  if (was.items !== undefined && is.items !== undefined) {
    faults.push(...askedMore(`${name}[]`, [before, was.items], [after, is.items]));
  }
  return faults;
}

/** What an answer is: it may say more, never less or otherwise. */
function gaveLess(name: string, [before, a]: At<Schema>, [after, b]: At<Schema>): string[] {
  const [was, is] = [resolveSchema(before, a), resolveSchema(after, b)];
  const faults: string[] = [];
  const types = typesOf(was);
  for (const type of typesOf(is)) {
    if (types.length > 0 && !types.includes(type)) faults.push(`${name} may now be ${type}.`);
  }
  if (was.enum !== undefined && is.enum === undefined) faults.push(`${name} may now be anything.`);
  if (was.format !== undefined && is.format !== was.format) faults.push(`${name} has another format.`);
  for (const field of was.required ?? []) {
    if (is.properties?.[field] !== undefined && !is.required?.includes(field)) {
      faults.push(`${name} no longer always has the field ${field}.`);
    }
  }
  for (const [field, schema] of Object.entries(was.properties ?? {})) {
    const found = is.properties?.[field];
    if (found === undefined) faults.push(`${name} no longer has the field ${field}.`);
    else faults.push(...gaveLess(`${name}.${field}`, [before, schema], [after, found]));
  }
  if (was.items !== undefined && is.items !== undefined) {
    faults.push(...gaveLess(`${name}[]`, [before, was.items], [after, is.items]));
  }
  return faults;
}
