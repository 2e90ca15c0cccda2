// The home of the benchmark: how fast the two things are that everything rests on, as ratios that travel between machines.
// `npm run bench` takes about five minutes, `npm run bench -- --long` reads a million lines too.
import { execFileSync, fork, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { ask, openSocket, WebSocket } from "../harness/sockets.mjs";
import { makeStatement } from "../seed/statement.mjs";
import { newApiKey } from "../tools/keys.mjs";
import { capture, dist, main } from "../tools/project.mjs";
import { buildWorker } from "../tools/runtime.mjs";
import { startPeer } from "./peer.mjs";
import { measureSockets } from "./sockets.mjs";

const ROUNDS = 11;
const REQUESTS = 300;
const WARM_UP = 600;
const IMPORT_ROUNDS = 3;
const IMPORT_LINES = 200_000;
const LONG_LINES = 1_000_000;
const SOCKET_ROUNDS = 3;
const SPEAKERS = 20;
const OVERVIEW = "/api/dashboard/earnings/overview";
const EARNINGS = "/api/dashboard/earnings?from=2024-10&to=2026-09&groupBy=platform";
const STREAMS = "/api/dashboard/streams?granularity=day&from=2026-06-01&to=2026-08-29&groupBy=territory";
/** D1 and Queues, in dollars. @see platform limits and prices of D1 and Queues, checked 2026-11 */
const DOLLARS = { rowWritten: 1 / 1e6, rowRead: 0.001 / 1e6, queueOperation: 0.4 / 1e6 };
const NIGHTLY_CONNECTIONS = 10_000;
const QUESTION_ROUNDS = 7;
const QUESTION_REQUESTS = 100;
const CATALOG = "/api/dashboard/catalog?limit=50";
const CATALOG_RECORDINGS = 100_000;
const RECORDINGS_AT_ONCE = 5000;
/** A bare Worker that differs by more between rounds was disturbed by something else on the machine. */
const STEADY = 0.15;

/** Counted once: what a pinned process is told of the machine is its own core only. */
const cores = cpus().length;

let artistsMade = 0;
let questionsAsked = 0;

await main(import.meta.url, async () => {
  const wants = process.argv.slice(2);
  const only = wants.filter((word) => !word.startsWith("--"));
  const isWanted = (/** @type {string} */ part) => only.length === 0 || only.includes(part);
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  /** @type {Line[]} */
  const table = [];
  try {
    await buildWorker();
    if (isWanted("overview")) await overview(table);
    if (isWanted("questions")) await questions(table);
    if (isWanted("catalog")) await catalog(table);
    if (isWanted("sockets")) await sockets(table);
    if (isWanted("import")) await imports(table, folder, wants.includes("--long"));
    if (isWanted("exports")) await exportsOf(table, wants.includes("--long"));
    if (isWanted("connectors")) await connectors(table);
    if (isWanted("bundle")) await bundle(table);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(table);
});

/** @typedef {{ name: string; figure: string; target?: string; met?: boolean; note?: string }} Line */

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** @param {number[]} values @param {(value: number) => string} write */
function spread(values, write) {
  return `${write(Math.min(...values))}–${write(Math.max(...values))}`;
}

/** A server in a process of its own. @param {Record<string, unknown>} options */
async function startServer(options) {
  const child = fork(fileURLToPath(new URL("./server.mjs", import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  /** @type {Map<number, { resolve: (value: any) => void; reject: (error: Error) => void }>} */
  const waiting = new Map();
  /** @type {Set<(line: Record<string, any>, at: number) => void>} */
  const listeners = new Set();
  child.on("message", (/** @type {any} */ { id, result, error, line, at }) => {
    if (line !== undefined) for (const listener of listeners) listener(line, at);
    else if (error !== undefined) waiting.get(id)?.reject(new Error(error));
    else waiting.get(id)?.resolve(result);
  });
  let asked = 0;
  /** @param {string} op @param {Record<string, unknown>} [order] @returns {Promise<any>} */
  const ask = (op, order = {}) =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      child.send({ id: asked, op, ...order });
    });
  const { url, pid } = await ask("start", options);
  return {
    url,
    pid,
    ask,
    listeners,
    sql: (/** @type {string} */ sql, /** @type {(string | number)[]} */ ...params) => ask("sql", { sql, params }),
    stop: () => ask("stop").catch(() => child.kill()),
  };
}

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */

/** Puts a process on one core, where the machine can. @param {number | undefined} pid @param {number} core */
function pin(pid, core) {
  if (pid === undefined || cores < 2) return false;
  return spawnSync("taskset", ["-a", "-p", "-c", String(core), String(pid)], { stdio: "ignore" }).status === 0;
}

/** An artist and the key of its owner. @param {Server} server */
async function newArtist(server) {
  artistsMade += 1;
  const artistId = `art_${String(artistsMade).padStart(26, "0")}`;
  const key = newApiKey();
  await server.sql(
    "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)",
    artistId,
  );
  await server.sql(
    "INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at, expires_at, revoked_at) VALUES (?, ?, ?, 'owner', 'owner', 'ad_live_', 'last', 'test', 0, NULL, NULL)",
    artistId,
    `key_${String(artistsMade).padStart(26, "0")}`,
    createHash("sha256").update(key).digest("hex"),
  );
  return { artistId, key };
}

/**
 * Imports a file: from the first byte sent until it is posted, and until the overview is made.
 *
 * @param {Server} server @param {{ artistId: string; key: string }} artist @param {Buffer} bytes
 */
async function importFile(server, { artistId, key }, bytes) {
  /** @type {{ line: Record<string, any>; at: number }[]} */
  const jobs = [];
  const done = new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    const listener = (/** @type {Record<string, any>} */ line, /** @type {number} */ at) => {
      if (line["artist"] !== artistId) return;
      jobs.push({ line, at });
      if (line["job"] !== "kpi.refresh") return;
      server.listeners.delete(listener);
      resolve();
    };
    server.listeners.add(listener);
  });
  const startedAt = Date.now();
  const answer = await fetch(`${server.url}/api/dashboard/statements?filename=bench.tsv`, {
    method: "POST",
    body: new Uint8Array(bytes),
    headers: { authorization: `Bearer ${key}`, "content-type": "application/octet-stream" },
  });
  if (answer.status !== 202) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
  const uploadedAt = Date.now();
  await done;
  const postedAt = jobs.find(({ line }) => line["job"] === "statement.post")?.at ?? Number.NaN;
  const ms = (/** @type {string} */ job) =>
    jobs.filter(({ line }) => line["job"] === job).reduce((sum, { line }) => sum + line["ms"], 0);
  return {
    ms: postedAt - startedAt,
    uploadMs: uploadedAt - startedAt,
    readMs: ms("statement.read"),
    steps: jobs.filter(({ line }) => line["job"] === "statement.read").length,
    postMs: ms("statement.post"),
    refreshMs: ms("kpi.refresh"),
    rowsWritten: jobs.reduce((sum, { line }) => sum + line["rowsWritten"], 0),
  };
}

/** Requests one after the other over one connection. @returns {Promise<number>} the median in microseconds */
async function p50(/** @type {Agent} */ agent, /** @type {string} */ url, /** @type {string} */ key, count = REQUESTS) {
  const times = [];
  for (let at = 0; at < count; at++) {
    const target = url.endsWith("limit=") ? `${url}${5000 - (questionsAsked++ % 2500)}` : url;
    const startedAt = performance.now();
    const status = await new Promise((resolve, reject) => {
      get(target, { agent, headers: { authorization: `Bearer ${key}` } }, (answer) => {
        answer.resume().on("end", () => resolve(answer.statusCode));
      }).on("error", reject);
    });
    times.push((performance.now() - startedAt) * 1000);
    if (status !== 200) throw new Error(`${url} answered ${status}`);
  }
  return median(times);
}

/** @param {Line[]} table */
async function overview(table) {
  const [bare, kv, copy] = await Promise.all([
    startServer({ kind: "bare" }),
    startServer({ kind: "full", bindings: { ISOLATE_COPY: "off" } }),
    startServer({ kind: "full" }),
  ]);
  try {
    const [small, large] = [makeStatement({ lines: 2000, seed: 1 }), makeStatement({ lines: 200_000, seed: 1 })];
    const artists = {
      kvSmall: await newArtist(kv),
      kvLarge: await newArtist(kv),
      copySmall: await newArtist(copy),
      copyLarge: await newArtist(copy),
    };
    await importFile(kv, artists.kvSmall, small.bytes);
    await importFile(kv, artists.kvLarge, large.bytes);
    await importFile(copy, artists.copySmall, small.bytes);
    await importFile(copy, artists.copyLarge, large.bytes);

    const isPinned = pin(process.pid, 0) && [bare, kv, copy].every(({ pid }) => pin(pid, 1));
    const subjects = {
      bare: { url: bare.url, key: "none" },
      kv: { url: kv.url + OVERVIEW, key: artists.kvSmall.key },
      kvLarge: { url: kv.url + OVERVIEW, key: artists.kvLarge.key },
      copy: { url: copy.url + OVERVIEW, key: artists.copySmall.key },
      copyLarge: { url: copy.url + OVERVIEW, key: artists.copyLarge.key },
    };
    /** @type {Record<string, number[]>} */
    const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
    const agents = Object.fromEntries(
      Object.keys(subjects).map((name) => [name, new Agent({ keepAlive: true, maxSockets: 1 })]),
    );
    for (const [name, { url, key }] of Object.entries(subjects))
      await p50(/** @type {Agent} */ (agents[name]), url, key, WARM_UP);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, { url, key }] of Object.entries(subjects)) {
        times[name]?.push(await p50(/** @type {Agent} */ (agents[name]), url, key));
      }
    }
    for (const agent of Object.values(agents)) agent.destroy();
    if (isPinned)
      spawnSync("taskset", ["-a", "-p", "-c", `0-${cores - 1}`, String(process.pid)], {
        stdio: "ignore",
      });

    const of = (/** @type {string} */ name) => times[name] ?? [];
    const ratios = (/** @type {string} */ one, /** @type {string} */ other) =>
      of(one).map((value, round) => value / (of(other)[round] ?? Number.NaN));
    const micros = (/** @type {number} */ value) => `${value.toFixed(0)} µs`;
    const twice = (/** @type {number} */ value) => value.toFixed(2);
    const steadiness = (Math.max(...of("bare")) - Math.min(...of("bare"))) / median(of("bare"));
    const pins = isPinned ? "client on core 0, servers on core 1" : "not pinned";
    table.push({
      name: "bare Worker, p50",
      figure: micros(median(of("bare"))),
      note: `${spread(of("bare"), micros)}; ${pins}`,
    });
    if (steadiness > STEADY) {
      const by = `${(steadiness * 100).toFixed(0)} %`;
      table.push({
        name: "WARNING",
        figure: by,
        note: "the bare Worker varied by this between rounds: times below are doubtful",
      });
    }
    const ratio = (
      /** @type {string} */ name,
      /** @type {string} */ one,
      /** @type {string} */ other,
      /** @type {number} */ most,
    ) => {
      const all = ratios(one, other);
      const note = `${micros(median(of(one)))}; ${spread(all, twice)}`;
      table.push({ name, figure: twice(median(all)), target: `≤ ${most}`, met: median(all) <= most, note });
    };
    ratio("overview from D1 + KV ÷ bare", "kv", "bare", 5.5);
    ratio("overview from the isolate's copy ÷ bare", "copy", "bare", 4.5);
    ratio("overview of 200,000 lines ÷ of 2,000 (KV)", "kvLarge", "kv", 1.1);
    ratio("overview of 200,000 lines ÷ of 2,000 (copy)", "copyLarge", "copy", 1.1);
  } finally {
    await Promise.all([bare.stop(), kv.stop(), copy.stop()]);
  }
}

