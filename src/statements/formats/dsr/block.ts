// The home of a block of a sales report: the resource, work, release and sale that the lines within it lean on.
import { parseGtin } from "../../../kernel/gtin.ts";
import { parseIsrc } from "../../../kernel/isrc.ts";
import type { Span } from "../spans.ts";
import type { ReportHead } from "./head.ts";
import type { DsrRecord } from "./record.ts";

/** A recording, as its AS record describes it. */
export interface Resource {
  readonly isrc: string | null;
  readonly title: string;
  readonly artist: string;
}

/** A work, as its MW record or the work cells of an AS02 describe it. */
export interface Work {
  readonly id: string;
  readonly iswc: string;
  readonly title: string;
}

/** A release, as its RE01 record describes it. */
export interface Release {
  readonly reference: string;
  readonly upc: string | null;
  readonly title: string;
  readonly artist: string;
  readonly label: string;
  readonly catalogNumber: string;
}

/** A sale (SU03), as the licensors' lines below it share it. */
export interface Sale {
  readonly summaryId: string;
  readonly span: Span;
  /** Uses that no line has counted yet. */
  units: number;
}

/** What is remembered of a block. */
export interface BlockState {
  readonly id: string;
  resource: Resource | null;
  work: Work | null;
  release: Release | null;
  sale: Sale | null;
  /** Whether the next resource or work begins a new group, because the one before it had its sales. */
  isSold: boolean;
  /** Resources by reference, and the resources of sub-releases, where usage records name them. */
  readonly resources: Map<string, Resource>;
  readonly parts: Map<string, readonly string[]>;
}

/** A block that describes more is refused: it is remembered wherever a block of the index begins within it. */
const MOST_DESCRIBED = 300;

/** A block of which nothing is known yet. */
export function newBlock(id: string): BlockState {
  return {
    id,
    resource: null,
    work: null,
    release: null,
    sale: null,
    isSold: false,
    resources: new Map(),
    parts: new Map(),
  };
}

/** A block as a value of JSON. */
export function savedBlock(block: BlockState): unknown {
  return { ...block, resources: [...block.resources], parts: [...block.parts] };
}

/** A block as it was saved. */
export function loadedBlock(saved: unknown): BlockState {
  const block = saved as BlockState;
  return { ...block, resources: new Map(block.resources), parts: new Map(block.parts) };
}

/**
 * Takes a record that describes what is sold: AS, MW, RE; others say nothing that a line needs.
 *
 * A resource behind a sale begins the next group of the block. Of several together the first one counts: a sale is of
 * them all, and the first is the one that the others came with.
 *
 * @throws LineProblemError `statement_too_varied` where a block describes more than can be remembered
 */
export function describe(block: BlockState, record: DsrRecord, { profile }: ReportHead): void {
  const { type } = record.layout;
  if (type.startsWith("AS")) {
    const resource = resourceOf(record);
    if (block.isSold) Object.assign(block, { resource: null, work: null, sale: null, isSold: false });
    block.resource ??= resource;
    if (record.get("ISWC") !== "") block.work ??= workOf(record);
    if (profile.kind === "usage") remember(block, record, block.resources, "ResourceReference", resource);
  } else if (type.startsWith("MW")) {
    if (block.isSold && !profile.hasWorksBySale) return;
    if (block.isSold) Object.assign(block, { work: null, sale: null, isSold: false });
    block.work ??= workOf(record);
  } else if (type === "RE01") block.release ??= releaseOf(record);
  else if (type === "RE02") {
    remember(block, record, block.parts, "ReleaseReference", record.list("UsedResources"));
  }
}

function remember<T>(block: BlockState, record: DsrRecord, known: Map<string, T>, reference: string, value: T): void {
  if (block.resources.size + block.parts.size >= MOST_DESCRIBED) {
    const message = `block "${block.id}" describes more than ${MOST_DESCRIBED} resources and releases`;
    throw record.refusal("statement_too_varied", message);
  }
  known.set(record.text(reference), value);
}

/** What a usage record is about: a resource, a release, or a sub-release of one resource. */
export function soldIn(block: BlockState, record: DsrRecord): { resource: Resource | null; release: Release | null } {
  const { release } = block;
  const [ofResource, ofRelease] = [record.text("TransactedResource"), record.text("TransactedRelease")];
  if (ofResource !== "") {
    const resource = block.resources.get(ofResource);
    if (resource === undefined) throw undescribed(record, "TransactedResource");
    return { resource, release };
  }
  if (ofRelease !== "" && ofRelease !== release?.reference) {
    const used = block.parts.get(ofRelease);
    if (used === undefined) throw undescribed(record, "TransactedRelease");
    const only = used.length === 1 ? block.resources.get(used[0] ?? "") : undefined;
    return { resource: only ?? null, release };
  }
  if (release === null && block.resource === null) throw undescribed(record, "TransactedResource");
  return { resource: ofRelease === "" ? block.resource : null, release };
}

function undescribed(record: DsrRecord, name: string) {
  return record.problem(name, "record_misplaced", "is described nowhere in its block");
}

function resourceOf(record: DsrRecord): Resource {
  return {
    isrc: isrcIn(record.list("ISRC")),
    title: record.text("Title"),
    artist: record.text("DisplayArtistName"),
  };
}

function workOf(record: DsrRecord): Work {
  return { id: record.text("DspWorkId"), iswc: record.text("ISWC"), title: record.text("Title") };
}

function releaseOf(record: DsrRecord): Release {
  return {
    reference: record.text("ReleaseReference"),
    upc: upcOf(record.text("ICPN")),
    title: record.text("Title"),
    artist: record.text("DisplayArtistName"),
    label: record.text("Label"),
    catalogNumber: record.text("CatalogNumber"),
  };
}

/** Of several codes the first valid one; else the first as printed, in capitals and without hyphens. */
export function isrcIn(printed: readonly string[]): string | null {
  for (const each of printed) {
    const isrc = parseIsrc(each);
    if (isrc !== null) return isrc;
  }
  return (printed[0] ?? "").replaceAll("-", "").toUpperCase() || null;
}

/** A barcode normalised where it is valid, else as printed; null where the cell is blank. */
export function upcOf(printed: string): string | null {
  return parseGtin(printed) ?? (printed === "" ? null : printed);
}
