// The home of the words of a message that the catalog has words for too: titles, days, warnings, genres, lines of rights.

import { type Day, isDay } from "../../../kernel/time.ts";
import { PARENTAL_WARNINGS, type ParentalWarning, type RightsLine } from "../../recordings/model.ts";
import { LONGEST_NAME, LONGEST_TITLE } from "../entry.ts";
import type { Notes } from "../notes.ts";
import type { Described, MessageGenre, RightsLine as MessageLine, ReleaseMessage, Term } from "./message.ts";

/** Which title is shown: the first of these kinds that there is. */
const SHOWN = ["DisplayTitle", "FormalTitle", "DisplayTitleText", "ReferenceTitle", "Title"];

/** Who sent a message, as other senders' codes are told from theirs. */
export function senderOf({ header: { sender } }: ReleaseMessage): string {
  return sender.dpid ?? sender.name ?? "";
}

/** The title that is shown, and what stands beside it. */
export function pickTitle(
  { titles, line }: Pick<Described, "titles" | "line">,
  notes: Notes,
): { title: string | null; subtitle: string | null } {
  const everywhere = titles.filter(({ territory }) => territory === null);
  const meant = SHOWN.flatMap((type) => everywhere.filter((title) => title.type === type))[0] ?? titles[0];
  if (meant === undefined) return { title: null, subtitle: null };
  return {
    title: notes.fitting(meant.text, LONGEST_TITLE, line, "TitleText"),
    subtitle: notes.fitting(meant.subtitle, LONGEST_NAME, line, "SubTitle"),
  };
}

/** The day of a date or a moment; a year or a month alone is none. */
export function dayOf(text: string | null, line: number, path: string, notes: Notes): Day | null {
  const day = text?.slice(0, 10) ?? null;
  if (day === null) return null;
  if (isDay(day)) return day;
  notes.add("not_kept", line, path, `"${text}" is no whole day`);
  return null;
}

/** What listeners are warned of, if the catalog has the word. */
export function parentalWarningIn(term: Term | null, line: number, notes: Notes): ParentalWarning | null {
  if (term === null) return null;
  const known = PARENTAL_WARNINGS.find((warning) => warning === term.value);
  if (known === undefined) notes.add("not_kept", line, "ParentalWarningType", `"${term.own ?? term.value}"`);
  return known ?? null;
}

const MOST_GENRES = 10;
const LONGEST_GENRE = 100;

/** Genres and what is narrower, each once. */
export function genresIn(genres: readonly MessageGenre[], line: number, notes: Notes): string[] {
  const words = genres.flatMap(({ genre, subgenre }) => [genre, subgenre]);
  const fitting = words.flatMap((word) => notes.fitting(word, LONGEST_GENRE, line, "GenreText") ?? []);
  return [...new Set(fitting)].slice(0, MOST_GENRES);
}

/** The first line of rights that names its year. */
export function rightsLineIn(
  lines: readonly MessageLine[],
  line: number,
  path: "PLine" | "CLine",
  notes: Notes,
): RightsLine | null {
  const [first] = lines;
  if (first === undefined) return null;
  const written = /\b(1[89]\d\d|2[01]\d\d)\b/u.exec(`${first.year ?? ""} ${first.text}`)?.[1];
  const text = notes.fitting(first.text, LONGEST_TITLE, line, path);
  if (written === undefined) notes.add("not_kept", line, path, `"${first.text}" names no year`);
  return written === undefined || text === null ? null : { year: Number.parseInt(written, 10), text };
}

/** Territories, none of them for the whole world. */
export function worldOr(territories: readonly string[]): readonly string[] {
  return territories.includes("Worldwide") ? [] : territories;
}
