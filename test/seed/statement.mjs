// The home of made-up DistroKid statements: byte for byte the same for the same seed, with their exact sums beside them.

const MASK = (1n << 64n) - 1n;

/** A seeded source of whole numbers (splitmix64). @param {number | bigint} seed */
export function randomFrom(seed) {
  let state = BigInt(seed) & MASK;
  const next = () => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  };
  return {
    /** A whole number from 0 up to, not including, `below`. @param {number} below */
    below: (below) => Number(next() % BigInt(below)),
  };
}

const STORES = [
  "Spotify",
  "Apple Music",
  "YouTube (Ads)",
  "Amazon Unlimited (Streaming)",
  "Deezer",
  "Tidal",
  "TikTok",
  "Facebook",
  "Pandora",
  "Napster",
];
const COUNTRIES =
  "US GB DE BR MX FR CA AU IN ID JP SE NL CH ES IT PL NO DK FI AT BE IE PT CZ HU RO GR TR ZA NG KE EG IL SA AE TH VN PH MY SG TW KR HK NZ AR CL CO PE EC UY CR GT DO PR IS EE LV LT SK".split(
    " ",
  );
/** The columns of a statement, in order. */
export const HEADER = [
  "Date Inserted",
  "Reporting Date",
  "Sale Month",
  "Store",
  "Artist",
  "Title",
  "ISRC",
  "UPC",
  "Quantity",
  "Team Percentage",
  "Source Type",
  "Country of Sale",
  "Songwriter Royalties Withheld (USD)",
  "Earnings (USD)",
  "Recoup (USD)",
];

/**
 * Makes a tab-delimited statement with 15 columns and amounts of twelve places.
 *
 * Small markets and small stores are rarer than large ones, as in real files. Sums are in units of 10^-12.
 *
 * @param {object} shape
 * @param {number} shape.lines
 * @param {number | bigint} [shape.seed]
 * @param {number} [shape.tracks] @param {number} [shape.months] @param {string} [shape.firstMonth]
 * @returns {{ bytes: Buffer, total: bigint, byMonth: Map<string, bigint>, byStore: Map<string, bigint>, byCountry: Map<string, bigint>, byIsrc: Map<string, bigint> }}
 */
export function makeStatement({ lines, seed = 1, tracks = 40, months = 12, firstMonth = "2025-01" }) {
  const random = randomFrom(seed);
  /** The lesser of two throws: low places are more common. @param {number} count */
  const skewed = (count) => Math.min(random.below(count), random.below(count));
  const sums = { byMonth: new Map(), byStore: new Map(), byCountry: new Map(), byIsrc: new Map() };
  /** @param {Map<string, bigint>} map @param {string} key @param {bigint} amount */
  const add = (map, key, amount) => map.set(key, (map.get(key) ?? 0n) + amount);
  let total = 0n;
  const chunks = [];
  let text = `${HEADER.join("\t")}\n`;
  for (let line = 0; line < lines; line++) {
    const month = monthAfter(firstMonth, random.below(months));
    const store = STORES[skewed(STORES.length)];
    const country = COUNTRIES[skewed(COUNTRIES.length)];
    const track = skewed(tracks) + 1;
    const isrc = `QZAB124${String(track).padStart(5, "0")}`;
    const upc = `19395900${String(Math.ceil(track / 8)).padStart(4, "0")}`;
    const units = random.below(2000);
    // One line in five hundred is a refund.
    const sign = random.below(500) === 0 ? -1n : 1n;
    const amount = sign * BigInt(units * 3_141_592_653 + random.below(1_000_000_000));
    total += amount;
    add(sums.byMonth, month, amount);
    add(sums.byStore, store, amount);
    add(sums.byCountry, country, amount);
    add(sums.byIsrc, isrc, amount);
    const cells = ["2026-08-10", "2026-08-10", month, store, "Glass Harbor", `Song ${track}`, isrc, upc];
    text += `${cells.join("\t")}\t${sign * BigInt(units)}\t100\tSong\t${country}\t0\t${decimal(amount)}\t\n`;
    if (text.length > 1_000_000) {
      chunks.push(Buffer.from(text));
      text = "";
    }
  }
  chunks.push(Buffer.from(text));
  return { bytes: Buffer.concat(chunks), total, ...sums };
}

/** The month so many months later; earlier, if negative. @param {string} month @param {number} count */
export function monthAfter(month, count) {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + count;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
}

/** Writes 10^-12ths as a decimal. @param {bigint} amount */
export function decimal(amount) {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(13, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

/** Rounds 10^-12ths half to even to nanos, as the API states totals. @param {bigint} amount */
export function nanosOf(amount) {
  const sign = amount < 0n ? -1n : 1n;
  const magnitude = amount * sign;
  const [whole, rest] = [magnitude / 1000n, magnitude % 1000n];
  const up = rest > 500n || (rest === 500n && whole % 2n === 1n);
  return sign * (whole + (up ? 1n : 0n));
}