/** Reports ninety days of plays: the same territories, by few stores and songs or by many. */
async function reportPlays(
  /** @type {Server} */ server,
  /** @type {{ key: string }} */ { key },
  /** @type {{ stores: number; songs: number }} */ { stores, songs },
) {
  const names = Array.from({ length: stores }, (_, at) => `Store ${at + 1}`);
  const cross = (/** @type {string[]} */ keys, /** @type {number} */ day) =>
    names.flatMap((store, s) => keys.map((key, k) => [store, key, null, ((day * 7 + s * 5 + k * 3) % 90) + 1, 0, 0]));
  const territories = "US GB DE BR MX FR CA AU IN ID JP SE NL CH ES IT PL NO DK FI".split(" ");
  const isrcs = Array.from({ length: songs }, (_, at) => `QZAB124${String(at + 1).padStart(5, "0")}`);
  for (let day = 0; day < 90; day += 2) {
    const days = [day, day + 1].map((offset) => ({
      day: new Date(Date.UTC(2026, 5, 1 + offset)).toISOString().slice(0, 10),
      revision: 1,
      territory: cross(territories, offset),
      recording: cross(isrcs, offset),
    }));
    const answer = await fetch(`${server.url}/dev/plays`, {
      method: "POST",
      body: JSON.stringify({ source: "feed", days }),
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    });
    if (answer.status !== 200) throw new Error(`plays: ${answer.status} ${await answer.text()}`);
  }
}

