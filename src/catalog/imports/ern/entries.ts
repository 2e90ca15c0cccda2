// The home of what a release notification means for the catalog: its releases as entries, and what of it has no place there.

import { parseGrid } from "../../../kernel/grid.ts";
import { parseGtin } from "../../../kernel/gtin.ts";
import type { Instant } from "../../../kernel/time.ts";
import type { ReleaseType } from "../../releases/model.ts";
import { type EntryRelease, type ImportEntry, LONGEST_CATALOG_NUMBER, LONGEST_NAME, MOST_TRACKS } from "../entry.ts";
import { Notes } from "../notes.ts";
import { dealsFor } from "./deals.ts";
import type { MessageRelease, ReleaseCodes, ReleaseMessage } from "./message.ts";
import { People } from "./people.ts";
import { Recordings } from "./recordings.ts";
import { dayOf, genresIn, parentalWarningIn, pickTitle, rightsLineIn, senderOf } from "./words.ts";

/**
 * Makes entries of a message: one for each release, and one for the recordings that are on none.
 *
 * A track release is a recording sold alone: it is no release of the catalog, and its own deals are noted as not kept.
 */
export function entriesOfMessage(message: ReleaseMessage): ImportEntry[] {
  const saidAt = instantOf(message.header.createdAt);
  if (message.kind === "purge") return message.purged.map((codes) => takeDown(message, codes, codes.line, saidAt));
  const releases = message.releases.filter(({ isTrack }) => !isTrack);
  const entries = releases.map((release) => entryOf(message, release, saidAt));
  const placed = new Set(releases.flatMap(({ tracks }) => tracks.map(({ recording }) => recording)));
  const left = message.recordings.filter(({ reference }) => reference === null || !placed.has(reference));
  if (left.length > 0) entries.push(...batches(left, MOST_TRACKS).map((some) => loose(message, some, saidAt)));
  return withMessageNotes(message, entries);
}

function entryOf(message: ReleaseMessage, release: MessageRelease, saidAt: Instant | null): ImportEntry {
  const notes = new Notes();
  const { line } = release;
  const deals = dealsFor(message, release, notes);
  if (deals === "takedown") return { ...takeDown(message, release.codes, line, saidAt), notes: notes.list };
  const people = new People(senderOf(message));
  const recordings = new Recordings(message, people, notes);
  const tracks = release.tracks.slice(0, MOST_TRACKS).flatMap(({ disc, number, recording }) => {
    const place = recordings.place(recording);
    return place === null ? [] : [{ disc, sequence: number, recording: place }];
  });
  if (release.tracks.length > MOST_TRACKS) {
    notes.add("refused", line, "ResourceGroup", `a release has at most ${MOST_TRACKS} tracks`);
  }
  for (const reference of release.resources) {
    const isKnown = [...message.recordings, ...message.images].some((resource) => resource.reference === reference);
    if (!isKnown)
      notes.add("not_kept", line, "ReleaseResourceReference", `${reference} is no recording of this message`);
  }
  const said = saidOf(release, notes);
  return {
    line,
    action: "put",
    saidAt,
    release: {
      line,
      id: null,
      keys: keysOf(message, release.codes, said.title),
      said: { ...said, deals },
      type: typeOf(message, release),
      artists: people.artists(release, notes),
      tracks,
      isWhole: true,
    },
    recordings: recordings.list,
    works: recordings.works,
    parties: people.list,
    notes: notes.list,
  };
}

function saidOf(
  release: MessageRelease,
  notes: Notes,
): Omit<EntryRelease["said"], "deals" | "releaseAt"> & Pick<EntryRelease["said"], "releaseAt"> {
  const { line, codes } = release;
  const { title, subtitle } = pickTitle(release, notes);
  if (title === null) notes.add("refused", line, "DisplayTitle", "a release needs a title");
  const upc = notes.code(codes.icpn, parseGtin, { line, path: "ReleaseId/ICPN", name: "UPC or EAN" });
  const grid = notes.code(codes.grid, parseGrid, { line, path: "ReleaseId/GRid", name: "GRid" });
  const label = notes.fitting(release.label, LONGEST_NAME, line, "LabelName");
  const catalogNumber = notes.fitting(codes.catalogNumber, LONGEST_CATALOG_NUMBER, line, "ReleaseId/CatalogNumber");
  const date = dayOf(release.releaseDate, line, "ReleaseDate", notes);
  const original = dayOf(release.originalReleaseDate, line, "OriginalReleaseDate", notes);
  const warning = parentalWarningIn(release.parentalWarning, line, notes);
  const genres = genresIn(release.genres, line, notes);
  const pLine = rightsLineIn(release.pLines, line, "PLine", notes);
  const cLine = rightsLineIn(release.cLines, line, "CLine", notes);
  for (const territory of release.apart) {
    notes.add("not_kept", line, "TerritoryCode", `what is said of ${territory} alone`);
  }
  return {
    title: title ?? "",
    ...(subtitle === null ? {} : { subtitle }),
    ...(upc === null ? {} : { upc }),
    ...(grid === null ? {} : { grid }),
    ...(catalogNumber === null ? {} : { catalogNumber }),
    ...(label === null ? {} : { label }),
    ...(pLine === null ? {} : { pLine }),
    ...(cLine === null ? {} : { cLine }),
    ...(genres.length === 0 ? {} : { genres }),
    ...(warning === null ? {} : { parentalWarning: warning }),
    ...(date === null ? {} : { releaseAt: { mode: "local_midnight", date } as const }),
    ...(original === null ? {} : { originalReleaseOn: original }),
  };
}

