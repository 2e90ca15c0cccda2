// The home of the demo: the artist Glass Harbor, her owner and keys as SQL, and fifteen months of statements through the API.
//
// Everything here is fixed: the same seed gives the same bytes, so that starting again finds what is already there.
import { setTimeout as pause } from "node:timers/promises";
import { hashApiKey } from "../tools/keys.mjs";
import { decimal, HEADER, monthAfter, randomFrom } from "./statement.mjs";

/** The demo's artist. */
export const DEMO_ARTIST = { id: "art_01jt4j9700dem0000000000art", name: "Glass Harbor", currency: "USD" };

const OWNER = { id: "usr_01jt4j9700dem00000000mara0", email: "mara@example.com", name: "Mara" };
const OPENED_AT = Date.UTC(2025, 4, 1);

const SEED = 20_260_923;
const FIRST_MONTH = "2025-07";
/** How many months each statement reports; the last of them is 2026-09. */
const STATEMENTS = [
  { filename: "distrokid-2025-h2.tsv", months: 6 },
  { filename: "distrokid-2026-h1.tsv", months: 6 },
  { filename: "distrokid-2026-q3.tsv", months: 3 },
];

const MONTHLY_STREAMS = 36_000n;
/** Weights of the recordings by rank: 1000 / rank^1.3. */
const RECORDINGS = [
  ["Slack Tide", "QZAB12500101", 1000],
  ["North Pier", "QZAB12600101", 406],
  ["Harbor Lights", "QZAB12500102", 240],
  ["Everything Salt", "QZAB12600102", 165],
  ["Ballast", "QZAB12500103", 123],
  ["Gulls", "QZAB12600103", 97],
  ["Paper Boats", "QZAB12500104", 80],
  ["Low Water", "QZAB12500105", 67],
].map(([title, isrc, weight]) => ({ title, isrc, weight, release: isrc.startsWith("QZAB125") ? 0 : 1 }));
const RELEASES = [
  { title: "Low Water", upc: "193959000716", month: "2025-05" },
  { title: "North Pier", upc: "193959000723", month: "2026-02" },
];
/** Streams of a release by month since it came out, per mille; the last value stays. */
const CURVE = [640, 1000, 820, 690, 610, 560, 520];

/** Store, its parts per 10,000 of all streams, and picodollars per stream in the United States. */
const STORES = [
  ["Spotify", 5500, 3_140_000_000n],
  ["Apple Music", 1500, 5_820_000_000n],
  ["YouTube (Red)", 600, 3_300_000_000n],
  ["Amazon Unlimited (Streaming)", 500, 10_060_000_000n],
  ["YouTube (Ads)", 450, 1_640_000_000n],
  ["TikTok", 350, 320_000_000n],
  ["Deezer", 300, 4_280_000_000n],
  ["Amazon Prime (Streaming)", 250, 4_110_000_000n],
  ["Tidal", 200, 7_130_000_000n],
  ["Facebook", 200, 210_000_000n],
  ["Pandora", 148, 2_260_000_000n],
].map(([name, share, rate]) => ({ name, share, rate }));
const DOWNLOADS = { name: "iTunes", share: 2, rate: 637_000_000_000n };
const ALBUM_RATE = 4_903_000_000_000n;
/** These report the last month of a statement one statement late. */
const LATE = new Set(["Facebook", "Amazon Prime (Streaming)"]);

/** Territory, its parts per 10,000 of all streams, and what a stream earns there against the United States, per mille. */
const TERRITORIES = [
  ["US", 3000, 1000],
  ["GB", 900, 1996],
  ["DE", 700, 905],
  ["BR", 600, 171],
  ["IN", 600, 26],
  ["MX", 500, 171],
  ["FR", 400, 790],
  ["CA", 400, 1141],
  ["ID", 400, 26],
  ["NL", 350, 839],
  ["AU", 300, 734],
  ["SE", 300, 724],
  ["ES", 260, 520],
  ["IT", 230, 540],
  ["CH", 220, 994],
  ["JP", 200, 675],
  ["PL", 180, 330],
  ["NO", 170, 780],
  ["AR", 160, 90],
  ["CL", 130, 171],
].map(([code, share, factor]) => ({ code, share, factor }));