/** The two questions behind a chart, and a plain peer that answers one of them. */
async function questions(/** @type {Line[]} */ table) {
  const [bare, full] = await Promise.all([
    startServer({ kind: "bare" }),
    startServer({ kind: "full", bindings: { ENVIRONMENT: "development" } }),
  ]);
  const shape = { months: 24, firstMonth: "2024-10" };
  const [small, large] = [2000, 200_000].map((lines) => makeStatement({ lines, seed: 1, ...shape }));
  if (!small || !large) throw new Error("no statements");
  const peer = await startPeer(large.bytes, "peer");
  try {
    const [one, hundred] = [await newArtist(full), await newArtist(full)];
    await importFile(full, one, small.bytes);
    await importFile(full, hundred, large.bytes);
    await reportPlays(full, one, { stores: 1, songs: 1 });
    // 2,100 cells a day against 21.
    await reportPlays(full, hundred, { stores: 10, songs: 190 });
    /** @type {Record<string, { url: string; key: string }>} */
    const subjects = {
      bare: { url: bare.url, key: "none" },
      earnings: { url: full.url + EARNINGS, key: one.key },
      earningsLarge: { url: full.url + EARNINGS, key: hundred.key },
      streams: { url: full.url + STREAMS, key: one.key },
      streamsLarge: { url: full.url + STREAMS, key: hundred.key },
      // A question nobody asked before, each time: the limit differs and changes no answer.
      earningsNew: { url: `${full.url}${EARNINGS}&limit=`, key: one.key },
      streamsNew: { url: `${full.url}${STREAMS}&limit=`, key: one.key },
      earningsNewLarge: { url: `${full.url}${EARNINGS}&limit=`, key: hundred.key },
      streamsNewLarge: { url: `${full.url}${STREAMS}&limit=`, key: hundred.key },
    };
    if (typeof peer !== "string") {
      const months = "?from=2024-10&to=2026-09";
      subjects["peerLines"] = { url: `${peer.url}/lines${months}`, key: "peer" };
      subjects["peerSums"] = { url: `${peer.url}/sums${months}`, key: "peer" };
    }
    const isPinned = pin(process.pid, 0) && [bare, full].every(({ pid }) => pin(pid, 1));
    const agent = new Agent({ keepAlive: true });
    /** @type {Record<string, number[]>} */
    const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
    for (const { url, key } of Object.values(subjects)) await p50(agent, url, key, QUESTION_REQUESTS);
    for (let round = 0; round < QUESTION_ROUNDS; round++) {
      for (const [name, { url, key }] of Object.entries(subjects)) {
        times[name]?.push(await p50(agent, url, key, QUESTION_REQUESTS));
      }
    }
    agent.destroy();
    if (isPinned) spawnSync("taskset", ["-a", "-p", "-c", `0-${cores - 1}`, String(process.pid)], { stdio: "ignore" });
    const of = (/** @type {string} */ name) => times[name] ?? [];
    const micros = (/** @type {number} */ value) => `${value.toFixed(0)} µs`;
    const ratio = (
      /** @type {string} */ name,
      /** @type {string} */ above,
      /** @type {string} */ below,
      /** @type {number | undefined} */ most,
    ) => {
      const all = of(above).map((value, round) => value / (of(below)[round] ?? Number.NaN));
      const figure = median(all).toFixed(2);
      const note = `${micros(median(of(above)))}; ${spread(all, (value) => value.toFixed(2))}`;
      table.push(
        most === undefined
          ? { name, figure, note }
          : { name, figure, target: `≤ ${most}`, met: median(all) <= most, note },
      );
    };
    ratio("earnings, 24 months by platform ÷ bare", "earnings", "bare", 6);
    ratio("the same, asked for the first time ÷ bare", "earningsNew", "bare", undefined);
    ratio("of 200,000 lines ÷ of 2,000", "earningsLarge", "earnings", 1.1);
    ratio("the same, both for the first time", "earningsNewLarge", "earningsNew", 1.1);
    ratio("streams, 90 days by territory ÷ bare", "streams", "bare", 6);
    ratio("the same, asked for the first time ÷ bare", "streamsNew", "bare", undefined);
    ratio("of 100 times the facts ÷ of few", "streamsLarge", "streams", 1.1);
    ratio("the same, both for the first time", "streamsNewLarge", "streamsNew", 1.1);
    if (typeof peer === "string") {
      table.push({ name: "Express and PostgreSQL", figure: "not run", note: peer });
    } else {
      ratio("Express + pg over 200,000 lines ÷ ours", "peerLines", "earningsLarge", undefined);
      ratio("Express + pg over ready sums ÷ ours", "peerSums", "earningsLarge", undefined);
    }
  } finally {
    if (typeof peer !== "string") peer.stop();
    await Promise.all([bare.stop(), full.stop()]);
  }
}

