// The home of the recordings and works of an entry, each of them there once.

import { parseIsrc } from "../../../kernel/isrc.ts";
import { parseIswc } from "../../../kernel/iswc.ts";
import { type EntryRecording, type EntryWork, LONGEST_DURATION_MS } from "../entry.ts";
import type { Notes } from "../notes.ts";
import type { MessageRecording, ReleaseMessage } from "./message.ts";
import type { People } from "./people.ts";
import { parentalWarningIn, pickTitle, rightsLineIn, senderOf } from "./words.ts";

const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/u;
const LONGEST_LANGUAGE = 35;

/** Gathers the recordings of one entry, and the works they are of. */
export class Recordings {
  readonly list: EntryRecording[] = [];
  readonly works: EntryWork[] = [];
  readonly #message: ReleaseMessage;
  readonly #people: People;
  readonly #notes: Notes;
  readonly #byReference: ReadonlyMap<string, MessageRecording>;
  readonly #places = new Map<MessageRecording, number>();

  constructor(message: ReleaseMessage, people: People, notes: Notes) {
    this.#message = message;
    this.#people = people;
    this.#notes = notes;
    this.#byReference = new Map(message.recordings.map((recording) => [recording.reference ?? "", recording]));
  }

  /** The place of the recording that a reference names; null where it names none. */
  place(reference: string): number | null {
    const recording = this.#byReference.get(reference);
    return recording === undefined ? null : this.add(recording);
  }

  /** Adds a recording, unless it is there; one that is in the message twice is one by its ISRC. */
  add(recording: MessageRecording): number {
    const known = this.#places.get(recording);
    if (known !== undefined) return known;
    const entry = this.#entryOf(recording);
    const { isrc } = entry.said;
    const same = isrc == null ? -1 : this.list.findIndex(({ said }) => said.isrc === isrc);
    const place = same === -1 ? this.list.push(entry) - 1 : same;
    this.#places.set(recording, place);
    return place;
  }

  #entryOf(recording: MessageRecording): EntryRecording {
    const notes = this.#notes;
    const { line } = recording;
    const { title, subtitle } = pickTitle(recording, notes);
    if (title === null) notes.add("refused", line, "DisplayTitle", "a recording needs a title");
    if (recording.kind === "video") notes.add("replaced", line, "Video", "a video is kept as a recording");
    const isrc = notes.code(recording.isrc, parseIsrc, { line, path: "ISRC", name: "ISRC" });
    const pLine = rightsLineIn(recording.pLines, line, "PLine", notes);
    const warning = parentalWarningIn(recording.parentalWarning, line, notes);
    for (const territory of recording.apart) {
      notes.add("not_kept", line, "TerritoryCode", `what is said of ${territory} alone`);
    }
    return {
      line,
      id: null,
      keys: this.#keysOf(recording, title),
      said: {
        title: title ?? "",
        ...(subtitle === null ? {} : { versionTitle: subtitle }),
        ...(isrc === null ? {} : { isrc }),
        ...(this.#fits(recording) ? { durationMs: recording.durationMs } : {}),
        ...(pLine === null ? {} : { pLine }),
        ...(warning === null ? {} : { parentalWarning: warning }),
        ...this.#languages(recording),
      },
      artists: this.#people.artists(recording, notes),
      isArtistAssumed: false,
      contributions: this.#people.contributors(recording, notes),
      works: this.#worksOf(recording, title),
    };
  }

  #keysOf({ isrc, proprietary, reference }: MessageRecording, title: string | null): string[] {
    const sender = senderOf(this.#message);
    const own = proprietary.map(({ namespace, code }) => ["id", namespace, code]);
    const printed = isrc === null || parseIsrc(isrc) !== null ? [] : [["isrc", isrc]];
    const named = [...own, ...printed];
    // With no code at all it is the same one only in a message of the same name.
    if (named.length === 0 && isrc === null) named.push(["title", this.#message.header.messageId, reference, title]);
    return named.map((name) => `recording:${JSON.stringify([sender, ...name])}`);
  }

  #fits({ durationMs, line }: MessageRecording): boolean {
    if (durationMs === null) return false;
    if (durationMs <= LONGEST_DURATION_MS) return true;
    this.#notes.add("not_kept", line, "Duration", "it is longer than a day");
    return false;
  }

  #languages({ language, line }: MessageRecording): { languages?: string[] } {
    if (language === null) return {};
    if (LANGUAGE.test(language) && language.length <= LONGEST_LANGUAGE) return { languages: [language] };
    this.#notes.add("not_kept", line, "LanguageOfPerformance", `"${language}" is no language tag`);
    return {};
  }

  #worksOf({ iswcs, works, line }: MessageRecording, title: string | null): number[] {
    const notes = this.#notes;
    const places: number[] = [];
    for (const text of iswcs) {
      const iswc = notes.code(text, parseIswc, { line, path: "ISWC", name: "ISWC" });
      if (iswc !== null && title !== null)
        places.push(this.#work({ line, id: null, keys: [], said: { title, iswc }, writers: [] }));
    }
    for (const reference of works) {
      const work = this.#message.works.find((each) => each.reference === reference);
      if (work === undefined) {
        notes.add("not_kept", line, "ResourceMusicalWorkReference", `${reference} is no work of this message`);
        continue;
      }
      const iswc = notes.code(work.iswc, parseIswc, { line: work.line, path: "MusicalWorkId/ISWC", name: "ISWC" });
      const named = pickTitle(work, notes).title ?? title;
      if (iswc === null || named === null) {
        notes.add("not_kept", work.line, "MusicalWork", "without an ISWC it cannot be told from others");
        continue;
      }
      const writers = this.#people.writers(work.credits, work.line, notes);
      places.push(this.#work({ line: work.line, id: null, keys: [], said: { title: named, iswc }, writers }));
    }
    return [...new Set(places)];
  }

  #work(work: EntryWork): number {
    const known = this.works.findIndex(({ said }) => said.iswc === work.said.iswc);
    return known === -1 ? this.works.push(work) - 1 : known;
  }
}
