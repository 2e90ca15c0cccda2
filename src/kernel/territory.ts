// The home of territories: where a sale or a play happened, as ISO 3166 codes plus "worldwide" and "unknown".

/** Stands for a sale whose territory the source did not tell; ISO 3166 leaves it to users. */
export const UNKNOWN_TERRITORY = "ZZ";

/** Stands for all territories together; ISO 3166 leaves it to users. */
export const WORLDWIDE_TERRITORY = "XW";

/**
 * The territories an amount can belong to: ISO 3166-1 alpha-2, and `XK` (Kosovo), which DDEX lists beside it.
 *
 * @see https://www.iso.org/obp/ui/#search/code/ officially assigned codes, checked 2026-11
 */
export const TERRITORIES: ReadonlySet<string> = new Set(
  [
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ",
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR",
    "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO",
    "JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR",
    "MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO",
    "RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV",
    "TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK",
  ].flatMap((row) => row.split(" ")),
);

/** What statements print for territories that are no country of ISO 3166, and what we make of it. */
const PRINTED_AS: ReadonlyMap<string, string> = new Map([
  ["WW", WORLDWIDE_TERRITORY],
  ["XW", WORLDWIDE_TERRITORY],
  ["WORLDWIDE", WORLDWIDE_TERRITORY],
  ["OU", UNKNOWN_TERRITORY],
  ["ZZ", UNKNOWN_TERRITORY],
  ["UK", "GB"],
]);

/**
 * Reads a territory as a statement prints it; nothing is ever dropped, so what cannot be read becomes `ZZ`.
 *
 * @param printed any capitals; blanks around it do not count
 * @returns the code, and whether the source meant it: `known` is false when the text is empty or not understood, true
 *   when the source itself says that it does not know
 */
export function territoryFrom(printed: string): { territory: string; known: boolean } {
  const text = printed.trim().toUpperCase();
  if (TERRITORIES.has(text)) return { territory: text, known: true };
  const meant = PRINTED_AS.get(text) ?? codeNamed(text);
  return meant === undefined ? { territory: UNKNOWN_TERRITORY, known: false } : { territory: meant, known: true };
}

/**
 * Names that statements print beside the English ones of the Unicode CLDR.
 *
 * @see importers of Believe, The Orchard and societies' statements; ISO 3166-1 short names; checked 2026-11
 */
const ALSO_NAMED: readonly (readonly [code: string, ...names: string[]])[] = [
  ["US", "United States of America", "USA", "U.S.A."],
  ["GB", "Great Britain", "UK", "U.K.", "England", "United Kingdom of Great Britain and Northern Ireland"],
  ["KR", "Korea, Republic of", "Republic of Korea", "Korea"],
  ["KP", "Korea, Democratic People's Republic of"],
  ["RU", "Russian Federation"],
  ["CZ", "Czech Republic"],
  ["VN", "Viet Nam"],
  ["TW", "Taiwan, Province of China"],
  ["HK", "Hong Kong"],
  ["MO", "Macau", "Macao"],
  ["TR", "Turkey"],
  ["MK", "Macedonia", "Macedonia, the Former Yugoslav Republic of"],
  ["MD", "Moldova, Republic of"],
  ["IR", "Iran, Islamic Republic of"],
  ["LA", "Lao People's Democratic Republic"],
  ["SY", "Syrian Arab Republic"],
  ["BO", "Bolivia, Plurinational State of"],
  ["VE", "Venezuela, Bolivarian Republic of"],
  ["TZ", "Tanzania, United Republic of"],
  ["BN", "Brunei Darussalam"],
  ["CI", "Ivory Coast", "Cote d'Ivoire"],
  ["CD", "Congo, The Democratic Republic of the", "Democratic Republic of the Congo"],
  ["CG", "Congo", "Republic of the Congo"],
  ["CV", "Cape Verde"],
  ["SZ", "Swaziland"],
  ["MM", "Burma", "Myanmar"],
  ["PS", "Palestine", "Palestinian Territory", "Palestine, State of"],
  ["VA", "Holy See"],
  ["AE", "UAE"],
  ["NL", "Holland", "The Netherlands"],
];

let byName: ReadonlyMap<string, string> | undefined;

/** The code of a territory that is printed by its English name. */
function codeNamed(text: string): string | undefined {
  byName ??= new Map([
    ...[...TERRITORIES].map((code): [string, string] => [plainName(territoryName(code)), code]),
    ...ALSO_NAMED.flatMap(([code, ...others]) => others.map((name): [string, string] => [plainName(name), code])),
  ]);
  return byName.get(plainName(text));
}

/** A name without accents, marks and the words that some leave out. */
function plainName(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toUpperCase()
    .replaceAll("&", " AND ")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

// Made on first use: loading the names costs more than most requests, and few of them show a name.
let names: Intl.DisplayNames | undefined;
const known = new Map<string, string>();

/** Gives the English name of a territory for people to read; a code we do not know is its own name. */
export function territoryName(code: string): string {
  if (code === UNKNOWN_TERRITORY) return "Unknown";
  if (code === WORLDWIDE_TERRITORY) return "Worldwide";
  if (!TERRITORIES.has(code)) return code;
  let name = known.get(code);
  if (name === undefined) {
    names ??= new Intl.DisplayNames(["en"], { type: "region" });
    name = names.of(code) ?? code;
    known.set(code, name);
  }
  return name;
}