/** Puts many recordings into an artist's catalog: each tenth has "night" in its title, one the word "unicorn". */
async function fillCatalog(/** @type {Server} */ server, /** @type {string} */ artistId, /** @type {number} */ count) {
  for (let from = 0; from < count; from += RECORDINGS_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(RECORDINGS_AT_ONCE, count - from) }, (_, at) => from + at);
    await server.sql(
      `INSERT INTO catalog_items (artist_id, id, kind, title, artists, code, words, document_json, version, created_at, updated_at, place)
       SELECT ?1, 'rec_' || printf('%026d', n), 'recording', title, 'Glass Harbor', printf('QZAB1%07d', n),
         lower(title) || ' glass harbor ' || printf('qzab1%07d', n), '{}', 1, 0, 0,
         (SELECT coalesce(max(place), 0) FROM catalog_items) + 1 + n - CAST(?3 AS INTEGER)
       FROM (SELECT value AS n, CASE WHEN value = 777 THEN 'Unicorn ' WHEN value % 10 = 0 THEN 'Night ' ELSE 'Song ' END || value AS title
         FROM json_each(?2))`,
      artistId,
      JSON.stringify(numbers),
      from,
    );
  }
}

/** A page of a catalog, listed and searched, of a hundred thousand recordings and of a hundred. */
async function catalog(/** @type {Line[]} */ table) {
  const [bare, full] = await Promise.all([startServer({ kind: "bare" }), startServer({ kind: "full" })]);
  try {
    const [few, many] = [await newArtist(full), await newArtist(full)];
    await fillCatalog(full, few.artistId, 100);
    await fillCatalog(full, many.artistId, CATALOG_RECORDINGS);
    const url = full.url + CATALOG;
    /** @type {Record<string, { url: string; key: string }>} */
    const subjects = {
      bare: { url: bare.url, key: "none" },
      list: { url, key: many.key },
      listFew: { url, key: few.key },
      rare: { url: `${url}&q=unic`, key: many.key },
      common: { url: `${url}&q=night`, key: many.key },
      everywhere: { url: `${url}&q=glass+song&kind=recording`, key: many.key },
    };
    const isPinned = pin(process.pid, 0) && [bare, full].every(({ pid }) => pin(pid, 1));
    const agent = new Agent({ keepAlive: true });
    /** @type {Record<string, number[]>} */
    const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
    for (const { url: warm, key } of Object.values(subjects)) await p50(agent, warm, key, QUESTION_REQUESTS);
    for (let round = 0; round < QUESTION_ROUNDS; round++) {
      for (const [name, { url: asked, key }] of Object.entries(subjects)) {
        times[name]?.push(await p50(agent, asked, key, QUESTION_REQUESTS));
      }
    }
    agent.destroy();
    if (isPinned) spawnSync("taskset", ["-a", "-p", "-c", `0-${cores - 1}`, String(process.pid)], { stdio: "ignore" });
    const of = (/** @type {string} */ name) => times[name] ?? [];
    const micros = (/** @type {number} */ value) => `${value.toFixed(0)} µs`;
    for (const [name, above, below, most] of /** @type {[string, string, string, number | undefined][]} */ ([
      ["catalog of 100,000 ÷ bare", "list", "bare", 6],
      ["the same ÷ of 100", "list", "listFew", undefined],
      ["search for a rare word ÷ bare", "rare", "bare", 6],
      ["for a word of every tenth ÷ bare", "common", "bare", 6],
      ["for two words of nearly all ÷ bare", "everywhere", "bare", undefined],
    ])) {
      const all = of(above).map((value, round) => value / (of(below)[round] ?? Number.NaN));
      const note = `${micros(median(of(above)))}; ${spread(all, (value) => value.toFixed(2))}`;
      const goal = most === undefined ? {} : { target: `≤ ${most}`, met: median(all) <= most };
      table.push({ name, figure: median(all).toFixed(2), ...goal, note });
    }
  } finally {
    await Promise.all([bare.stop(), full.stop()]);
  }
}

