// Holds the building's rules by reading its source: who may import whom, who may read the clock, and what documents may name.
// Each rule is also shown a bad sample, so that none can pass by looking at nothing.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

const FOUNDATIONS = ["kernel", "jobs", "db", "http"];
const ROOMS =
  "mail identity team plans messages catalog royalties metrics statements earnings streams analytics connectors campaigns integrations growth".split(
    " ",
  );
const ROOT_FILES = ["index.ts", "app.ts", "queue.ts", "cron.ts", "env.ts", "docs.tsx"];
const DOORS = /^src\/(?:(?:index|app|queue|cron)\.ts|.+\/hub\.ts)$/;

/** What a room's files are called, and which of the room's other files each may import; `types:` allows type imports only. */
const LAYERS: Record<string, readonly string[]> = {
  model: ["model"],
  tables: ["model", "tables"],
  repository: ["model", "tables", "repository"],
  service: ["model", "repository", "service", "types:tables"],
  // What a verb returns is what a schema presents.
  schema: ["model", "schema", "types:tables", "types:repository", "types:service"],
  // A finished answer is presented when it is made, not when it is read.
  answer: ["model", "repository", "service", "schema", "answer"],
  pages: ["model", "schema", "pages"],
  routes: ["model", "schema", "service", "answer", "pages", "routes"],
};

