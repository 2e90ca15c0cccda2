// The home of the kill harness: a statement goes through a runtime that is killed, and through one that is not.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeStatement, nanosOf, randomFrom } from "../seed/statement.mjs";
import { hashApiKey, newApiKey } from "../tools/keys.mjs";
import { startRuntime } from "../tools/runtime.mjs";

// The least slices and one of them per step, so that one file takes several steps.
const BINDINGS = { ENVIRONMENT: "development", OUTBOX_LEASE_SECONDS: "1", SLICE_BYTES: "1", SLICES_PER_RUN: "1" };
const SWEEP = "/cdn-cgi/local/scheduled?cron=*+*+*+*+*";
const SWEEP_EVERY_MS = 500;
const LONGEST_RECOVERY_MS = 60_000;
const RANGE = "from=2025-01&to=2025-12";

/** @param {number} ms */
const sleep = (ms) => new Promise((resume) => setTimeout(resume, ms));

/**
 * A runtime over a folder that outlives it.
 *
 * @param {{ persist?: string; assets?: boolean }} [options] `assets` false leaves out the static files and the local router before them
 */
export async function openStage({ persist, assets = true } = {}) {
  const start = () => startRuntime({ bindings: BINDINGS, assets, ...(persist ? { persist } : {}) });
  let runtime = await start();
  let isUp = true;
  const database = () => runtime.mf.getD1Database("DB");
  return {
    get url() {
      return runtime.url;
    },
    get isUp() {
      return isUp;
    },
    async kill() {
      isUp = false;
      await runtime.kill();
    },
    async restart() {
      runtime = await start();
      isUp = true;
    },
    async stop() {
      isUp = false;
      await runtime.stop();
    },
    files: () => runtime.mf.getR2Bucket("FILES"),
    kpi: () => runtime.mf.getKVNamespace("KPI"),
    /** @param {string} sql @param {...string | number} params @returns {Promise<Record<string, any>[]>} */
    async rows(sql, ...params) {
      const prepared = (await database()).prepare(sql);
      return (await (params.length > 0 ? prepared.bind(...params) : prepared).all()).results;
    },
    sweep: () => fetch(runtime.url + SWEEP).then((answer) => answer.arrayBuffer()),
  };
}

/** @typedef {Awaited<ReturnType<typeof openStage>>} Stage */

/** The artist of a round and the key of its owner; the same on both stages, so that their books can be equal. */
function newParty(/** @type {string} */ name) {
  return { artistId: `art_${name.padStart(26, "0")}`, keyId: `key_${name.padStart(26, "0")}`, key: newApiKey() };
}

/** @param {Stage} stage @param {ReturnType<typeof newParty>} party */
async function admit(stage, { artistId, keyId, key }) {
  await stage.rows(
    "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)",
    artistId,
  );
  await stage.rows(
    "INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at, expires_at, revoked_at) VALUES (?, ?, ?, 'owner', 'owner', 'ad_live_', 'last', 'test', 0, NULL, NULL)",
    artistId,
    keyId,
    hashApiKey(key),
  );
}

