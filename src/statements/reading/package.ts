// The home of an office package: a zip of XML parts, and how they point at each other.

import type { ByteSource } from "../../kernel/bytes.ts";
import { ByteReader } from "../../kernel/bytes.ts";
import { Problem } from "../../kernel/problems.ts";
import type { Attributes, XmlVisitor } from "../../kernel/xml.ts";
import { XmlReader } from "../../kernel/xml.ts";
import { ARCHIVE_CAPS, unpack } from "./archive.ts";
import type { ArchiveCaps, MemberSink } from "./member.ts";

/** Opens a file from its beginning. A package is read several times over: what explains a part may stand behind it. */
export type OpenFile = () => ByteSource | Promise<ByteSource>;

/** The caps of a workbook: those of an upload, but its sheets, drawings and pictures are many small parts. */
export const WORKBOOK_CAPS: ArchiveCaps = { ...ARCHIVE_CAPS, members: 1000 };

/** The member that tells an office package from a plain zip. */
export const WORKBOOK_MARK = "[Content_Types].xml";

/** Reads one part of a package. */
export interface PartVisitor extends XmlVisitor {
  /** Whether the rest of the part is of no interest. */
  readonly isDone?: boolean;
  /** Called now and then; nothing further is read until it is done. */
  pause?(): Promise<void>;
}

/** The parts of a workbook's package that are read. Names are in lower case, as they are compared. */
export interface PackageMap {
  readonly workbook: string;
  /** By the id under which the workbook speaks of them. */
  readonly sheets: ReadonlyMap<string, string>;
  readonly styles: string | null;
  readonly strings: string | null;
}

/** Bytes of a part between two pauses: what a visitor gathers meanwhile must fit in memory. */
const STEP_BYTES = 4096;
const MAX_RELATIONSHIPS = 2000;
const MAX_TARGET_LENGTH = 1000;

const OLD_CONTAINER = [0xd0, 0xcf, 0x11, 0xe0];
const ROOT_RELATIONSHIPS = "_rels/.rels";
const MACROS = ["vbaProject", "xlMacrosheet"];
const KINDS: ReadonlySet<string> = new Set(["officeDocument", "worksheet", "styles", "sharedStrings", ...MACROS]);

/** Whether a file begins like an .xls workbook, or like an .xlsx that a password protects: both are OLE containers. */
export function isOldWorkbook(head: Uint8Array): boolean {
  return OLD_CONTAINER.every((byte, index) => head[index] === byte);
}

/** The refusal of a workbook: a whole sentence for the person who sent it. */
export function unreadableWorkbook(detail: string): Problem {
  return new Problem("file_unreadable", { detail });
}

/**
 * Streams a package once and shows the wanted parts to their visitors, in the order in which they lie in the file.
 *
 * @param visitorOf asked once per part, with its name in lower case; null passes the part over, without unpacking it
 * @returns the names of the parts that were visited
 * @throws Problem as `unpack` does; `file_unreadable` where a part is no XML, or comes twice
 */
export async function readParts(
  open: OpenFile,
  caps: ArchiveCaps,
  visitorOf: (part: string) => PartVisitor | null,
): Promise<ReadonlySet<string>> {
  const visited = new Set<string>();
  await unpack("zip", await open(), caps, (name) => {
    const part = name.toLowerCase();
    const visitor = visitorOf(part);
    if (visitor === null) return null;
    if (visited.has(part)) throw unreadableWorkbook(`The workbook holds the part "${name}" twice.`);
    visited.add(part);
    return sinkOf(name, visitor);
  });
  return visited;
}

function sinkOf(name: string, visitor: PartVisitor): MemberSink {
  const reader = new XmlReader(`The part "${name}" of the workbook`, visitor);
  return {
    async write(chunk) {
      for (let at = 0; at < chunk.length && visitor.isDone !== true; at += STEP_BYTES) {
        reader.push(chunk.subarray(at, at + STEP_BYTES));
        await visitor.pause?.();
      }
    },
    close() {
      if (visitor.isDone !== true) reader.finish();
    },
  };
}