/** Files of rooms with other names: a path (a folder ends in a slash) → the layer whose imports it may have, and why it exists. */
const OTHER_FILES: Record<string, { as: string; because: string }> = {
  "catalog/versions/transitions.ts": {
    as: "service",
    because: "moves a release; service.ts shows what was kept by it",
  },
  "catalog/versions/contents.ts": { as: "service", because: "all that a release holds, as it is sent and compared" },
  "catalog/versions/requirements.ts": { as: "model", because: "what a release must have before a move" },
  "catalog/calendar/dates.ts": {
    as: "service",
    because: "what a date brings along, written with any change of a release",
  },
  "catalog/embargo/secrets.ts": { as: "service", because: "whatever shows things of the catalog asks it" },
  "catalog/media/objects.ts": { as: "repository", because: "the bytes of media in R2" },
  "catalog/versions/canonical.ts": { as: "model", because: "the one text of a document, and its hash" },
  "catalog/versions/diff.ts": { as: "model", because: "what differs between two documents" },
  "catalog/calendar/instants.ts": { as: "model", because: "when a release comes out, zone by zone" },
  "catalog/calendar/icalendar.ts": { as: "model", because: "a calendar as calendar programs read it" },
  "mail/cloudflare.ts": { as: "service", because: "one provider of mail" },
  "mail/resend.ts": { as: "service", because: "one provider of mail" },
  "messages/hub.ts": { as: "service", because: "the Durable Object of a team" },
  "messages/protocol.ts": { as: "model", because: "what the hub and its clients say to each other" },
  "messages/ask.ts": { as: "service", because: "guests and files ask the hub in the same way" },
  "messages/digests/letter.ts": { as: "model", because: "the words of a digest, in text and HTML" },
  "messages/examples.ts": { as: "model", because: "the answers shown in the reference" },
  "messages/object/": { as: "service", because: "what happens inside the object of a team: its tables and verbs" },
  "team/standing.ts": { as: "repository", because: "who belongs, asked without a request of theirs" },
  "catalog/batch/decide.ts": {
    as: "service",
    because: "what each item comes to, for a rehearsal as for the real thing",
  },
  "catalog/batch/run.ts": { as: "service", because: "carries a batch out, at once or by a job" },
  "catalog/batch/cells.ts": { as: "model", because: "a batch as CSV; knows no table" },
  "catalog/imports/ern/": { as: "model", because: "release notifications into the catalog's words; knows no table" },
  "catalog/imports/csv/": {
    as: "model",
    because: "a catalogue's rows into the catalog's words and back; knows no table",
  },
  "catalog/imports/entry.ts": { as: "model", because: "what a file says of one release, whatever it was written in" },
  "catalog/imports/notes.ts": { as: "model", because: "what was left out of a file, gathered while it is understood" },
  "catalog/imports/resolve.ts": { as: "service", because: "what an entry comes to beside what is there; pure" },
  "catalog/imports/credited.ts": { as: "model", because: "credits and tracks beside those that are there" },
  "catalog/imports/takedown.ts": { as: "model", because: "where a release stands after a takedown" },
  "catalog/imports/objects.ts": { as: "repository", because: "an import's objects in R2" },
  "catalog/imports/receive.ts": { as: "service", because: "keeps the file" },
  "catalog/imports/run.ts": { as: "service", because: "carries an import out entry by entry" },
  "statements/formats/": { as: "model", because: "one file per source and version, and their registry" },
  "statements/reading/": {
    as: "model",
    because: "bytes into records: encodings, archives, multipart; knows no statement",
  },
  "statements/mapping/periods.ts": { as: "model", because: "period formats as people write them" },
  "statements/mapping/format.ts": { as: "model", because: "the format that a mapping makes" },
  "statements/mapping/guess.ts": {
    as: "model",
    because: "what unknown columns probably are; proposes and never reads",
  },
  "statements/mapping/preview.ts": { as: "service", because: "looks at a file before it is booked" },
  "statements/mapping/templates.ts": {
    as: "service",
    because: "the verbs on templates, apart from those on statements",
  },
  "statements/mapping/examples.ts": { as: "model", because: "the answers shown in the reference" },
  "statements/receive.ts": { as: "service", because: "keeps the original" },
  "statements/read.ts": { as: "service", because: "reads the original slice by slice" },
  "team/invitations/letter.ts": { as: "model", because: "the words of an invitation, in the mail and on its page" },
  "team/examples.ts": { as: "model", because: "the answers shown in the reference" },
  "catalog/examples.ts": { as: "model", because: "the answers shown in the reference" },
  "statements/examples.ts": { as: "model", because: "the answers shown in the reference" },
  "earnings/examples.ts": { as: "model", because: "the answers shown in the reference" },
  "streams/examples.ts": { as: "model", because: "the answers shown in the reference" },
  "earnings/diff.ts": { as: "service", because: "asks statements what they moved, not rollups what they hold" },
  "earnings/question.ts": { as: "model", because: "plays are asked for in the same words" },
  "statements/objects.ts": { as: "repository", because: "a statement's objects in R2" },
  "statements/tally.ts": { as: "model", because: "adds up lines; the hot path, and pure" },
  "statements/text.ts": { as: "service", because: "makes the text that reading, paging and explaining share" },
  "statements/walk.ts": { as: "service", because: "the one way in which lines are read again" },
  "statements/lines.ts": { as: "service", because: "lines read again from the original" },
  "earnings/overview.ts": { as: "answer", because: "an answer made once per generation and read many times" },
  "statements/check.ts": { as: "service", because: "holds what is read against what is stated and booked" },
  "statements/unpack.ts": { as: "service", because: "makes lines of archives, workbooks and two-byte texts" },
  "statements/parts/reports.ts": { as: "service", because: "joins the files of a report that its sender cut" },
  "statements/plays.ts": { as: "service", because: "books plays, which meet neither rollups of money nor ledger" },
  "statements/money-shape.ts": { as: "schema", because: "every noun of the room shows amounts" },
  "statements/sums/running.ts": { as: "model", because: "adds up one currency at a time; the hot path, and pure" },
  "statements/post.ts": { as: "service", because: "books what was read" },
  "statements/export/": { as: "service", because: "statements as CSV and PDF" },
  "identity/spotify/provider.ts": { as: "model", because: "what is said to Spotify's accounts service" },
  "connectors/engine/": { as: "service", because: "drives every provider" },
  "connectors/grants/clients.ts": { as: "model", because: "this deployment's apps at providers, and where those are" },
  "identity/oauth/client.ts": { as: "model", because: "what is said to another service's OAuth endpoints" },
  "connectors/provider.ts": { as: "model", because: "what a provider is" },
  "connectors/providers/": { as: "model", because: "one file per live source, and their registry" },
  "team/doorman.ts": { as: "service", because: "answers what http asks about a caller" },
};

