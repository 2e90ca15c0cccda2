// The home of what many elements of a message have in them: terms, titles, people, lines of rights, durations and files.

import { parseDpid } from "../../../kernel/dpid.ts";
import { all, attribute, type Element, first, textAt, textOf } from "./element.ts";
import type {
  MessageCredit,
  MessageFile,
  MessageGenre,
  MessageParty,
  MessageTitle,
  PartyCodes,
  ProprietaryCode,
  RightsLine,
  Term,
} from "./message.ts";

/** The values of a list at a path. */
export function termsAt(from: Element, path: string): Term[] {
  return all(from, path).flatMap((element) => {
    const value = textOf(element);
    return value === null ? [] : [{ value, own: attribute(element, "UserDefinedValue") }];
  });
}

/** The first value of a list at any of these paths. */
export function termAt(from: Element, ...paths: readonly string[]): Term | null {
  return paths.flatMap((path) => termsAt(from, path))[0] ?? null;
}

/** Codes that only their giver knows. */
export function proprietaryAt(from: Element, path: string): ProprietaryCode[] {
  return all(from, path).flatMap((element) => {
    const code = textOf(element);
    return code === null ? [] : [{ namespace: attribute(element, "Namespace"), code }];
  });
}

/** The titles of a release, a recording or a work, of every kind that the versions of ERN have. */
export function titlesOf(from: Element): MessageTitle[] {
  const made = (path: string, type: (element: Element) => string): MessageTitle[] =>
    all(from, path).flatMap((element) => {
      const text = textAt(element, "TitleText") ?? textOf(element);
      if (text === null) return [];
      const language = attribute(first(element, "TitleText") ?? element, "LanguageAndScriptCode");
      return [
        {
          text,
          subtitle: textAt(element, "SubTitle"),
          type: type(element),
          language: language ?? attribute(element, "LanguageAndScriptCode"),
          territory: worldless(attribute(element, "ApplicableTerritoryCode")),
        },
      ];
    });
  return [
    ...made("ReferenceTitle", () => "ReferenceTitle"),
    ...made("DisplayTitleText", () => "DisplayTitleText"),
    ...made("DisplayTitle", () => "DisplayTitle"),
    ...made("Title", (element) => attribute(element, "TitleType") ?? "Title"),
    ...made("AdditionalTitle", (element) => attribute(element, "TitleType") ?? "AdditionalTitle"),
  ];
}

/** A territory, or null for the whole world. */
export function worldless(territory: string | null): string | null {
  return territory === "Worldwide" ? null : territory;
}

/** P-lines or C-lines: `PLine` holds a `PLineText`. */
export function rightsLines(from: Element, name: "PLine" | "CLine"): RightsLine[] {
  return all(from, name).flatMap((element) => {
    const text = textAt(element, `${name}Text`);
    return text === null ? [] : [{ year: textAt(element, "Year"), text }];
  });
}

/** The genres, from wide to narrow. */
export function genresOf(from: Element): MessageGenre[] {
  return all(from, "Genre").flatMap((element) => {
    const genre = textAt(element, "GenreText");
    return genre === null ? [] : [{ genre, subgenre: textAt(element, "SubGenre") }];
  });
}

/** Files in a block of technical details, which ERN 3 and 4 write differently. */
export function filesAt(from: Element, path: string): MessageFile[] {
  return all(from, path).flatMap((element) => {
    const folder = textAt(element, "FilePath") ?? "";
    const name = textAt(element, "FileName", "URI", "URL");
    if (name === null) return [];
    const value = textAt(element, "HashSum/HashSumValue", "HashSum/HashSum");
    const algorithm = textAt(
      element,
      "HashSum/Algorithm/HashSumAlgorithmType",
      "HashSum/Algorithm",
      "HashSum/HashSumAlgorithmType",
    );
    return [{ name: `${folder}${name}`, hash: value === null ? null : { algorithm, value } }];
  });
}

/** What somebody is called. */
export function nameOf(party: Element): string | null {
  return textAt(party, "PartyName/FullName", "PartyName/FullName/Name", "PartyName");
}

