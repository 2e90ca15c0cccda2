// The home of the demo: a label's two artists, Glass Harbor and Møth Parade, their people and keys as SQL, and their
// catalogs with three years of statements and daily plays through the API.
//
// Everything here is fixed: the same seed gives the same bytes, so that starting again finds what is already there.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { hashApiKey } from "../tools/keys.mjs";
import { demoCatalog, seedCatalog } from "./catalog.mjs";
import { playOut } from "./market.mjs";
import { decimal, HEADER } from "./statement.mjs";

/** The demo's artist, to whom the printed keys belong. */
export const DEMO_ARTIST = { id: "art_01jt4j9700dem0000000000art", name: "Glass Harbor", currency: "USD" };
/** The label's other artist. */
export const SECOND_ARTIST = { id: "art_01jt4j9700dem000000000m0th", name: "Møth Parade", currency: "USD" };

const MARA = { id: "usr_01jt4j9700dem00000000mara0", email: "mara@example.com", name: "Mara" };
const FREJA = { id: "usr_01jt4j9700dem00000000freja", email: "freja@example.com", name: "Freja" };
/** Someone of the label, in the role `label` with both artists. */
const VERA = { id: "usr_01jt4j9700dem000000000vera", email: "vera@example.com", name: "Vera of Tidewater Records" };

/** The label that looks after both artists. */
const LABEL = { id: "org_01jt4j9700dem00000n0rthqay", name: "Tidewater Records" };
const OPENED_AT = Date.UTC(2023, 9, 1);

const PERIOD = { firstMonth: "2023-10", months: 36 };
const WORDS = [
  [
    ["Slack", "North", "Harbor", "Salt", "Ballast", "Gull", "Paper", "Low"],
    ["Tide", "Pier", "Lights", "Lantern", "Signal"],
  ],
  [
    ["Blå", "Grøn", "Sen", "Stille", "Rød", "Åben", "Lys", "Tung"],
    ["Nat", "Møl", "Kyst", "Æter", "Sommer"],
  ],
];

/** By rank: every release has some of the well known recordings and some that hardly anybody plays. */
function recordingsOf([first, second], prefix) {
  return Array.from({ length: 40 }, (_, rank) => {
    const release = rank % 5;
    const number = String(Math.floor(rank / 5) + 1).padStart(2, "0");
    return {
      title: `${first[rank % 8]} ${second[Math.floor(rank / 8)]}`,
      isrc: `${prefix}${String(release + 1).padStart(3, "0")}${number}`,
      release,
    };
  });
}

const PLANS = [
  {
    ...PERIOD,
    seed: 20_260_923,
    name: DEMO_ARTIST.name,
    writer: "Ana Ünal",
    language: "en",
    monthlyStreams: 60_000,
    recordings: recordingsOf(WORDS[0], "QZAB125"),
    releases: [
      { title: "Low Water", upc: "193959000716", day: "2022-05-20" },
      { title: "North Pier", upc: "193959000723", day: "2023-06-09" },
      { title: "Ballast", upc: "193959000730", day: "2024-02-16" },
      { title: "Paper Boats", upc: "193959000747", day: "2025-03-14" },
      { title: "Everything Salt", upc: "193959000754", day: "2026-02-13" },
    ],
    missingMonth: "2026-04",
    missingDays: { source: "apple-music-for-artists", from: "2026-06-11", to: "2026-06-13" },
    restated: { source: "spotify-for-artists", from: "2026-03-10", to: "2026-03-12", permille: 970 },
  },
  {
    ...PERIOD,
    seed: 20_260_924,
    name: SECOND_ARTIST.name,
    writer: "Freja Storm",
    language: "da",
    monthlyStreams: 32_000,
    recordings: recordingsOf(WORDS[1], "DKAB125"),
    releases: [
      { title: "Blå Nat", upc: "193959100713", day: "2021-09-03" },
      { title: "Støv", upc: "193959100720", day: "2023-03-24" },
      { title: "Åben Kyst", upc: "193959100737", day: "2024-08-30" },
      { title: "Møl", upc: "193959100744", day: "2025-09-05" },
      { title: "Lys Sommer", upc: "193959100751", day: "2026-05-29" },
    ],
  },
];