/** Where text turning into numbers would lose money, and how often each file there means a count that cannot be large. */
const EXACT = /^src\/(?:kernel\/(?:money|allocate|quantise|round)\.ts|(?:statements|royalties)\/)/;
const COUNTS: Record<string, { times: number; because: string }> = {
  "src/kernel/allocate.ts": { times: 1, because: "a remainder is less than the number of parts" },
  "src/statements/lines.ts": { times: 1, because: "a line number out of a cursor" },
  "src/statements/routes.ts": { times: 2, because: "a body's length and a line number" },
  "src/statements/uploads/routes.ts": { times: 2, because: "a part's number and a body's length" },
  "src/statements/reading/cell.ts": { times: 1, because: "a workbook's cells are doubles, printed with 17 digits" },
  "src/kernel/quantise.ts": { times: 1, because: "an exponent is a count of places" },
};

/** Files outside the doors in which a library reads the clock or randomness by itself: path → reason. */
const READS_BY_ITSELF: Record<string, string> = {};

type Files = ReadonlyMap<string, string>;
interface Import {
  line: number;
  specifier: string;
  target: string | undefined;
  isType: boolean;
  isReexport: boolean;
}
interface Rule {
  name: string;
  offences: (files: Files) => string[];
  bad: Record<string, string>;
  good?: Record<string, string>;
}