/** Everything that is kept of an artist's statement, without ids and times. @param {Stage} stage @param {string} artist */
export async function booksOf(stage, artist) {
  const outline = {
    statements: `SELECT status, filename, sha256, size_bytes, text_object, text_bytes, encoding, newline, format,
      format_version, source, is_preview, measures, period_from, period_to, lines, unmatched_lines, units,
      totals_json, stated_json, apart_json, warnings_json, problems_json, dictionary_json, done_bytes,
      created_by, posted_at IS NULL unposted, retracted_at IS NULL unretracted
      FROM statements WHERE artist_id = ?1`,
    checkpoints:
      "SELECT number, state_json FROM statement_checkpoints WHERE artist_id = ?1 ORDER BY statement_id, number",
    blocks: `SELECT first_line, last_line, byte_from, byte_to, exact_before, months, platforms, territories, identities, memory
      FROM statement_blocks WHERE artist_id = ?1 ORDER BY statement_id, first_line`,
    cells: `SELECT cut, currency, period, step, part, cells_json FROM statement_sums WHERE artist_id = ?1
      ORDER BY statement_id, cut, currency, period, step, part`,
    rollups: `SELECT currency, source, cut, platform, month, key, label, lines, streams, downloads, other,
      CAST(nanos AS TEXT) nanos FROM earning_rollups WHERE artist_id = ?1 ORDER BY 1, 2, 3, 4, 5, 6`,
    ledger: `SELECT account, currency, period, source_kind, count(*) postings, count(reverses) reversals,
      CAST(sum(nanos) AS TEXT) nanos FROM ledger_postings WHERE artist_id = ?1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    unbalanced: `SELECT count(*) entries FROM (SELECT 1 FROM ledger_postings WHERE artist_id = ?1
      GROUP BY entry_id, currency HAVING sum(nanos) <> 0)`,
    sources: "SELECT source, periods_json FROM earning_sources WHERE artist_id = ?1 ORDER BY 1",
    keys: "SELECT platforms_json, currencies_json FROM earning_keys WHERE artist_id = ?1",
    causes: "SELECT generation, kind, lines FROM generation_causes WHERE artist_id = ?1 ORDER BY 1",
    generation: "SELECT generation FROM artists WHERE id = ?1",
    audit: "SELECT action, actor, before_json, after_json FROM audit_log WHERE artist_id = ?1 ORDER BY 1, 4",
    snapshot: "SELECT view, generation FROM kpi_snapshots WHERE artist_id = ?1",
  };
  const answers = await Promise.all(Object.values(outline).map((sql) => stage.rows(sql, artist)));
  return Object.fromEntries(Object.keys(outline).map((name, at) => [name, answers[at]]));
}

/** @param {Stage} stage @param {ReturnType<typeof newParty>} party @param {string} path @param {RequestInit} [init] */
async function ask(stage, { key }, path, init = {}) {
  const answer = await fetch(stage.url + path, {
    ...init,
    headers: { authorization: `Bearer ${key}`, ...init.headers },
  });
  const text = await answer.text();
  return { status: answer.status, text, body: text === "" ? null : JSON.parse(text) };
}

/** @param {Stage} stage @param {ReturnType<typeof newParty>} party @param {Buffer} file */
function upload(stage, party, file) {
  return ask(stage, party, "/api/dashboard/statements?filename=statement.tsv", {
    method: "POST",
    body: new Uint8Array(file),
    headers: { "content-type": "application/octet-stream" },
  });
}

/** @param {Stage} stage @param {ReturnType<typeof newParty>} party */
async function placeOf(stage, { artistId }) {
  const [statement] = await stage.rows("SELECT id, status FROM statements WHERE artist_id = ?", artistId);
  const [waiting] = await stage.rows("SELECT count(*) jobs FROM outbox");
  return { id: statement?.id ?? null, status: statement?.status ?? null, jobs: waiting?.jobs ?? 0 };
}

/** Sweeps as the minute's schedule would until nothing is left to do, asking nothing of anybody else. */
async function untilAtRest(/** @type {Stage} */ stage, /** @type {ReturnType<typeof newParty>} */ party) {
  const deadline = Date.now() + LONGEST_RECOVERY_MS;
  let sweepAt = 0;
  for (;;) {
    const place = await placeOf(stage, party);
    if (place.jobs === 0) return place;
    if (Date.now() > deadline) {
      const stuck = await stage.rows("SELECT kind, attempts, buried_at, last_error FROM outbox");
      throw new Error(`not at rest: ${JSON.stringify({ place, stuck })}`);
    }
    if (Date.now() >= sweepAt) {
      await stage.sweep();
      sweepAt = Date.now() + SWEEP_EVERY_MS;
    }
    await sleep(10);
  }
}

/** Reads the earnings over and over, as dashboards do, and keeps every total that anybody was shown. */
function watch(/** @type {Stage} */ stage, /** @type {ReturnType<typeof newParty>} */ party) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  let isOver = false;
  const note = (/** @type {string} */ total) => seen.set(total, (seen.get(total) ?? 0) + 1);
  const work = (async () => {
    for (let turn = 0; !isOver; turn++) {
      if (stage.isUp) {
        const grouped = turn % 2 === 1;
        const path = `/api/dashboard/earnings?${RANGE}${grouped ? "&groupBy=territory" : ""}`;
        // A runtime that is being killed answers nothing, which shows nobody half a statement.
        const answer = await ask(stage, party, path).catch(() => null);
        if (answer?.status === 200) {
          note(answer.body.totals.reported ?? "none");
          if (grouped) note(sumOf(answer.body.data));
        } else if (answer !== null && answer.status !== 503) note(`status ${answer.status}`);
      }
      await sleep(5);
    }
  })();
  return {
    seen,
    async end() {
      isOver = true;
      await work;
    },
  };
}

/** @param {{ reported: string | null }[]} data */
function sumOf(data) {
  const known = data.flatMap(({ reported }) => (reported === null ? [] : [reported]));
  if (known.length === 0) return "none";
  return decimalOf(known.reduce((total, amount) => total + nanosIn(amount), 0n));
}

/** @param {string} amount */
function nanosIn(amount) {
  const [whole = "0", fraction = ""] = amount.replace("-", "").split(".");
  const nanos = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
  return amount.startsWith("-") ? -nanos : nanos;
}

/** @param {bigint} nanos */
function decimalOf(nanos) {
  const digits = (nanos < 0n ? -nanos : nanos).toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${nanos < 0n ? "-" : ""}${digits.slice(0, -9)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** What the overview says, without the moment at which it was made. @param {string} json */
function figuresOf(json) {
  const { asOf: _, ...figures } = JSON.parse(json);
  return figures;
}

/** The kept overview from both places where it lies. @param {Stage} stage @param {string} artistId */
async function keptOverview(stage, artistId) {
  const [row] = await stage.rows("SELECT generation, day, body FROM kpi_snapshots WHERE artist_id = ?", artistId);
  const name = `kpi/${artistId}/${row?.generation}/${row?.day}/overview`;
  const kpi = await stage.kpi();
  return { name, inD1: row?.body ?? null, inKv: await kpi.get(name, "text") };
}

/** The moments a kill is aimed at. */
const AIMS = /** @type {const} */ (["upload", "anywhere", "reading", "posting", "refresh", "retraction"]);

/** Where a kill has hit, told by what the folder holds afterwards. */
function hitOf(/** @type {{ status: string | null; jobs: number }} */ { status, jobs }) {
  if (status === null) return "upload";
  if (status === "received" || status === "reading") return "reading";
  if (status === "ready" || status === "posting") return "posting";
  if (status === "retracting") return "retraction";
  return jobs > 0 ? "refresh" : "rest";
}

/**
 * Kills runtimes at random moments of imports until there were `kills`, and compares each import with one left alone.
 *
 * @param {object} plan
 * @param {number} plan.kills
 * @param {number} plan.seed
 * @param {(what: string, killed: unknown, alone: unknown) => void} plan.same is handed what must be equal
 * @returns {Promise<{ kills: number; rounds: number; hits: Record<string, number>; answers: number; orphans: number; ms: number }>}
 */
export async function killRounds({ kills, seed, same }) {
  const startedAt = Date.now();
  const random = randomFrom(seed);
  const persist = mkdtempSync(join(tmpdir(), "kill-"));
  const stage = await openStage({ persist });
  const calm = await openStage();
  const tally = {
    kills: 0,
    rounds: 0,
    hits: /** @type {Record<string, number>} */ ({}),
    answers: 0,
    orphans: 0,
    ms: 0,
  };
  try {
    for (let round = 0; tally.kills < kills; round++) {
      tally.rounds += 1;
      await playRound({
        stage,
        calm,
        random,
        round,
        aim: AIMS[round % AIMS.length] ?? "anywhere",
        most: kills,
        tally,
        same,
      });
    }
    tally.ms = Date.now() - startedAt;
    return tally;
  } finally {
    await Promise.allSettled([stage.stop(), calm.stop()]);
    rmSync(persist, { recursive: true, force: true });
  }
}

/**
 * @param {object} round
 * @param {Stage} round.stage @param {Stage} round.calm @param {ReturnType<typeof randomFrom>} round.random
 * @param {number} round.round @param {(typeof AIMS)[number]} round.aim @param {number} round.most
 * @param {{ kills: number; hits: Record<string, number>; answers: number; orphans: number }} round.tally
 * @param {(what: string, killed: unknown, alone: unknown) => void} round.same
 */
async function playRound({ stage, calm, random, round, aim, most, tally, same }) {
  const name = `ROUND${round}`;
  const party = newParty(name);
  // One file in six is longer than a part of a multipart upload.
  const lines = round % 6 === 5 ? 75_000 : 30_000 + random.below(30_000);
  const made = makeStatement({ lines, seed: random.below(2 ** 31) });
  const total = decimalOf(nanosOf(made.total));
  const retracts = aim === "retraction";
  await Promise.all([admit(stage, party), admit(calm, party)]);

  const alone = await aloneRun(calm, party, made.bytes, retracts);
  const watcher = watch(stage, party);
  const kill = async () => {
    await stage.kill();
    tally.kills += 1;
    await stage.restart();
    const hit = hitOf(await placeOf(stage, party));
    tally.hits[hit] = (tally.hits[hit] ?? 0) + 1;
  };
  if (retracts) {
    await upload(stage, party, made.bytes);
    const { id } = await untilAtRest(stage, party);
    const asked = ask(stage, party, `/api/dashboard/statements/${id}`, { method: "DELETE" }).catch(() => null);
    await sleep(random.below(Math.ceil(alone.retractionMs * 1.2)));
    await kill();
    await asked;
  } else {
    const sent = upload(stage, party, made.bytes).catch(() => null);
    await momentOf(aim, { stage, party, random, alone });
    await kill();
    await sent;
  }
  // Now and then the recovery is killed too.
  if (random.below(4) === 0 && tally.kills < most) {
    const swept = stage.sweep().catch(() => null);
    // Until the leases have run out.
    await sleep(1100);
    const again = stage.sweep().catch(() => null);
    await sleep(random.below(Math.ceil(alone.ms / 2)));
    await kill();
    await Promise.all([swept, again]);
  }
  // Whoever had no answer sends the same bytes again; everything else comes to rest by itself.
  let place = await untilAtRest(stage, party);
  if (place.id === null) {
    await upload(stage, party, made.bytes);
    place = await untilAtRest(stage, party);
  }
  if (retracts && place.status === "posted") {
    await ask(stage, party, `/api/dashboard/statements/${place.id}`, { method: "DELETE" });
    place = await untilAtRest(stage, party);
  }
  await sleep(20);
  await watcher.end();

  const what = (/** @type {string} */ part) => `round ${round} (${aim}): ${part}`;
  const books = await booksOf(stage, party.artistId);
  for (const [part, rows] of Object.entries(alone.books)) same(what(part), books[part], rows);
  const shown = [...watcher.seen.keys()].filter((text) => text !== "none" && text !== total);
  same(what("totals shown that are neither none nor the whole"), shown, []);
  for (const times of watcher.seen.values()) tally.answers += times;

  const kept = await keptOverview(stage, party.artistId);
  same(what("the overview in KV and D1"), kept.inKv, kept.inD1);
  same(what("the overview kept"), figuresOf(textOf(kept.inD1)), alone.overview);
  await stage.rows("DELETE FROM kpi_snapshots WHERE artist_id = ?", party.artistId);
  await (await stage.kpi()).delete(kept.name);
  const computed = await ask(stage, party, "/api/dashboard/earnings/overview");
  same(what("the overview computed"), computed.text, textOf(kept.inD1));

  const { objects } = await (await stage.files()).list({ prefix: `artists/${party.artistId}/` });
  const torn = objects.filter((object) => object.size !== made.bytes.byteLength).map((object) => object.key);
  same(what("objects that are not whole"), torn, []);
  const original = `artists/${party.artistId}/statements/${place.id}/original`;
  const object = await (await stage.files()).get(original);
  const bytes = object === null ? new Uint8Array() : new Uint8Array(await object.arrayBuffer());
  same(what("the original"), sha256Of(bytes), sha256Of(made.bytes));
  tally.orphans += objects.length - 1;
}

/** @param {string | null} kept */
function textOf(kept) {
  return kept === null ? "null" : kept.slice(kept.indexOf("\n") + 1);
}

/** @param {Uint8Array} bytes */
function sha256Of(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @param {Stage} calm @param {ReturnType<typeof newParty>} party @param {Buffer} file @param {boolean} retracts */
async function aloneRun(calm, party, file, retracts) {
  const startedAt = performance.now();
  await upload(calm, party, file);
  const uploadMs = performance.now() - startedAt;
  const { id } = await untilAtRest(calm, party);
  const ms = performance.now() - startedAt;
  let retractionMs = 0;
  if (retracts) {
    const askedAt = performance.now();
    await ask(calm, party, `/api/dashboard/statements/${id}`, { method: "DELETE" });
    await untilAtRest(calm, party);
    retractionMs = performance.now() - askedAt;
  }
  const books = await booksOf(calm, party.artistId);
  const { inD1 } = await keptOverview(calm, party.artistId);
  return { books, overview: figuresOf(textOf(inD1)), uploadMs, ms, retractionMs };
}

/**
 * Waits for the moment of the kill.
 *
 * @param {(typeof AIMS)[number]} aim
 * @param {{ stage: Stage; party: ReturnType<typeof newParty>; random: ReturnType<typeof randomFrom>; alone: { uploadMs: number; ms: number } }} at
 */
async function momentOf(aim, { stage, party, random, alone }) {
  if (aim === "upload") return sleep(random.below(Math.ceil(alone.uploadMs * 1.2)));
  if (aim === "anywhere") return sleep(random.below(Math.ceil(alone.ms)));
  const reached = { reading: ["reading"], posting: ["ready", "posted"], refresh: ["posted"] }[
    /** @type {"reading" | "posting" | "refresh"} */ (aim)
  ];
  const deadline = Date.now() + LONGEST_RECOVERY_MS;
  for (;;) {
    const [row] = await stage.rows("SELECT status FROM statements WHERE artist_id = ?", party.artistId);
    if (row !== undefined && (reached.includes(row.status) || row.status === "posted")) break;
    if (Date.now() > deadline) throw new Error(`${aim} was not reached: ${JSON.stringify(row)}`);
    await sleep(1);
  }
  const spread = { reading: (alone.ms - alone.uploadMs) / 2, posting: 25, refresh: 10 }[
    /** @type {"reading" | "posting" | "refresh"} */ (aim)
  ];
  return sleep(random.below(Math.max(1, Math.ceil(spread))));
}

/** One line about what was done. @param {Awaited<ReturnType<typeof killRounds>>} tally @param {number} seed */
export function summaryOf({ kills, rounds, hits, answers, orphans, ms }, seed) {
  const where = Object.entries(hits)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([hit, count]) => `${hit} ${count}`)
    .join(", ");
  return (
    `${kills} kills in ${rounds} imports (${where}); ${answers} answers watched, none of them half; ` +
    `${orphans} whole objects without a row; ${(ms / 1000).toFixed(0)} s; SEED=${seed}`
  );
}