/**
 * Finds the parts of a workbook by following the package's relationships. Neither the names of the parts nor the list
 * of content types is asked: SheetJS declares binary workbooks and macros in every file it writes.
 *
 * @throws Problem `file_unreadable` where the file is no .xlsx workbook: an old or encrypted one, a binary one, one with
 * macros, another document; otherwise as {@link readParts}
 * @see ECMA-376 part 2, section 6.5 (relationships)
 */
export async function mapPackage(open: OpenFile, caps: ArchiveCaps): Promise<PackageMap> {
  await refuseOldWorkbook(open);
  const found = new Map<string, Relationships>();
  await readParts(open, caps, (part) => {
    if (!part.endsWith(".rels")) return null;
    const relationships = new Relationships(part);
    found.set(part, relationships);
    return relationships;
  });
  const workbook = found.get(ROOT_RELATIONSHIPS)?.first("officeDocument") ?? null;
  if (workbook === null) throw unreadableWorkbook("The file holds no workbook.");
  if (workbook.endsWith(".bin")) {
    throw unreadableWorkbook("A binary workbook (.xlsb) cannot be read: save it as .xlsx or CSV.");
  }
  const name = workbook.lastIndexOf("/") + 1;
  const own = found.get(`${workbook.slice(0, name)}_rels/${workbook.slice(name)}.rels`);
  if (MACROS.some((kind) => own?.first(kind))) {
    throw unreadableWorkbook("A workbook with macros is not read: save it as .xlsx or CSV.");
  }
  return {
    workbook,
    sheets: own?.all("worksheet") ?? new Map(),
    styles: own?.first("styles") ?? null,
    strings: own?.first("sharedStrings") ?? null,
  };
}

async function refuseOldWorkbook(open: OpenFile): Promise<void> {
  const start = new ByteReader(await open());
  try {
    const magic = await start.peek(OLD_CONTAINER.length);
    if (magic === null || !isOldWorkbook(magic)) return;
    throw unreadableWorkbook("An .xls workbook, or one with a password, cannot be read: save it as .xlsx or CSV.");
  } finally {
    await start.close();
  }
}

/** What one part points at. Only what reading needs is kept: a sheet may link every line to the web. */
class Relationships implements PartVisitor {
  readonly #folder: readonly string[];
  readonly #targets = new Map<string, Map<string, string>>();
  #count = 0;

  /** @param part the relationships' own part, `xl/_rels/workbook.xml.rels` for those of `xl/workbook.xml` */
  constructor(part: string) {
    this.#folder = part.split("/").slice(0, -2);
  }

  open(path: string, attributes: Attributes): void {
    if (path !== "/Relationships/Relationship") return;
    const kind = attributes.get("Type")?.split("/").at(-1) ?? "";
    if (!KINDS.has(kind)) return;
    this.#count += 1;
    if (this.#count > MAX_RELATIONSHIPS) throw unreadableWorkbook("The workbook holds too many parts.");
    const targets = this.#targets.get(kind) ?? new Map<string, string>();
    targets.set(attributes.get("Id") ?? "", this.#resolved(attributes));
    this.#targets.set(kind, targets);
  }

  first(kind: string): string | null {
    return this.#targets.get(kind)?.values().next().value ?? null;
  }

  all(kind: string): ReadonlyMap<string, string> {
    return this.#targets.get(kind) ?? new Map();
  }

  #resolved(attributes: Attributes): string {
    const target = attributes.get("Target") ?? "";
    const parts = target.startsWith("/") ? [] : [...this.#folder];
    let isInside = attributes.get("TargetMode") !== "External" && target.length <= MAX_TARGET_LENGTH;
    for (const part of isInside ? target.split("/") : []) {
      if (part === "..") isInside = parts.pop() !== undefined && isInside;
      else if (part !== "" && part !== ".") parts.push(part);
    }
    if (!isInside) throw unreadableWorkbook("The workbook points at a part outside itself.");
    return parts.join("/").toLowerCase();
  }
}