/** The source with comments, and if asked the contents of strings, replaced by blanks; lines stay where they are. */
function code(text: string, keepStrings = false): string {
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\}|[^`\\$]|\$(?!\{))*`|(?<=[=(,:[!&|?{};\n]\s*|\breturn\s+)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
  return text.replace(pattern, (part) => {
    if (part.startsWith("//") || part.startsWith("/*")) return blank(part);
    if (keepStrings && /^["'`]/.test(part)) return part;
    if (!part.startsWith("`"))
      return /^["']/.test(part) ? `${part[0]}${blank(part.slice(1, -1))}${part[0]}` : blank(part);
    // What a template computes is code; what it says is not.
    let depth = 0;
    return part.replace(/\$\{|\{|\}|[^{}$]+|\$/g, (piece) => {
      if (piece === "${" || piece === "{") depth += 1;
      const shown = depth > 0 ? piece : blank(piece);
      if (piece === "}") depth -= 1;
      return shown;
    });
  });
}

function blank(part: string): string {
  return part.replace(/[^\n]/g, " ");
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function importsOf(path: string, text: string): Import[] {
  const pattern =
    /\b(import|export)\s+(type\s+)?([\w$*{},\s]*?)\bfrom\s*["']([^"']+)["']|\bimport\s*["']([^"']+)["']|\bimport\s*\(\s*["'`]([^"'`]+)["'`]\s*\)/g;
  const source = code(text, true);
  return [...source.matchAll(pattern)].map((match) => {
    const specifier = match[4] ?? match[5] ?? match[6] ?? "";
    const names = (match[3] ?? "").trim();
    const everyNameIsType =
      /^\{[^}]*\}$/.test(names) &&
      names
        .slice(1, -1)
        .split(",")
        .every((name) => !name.trim() || /^\s*type\s/.test(name));
    return {
      line: lineAt(source, match.index),
      specifier,
      target: specifier.startsWith(".") ? normalize(join(dirname(path), specifier)) : undefined,
      isType: match[2] !== undefined || (match[4] !== undefined && everyNameIsType),
      isReexport: match[1] === "export",
    };
  });
}

/** Runs a check over every import of every file; the check answers what is wrong, or nothing. */
function eachImport(files: Files, check: (path: string, found: Import) => string | undefined): string[] {
  return [...files].flatMap(([path, text]) =>
    importsOf(path, text).flatMap((found) => {
      const wrong = check(path, found);
      return wrong === undefined ? [] : [`${path}:${found.line} ${wrong}`];
    }),
  );
}

/** Every place where a pattern occurs in code, outside comments and strings. */
function eachMatch(files: Files, isAllowed: (path: string) => boolean, pattern: RegExp, wrong: string): string[] {
  return [...files].flatMap(([path, text]) => {
    if (isAllowed(path)) return [];
    const source = code(text);
    return [...source.matchAll(pattern)].map(
      (match) => `${path}:${lineAt(source, match.index)} ${match[0].trim()}: ${wrong}`,
    );
  });
}

/** The first folder under src, or the name of a root file. */
function part(path: string): string {
  return path.split("/")[1] ?? "";
}

function isRoom(name: string): boolean {
  return ROOMS.includes(name);
}

/** "model", "service", … for a file of a room; undefined for index.ts and for names nobody knows. */
function layerOf(path: string): string | undefined {
  const inSrc = path.slice("src/".length);
  const name = /([^/]+)\.tsx?$/.exec(path)?.[1] ?? "";
  const other = Object.entries(OTHER_FILES).find(([known]) =>
    known.endsWith("/") ? inSrc.startsWith(known) : inSrc === known,
  );
  // A folder that has a layer of its own may still hold a noun's tables, repository and routes.
  if (other && !(other[0].endsWith("/") && name in LAYERS)) return other[1].as;
  return name in LAYERS ? name : undefined;
}

function isIndex(path: string): boolean {
  return /^src\/[^/]+\/index\.ts$/.test(path) && isRoom(part(path));
}

function isPackage(found: Import, name: string): boolean {
  return found.specifier === name || found.specifier.startsWith(`${name}/`);
}

const RULES: Rule[] = [
  {
    name: "1. a foundation imports only the foundations below it, and no room",
    offences: (files) =>
      eachImport(files, (path, { target, specifier }) => {
        const here = FOUNDATIONS.indexOf(part(path));
        if (here < 0 || target === undefined) return undefined;
        const there = FOUNDATIONS.indexOf(part(target));
        return there >= 0 && there <= here ? undefined : `${part(path)} may not import ${specifier}`;
      }),
    bad: {
      "src/kernel/money.ts": 'import { z } from "../db/client.ts";',
      "src/db/client.ts": 'import type { Release } from "../catalog/index.ts";',
      "src/jobs/messages.ts": 'const env = await import("../env.ts");',
    },
    good: { "src/http/admit.ts": 'import { a } from "../db/client.ts";\nimport { b } from "./body.ts";' },
  },
  {
    name: "2. a room imports foundations and only the index.ts of rooms to its left; root files are imported by none",
    offences: (files) =>
      eachImport(files, (path, { target, specifier }) => {
        if (target === undefined) return undefined;
        const [here, there] = [part(path), part(target)];
        if (!isRoom(here) && !FOUNDATIONS.includes(here) && !ROOT_FILES.includes(here))
          return `${here} is no room, foundation or root file`;
        if (isRoom(here) && ROOT_FILES.includes(there)) return `a room may not import ${specifier}`;
        if (!isRoom(there) || here === there) return undefined;
        if (!isIndex(target)) return `${specifier} reaches past the index.ts of ${there}`;
        return isRoom(here) && ROOMS.indexOf(there) > ROOMS.indexOf(here)
          ? `${there} is to the right of ${here}: commit a job or ask a port`
          : undefined;
      }),
    bad: {
      "src/team/service.ts": 'import { a } from "../catalog/index.ts";',
      "src/catalog/service.ts": 'import { a } from "../team/service.ts";',
      "src/app.ts": 'import { a } from "./team/routes.ts";',
      "src/mail/service.ts": 'import { a } from "../app.ts";',
    },
    good: { "src/catalog/service.ts": 'import { a } from "../team/index.ts";\nimport { b } from "../db/commit.ts";' },
  },
  {
    name: "3. inside a room: model ← tables ← repository ← service ← routes, schema beside them, and no file of another name",
    offences: (files) => [
      ...[...files.keys()]
        .filter((path) => isRoom(part(path)) && !isIndex(path) && layerOf(path) === undefined)
        .map(
          (path) => `${path}:1 is none of a room's file names: rename it, or list it in OTHER_FILES with its reason`,
        ),
      ...eachImport(files, (path, { target, specifier, isType }) => {
        if (target === undefined || !isRoom(part(path)) || part(path) !== part(target) || isIndex(path))
          return undefined;
        if (isIndex(target)) return "a room's own files do not go through its index.ts";
        const [here, there] = [layerOf(path), layerOf(target)];
        if (here === undefined || there === undefined) return undefined;
        const allowed = LAYERS[here] ?? [];
        return allowed.includes(there) || (isType && allowed.includes(`types:${there}`))
          ? undefined
          : `a ${here} may not import ${specifier}`;
      }),
    ],
    bad: {
      "src/catalog/model.ts": 'import { a } from "./tables.ts";',
      "src/catalog/repository.ts": 'import type { A } from "./service.ts";',
      "src/catalog/routes.ts": 'import { a } from "./repository.ts";',
      "src/catalog/schema.ts": 'import { a } from "./repository.ts";',
      "src/royalties/splits/service.ts": 'import { a } from "../ledger/routes.ts";',
      "src/catalog/utilities.ts": "export const a = 1;",
    },
    good: {
      "src/royalties/splits/service.ts":
        'import { a } from "../ledger/service.ts";\nimport type { R } from "./tables.ts";',
      "src/catalog/schema.ts": 'import { a } from "./model.ts";\nimport { type Row } from "./repository.ts";',
    },
  },
  {
    name: "4. drizzle, chanfana, hono and cloudflare:workers are imported only where they belong",
    offences: (files) =>
      eachImport(files, (path, found) => {
        if (isPackage(found, "drizzle-orm") && part(path) !== "db" && !/\/(repository|tables)\.ts$/.test(path)) {
          return "only db/, repository.ts and tables.ts import drizzle";
        }
        const isPage = /\/(?:pages|docs)\.tsx$/.test(path) && isPackage(found, "hono/jsx");
        const speaksHttp = part(path) === "http" || path === "src/app.ts" || path.endsWith("/routes.ts") || isPage;
        if ((isPackage(found, "hono") || isPackage(found, "chanfana")) && !speaksHttp) {
          return "only http/, app.ts and routes.ts import hono or chanfana, and pages.tsx hono/jsx";
        }
        return found.specifier === "cloudflare:workers" && !path.endsWith("/hub.ts")
          ? "only hub.ts imports cloudflare:workers"
          : undefined;
      }),
    bad: {
      "src/catalog/service.ts": 'import { eq } from "drizzle-orm";',
      "src/catalog/schema.ts": 'import type { Context } from "hono";',
      "src/catalog/pages.tsx": 'import { Hono } from "hono";',
      "src/team/service.ts": 'import {\n  env,\n} from "cloudflare:workers";',
    },
    good: {
      "src/identity/pages.tsx": 'import type { Child } from "hono/jsx";',
      "src/db/client.ts": 'import { drizzle } from "drizzle-orm/d1";',
    },
  },
  {
    name: "5. a room that causes work to its right commits a job: it never sends to a queue itself",
    offences: (files) =>
      eachMatch(
        files,
        (path) => part(path) === "db" || ROOT_FILES.includes(part(path)),
        /\bJOBS\s*\.\s*send(?:Batch)?\s*\(/g,
        "only the outbox sends jobs, through the doors",
      ),
    bad: { "src/catalog/service.ts": "await env.JOBS.send({});" },
    good: { "src/db/outbox.ts": "await env.JOBS.send({});" },
  },
  {
    name: "6. only team/ cuts an ArtistScope",
    offences: (files) =>
      eachMatch(
        files,
        (path) => part(path) === "team" || path === "src/kernel/scope.ts",
        /\bcutArtistScope\b/g,
        "ask team for the scope",
      ),
    bad: { "src/queue.ts": "const scope = cutArtistScope(id);" },
    good: { "src/team/service.ts": "const scope = cutArtistScope(id);", "src/app.ts": "// cutArtistScope is team's" },
  },
  {
    name: "7. only the doors read the clock, randomness or the network",
    offences: (files) =>
      [
        /\bDate\s*\.\s*now\b/g,
        /\bnew\s+Date\s*(?:\(\s*\)|(?![\s\w(.]))/g,
        /(?<!new\s+|[.\w$])Date\s*\(/g,
        /\bperformance\s*\.\s*now\b/g,
        /\bMath\s*\.\s*random\b/g,
        /\bcrypto\s*\.\s*(?:randomUUID|getRandomValues)\b/g,
        /(?<![.\w$#]|function\s+)fetch\s*\((?![^()]*\)\s*(?::[^={;]+)?\{)/g,
        /\b(?:globalThis|self)\s*\.\s*fetch\b/g,
      ].flatMap((pattern) =>
        eachMatch(
          files,
          (path) => DOORS.test(path) || path in READS_BY_ITSELF,
          pattern,
          "take it from ctx; only the doors read it",
        ),
      ),
    bad: {
      "src/a/model.ts": "const now = Date.now();",
      "src/b/model.ts": "const now = new Date();",
      "src/c/model.ts": "const r = Math.random();",
      "src/d/model.ts": "const id = crypto.randomUUID();",
      "src/e/model.ts": "crypto.getRandomValues(bytes);",
      "src/f/model.ts": "const answer = await fetch(url);",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the sample is source text
      "src/g/model.ts": "const text = `${Date.now()}`;",
      "src/h/model.ts": "await globalThis.fetch(url);",
    },
    good: {
      "src/a/model.ts": 'const day = new Date(now); // Date.now()\nconst text = "Math.random";\nawait ctx.fetch(url);',
      "src/app.ts": "const now = Date.now();",
      "src/messages/hub.ts": "const now = Date.now();",
      "src/http/fetcher.ts":
        "const port = { async fetch(request: Request): Promise<Response> { return ask(request); } };",
    },
  },
  {
    name: "8. no default export but the Worker's, and no barrel but a room's index.ts",
    offences: (files) => [
      ...eachMatch(
        files,
        (path) => path === "src/index.ts",
        /\bexport\s+default\b|\bas\s+default\b/g,
        "export it by name",
      ),
      ...eachImport(files, (path, found) =>
        found.isReexport &&
        !isIndex(path) &&
        path !== "src/index.ts" &&
        !/^src\/connectors\/providers\/[^/]+\/index\.ts$/.test(path)
          ? "only a room's index.ts passes on what others export"
          : undefined,
      ),
    ],
    bad: {
      "src/catalog/model.ts": "export default 1;",
      "src/catalog/schema.ts": "const a = 1;\nexport { a as default };",
      "src/kernel/index.ts": 'export * from "./money.ts";',
      "src/royalties/splits/index.ts": 'export type { A } from "./model.ts";',
    },
    good: { "src/index.ts": "export default {};", "src/catalog/index.ts": 'export { a } from "./service.ts";' },
  },
  {
    name: "money and statements never pass through a floating-point number",
    offences: (files) =>
      [...files].flatMap(([path, text]) => {
        const found = eachMatch(
          new Map([[path, text]]),
          () => !EXACT.test(path),
          /(?<![.\w$])(?:parseFloat|Number)\s*\(|\bNumber\s*\.\s*parseFloat\b/g,
          "parse it as Money or bigint, or count it in COUNTS with its reason",
        );
        return found.slice(COUNTS[path]?.times ?? 0);
      }),
    bad: {
      "src/statements/read.ts": "const amount = Number(cell);",
      "src/kernel/quantise.ts": "Number(exponent) + Number(text)",
      "src/kernel/money.ts": "return parseFloat(text);",
    },
    good: { "src/statements/read.ts": "Number.isSafeInteger(line);", "src/http/page.ts": "Number(limit)" },
  },
  {
    name: "every file begins by saying what it is the home of",
    offences: (files) =>
      [...files]
        .filter(([, text]) => !/^\/[/*]\S*\s*(?!biome-ignore|@ts-)\S/.test(text))
        .map(([path]) => `${path}:1 begins without a comment`),
    bad: {
      "src/catalog/model.ts": "export const a = 1;",
      "src/catalog/schema.ts": "// biome-ignore lint: x\nexport const a = 1;",
    },
    good: {
      "src/catalog/model.ts": "// The nouns of the catalog.",
      "src/catalog/schema.ts": "/**\n * What crosses the wire.\n */",
    },
  },
  {
    name: "a room's index.ts begins with the room's page: what it owns, promises and never does",
    offences: (files) =>
      [...files]
        .filter(
          ([path, text]) =>
            isIndex(path) && (/^(?:\/\*[\s\S]*?\*\/|(?:\/\/[^\n]*\n)+)/.exec(text)?.[0] ?? "").length < 120,
        )
        .map(([path]) => `${path}:1 needs a header of some sentences`),
    bad: { "src/catalog/index.ts": '// The catalog.\nexport { a } from "./service.ts";' },
    good: {
      "src/catalog/index.ts": `/**\n * ${"The catalog owns releases, promises that they stay, and never plays them. ".repeat(2)}\n */`,
    },
  },
];

/** Names in backticks that can only be meant as files or folders of this project. */
function namedFiles(text: string): { name: string; line: number }[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, blank);
  return [...prose.matchAll(/`([^`\n]+)`/g)]
    .map((match) => ({ name: match[1] ?? "", line: lineAt(prose, match.index) }))
    .filter(({ name }) => /^[\w.@-]+(?:\/[\w.@-]+)*\/?$/.test(name))
    .filter(
      ({ name }) =>
        /^(?:src|test|migrations|\.ci)\//.test(name) ||
        /\.(?:tsx?|mjs|sql|json|toml|md)$/.test(name) ||
        name.endsWith("/"),
    )
    .filter(({ name }) => !/^(?:\.dist|\.data|\.wrangler|node_modules)\b/.test(name));
}

/** Which of the files a document names are neither there nor the end of a path that is. */
function missingFiles(document: string, text: string, present: readonly string[]): string[] {
  const folders = new Set(
    present.flatMap((path) =>
      path
        .split("/")
        .slice(0, -1)
        .map((_, at, all) => `${all.slice(0, at + 1).join("/")}/`),
    ),
  );
  const everything = [...present, ...folders];
  return namedFiles(text)
    .filter(({ name }) => {
      const isWhole = /^(?:src|test|migrations|\.ci)\//.test(name);
      return !everything.some(
        (path) =>
          path === name ||
          path === `${name}/` ||
          (!isWhole && (path.endsWith(`/${name}`) || path.endsWith(`/${name}/`))),
      );
    })
    .map(({ name, line }) => `${document}:${line} names ${name}, which does not exist`);
}

function walk(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
}

/** What `wrangler.toml` puts in the place of a library has that library's shape, defaults and barrels included. */
const STAND_INS = "src/lean/";

const source: Files = new Map(
  walk("src")
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith(STAND_INS))
    .map((path) => [path, readFileSync(join(root, path), "utf8")]),
);

describe("the building", () => {
  it("has been read: its doors, its foundations and at least one room", () => {
    expect([...source.keys()]).toEqual(expect.arrayContaining(["src/index.ts", "src/app.ts", "src/kernel/money.ts"]));
    expect([...source.keys()].some((path) => isRoom(part(path)))).toBe(true);
  });

  for (const { name, offences } of RULES) {
    it(name, () => {
      expect(offences(source)).toEqual([]);
    });
  }

  it("keeps its lists of exceptions no longer than needed", () => {
    const exceptions = [...Object.keys(COUNTS), ...Object.keys(READS_BY_ITSELF)];
    expect(exceptions.filter((path) => !source.has(path))).toEqual([]);
  });
});

describe("each rule finds its bad samples and none of its good ones", () => {
  for (const { name, offences, bad, good = {} } of RULES) {
    it(name, () => {
      for (const [path, text] of Object.entries(bad)) {
        const found = offences(new Map([[path, text]]));
        expect(found, `${path}: ${text}`).not.toEqual([]);
        expect(found[0]).toMatch(/^src\/\S+:\d+ \S/);
      }
      for (const [path, text] of Object.entries(good)) {
        expect(offences(new Map([[path, text]])), `${path}: ${text}`).toEqual([]);
      }
    });
  }
});

describe("the documents", () => {
  const present = [...walk("src"), ...walk("test"), ...walk("migrations"), ...walk(".ci"), ...readdirSync(root)];

  it.each(
    ["README.md", "CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md"].filter((name) => existsSync(join(root, name))),
  )("%s names only files that exist", (document) => {
    expect(missingFiles(document, readFileSync(join(root, document), "utf8"), present)).toEqual([]);
  });

  it("would be caught naming one that does not", () => {
    const text =
      "See `src/gone.ts`, `gone.ts`, `nowhere/` and `catalog/gone.ts`,\nbut `money.ts`, `src/kernel/`, `npm test`, `/api/x` and `<room>/model.ts` are fine.";
    expect(missingFiles("README.md", text, ["src/kernel/money.ts"])).toEqual([
      "README.md:1 names src/gone.ts, which does not exist",
      "README.md:1 names gone.ts, which does not exist",
      "README.md:1 names nowhere/, which does not exist",
      "README.md:1 names catalog/gone.ts, which does not exist",
    ]);
  });
});