/**
 * Makes the demo's statements, each with the sums its lines must come to. Sums are in units of 10^-12 dollars.
 *
 * @param {number} [seed]
 * @returns {{ filename: string, bytes: Buffer, lines: number, total: bigint, byMonthAndStore: Map<string, bigint> }[]}
 *   keys of `byMonthAndStore` are `2026-01 Spotify`
 */
export function demoStatements(seed = SEED) {
  const random = randomFrom(seed);
  let firstMonth = FIRST_MONTH;
  let late = [];
  return STATEMENTS.map(({ filename, months }, at) => {
    const lines = [...late, ...correctionsOf(firstMonth, at, random)];
    late = [];
    const isLast = at === STATEMENTS.length - 1;
    for (let count = 0; count < months; count++) {
      const month = monthAfter(firstMonth, count);
      const isEnd = count === months - 1 && !isLast;
      for (const line of linesOf(month, random)) (isEnd && LATE.has(line.store) ? late : lines).push(line);
    }
    firstMonth = monthAfter(firstMonth, months);
    return { filename, ...written(lines, `${monthAfter(firstMonth, 1)}-12`) };
  });
}

/** One month's lines, as far as anything was used at all. */
function linesOf(month, random) {
  const lines = [];
  const weights = BigInt(RECORDINGS.reduce((sum, { weight }) => sum + weight, 0));
  for (const { title, isrc, weight, release } of RECORDINGS) {
    const { upc, title: album, month: releasedIn } = RELEASES[release];
    const age = ageOf(releasedIn, month);
    if (age < 0) continue;
    const song = { month, title, isrc, upc, type: "Song" };
    for (const { name, share, rate } of [...STORES, DOWNLOADS]) {
      for (const { code, share: part, factor } of TERRITORIES) {
        const expected =
          MONTHLY_STREAMS *
          BigInt(weight * share * part) *
          BigInt(CURVE[Math.min(age, CURVE.length - 1)] * swing(random));
        const units = wholeOf(expected, weights * 10_000n * 10_000n * 1_000_000n, random);
        if (units === 0n) continue;
        const paid = name === DOWNLOADS.name ? 1000 : factor;
        const amount = (units * rate * BigInt(paid * swing(random))) / 1_000_000n;
        lines.push({ ...song, store: name, territory: code, units, amount });
      }
    }
    // Whoever buys the whole album buys no recording: such a line has a UPC and no ISRC.
    if (title === album || random.below(6) > 0) continue;
    const { code } = TERRITORIES[random.below(8)];
    lines.push({
      ...song,
      title: album,
      isrc: "",
      type: "Album",
      store: "iTunes",
      territory: code,
      units: 1n,
      amount: ALBUM_RATE,
    });
  }
  return lines;
}

/** What a store takes back of the month before a statement: a few restated figures, and one download returned. */
function correctionsOf(firstMonth, at, random) {
  if (at === 0) return [];
  const month = monthAfter(firstMonth, -1);
  const restated = [0, 1, 2, 3].map((place) => {
    const { title, isrc, release } = RECORDINGS[place];
    const amount = -BigInt(20_000_000_000 + random.below(400_000_000_000));
    const song = { month, title, isrc, upc: RELEASES[release].upc, type: "Song" };
    return { ...song, store: STORES[place].name, territory: TERRITORIES[place].code, units: 0n, amount };
  });
  const [{ title, isrc, release }] = RECORDINGS;
  const song = { month, title, isrc, upc: RELEASES[release].upc, type: "Song" };
  return [...restated, { ...song, store: "iTunes", territory: "DE", units: -1n, amount: -DOWNLOADS.rate }];
}

/** A factor in per mille about 1000, with a standard deviation of 5 %. */
function swing(random) {
  let sum = 828;
  for (let throws = 0; throws < 4; throws++) sum += random.below(87);
  return sum;
}