/** A thousand sockets in one thread, of twenty programs that speak in turn. @param {Line[]} table */
async function sockets(table) {
  const [bare, object, full] = await Promise.all([
    startServer({ kind: "broadcast" }),
    startServer({ kind: "object" }),
    startServer({ kind: "full" }),
  ]);
  try {
    const { artistId, key } = await newArtist(full);
    const keys = Array.from({ length: SPEAKERS }, () => newApiKey());
    const speakerId = (/** @type {number} */ at) => `key_${`9${at}`.padStart(26, "0")}`;
    for (const [at, secret] of keys.entries()) {
      await full.sql(
        "INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at) " +
          "VALUES (?, ?, ?, 'speaker', 'editor', 'ad_live_', 'last', 'test', 0)",
        artistId,
        speakerId(at),
        createHash("sha256").update(secret).digest("hex"),
      );
    }
    const participants = keys.map((_, at) => speakerId(at));
    const made = await ask(full.url, key, "POST", "", { subject: "Everybody", participants });
    if (made.status !== 201) throw new Error(`thread: ${made.status} ${JSON.stringify(made.body)}`);
    const opened = async (/** @type {any} */ socket) => {
      await once(socket, "open");
      return socket;
    };
    let said = 0;
    const ofHub = (/** @type {"single" | "lines"} */ frames) =>
      measureSockets(
        async (at) => opened(await openSocket(full.url, keys[at % SPEAKERS] ?? "", "", frames)),
        SPEAKERS,
        (text) => ({ type: "send", thread: made.body.id, clientId: `${said++}`, text }),
      );
    const ofPlain = (/** @type {Server} */ { url }) =>
      measureSockets(
        async () => opened(new WebSocket(url.replace("http", "ws"))),
        SPEAKERS,
        (text) => ({ text }),
      );
    const rounds = [];
    for (let round = 0; round < SOCKET_ROUNDS; round++)
      rounds.push({
        bare: await ofPlain(bare),
        object: await ofPlain(object),
        single: await ofHub("single"),
        lines: await ofHub("lines"),
      });
    const thousand = (/** @type {number} */ value) => `${(value / 1000).toFixed(1)}k`;
    const rate = (/** @type {keyof (typeof rounds)[0]} */ name) =>
      thousand(median(rounds.map((each) => each[name].perSecond)));
    const late = (/** @type {keyof (typeof rounds)[0]} */ name) => median(rounds.map((each) => each[name].p99));
    table.push({
      name: "bare ws broadcast, deliveries/s",
      figure: rate("bare"),
      note: `1,000 sockets; p99 ${late("bare").toFixed(0)} ms`,
    });
    const ratio = (
      /** @type {string} */ name,
      /** @type {"object" | "single" | "lines"} */ one,
      /** @type {"bare" | "object"} */ other,
      /** @type {number | undefined} */ least,
    ) => {
      const all = rounds.map((each) => each[one].perSecond / each[other].perSecond);
      const figure = median(all).toFixed(2);
      const note = `${rate(one)} deliveries/s; ${spread(all, (value) => value.toFixed(2))}`;
      const goal = least === undefined ? {} : { target: `≥ ${least}`, met: median(all) >= least };
      table.push({ name, figure, note, ...goal });
    };
    ratio("hub, frames in lines ÷ bare ws broadcast", "lines", "bare", 0.3);
    ratio("hub, single frames ÷ bare ws broadcast", "single", "bare", undefined);
    ratio("bare Durable Object ÷ bare ws broadcast", "object", "bare", undefined);
    ratio("hub, single frames ÷ bare Durable Object", "single", "object", undefined);
    table.push({
      name: "hub, 10 messages/s to 1,000 sockets, p99",
      figure: `${late("single").toFixed(0)} ms`,
      target: "< 300 ms",
      met: late("single") < 300,
      note: `bare Durable Object ${late("object").toFixed(0)} ms`,
    });
  } finally {
    await Promise.all([bare.stop(), object.stop(), full.stop()]);
  }
}

