// The home of what an entry comes to beside what is there: which things are new, which change, and how.

import type { IdKind } from "../../kernel/id.ts";
import type { Instant } from "../../kernel/time.ts";
import { documentOf, type ItemFacts, type ItemKind, merged } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { EMPTY_PARTY, type PartyDocument, partyFacts } from "../parties/model.ts";
import { EMPTY_RECORDING, type RecordingDocument, recordingFacts } from "../recordings/model.ts";
import { EMPTY_RELEASE, type ReleaseDocument, releaseFacts } from "../releases/model.ts";
import { isOpen } from "../versions/model.ts";
import { EMPTY_WORK, type WorkDocument, workFacts } from "../works/model.ts";
import { credited, placed, typed } from "./credited.ts";
import {
  type EntryParty,
  type EntryRecording,
  type EntryRelease,
  type EntryWork,
  type ImportEntry,
  type ImportNote,
  keptKeys,
  LONGEST_TITLE,
} from "./entry.ts";
import type { EntryReport, Outcome, ThingReport } from "./model.ts";
import type { ImportKeyRow } from "./repository.ts";
import { takenDown } from "./takedown.ts";

/** What an entry comes to: to be written in one batch. */
export interface Resolution {
  readonly outcome: Outcome;
  readonly report: EntryReport;
  readonly added: readonly ItemFacts[];
  readonly changed: readonly { readonly before: ItemRow; readonly facts: ItemFacts }[];
  readonly keys: readonly Omit<ImportKeyRow, "artistId">[];
}

/** What of the catalog an entry may mean. */
export interface Known {
  /** Things that have any of the entry's codes, or that its names lead to. */
  readonly items: readonly ItemRow[];
  readonly keys: readonly ImportKeyRow[];
}

type NewId = (kind: IdKind & ItemKind) => string;

/** Decides what an entry comes to. */
export function resolve(entry: ImportEntry, known: Known, newId: NewId): Resolution {
  const called = entry.release?.said.title ?? entry.recordings[0]?.said.title ?? "";
  const title = called.slice(0, LONGEST_TITLE);
  const refusal = (notes: readonly ImportNote[]): Resolution => ({
    outcome: "refused",
    report: { line: entry.line, title, things: [], notes },
    added: [],
    changed: [],
    keys: [],
  });
  if (entry.notes.some(({ code }) => code === "refused")) return refusal(entry.notes);
  const late = laterThan(entry, known);
  if (late !== null) return refusal([...entry.notes, late]);
  const resolver = new Resolver(entry, known, newId);
  const wrong = entry.action === "take_down" ? resolver.takeDown() : resolver.put();
  return wrong === null ? resolver.resolution(title) : refusal([...resolver.notes, wrong]);
}

/** The note of an entry about a release of which something later was said. */
function laterThan({ saidAt, release, line }: ImportEntry, { keys }: Known): ImportNote | null {
  if (saidAt === null || release === null) return null;
  const own = keys.filter(({ key, saidAt: at }) => release.keys.includes(key) && at !== null && at > saidAt);
  const latest = Math.max(...own.map((row) => row.saidAt ?? 0));
  if (own.length === 0) return null;
  const message = `a later message about it, of ${new Date(latest).toISOString()}, has been imported`;
  return { line, path: "MessageCreatedDateTime", code: "outdated", message };
}

/** What an entry says of which thing it means. */
interface Meant {
  readonly line: number;
  readonly id: string | null;
  readonly keys: readonly string[];
}

class Resolver {
  readonly notes: ImportNote[];
  readonly #entry: ImportEntry;
  readonly #known: Known;
  readonly #newId: NewId;
  readonly #added: ItemFacts[] = [];
  readonly #changed: { before: ItemRow; facts: ItemFacts }[] = [];
  readonly #things: ThingReport[] = [];
  readonly #keys = new Map<string, { itemId: string; saidAt: Instant | null }>();
  readonly #taken = new Set<string>();
  #wrong: ImportNote | null = null;