/** Who somebody is. ERN 4 has an element for each kind of code, ERN 3 attributes of one element. */
export function codesOf(party: Element): PartyCodes {
  const ids = all(party, "PartyId");
  const printed = ids.flatMap((element) => {
    const code = textOf(element);
    return code === null ? [] : [{ element, code, namespace: attribute(element, "Namespace") }];
  });
  const said = (name: string) => (element: Element) => attribute(element, name) === "true";
  const isDpid = (element: Element, code: string) => said("IsDPID")(element) || parseDpid(code) !== null;
  const find = (meant: (element: Element, code: string, namespace: string | null) => boolean) =>
    printed.find(({ element, code, namespace }) => meant(element, code, namespace))?.code ?? null;
  const dpid = textAt(party, "PartyId/DPID") ?? find(isDpid);
  const isni = textAt(party, "PartyId/ISNI") ?? find(said("IsISNI"));
  const ipi = textAt(party, "PartyId/IpiNameNumber") ?? find((_, __, namespace) => /^ipi/iu.test(namespace ?? ""));
  const rest = printed.filter(({ code }) => code !== dpid && code !== isni && code !== ipi);
  return {
    dpid,
    isni,
    ipi,
    proprietary: [
      ...proprietaryAt(party, "PartyId/ProprietaryId"),
      ...rest.map(({ code, namespace }) => ({ namespace, code })),
    ],
  };
}

/** A party with whatever names it. */
export function partyOf(element: Element): MessageParty {
  return { reference: textAt(element, "PartyReference"), name: nameOf(element), ...codesOf(element) };
}

/** A credit as it was read: ERN 4 refers to a party, which may stand further on. */
export type CreditDraft = Omit<MessageCredit, "name"> & {
  readonly name: string | null;
  readonly reference: string | null;
};

const CREDITS = [
  { path: "DisplayArtist", as: "artist", roles: ["ArtistRole", "DisplayArtistRole", "ArtisticRole"] },
  { path: "ResourceContributor", as: "contributor", roles: ["ResourceContributorRole"] },
  { path: "Contributor", as: "contributor", roles: ["Role", "ContributorRole"] },
  { path: "IndirectResourceContributor", as: "writer", roles: ["IndirectResourceContributorRole"] },
  { path: "IndirectContributor", as: "writer", roles: ["Role"] },
  { path: "MusicalWorkContributor", as: "writer", roles: ["MusicalWorkContributorRole"] },
] as const;

/** Everybody who is credited in an element, in the order of each list. */
export function creditsOf(from: Element): CreditDraft[] {
  return CREDITS.flatMap(({ path, as, roles }) =>
    all(from, path).map((element) => ({
      name: nameOf(element),
      as,
      roles: roles.flatMap((role) => termsAt(element, role)),
      codes: codesOf(element),
      reference: textAt(element, "ArtistPartyReference", "ContributorPartyReference"),
    })),
  );
}

/** The parties of a message by their references. */
export type Parties = ReadonlyMap<string, MessageParty>;

/** Gives credits the names and codes of the parties they refer to. One that names nobody is left out. */
export function resolvedCredits(drafts: readonly CreditDraft[], parties: Parties): MessageCredit[] {
  return drafts.flatMap(({ name, as, roles, codes, reference }) => {
    const party = reference === null ? undefined : parties.get(reference);
    const called = name ?? party?.name ?? reference;
    if (called === null) return [];
    const { dpid, isni, ipi, proprietary } = party ?? codes;
    return [{ name: called, as, roles, codes: { dpid, isni, ipi, proprietary } }];
  });
}

const DURATION = /^P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:[.,](\d{1,9}))?S)?)?$/u;

/**
 * Reads a duration of ISO 8601 as messages use it, days to seconds: `PT3M45S` is 225000. Fractions below a millisecond
 * are left out.
 *
 * @returns milliseconds, or null when it is none
 */
export function durationMs(text: string | null): number | null {
  const match = text === null ? null : DURATION.exec(text.trim());
  if (match === null || match[0].endsWith("T") || match[0] === "P") return null;
  const whole = (at: number) => Number.parseInt(match[at] ?? "0", 10);
  const seconds = ((whole(1) * 24 + whole(2)) * 60 + whole(3)) * 60 + whole(4);
  return seconds * 1000 + Number.parseInt((match[5] ?? "").padEnd(3, "0").slice(0, 3), 10);
}