/** @param {Line[]} table @param {string} folder @param {boolean} isLong */
async function imports(table, folder, isLong) {
  const file = join(folder, "statement.tsv");
  const { bytes } = makeStatement({ lines: IMPORT_LINES, seed: 2 });
  writeFileSync(file, bytes);
  const server = await startServer({ kind: "full", persist: join(folder, "data") });
  try {
    await importFile(server, await newArtist(server), makeStatement({ lines: 20_000, seed: 3 }).bytes);
    const runs = [];
    const floors = [];
    for (let round = 0; round < IMPORT_ROUNDS; round++) {
      floors.push(await floorImport(file, folder));
      const artist = await newArtist(server);
      await new Promise((resume) => setTimeout(resume, 1000));
      const { idle } = await server.ask("watchMemory");
      const run = await importFile(server, artist, bytes);
      const { peak } = await server.ask("peakMemory");
      runs.push({ ...run, above: (peak - idle) / 2 ** 20, peak: peak / 2 ** 20 });
    }
    const thousand = (/** @type {number} */ value) => `${(value / 1000).toFixed(0)}k`;
    const rates = runs.map(({ ms }) => IMPORT_LINES / (ms / 1000));
    const floorRates = floors.map((ms) => IMPORT_LINES / (ms / 1000));
    const ratios = rates.map((rate, round) => rate / (floorRates[round] ?? Number.NaN));
    const twice = (/** @type {number} */ value) => value.toFixed(2);
    const part = (/** @type {"uploadMs" | "readMs" | "postMs" | "refreshMs"} */ name) =>
      median(runs.map((run) => run[name]));
    table.push({
      name: "sqlite3 .import, lines/s",
      figure: thousand(median(floorRates)),
      note: spread(floorRates, thousand),
    });
    table.push({
      name: "import from upload to posted, lines/s",
      figure: thousand(median(rates)),
      note: `${spread(rates, thousand)}; upload ${part("uploadMs")} ms, read ${part("readMs")} ms, post ${part("postMs")} ms`,
    });
    const met = median(ratios) >= 0.3;
    table.push({
      name: "import ÷ sqlite3 .import",
      figure: twice(median(ratios)),
      target: "≥ 0.3",
      met,
      note: spread(ratios, twice),
    });
    const above = runs.map((run) => run.above);
    const megabytes = (/** @type {number} */ value) => `${value.toFixed(0)} MB`;
    const peak = median(runs.map((run) => run.peak));
    table.push({
      name: "peak memory of the runtime above idle",
      figure: megabytes(Math.max(...above)),
      note: `most of ${above.map(megabytes).join(", ")}; ${megabytes(peak)} in all, file of ${megabytes(bytes.byteLength / 2 ** 20)}`,
    });
    const written = median(runs.map((run) => run.rowsWritten)) / IMPORT_LINES;
    table.push({
      name: "rows written per line, 200,000 lines",
      figure: written.toFixed(3),
      target: "≤ 0.2",
      met: written <= 0.2,
    });
    if (isLong) await longImport(table, server);
  } finally {
    await server.stop();
  }
}

