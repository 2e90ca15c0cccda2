// The home of small statements made for one test, with their exact sums.
import { env } from "cloudflare:workers";

/** One line of a made-up DistroKid statement. */
export interface Line {
  month: string;
  store: string;
  country: string;
  isrc: string;
  upc: string;
  title: string;
  units: number;
  amount: string;
}

export const HEADER = [
  "Reporting Date",
  "Sale Month",
  "Store",
  "Artist",
  "Title",
  "ISRC",
  "UPC",
  "Quantity",
  "Team Percentage",
  "Song/Album",
  "Country of Sale",
  "Songwriter Royalties Withheld",
  "Earnings (USD)",
];

/** Writes lines as DistroKid does, tab-delimited with CRLF unless told otherwise. */
export function written(
  lines: readonly Line[],
  form: { newline?: string; quoted?: boolean; header?: string[] } = {},
): string {
  const { newline = "\r\n", quoted = false, header = HEADER } = form;
  const row = (cells: readonly string[]) =>
    quoted ? cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",") : cells.join("\t");
  const rows = lines.map((line) =>
    row([
      "2026-08-10",
      line.month,
      line.store,
      "Glass Harbor",
      line.title,
      line.isrc,
      line.upc,
      String(line.units),
      "100",
      line.isrc === "" ? "Album" : "Song",
      line.country,
      "0",
      line.amount,
    ]),
  );
  return [row(header), ...rows, ""].join(newline);
}

const STORES = ["Spotify", "Apple Music", "Deezer", "TikTok", "iTunes", "Tidal"];
const COUNTRIES = ["US", "GB", "DE", "BR", "JP", "SE", "FR"];

/** Makes lines that differ from seed to seed; every 97th is a refund, every 50th an album sale without ISRC. */
export function made(count: number, seed = 1, months = 6): Line[] {
  let state = seed * 2_654_435_761 + 1;
  const below = (limit: number) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    return state % limit;
  };
  return Array.from({ length: count }, (_, at): Line => {
    const track = below(9) + 1;
    const isAlbum = at % 50 === 49;
    const sign = at % 97 === 96 ? "-" : "";
    return {
      month: `2026-0${below(months) + 1}`,
      store: STORES[below(STORES.length)] ?? "Spotify",
      country: COUNTRIES[below(COUNTRIES.length)] ?? "US",
      isrc: isAlbum ? "" : `QZAB1240010${track}`,
      upc: track < 5 ? "193959000013" : "193959000082",
      title: isAlbum ? "Night Swims" : `Song ${track} “é”`,
      units: below(1000),
      amount: `${sign}${below(3)}.${String(below(1_000_000)).padStart(6, "0")}${String(below(1_000_000)).padStart(6, "0")}`,
    };
  });
}

/** Sums amounts exactly, in units of 10^-12. */
export function exactSum(lines: readonly Line[]): bigint {
  return lines.reduce((sum, line) => sum + trillionths(line.amount), 0n);
}

/** Reads a decimal of up to twelve places as units of 10^-12. */
export function trillionths(amount: string): bigint {
  return scaled(amount, 12);
}

/** Rounds units of 10^-12 half to even to nanos. */
export function nanosOf(exact: bigint): bigint {
  return halfEven(exact, 1000n);
}

/** A decimal of up to thirty places, rounded once half to even to nanos. */
export function roundedNanos(amount: string): bigint {
  return halfEven(scaled(amount, 30), 10n ** 21n);
}

function scaled(amount: string, places: number): bigint {
  const sign = amount.startsWith("-") ? -1n : 1n;
  const [whole = "0", fraction = ""] = amount.replace("-", "").split(".");
  return sign * BigInt(whole + fraction.padEnd(places, "0"));
}

function halfEven(exact: bigint, unit: bigint): bigint {
  const sign = exact < 0n ? -1n : 1n;
  const size = exact * sign;
  const [whole, rest] = [size / unit, size % unit];
  return sign * (whole + (rest * 2n > unit || (rest * 2n === unit && whole % 2n === 1n) ? 1n : 0n));
}

/** Reads an API amount as nanos. */
export function nanosIn(amount: string): bigint {
  return trillionths(amount) / 1000n;
}

/** The derived statements of the project, by file name. */
export function fixture(name: string): Uint8Array {
  const { FIXTURES } = env as unknown as { FIXTURES: Record<string, string> };
  const text = FIXTURES[name];
  if (text === undefined) throw new Error(`no fixture ${name}`);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** The names of all derived statements. */
export function fixtureNames(): string[] {
  const { FIXTURES } = env as unknown as { FIXTURES: Record<string, string> };
  return Object.keys(FIXTURES);
}

/** A fixture that is JSON. */
export function fixtureJson(name: string): unknown {
  return JSON.parse(new TextDecoder().decode(fixture(name)));
}