/** What a release is known by at its sender. Codes that are none still tell it from the sender's others. */
function keysOf(message: ReleaseMessage, { icpn, grid, proprietary }: ReleaseCodes, title: string | null): string[] {
  const sender = senderOf(message);
  const own = proprietary.map(({ namespace, code }) => `release:${JSON.stringify([sender, "id", namespace, code])}`);
  const keys = [
    ...(icpn === null ? [] : [`release:upc:${parseGtin(icpn) ?? `${sender}:${icpn}`}`]),
    ...(grid === null ? [] : [`release:grid:${parseGrid(grid) ?? `${sender}:${grid}`}`]),
    ...own,
  ];
  return keys.length > 0 || title === null ? keys : [`release:${JSON.stringify([sender, "title", title])}`];
}

function takeDown(message: ReleaseMessage, codes: ReleaseCodes, line: number, saidAt: Instant | null): ImportEntry {
  const upc = codes.icpn === null ? null : parseGtin(codes.icpn);
  return {
    line,
    action: "take_down",
    saidAt,
    release: {
      line,
      id: null,
      keys: keysOf(message, codes, null),
      said: { title: codes.grid ?? codes.icpn ?? "", ...(upc === null ? {} : { upc }) },
      type: null,
      artists: [],
      tracks: [],
      isWhole: false,
    },
    recordings: [],
    works: [],
    parties: [],
    notes: [],
  };
}

/** Recordings that the message puts on no release. */
function loose(message: ReleaseMessage, some: ReleaseMessage["recordings"], saidAt: Instant | null): ImportEntry {
  const notes = new Notes();
  const people = new People(senderOf(message));
  const recordings = new Recordings(message, people, notes);
  for (const recording of some) {
    recordings.add(recording);
    notes.add("not_kept", recording.line, "ResourceReference", "the recording is on no release of this message");
  }
  return {
    line: some[0]?.line ?? 1,
    action: "put",
    saidAt,
    release: null,
    recordings: recordings.list,
    works: recordings.works,
    parties: people.list,
    notes: notes.list,
  };
}

function batches<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

/** Puts what is said of no release in particular beside the first entry. */
function withMessageNotes(message: ReleaseMessage, entries: ImportEntry[]): ImportEntry[] {
  const [first, ...others] = entries;
  if (first === undefined) return entries;
  const notes = new Notes();
  for (const release of message.releases.filter(({ isTrack }) => isTrack)) {
    const deals = message.deals.filter(
      ({ releases }) => release.reference !== null && releases.includes(release.reference),
    );
    if (deals.length === 0) continue;
    const of = release.codes.isrc ?? release.reference ?? "";
    notes.add(
      "not_kept",
      deals[0]?.line ?? release.line,
      "ReleaseDeal",
      `deals of the single track ${of}; the catalog keeps deals of releases`,
    );
  }
  const files = [...message.recordings, ...message.images].reduce((sum, resource) => sum + resource.files.length, 0);
  if (files > 0) {
    const line = message.recordings[0]?.line ?? message.images[0]?.line ?? 1;
    notes.add("not_kept", line, "File", `${files} files are named; sound and artwork are not part of the message`);
  }
  for (const [name, times] of Object.entries(message.unread)) notes.add("not_kept", 1, name, `${times} of it`);
  if (message.header.isTest) notes.add("not_kept", 1, "MessageControlType", "the message says it is a test");
  return [{ ...first, notes: [...first.notes, ...notes.list] }, ...others];
}

/** The type of a release by its own word, or by that of the profile it was written to. */
function typeOf(message: ReleaseMessage, { type }: MessageRelease): ReleaseType | null {
  const word = type?.value ?? message.profile?.split("/").at(-1) ?? "";
  if (/compilation|djmix|playlist/iu.test(word)) return "compilation";
  if (/^(?:EP|MiniAlbum)$/u.test(word)) return "ep";
  if (/single/iu.test(word)) return "single";
  return /album|box/iu.test(word) ? "album" : null;
}

function instantOf(text: string | null): Instant | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/u.test(text)) return null;
  const ms = Date.parse(/(?:Z|[+-]\d{2}:\d{2})$/u.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : ms;
}