/** A million lines are more than one request may carry, so they go as a zip would: gzipped. */
async function longImport(/** @type {Line[]} */ table, /** @type {Server} */ server) {
  const { bytes } = makeStatement({ lines: LONG_LINES, seed: 4 });
  const packed = gzipSync(bytes, { level: 6 });
  const { idle } = await server.ask("watchMemory");
  const run = await importFile(server, await newArtist(server), packed);
  const { peak } = await server.ask("peakMemory");
  const written = run.rowsWritten / LONG_LINES;
  const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(1)} s`;
  table.push({
    name: "rows written per line, 1,000,000 lines",
    figure: written.toFixed(3),
    target: "≤ 0.1",
    met: written <= 0.1,
    note: `${seconds(run.ms)} in ${run.steps} steps: upload ${seconds(run.uploadMs)}, read ${seconds(run.readMs)}, post ${seconds(run.postMs)}`,
  });
  table.push({
    name: "peak memory at 1,000,000 lines above idle",
    figure: `${((peak - idle) / 2 ** 20).toFixed(0)} MB`,
    note: `file of ${(bytes.byteLength / 2 ** 20).toFixed(0)} MB, gzipped ${(packed.byteLength / 2 ** 20).toFixed(0)} MB`,
  });
}

/** A statement's lines as CSV, against a Worker that sends as many bytes out of nothing. */
async function exportsOf(/** @type {Line[]} */ table, /** @type {boolean} */ isLong) {
  const [bare, full] = await Promise.all([startServer({ kind: "stream" }), startServer({ kind: "full" })]);
  try {
    for (const lines of isLong ? [IMPORT_LINES, LONG_LINES] : [IMPORT_LINES]) {
      const artist = await newArtist(full);
      const { bytes: file } = makeStatement({ lines, seed: 5 });
      await importFile(full, artist, gzipSync(file, { level: 1 }));
      const headers = { authorization: `Bearer ${artist.key}` };
      const list = await (await fetch(`${full.url}/api/dashboard/statements`, { headers })).json();
      const url = `${full.url}/api/dashboard/statements/${/** @type {any} */ (list).data[0].id}/export?format=csv`;
      const runs = [];
      for (let round = 0; round < IMPORT_ROUNDS; round++) {
        await new Promise((resume) => setTimeout(resume, 1000));
        const { idle } = await full.ask("watchMemory");
        const csv = await drain(url, headers);
        const { peak } = await full.ask("peakMemory");
        const plain = await drain(`${bare.url}/?bytes=${csv.bytes}`, {});
        runs.push({ bytes: csv.bytes, rate: csv.rate, ratio: csv.rate / plain.rate, above: (peak - idle) / 2 ** 20 });
      }
      const count = lines.toLocaleString("en-US");
      const megabytes = (/** @type {number} */ value) => `${value.toFixed(0)} MB`;
      const rates = runs.map(({ rate }) => rate / 1e6);
      const ratios = runs.map(({ ratio }) => ratio);
      const above = runs.map((run) => run.above);
      const size = `file of ${megabytes((runs[0]?.bytes ?? 0) / 1e6)}`;
      const speed = `${((median(rates) * 1e6 * lines) / (runs[0]?.bytes ?? 1) / 1000).toFixed(0)}k lines/s`;
      table.push({
        name: `CSV of ${count} lines, MB/s`,
        figure: median(rates).toFixed(1),
        note: `${spread(rates, (value) => value.toFixed(1))}; ${speed}, ${size}`,
      });
      table.push({
        name: "the same ÷ a bare Worker's stream",
        figure: median(ratios).toFixed(3),
        note: spread(ratios, (value) => value.toFixed(3)),
      });
      table.push({
        name: "memory above idle while exporting",
        figure: megabytes(Math.max(...above)),
        note: `most of ${above.map(megabytes).join(", ")}`,
      });
    }
  } finally {
    await Promise.all([bare.stop(), full.stop()]);
  }
}

/** Takes an answer as fast as it comes. @param {string} url @param {Record<string, string>} headers */
async function drain(url, headers) {
  const startedAt = performance.now();
  const answer = await fetch(url, { headers });
  if (answer.status !== 200 || answer.body === null) throw new Error(`${url} answered ${answer.status}`);
  let bytes = 0;
  for await (const chunk of answer.body) bytes += chunk.byteLength;
  return { bytes, rate: bytes / ((performance.now() - startedAt) / 1000) };
}

/** What SQLite itself takes to read the same file into one table of text. @param {string} file @param {string} folder */
async function floorImport(file, folder) {
  const database = join(folder, "floor.sqlite");
  for (const end of ["", "-wal", "-journal"]) rmSync(database + end, { force: true });
  const startedAt = performance.now();
  if (spawnSync("sqlite3", ["--version"]).status === 0) {
    execFileSync("sqlite3", [database, "-cmd", ".mode tabs", `.import "${file}" lines`], { stdio: "ignore" });
    return performance.now() - startedAt;
  }
  const { DatabaseSync } = await import("node:sqlite");
  const connection = new DatabaseSync(database);
  const [header = "", ...rows] = readFileSync(file, "utf8").trimEnd().split("\n");
  const columns = header.split("\t");
  connection.exec(`CREATE TABLE lines (${columns.map((name) => `"${name}" TEXT`).join(", ")}); BEGIN`);
  const insert = connection.prepare(`INSERT INTO lines VALUES (${columns.map(() => "?").join(", ")})`);
  for (const row of rows) insert.run(...row.split("\t"));
  connection.exec("COMMIT");
  connection.close();
  return performance.now() - startedAt;
}

/** What a night of many connections costs, out of what one costs in D1 and what many do to a store's limit. @param {Line[]} table */
async function connectors(table) {
  const { output } = await capture("vitest", [
    "run",
    "--config",
    "test/vitest.config.ts",
    "test/connectors/nights/many.test.ts",
    "test/connectors/pulling.test.ts",
  ]);
  const said = [...output.matchAll(/BENCH (\{.*\})/g)].map(([, json]) => JSON.parse(String(json)));
  const many = said.find((each) => "shareOfLimit" in each);
  const nights = said.find((each) => "youtube restated" in each);
  if (many === undefined || nights === undefined) throw new Error(output);
  const share = many.shareOfLimit;
  table.push({
    name: "connectors: calls at 50 ms each ÷ what the store's limit allows",
    figure: share.toFixed(2),
    target: "≥ 0.8",
    met: share >= 0.8,
    note: `${many.calls} calls in ${Math.round(many.seconds)} s of the store's time`,
  });
  const planning = NIGHTLY_CONNECTIONS / 200;
  for (const [store, night] of [
    ["SoundCloud", nights["soundcloud restated"]],
    ["YouTube", nights["youtube restated"]],
  ]) {
    // A run, the night, its job and the job's end; then what the night itself writes.
    const written = NIGHTLY_CONNECTIONS * (night.rowsWritten + 8) + planning;
    const read = NIGHTLY_CONNECTIONS * night.rowsRead;
    const queued = (NIGHTLY_CONNECTIONS * night.deliveries + planning) * 3;
    const dollars = written * DOLLARS.rowWritten + read * DOLLARS.rowRead + queued * DOLLARS.queueOperation;
    table.push({
      name: `connectors: a night of ${NIGHTLY_CONNECTIONS} at ${store}, each with news`,
      figure: `$${dollars.toFixed(2)}`,
      note: `${planning} + ${NIGHTLY_CONNECTIONS * night.deliveries} invocations; each ${night.calls} calls, ${night.batches} batches, ${night.rowsWritten} rows written, ${night.rowsRead} read`,
    });
  }
}

/** @param {Line[]} table */
async function bundle(table) {
  const packed = gzipSync(readFileSync(await buildWorker()), { level: 9 }).byteLength / 1024;
  table.push({ name: "bundle, gzipped", figure: `${packed.toFixed(0)} KB`, target: "≤ 512 KB", met: packed <= 512 });
  mkdirSync(dist, { recursive: true });
  const profile = join(dist, "startup.cpuprofile");
  const { output } = await capture("wrangler", ["check", "startup", "--outfile", profile]);
  const active = /Active: ([\d.]+ ms)/.exec(output)?.[1];
  table.push({ name: "start-up CPU (wrangler check startup)", figure: active ?? "not measured" });
}

/** @param {Line[]} table */
function print(table) {
  const widths = [45, 12, 10, 7];
  const row = (/** @type {(string | undefined)[]} */ cells) =>
    cells
      .map((cell, at) => (cell ?? "").padEnd(widths[at] ?? 0))
      .join(" ")
      .trimEnd();
  console.log(row(["what", "figure", "target", "", "range and notes"]));
  for (const { name, figure, target, met, note } of table) {
    console.log(row([name, figure, target, met === undefined ? "" : met ? "met" : "MISSED", note]));
  }
}
