// The home of holding a value against the API's own OpenAPI document: every declared field fits, and nothing else is there.

/** The part of JSON Schema that our OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly example?: unknown;
}

/** A body or an answer in the document, by media type. */
export interface Media {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** One parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required?: boolean;
  readonly schema: Schema;
}

/** One operation of the document. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}

/** The document, as far as tests read it. */
export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly license?: object };
  readonly tags: readonly { readonly name: string }[];
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/** Follows a reference to a named schema. */
export function resolveSchema(document: OpenApi, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const named = document.components.schemas[schema.$ref.replace("#/components/schemas/", "")];
  if (named === undefined) throw new Error(`the document has no ${schema.$ref}`);
  return resolveSchema(document, named);
}

/** Says where a value does not fit a schema; a key that the schema does not declare is a fault too. */
export function faultsOf(document: OpenApi, declared: Schema, value: unknown, path = "$"): string[] {
  const schema = resolveSchema(document, declared);
  // A schema that says nothing takes anything.
  if (Object.keys(schema).length === 0) return [];
  const fits = (option: Schema) => faultsOf(document, option, value, path).length === 0;
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return options.some(fits) ? [] : [`${path} fits none of its declared forms`];
  if (schema.allOf !== undefined) return schema.allOf.flatMap((part) => faultsOf(document, part, value, path));
  if ("const" in schema && schema.const !== value) return [`${path} is not ${JSON.stringify(schema.const)}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${path} is none of its declared values`];
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => isOfType(type, value))) {
    return [`${path} is ${value === null ? "null" : typeof value}, not ${types.join(" or ")}`];
  }
  if (typeof value === "string") return textFaults(schema, value, path);
  if (typeof value === "number") return numberFaults(schema, value, path);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((item, at) => faultsOf(document, items, item, `${path}[${at}]`));
  }
  if (typeof value === "object" && value !== null) return objectFaults(document, schema, value, path);
  return [];
}

/** The types a schema allows. */
export function typesOf(schema: Schema): readonly string[] {
  if (schema.type === undefined) return [];
  return typeof schema.type === "string" ? [schema.type] : schema.type;
}

function isOfType(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isSafeInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function textFaults(schema: Schema, value: string, path: string): string[] {
  const faults: string[] = [];
  if (schema.format === "date-time" && !INSTANT.test(value)) faults.push(`${path} is no instant in UTC`);
  if (schema.format === "email" && !EMAIL.test(value)) faults.push(`${path} is no e-mail address`);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) faults.push(`${path} has another form`);
  if (value.length < (schema.minLength ?? 0)) faults.push(`${path} is too short`);
  if (value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) faults.push(`${path} is too long`);
  return faults;
}

function numberFaults(schema: Schema, value: number, path: string): string[] {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  return value < minimum || value > maximum ? [`${path} is out of its range`] : [];
}

function objectFaults(document: OpenApi, schema: Schema, value: object, path: string): string[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}.${name} is missing`);
  const found = Object.entries(value).flatMap(([name, part]) => {
    const declared = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (typeof declared !== "object") return [`${path}.${name} is not declared`];
    return faultsOf(document, declared, part, `${path}.${name}`);
  });
  return [...missing, ...found];
}