/**
 * Makes the demo's data of one artist, with the sums that it must come to. Sums of money are in units of 10^-12 dollars.
 *
 * @param {"first" | "second"} [artist]
 * @param {number} [seed]
 * @returns {{ statements: { filename: string, bytes: Buffer, lines: number, total: bigint, byMonthAndStore: Map<string, bigint> }[],
 *   catalog: ReturnType<typeof demoCatalog>,
 *   reports: { source: string, lagDays: number, days: object[] }[],
 *   expected: { lines: Map<string, number>, earnings: Map<string, bigint>, plays: Map<string, number> } }}
 *   keys of maps are `2026-01 Spotify`; `expected` holds all statements and the last revision of each day
 */
export function demoData(artist = "first", seed = undefined) {
  const plan = PLANS[artist === "first" ? 0 : 1];
  const { statements, reports, plays } = playOut({ ...plan, seed: seed ?? plan.seed });
  const made = statements.map(({ filename, insertedOn, lines }) => ({
    filename,
    ...written(lines, plan.name, insertedOn),
  }));
  const [earnings, lines] = [new Map(), new Map()];
  for (const statement of made) {
    for (const [place, amount] of statement.byMonthAndStore) earnings.set(place, (earnings.get(place) ?? 0n) + amount);
    for (const [place, count] of statement.linesByMonthAndStore) lines.set(place, (lines.get(place) ?? 0) + count);
  }
  return { statements: made, catalog: demoCatalog(plan), reports, expected: { lines, earnings, plays } };
}

function written(lines, artist, insertedOn) {
  let text = `${HEADER.join("\t")}\n`;
  let total = 0n;
  const [byMonthAndStore, linesByMonthAndStore] = [new Map(), new Map()];
  for (const { month, reportedOn, store, title, isrc, upc, units, type, territory, amount } of lines) {
    const cells = [insertedOn, reportedOn, month, store, artist, title, isrc, upc, units, 100, type, territory];
    text += `${cells.join("\t")}\t0\t${decimal(amount)}\t\n`;
    total += amount;
    const place = `${month} ${store}`;
    byMonthAndStore.set(place, (byMonthAndStore.get(place) ?? 0n) + amount);
    linesByMonthAndStore.set(place, (linesByMonthAndStore.get(place) ?? 0) + 1);
  }
  return { bytes: Buffer.from(text), lines: lines.length, total, byMonthAndStore, linesByMonthAndStore };
}

/**
 * The demo's artists, people and keys as SQL. Running it again changes nothing; other keys replace the ones before.
 *
 * @param {{ ownerKey: string, viewerKey: string, secondKey: string }} keys
 */
export function demoSql({ ownerKey, viewerKey, secondKey }) {
  const user = ({ id, email, name }) =>
    `INSERT OR IGNORE INTO users (id, email, name, created_at) VALUES ('${id}', '${email}', '${name}', ${OPENED_AT});`;
  const artist = ({ id, name, currency }, zone) =>
    `INSERT OR IGNORE INTO artists (id, name, currency, time_zone, generation, generation_at, created_at)
VALUES ('${id}', '${name}', '${currency}', '${zone}', 0, ${OPENED_AT}, ${OPENED_AT});`;
  const member = (of, id, person, role) =>
    `INSERT OR IGNORE INTO memberships (artist_id, id, user_id, role, until, created_at)
VALUES ('${of.id}', '${id}', '${person.id}', '${role}', NULL, ${OPENED_AT});`;
  const key = (of, id, text, role, title, by) =>
    `INSERT OR REPLACE INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at, expires_at, revoked_at)
VALUES ('${of.id}', '${id}', '${hashApiKey(text)}', '${title}', '${role}', '${text.slice(0, 12)}', '${text.slice(-4)}', '${by.id}', ${OPENED_AT}, NULL, NULL);`;
  return `${[
    ...[MARA, FREJA, VERA].map(user),
    artist(DEMO_ARTIST, "Europe/Berlin"),
    artist(SECOND_ARTIST, "Europe/Copenhagen"),
    member(DEMO_ARTIST, "mem_01jt4j9700dem00000000mara0", MARA, "owner"),
    member(SECOND_ARTIST, "mem_01jt4j9700dem00000000freja", FREJA, "owner"),
    `INSERT OR IGNORE INTO organisations (id, name, created_at) VALUES ('${LABEL.id}', '${LABEL.name}', ${OPENED_AT});`,
    `INSERT OR IGNORE INTO organisation_members (organisation_id, id, user_id, role, until, created_at)
VALUES ('${LABEL.id}', 'mem_01jt4j9700dem000000000vera', '${VERA.id}', 'label', NULL, ${OPENED_AT});`,
    ...[DEMO_ARTIST, SECOND_ARTIST].map(
      ({ id }) =>
        `INSERT OR IGNORE INTO organisation_artists (organisation_id, artist_id, created_at)
VALUES ('${LABEL.id}', '${id}', ${OPENED_AT});`,
    ),
    key(DEMO_ARTIST, "key_01jt4j9700dem0000000wner00", ownerKey, "owner", "Demo owner", MARA),
    key(DEMO_ARTIST, "key_01jt4j9700dem000000v1ewer0", viewerKey, "viewer", "Demo viewer", MARA),
    key(SECOND_ARTIST, "key_01jt4j9700dem00000sec0nd00", secondKey, "owner", "Demo owner", FREJA),
  ].join("\n")}
`;
}