/** Rounds a fraction up as often as its rest says, so that small markets show up now and then. */
function wholeOf(numerator, denominator, random) {
  const chance = (BigInt(random.below(2 ** 32)) * denominator) >> 32n;
  return (numerator + chance) / denominator;
}

function ageOf(from, to) {
  const count = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
  return count(to) - count(from);
}

function written(lines, insertedOn) {
  let text = `${HEADER.join("\t")}\n`;
  let total = 0n;
  const byMonthAndStore = new Map();
  for (const { month, store, title, isrc, upc, units, type, territory, amount } of lines) {
    const reportedOn = `${monthAfter(month, 2)}-10`;
    const cells = [
      insertedOn,
      reportedOn,
      month,
      store,
      DEMO_ARTIST.name,
      title,
      isrc,
      upc,
      units,
      100,
      type,
      territory,
    ];
    text += `${cells.join("\t")}\t0\t${decimal(amount)}\t\n`;
    total += amount;
    const place = `${month} ${store}`;
    byMonthAndStore.set(place, (byMonthAndStore.get(place) ?? 0n) + amount);
  }
  return { bytes: Buffer.from(text), lines: lines.length, total, byMonthAndStore };
}

/**
 * The demo's artist, owner and keys as SQL. Running it again changes nothing; other keys replace the ones before.
 *
 * @param {{ ownerKey: string, viewerKey: string }} keys
 */
export function demoSql({ ownerKey, viewerKey }) {
  const { id: artist, name, currency } = DEMO_ARTIST;
  const key = (id, text, role, title) =>
    `INSERT OR REPLACE INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at, expires_at, revoked_at)
VALUES ('${artist}', '${id}', '${hashApiKey(text)}', '${title}', '${role}', '${text.slice(0, 12)}', '${text.slice(-4)}', '${OWNER.id}', ${OPENED_AT}, NULL, NULL);`;
  return `INSERT OR IGNORE INTO users (id, email, name, created_at)
VALUES ('${OWNER.id}', '${OWNER.email}', '${OWNER.name}', ${OPENED_AT});
INSERT OR IGNORE INTO artists (id, name, currency, time_zone, generation, generation_at, created_at)
VALUES ('${artist}', '${name}', '${currency}', 'Europe/Berlin', 0, ${OPENED_AT}, ${OPENED_AT});
INSERT OR IGNORE INTO memberships (artist_id, id, user_id, role, until, created_at)
VALUES ('${artist}', 'mem_01jt4j9700dem00000000mara0', '${OWNER.id}', 'owner', NULL, ${OPENED_AT});
${key("key_01jt4j9700dem0000000wner00", ownerKey, "owner", "Demo owner")}
${key("key_01jt4j9700dem000000v1ewer0", viewerKey, "viewer", "Demo viewer")}
`;
}

const MOVING = new Set(["received", "reading", "ready", "posting"]);
const SECONDS_TO_POST = 60;

/**
 * Uploads the demo's statements and waits until each is in the books. A statement that is there already is left alone.
 *
 * @param {{ baseUrl: string, ownerKey: string }} server
 */
export async function seedDemo({ baseUrl, ownerKey }) {
  const ask = async (path, init = {}) => {
    const headers = { authorization: `Bearer ${ownerKey}`, ...init.headers };
    const answer = await fetch(`${baseUrl}/api/dashboard/statements${path}`, { ...init, headers });
    if (!answer.ok) throw new Error(`${init.method ?? "GET"} statements${path} answered ${answer.status}`);
    return answer.json();
  };
  for (const { filename, bytes } of demoStatements()) {
    const upload = { method: "POST", headers: { "content-type": "text/csv" }, body: bytes };
    let statement = await ask(`?filename=${filename}`, upload);
    const deadline = performance.now() + SECONDS_TO_POST * 1000;
    while (MOVING.has(statement.status)) {
      if (performance.now() > deadline) throw new Error(`${filename} is still ${statement.status}`);
      await pause(50);
      statement = await ask(`/${statement.id}`);
    }
    if (statement.status !== "posted") {
      throw new Error(
        `${filename} is ${statement.status}: ${statement.problems.map(({ message }) => message).join("; ")}`,
      );
    }
  }
}
