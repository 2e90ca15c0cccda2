// The home of the people of an entry: credits in the catalog's roles, and parties for those who have a code.

import { parseIpiName } from "../../../kernel/ipi.ts";
import { parseIsni } from "../../../kernel/isni.ts";
import { CONTRIBUTOR_ROLES, DISPLAY_ROLES, WRITER_ROLES } from "../../contributions/model.ts";
import {
  type EntryCredit,
  type EntryParty,
  LONGEST_NAME,
  MOST_ARTISTS,
  MOST_CONTRIBUTORS,
  MOST_WRITERS,
} from "../entry.ts";
import type { Notes } from "../notes.ts";
import type { Described, MessageCredit, PartyCodes } from "./message.ts";

/** Roles of ERN 3 that ERN 4 calls otherwise. @see DDEX allowed values of ERN 3.8.2 and 4.3, checked 2026-11 */
const RENAMED: ReadonlyMap<string, string> = new Map([["Producer", "StudioProducer"]]);

/** Gathers the people of one entry. */
export class People {
  readonly list: EntryParty[] = [];
  readonly #sender: string;

  constructor(sender: string) {
    this.#sender = sender;
  }

  /** The artists as displayed; where only their names in one line are printed, that line. */
  artists({ credits, artistName, line }: Described, notes: Notes): EntryCredit[] {
    const displayed = credits.filter((credit) => credit.as === "artist");
    const named = displayed.flatMap((credit) => this.#credits(credit, DISPLAY_ROLES, "MainArtist", line, notes));
    if (named.length > 0 || artistName === null) return notes.first(named, MOST_ARTISTS, line, "DisplayArtist");
    const name = notes.fitting(artistName, LONGEST_NAME, line, "DisplayArtistName");
    return name === null ? [] : [{ name, role: "MainArtist", party: null }];
  }

  /** Everybody else. */
  contributors({ credits, line }: Described, notes: Notes): EntryCredit[] {
    const others = credits.filter((credit) => credit.as !== "artist");
    const named = others.flatMap((credit) => this.#credits(credit, CONTRIBUTOR_ROLES, null, line, notes));
    return notes.first(named, MOST_CONTRIBUTORS, line, "Contributor");
  }

  /** Those who wrote a work. */
  writers(credits: readonly MessageCredit[], line: number, notes: Notes): EntryCredit[] {
    const named = credits.flatMap((credit) => this.#credits(credit, WRITER_ROLES, null, line, notes));
    return notes.first(named, MOST_WRITERS, line, "MusicalWorkContributor");
  }

  #credits(
    { name, roles, codes }: MessageCredit,
    known: readonly string[],
    otherwise: string | null,
    line: number,
    notes: Notes,
  ): EntryCredit[] {
    const printed = notes.fitting(name, LONGEST_NAME, line, "PartyName");
    if (printed === null) return [];
    const party = this.#party(printed, codes, line, notes);
    const meant = roles.map(({ value }) => RENAMED.get(value) ?? value);
    const kept = meant.filter((role) => known.includes(role));
    for (const [at, role] of meant.entries()) {
      if (!known.includes(role) && (otherwise === null || kept.length === 0)) {
        notes.add(
          "not_kept",
          line,
          "Role",
          `${printed} as ${roles[at]?.own ?? role}: the role is none of the catalog's`,
        );
      }
    }
    if (kept.length === 0 && otherwise !== null) return [{ name: printed, role: otherwise, party }];
    return [...new Set(kept)].map((role) => ({ name: printed, role, party }));
  }

  #party(name: string, { ipi, isni, proprietary }: PartyCodes, line: number, notes: Notes): number | null {
    const number = notes.code(ipi, parseIpiName, { line, path: "PartyId/IpiNameNumber", name: "IPI name number" });
    const identity = notes.code(isni, parseIsni, { line, path: "PartyId/ISNI", name: "ISNI" });
    if (number === null && identity === null) return null;
    const keys = [
      ...(identity === null ? [] : [`party:isni:${identity}`]),
      ...proprietary.map((own) => `party:${JSON.stringify([this.#sender, own.namespace, own.code])}`),
    ];
    const same = this.list.findIndex(
      ({ said }) => (number !== null && said.ipi === number) || (identity !== null && said.isni === identity),
    );
    if (same !== -1) return same;
    const said = {
      name,
      ...(number === null ? {} : { ipi: number }),
      ...(identity === null ? {} : { isni: identity }),
    };
    this.list.push({ line, id: null, keys, said });
    return this.list.length - 1;
  }
}