const MOVING = new Set(["received", "reading", "ready", "posting"]);
const SECONDS_TO_POST = 120;
/** So many statements of an artist are under way at one time; the books of an artist take one after another anyway. */
const AT_ONCE = 4;
const MILLISECONDS_BETWEEN_LOOKS = 200;

/**
 * Uploads the demo and waits until all of it is in the books. What is there already is left alone.
 *
 * @param {{ baseUrl: string, ownerKey: string, secondKey: string, persistDir?: string }} server
 *   `persistDir` is where the expected totals are written, as demo-expected.json
 */
export async function seedDemo({ baseUrl, ownerKey, secondKey, persistDir }) {
  const artists = [
    { ...DEMO_ARTIST, key: ownerKey, ...demoData("first") },
    { ...SECOND_ARTIST, key: secondKey, ...demoData("second") },
  ];
  if (persistDir !== undefined) {
    const plain = (map) => Object.fromEntries([...map].map(([place, value]) => [place, String(value)]));
    const totals = artists.map(({ id, name, expected: { earnings, plays } }) => ({
      id,
      name,
      picodollars: plain(earnings),
      plays: plain(plays),
    }));
    writeFileSync(join(persistDir, "demo-expected.json"), `${JSON.stringify(totals, null, 1)}\n`);
  }
  await Promise.all(
    artists.map(async ({ key, catalog, statements, reports }) => {
      const ask = askerOf(baseUrl, key);
      await seedCatalog(ask, catalog);
      for (const report of reports) {
        const body = JSON.stringify(report);
        await ask("/dev/plays", { method: "POST", headers: { "content-type": "application/json" }, body });
      }
      const waiting = [...statements];
      const upload = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await post(ask, next);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, upload));
    }),
  );
}

/** Asks the API with a key and reads what it answers. @param {string} baseUrl @param {string} key */
export function askerOf(baseUrl, key) {
  return async (path, init = {}) => {
    const headers = { authorization: `Bearer ${key}`, ...init.headers };
    const answer = await fetch(`${baseUrl}${path}`, { ...init, headers });
    if (!answer.ok)
      throw new Error(`${init.method ?? "GET"} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
}

/**
 * Uploads one statement and waits until it is in the books.
 *
 * @param {ReturnType<typeof askerOf>} ask
 * @param {{ filename: string, bytes: Buffer }} file
 * @param {{ seconds?: number, progress?: (statement: any) => void }} [options]
 */
export async function post(ask, { filename, bytes }, { seconds = SECONDS_TO_POST, progress = () => {} } = {}) {
  const upload = { method: "POST", headers: { "content-type": "text/csv" }, body: bytes };
  let statement = await ask(`/api/dashboard/statements?filename=${filename}`, upload);
  const deadline = performance.now() + seconds * 1000;
  while (MOVING.has(statement.status)) {
    if (performance.now() > deadline) throw new Error(`${filename} is still ${statement.status}`);
    await pause(MILLISECONDS_BETWEEN_LOOKS);
    statement = await ask(`/api/dashboard/statements/${statement.id}`);
    progress(statement);
  }
  if (statement.status !== "posted") {
    const why = statement.problems.map(({ message }) => message).join("; ");
    throw new Error(`${filename} is ${statement.status}: ${why}`);
  }
  return statement;
}