  constructor(entry: ImportEntry, known: Known, newId: NewId) {
    this.#entry = entry;
    this.#known = known;
    this.#newId = newId;
    this.notes = [...entry.notes];
  }

  /** Makes everything what the entry says. Gives what is wrong, if anything is. */
  put(): ImportNote | null {
    const { parties, works, recordings, release } = this.#entry;
    const partyIds = parties.map((party) => this.#party(party));
    const workIds = works.map((work) => this.#work(work, partyIds));
    const recordingIds = recordings.map((recording) => this.#recording(recording, partyIds, workIds));
    if (release !== null) this.#release(release, partyIds, recordingIds);
    return this.#wrong;
  }

  /** Takes a release out of the stores; its codes and its income stay. Gives what is wrong, if anything is. */
  takeDown(): ImportNote | null {
    const { release, line } = this.#entry;
    const row = release === null ? null : this.#find("release", release, release.said.upc);
    const refused = (message: string): ImportNote => ({ line, path: "ReleaseId", code: "refused", message });
    if (release === null || row === null) return refused("no release of the catalog is known by these codes");
    const status = takenDown(row.status);
    if (status === null) return refused(`the release is ${row.status}; that must be settled first`);
    const facts = releaseFacts(row.id, documentOf(row), status);
    this.#keep(row, facts, release, status === row.status ? "unchanged" : "taken_down");
    return null;
  }

  resolution(title: string): Resolution {
    const { line } = this.#entry;
    const release = this.#things.find(({ kind }) => kind === "release");
    const outcomes = this.#things.map(({ outcome }) => outcome);
    const isSame = outcomes.every((outcome) => outcome === "unchanged");
    const whole = release?.outcome === "unchanged" || release === undefined ? "updated" : release.outcome;
    const isNew = release === undefined && outcomes.every((outcome) => outcome === "created");
    return {
      outcome: isSame ? "unchanged" : isNew ? "created" : whole,
      report: { line, title: release?.title ?? title, things: this.#things, notes: this.notes },
      added: this.#added,
      changed: this.#changed,
      keys: [...this.#keys].map(([key, value]) => ({ key, ...value })),
    };
  }

  #party(party: EntryParty): string {
    const row = this.#find("party", party, party.said.ipi);
    const { name, ...codes } = party.said;
    // A party keeps the name that the catalog has for it.
    const document =
      row === null
        ? merged<PartyDocument>({ ...EMPTY_PARTY, name }, codes)
        : merged<PartyDocument>(documentOf(row), codes);
    return this.#keep(row, partyFacts(row?.id ?? this.#newId("party"), document), party);
  }

  #work(work: EntryWork, partyIds: readonly string[]): string {
    const row = this.#find("work", work, work.said.iswc);
    const { title, ...said } = work.said;
    const before = row === null ? null : documentOf<WorkDocument>(row);
    // The catalog's own title and writers stay: their shares hang on them.
    const base = before ?? { ...EMPTY_WORK, title };
    const writers = credited([], work.writers, partyIds).map((writer) => ({ ...writer, share: null }));
    const document = { ...merged<WorkDocument>(base, said), writers: base.writers.length > 0 ? base.writers : writers };
    return this.#keep(row, workFacts(row?.id ?? this.#newId("work"), document), work);
  }

  #recording(recording: EntryRecording, partyIds: readonly string[], workIds: readonly string[]): string {
    const row = this.#find("recording", recording, recording.said.isrc);
    const { title, ...said } = recording.said;
    const base = row === null ? { ...EMPTY_RECORDING, title } : documentOf<RecordingDocument>(row);
    const isAssumed = row !== null && recording.isArtistAssumed;
    const document: RecordingDocument = {
      ...merged<RecordingDocument>(base, { title, ...said }),
      artists: credited(base.artists, isAssumed ? [] : recording.artists, partyIds),
      contributions: credited(base.contributions, recording.contributions, partyIds),
      workIds: [...new Set([...base.workIds, ...recording.works.flatMap((work) => workIds[work] ?? [])])],
    };
    const id = row?.id ?? this.#newId("recording");
    return this.#keep(row, recordingFacts(id, document, row?.deliveredAt ?? null), recording);
  }

  #release(release: EntryRelease, partyIds: readonly string[], recordingIds: readonly string[]): void {
    const row = this.#find("release", release, release.said.upc);
    const { title, releaseAt, ...said } = release.said;
    const type = typed(release);
    const base = row === null ? { ...EMPTY_RELEASE, title, type } : documentOf<ReleaseDocument>(row);
    // An instant on the same day says more than the day alone.
    const isSameDay = releaseAt != null && releaseAt.date === base.releaseAt?.date;
    const tracks = release.tracks.map(({ disc, sequence, recording }) => ({
      disc,
      sequence,
      recordingId: recordingIds[recording] ?? "",
    }));
    const document: ReleaseDocument = {
      ...merged<ReleaseDocument>(base, { title, ...said }),
      type: release.type ?? base.type,
      releaseAt: releaseAt == null || isSameDay ? base.releaseAt : releaseAt,
      artists: credited(base.artists, release.artists, partyIds),
      tracks: placed(base.tracks, tracks, release.isWhole),
    };
    const id = row?.id ?? this.#newId("release");
    if (row !== null && row.status !== "archived" && !isOpen(row) && row.document !== JSON.stringify(document)) {
      const message = `the release is ${row.status}; that must be settled first`;
      this.#wrong ??= { line: release.line, path: "ReleaseId", code: "refused", message };
    }
    this.#keep(row, releaseFacts(id, document, row?.status ?? "draft"), release);
    if (row?.status === "archived") {
      this.notes.push({ line: release.line, path: "status", code: "not_kept", message: "the release stays archived" });
    }
  }

  /**
   * The thing of an id, else the one that has a code, else the one that a name leads to, unless that has another code: then
   * it is another thing. One that this entry has met already is no second one.
   */
  #find(kind: ItemKind, meant: Meant, code: string | null | undefined): ItemRow | null {
    const { line, id, keys } = meant;
    const rows = this.#known.items.filter((row) => row.kind === kind && !this.#taken.has(row.id));
    const own = rows.find((row) => row.id === id);
    const coded = code == null ? undefined : rows.find((row) => row.code === code);
    if (own !== undefined) {
      const isOther = code != null && ((own.code !== null && own.code !== code) || (coded ?? own) !== own);
      const has =
        own.code === null ? `${coded?.id} has the code ${code}` : `${id} has the code ${own.code}, not ${code}`;
      if (isOther) this.#wrong ??= { line, path: `${kind}_id`, code: "refused", message: has };
      return own;
    }
    if (coded !== undefined) return coded;
    const ids = this.#known.keys.flatMap(({ key, itemId }) => (keys.includes(key) ? [itemId] : []));
    const named = rows.find((row) => ids.includes(row.id));
    return named !== undefined && (code == null || named.code === null) ? named : null;
  }

  #keep(before: ItemRow | null, facts: ItemFacts, meant: Meant, as?: ThingReport["outcome"]): string {
    const isSame = before?.document === JSON.stringify(facts.document) && before.status === facts.status;
    const outcome = as ?? (before === null ? "created" : isSame ? "unchanged" : "updated");
    if (before === null) this.#added.push(facts);
    else if (!isSame) this.#changed.push({ before, facts });
    this.#taken.add(facts.id);
    this.#things.push({ kind: facts.kind, id: facts.id, title: facts.title, line: meant.line, outcome });
    const { saidAt } = this.#entry;
    for (const key of keptKeys(meant)) {
      const old = this.#known.keys.find((row) => row.key === key);
      const newest = saidAt === null ? (old?.saidAt ?? null) : Math.max(saidAt, old?.saidAt ?? saidAt);
      if (old?.itemId !== facts.id || old.saidAt !== newest) this.#keys.set(key, { itemId: facts.id, saidAt: newest });
    }
    return facts.id;
  }
}
