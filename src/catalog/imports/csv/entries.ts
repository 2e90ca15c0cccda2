// The home of what a catalogue's rows mean: rows of one release put together, and every cell checked.

import { parseGtin } from "../../../kernel/gtin.ts";
import { parseIsrc } from "../../../kernel/isrc.ts";
import { parseIswc } from "../../../kernel/iswc.ts";
import { type Day, isDay } from "../../../kernel/time.ts";
import { RELEASE_TYPES, type ReleaseType } from "../../releases/model.ts";
import {
  type EntryCredit,
  type EntryRecording,
  type EntryTrack,
  type EntryWork,
  type ImportEntry,
  LONGEST_CATALOG_NUMBER,
  LONGEST_DURATION_MS,
  LONGEST_NAME,
  LONGEST_TITLE,
  MOST_TRACKS,
} from "../entry.ts";
import { Notes } from "../notes.ts";
import { type CatalogRow, headerOf, RELEASE_FIELDS } from "./columns.ts";
import type { ReadCatalog, ReadRow } from "./read.ts";

/** Puts the rows of each release together, in the order in which releases first appear; rows without one stand alone. */
export function entriesOfCatalog({ rows, unknown }: ReadCatalog): ImportEntry[] {
  const groups = new Map<string, ReadRow[]>();
  for (const read of rows) {
    const key = releaseKey(read.row) ?? `line ${read.line}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [read]);
    else group.push(read);
  }
  const entries = [...groups.values()].map(entryOf);
  const [first, ...others] = entries;
  if (first === undefined || unknown.length === 0) return entries;
  const notes = unknown.map((column) => ({
    line: 1,
    path: column.slice(0, LONGEST_NAME),
    code: "not_kept" as const,
    message: "nothing is known of this column",
  }));
  return [{ ...first, notes: [...notes, ...first.notes] }, ...others];
}

/** What rows of one release have in common; null where a row names none. */
function releaseKey(row: CatalogRow): string | null {
  if (row.releaseId !== null) return `id:${row.releaseId}`;
  if (row.upc !== null) return `upc:${parseGtin(row.upc) ?? row.upc}`;
  if (row.catalogNumber !== null) return `catalog:${row.catalogNumber}`;
  if (row.releaseTitle === null) return null;
  return `title:${JSON.stringify([row.releaseArtist, row.releaseTitle, row.releaseSubtitle])}`;
}

function entryOf(group: readonly ReadRow[]): ImportEntry {
  const notes = new Notes();
  const [head] = group;
  const line = head?.line ?? 1;
  const key = head === undefined ? null : releaseKey(head.row);
  for (const { line: at, extra } of group) {
    if (extra > 0) notes.add("refused", at, "", `the row has ${extra} more cells than the header`);
  }
  if (group.length > MOST_TRACKS) notes.add("refused", line, "", `a release has at most ${MOST_TRACKS} tracks`);
  const common = commonOf(group, notes);
  const works: EntryWork[] = [];
  const recordings: EntryRecording[] = [];
  const tracks: EntryTrack[] = [];
  const places = new Map<string, number>();
  for (const { line: at, row } of group) {
    const recording = recordingOf(row, at, key, works, notes);
    if (recording === null) continue;
    // One recording may stand on a release twice.
    const known = recordings.findIndex(
      ({ id, said: { isrc } }) =>
        (isrc != null && isrc === recording.said.isrc) || (id !== null && id === recording.id),
    );
    if (known === -1) recordings.push(recording);
    const index = known === -1 ? recordings.length - 1 : known;
    if (key !== null) tracks.push({ ...placeOf(row, at, places, notes), recording: index });
  }
  return {
    line,
    action: "put",
    saidAt: null,
    release: key === null || head === undefined ? null : releaseOf(common, key, line, tracks, notes),
    recordings,
    works,
    parties: [],
    notes: notes.list,
  };
}

/** What all rows of a release say alike; a row that says otherwise is noted. */
function commonOf(group: readonly ReadRow[], notes: Notes): CatalogRow {
  let common: Partial<Record<keyof CatalogRow, string | null>> = { ...group[0]?.row };
  const said = new Map<keyof CatalogRow, number>();
  for (const { line, row } of group) {
    for (const field of RELEASE_FIELDS) {
      const value = row[field];
      if (value === null) continue;
      const first = said.get(field);
      if (first === undefined) {
        said.set(field, line);
        common = { ...common, [field]: value };
      } else if (value !== common[field]) {
        const message = `says "${value}" where line ${first} of the same release says "${common[field]}"`;
        notes.add("refused", line, headerOf(field), message);
      }
    }
  }
  return common as CatalogRow;
}

function releaseOf(
  row: CatalogRow,
  key: string,
  line: number,
  tracks: EntryTrack[],
  notes: Notes,
): NonNullable<ImportEntry["release"]> {
  const at = (field: keyof CatalogRow) => headerOf(field);
  const title = notes.fitting(row.releaseTitle, LONGEST_TITLE, line, at("releaseTitle"));
  if (title === null) notes.add("refused", line, at("releaseTitle"), "a release needs a title");
  const type = row.releaseType === null ? null : row.releaseType.toLowerCase();
  if (type !== null && !isReleaseType(type)) {
    notes.add("refused", line, at("releaseType"), `"${row.releaseType}" is none of ${RELEASE_TYPES.join(", ")}`);
  }
  const day = row.releaseDate;
  if (day !== null && !isDay(day)) {
    notes.add("refused", line, at("releaseDate"), `"${day}" is no day written YYYY-MM-DD`);
  }
  const upc = notes.code(row.upc, parseGtin, { line, path: at("upc"), name: "UPC or EAN" });
  return {
    line,
    id: row.releaseId,
    keys: [`release:${key}`],
    said: {
      title: title ?? "",
      ...said("subtitle", notes.fitting(row.releaseSubtitle, LONGEST_NAME, line, at("releaseSubtitle"))),
      ...said("upc", upc),
      ...said("catalogNumber", notes.fitting(row.catalogNumber, LONGEST_CATALOG_NUMBER, line, at("catalogNumber"))),
      ...said("label", notes.fitting(row.label, LONGEST_NAME, line, at("label"))),
      ...(day !== null && isDay(day) ? { releaseAt: { mode: "local_midnight" as const, date: day as Day } } : {}),
    },
    type: type !== null && isReleaseType(type) ? type : null,
    artists: artistIn(row.releaseArtist, line, at("releaseArtist"), notes),
    tracks,
    isWhole: false,
  };
}

function isReleaseType(text: string): text is ReleaseType {
  return (RELEASE_TYPES as readonly string[]).includes(text);
}

/** A field, if anything is said of it. */
function said<K extends string, T>(field: K, value: T | null): { [P in K]?: T } {
  return (value === null ? {} : { [field]: value }) as { [P in K]?: T };
}

function artistIn(name: string | null, line: number, path: string, notes: Notes): EntryCredit[] {
  const fitting = notes.fitting(name, LONGEST_NAME, line, path);
  return fitting === null ? [] : [{ name: fitting, role: "MainArtist", party: null }];
}

const TRACK_FIELDS = [
  "trackNumber",
  "trackTitle",
  "isrc",
  "iswc",
  "durationS",
  "discNumber",
  "trackVersion",
  "trackArtist",
] as const;

function recordingOf(
  row: CatalogRow,
  line: number,
  release: string | null,
  works: EntryWork[],
  notes: Notes,
): EntryRecording | null {
  // A release without tracks has a row that says nothing of one.
  if (release !== null && TRACK_FIELDS.every((field) => row[field] === null)) return null;
  const at = (field: keyof CatalogRow) => headerOf(field);
  const title = notes.fitting(row.trackTitle, LONGEST_TITLE, line, at("trackTitle"));
  if (title === null) notes.add("refused", line, at("trackTitle"), "a recording needs a title");
  const isrc = notes.code(row.isrc, parseIsrc, { line, path: at("isrc"), name: "ISRC" });
  const iswc = notes.code(row.iswc, parseIswc, { line, path: at("iswc"), name: "ISWC" });
  const artists = artistIn(row.trackArtist ?? row.releaseArtist, line, at("trackArtist"), notes);
  const version = notes.fitting(row.trackVersion, LONGEST_NAME, line, at("trackVersion"));
  // Without an ISRC a recording is known by where it stands and what it is called.
  const own = JSON.stringify([release, row.discNumber ?? "1", row.trackNumber, row.trackTitle, row.trackVersion]);
  return {
    line,
    id: row.recordingId,
    keys: isrc === null ? [`recording:csv:${own}`] : [],
    said: {
      title: title ?? "",
      ...said("versionTitle", version),
      ...said("isrc", isrc),
      ...said("durationMs", durationIn(row.durationS, line, notes)),
    },
    artists,
    isArtistAssumed: row.trackArtist === null,
    contributions: [],
    works: iswc === null || title === null ? [] : [workOf(works, iswc, title, line)],
  };
}

/** The place of a work among those of the entry; one that several recordings are of is there once. */
function workOf(works: EntryWork[], iswc: string, title: string, line: number): number {
  const known = works.findIndex((work) => work.said.iswc === iswc);
  if (known !== -1) return known;
  works.push({ line, id: null, keys: [], said: { title, iswc }, writers: [] });
  return works.length - 1;
}

function durationIn(text: string | null, line: number, notes: Notes): number | null {
  if (text === null) return null;
  const match = /^(\d{1,6})(?:\.(\d{1,3})0*)?$/u.exec(text);
  const ms = match === null ? null : Number.parseInt(`${match[1]}${(match[2] ?? "").padEnd(3, "0")}`, 10);
  if (ms !== null && ms <= LONGEST_DURATION_MS) return ms;
  notes.add("refused", line, headerOf("durationS"), `"${text}" is no number of seconds within a day`);
  return null;
}

function placeOf(
  row: CatalogRow,
  line: number,
  places: Map<string, number>,
  notes: Notes,
): { disc: number; sequence: number } {
  const disc = wholeIn(row, "discNumber", 100, line, notes) ?? 1;
  let last = 0;
  for (const place of places.keys()) {
    const [on, sequence] = place.split(".");
    if (on === String(disc)) last = Math.max(last, Number.parseInt(sequence ?? "0", 10));
  }
  const sequence = wholeIn(row, "trackNumber", 1000, line, notes) ?? last + 1;
  const place = `${disc}.${sequence}`;
  const first = places.get(place);
  if (first !== undefined) {
    const message = `line ${first} is track ${sequence} of disc ${disc} of the same release`;
    notes.add("refused", line, headerOf("trackNumber"), message);
  } else places.set(place, line);
  return { disc, sequence };
}

function wholeIn(
  row: CatalogRow,
  field: "discNumber" | "trackNumber",
  most: number,
  line: number,
  notes: Notes,
): number | null {
  const text = row[field];
  if (text === null) return null;
  const number = /^\d{1,4}$/u.test(text) ? Number.parseInt(text, 10) : 0;
  if (number >= 1 && number <= most) return number;
  notes.add("refused", line, headerOf(field), `"${text}" is no whole number from 1 to ${most}`);
  return null;
}
