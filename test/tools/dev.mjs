// The development server: the Worker, its database and a demo team, on this machine alone. `npm run dev -- --port 9000 --fresh`.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CLIENT_ID, serveSpotify, serveStores } from "../simulator/server.mjs";
import { buildAssets } from "./assets.mjs";
import { runSchedule } from "./cron.mjs";
import { isApiKey, newApiKey } from "./keys.mjs";
import { migrationFiles, migrationsFingerprint } from "./migrations.mjs";
import { capture, main, plain, Refusal, readIfThere, root } from "./project.mjs";

const data = join(root, ".data");
const secretsFile = join(root, ".dev.vars");
const runningFile = join(data, "running");
const seedFile = join(root, "test/seed/demo.mjs");

const secondsToReady = 60;
const secondsBetweenSweeps = 3;
let isSweeping = false;
/** Until the address is printed, only what went wrong is worth a line. */
let isAnnounced = false;

await main(import.meta.url, async () => {
  const { port, isFresh } = options();
  const baseUrl = `http://127.0.0.1:${port}`;
  refuseSharedData();
  await refuseTakenPort(port);

  if (isFresh) rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  writeFileSync(runningFile, `${process.pid} ${port}\n`);
  process.on("exit", () => rmSync(runningFile, { force: true }));

  let server;
  let isEnding = false;
  const end = (code) => {
    if (isEnding) return;
    isEnding = true;
    server?.kill();
    process.exit(code);
  };
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
    process.on(signal, () => end(code));
  endWithParent(end);

  try {
    buildAssets();
    const secrets = completeSecrets();
    await migrate();
    const seed = existsSync(seedFile) ? await import(seedFile) : undefined;
    const { ownerKey, viewerKey, secondKey } = secrets;
    await seedBefore(seed, { ownerKey, viewerKey, secondKey });
    const settings = await withStores(await withSpotify(secrets.others));
    writeFileSync(runningFile, `${process.pid} ${port} ${settings.STAND_IN_URL ?? ""}\n`);

    server = startServer(port, settings);
    if (!(await isReady(baseUrl, server))) {
      throw new Refusal(`The Worker did not answer at ${baseUrl}/health: see the lines above.`);
    }
    // A start that was cut short leaves jobs whose messages are gone; the sweep sends them again.
    const sweeping = setInterval(() => sweep(baseUrl), secondsBetweenSweeps * 1000);
    await seedAfter(seed, { baseUrl, ownerKey, secondKey });
    clearInterval(sweeping);
    announce(baseUrl, secrets, seed, settings);
    isAnnounced = true;

    for (let failures = 0; ; ) {
      void sweep(baseUrl);
      await pause(secondsBetweenSweeps * 1000, undefined, { signal: server.ended }).catch(() => {});
      if (server.isWhole()) continue;
      failures += 1;
      console.error("The runtime has stopped; starting it again with the same data.");
      server.kill();
      await pause(Math.min(250 * 2 ** failures, 30_000));
      server = startServer(port, settings);
      if (await isReady(baseUrl, server)) {
        console.error(`Ready again at ${baseUrl}.`);
        failures = 0;
      }
    }
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error);
    end(1);
  }
});

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: { port: { type: "string", default: "8787" }, fresh: { type: "boolean", default: false } },
    }));
  } catch (error) {
    throw new Refusal(`${error.message.split("\n")[0].replace(/\.?$/, ".")} The options are --port N and --fresh.`);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Refusal(`--port takes a number from 1 to 65535, not "${values.port}".`);
  return { port, isFresh: values.fresh };
}

async function refuseTakenPort(port) {
  const problem = await new Promise((done) => {
    const probe = createServer().once("error", (error) => done(error.code));
    probe.listen(port, "127.0.0.1", () => probe.close(() => done(undefined)));
  });
  if (problem === "EADDRINUSE")
    throw new Refusal(
      `Port ${port} is taken by another program: stop it, or choose another port with \`npm run dev -- --port N\`.`,
    );
  if (problem)
    throw new Refusal(`Port ${port} cannot be used (${problem}): choose another one with \`npm run dev -- --port N\`.`);
}

/** Two runtimes over one database would each believe that they own it. */
function refuseSharedData() {
  const [pid, port] = readIfThere(runningFile).trim().split(" ");
  if (!pid || Number(pid) === process.pid) return;
  try {
    process.kill(Number(pid), 0);
  } catch {
    return;
  }
  if (existsSync("/proc/self") && !readIfThere(`/proc/${pid}/cmdline`).includes("dev.mjs")) return;
  throw new Refusal(
    `This project's data is in use by the development server at http://127.0.0.1:${port} (process ${pid}): stop that one first.`,
  );
}

/** When the npm script that started this is gone, so is the person who could stop it. */
function endWithParent(end) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end(129);
  }, 1000).unref();
}

/**
 * Writes .dev.vars, or what it lacks; what it holds is kept.
 *
 * @returns the demo's keys, which the Worker never sees, and `others`: settings that wrangler would leave out because
 *   wrangler.toml does not require them, such as the secrets of a provider
 */
function completeSecrets() {
  const text = readIfThere(secretsFile);
  const present = Object.fromEntries(
    [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t]*$/gm)].map(
      ([, name, value]) => [name, value.replace(/^(["'])(.*)\1$/, "$2")],
    ),
  );
  const missing = Object.entries({
    ENVIRONMENT: () => "development",
    SIGNING_KEY: () => randomBytes(32).toString("hex"),
    VAULT_KEYS: () => `k1:${randomBytes(32).toString("base64")}`,
    DEMO_API_KEY: newApiKey,
    DEMO_VIEWER_KEY: newApiKey,
    DEMO_SECOND_API_KEY: newApiKey,
  }).filter(([name]) => !present[name]);
  for (const [name, make] of missing) present[name] = make();
  if (missing.length > 0) {
    const head =
      text === ""
        ? "# Secrets of this machine's development server. Not for the repository, never deployed.\n"
        : text.replace(/\n?$/, "\n");
    writeFileSync(secretsFile, `${head}${missing.map(([name]) => `${name}=${present[name]}\n`).join("")}`, {
      mode: 0o600,
    });
  }
  for (const name of ["DEMO_API_KEY", "DEMO_VIEWER_KEY", "DEMO_SECOND_API_KEY"]) {
    if (!isApiKey(present[name]))
      throw new Refusal(`${name} in .dev.vars is not an API key: delete that line and a new one is made.`);
  }
  const {
    DEMO_API_KEY: ownerKey,
    DEMO_VIEWER_KEY: viewerKey,
    DEMO_SECOND_API_KEY: secondKey,
    ENVIRONMENT: _environment,
    SIGNING_KEY: _signingKey,
    ...others
  } = present;
  return { ownerKey, viewerKey, secondKey, others };
}

/** Without an app of the developer's own, people sign in at a stand-in for Spotify that runs in this process. */
async function withSpotify(settings) {
  if (settings.SPOTIFY_CLIENT_ID) return settings;
  const { url } = await serveSpotify();
  return { ...settings, SPOTIFY_CLIENT_ID: CLIENT_ID, SPOTIFY_ACCOUNTS_URL: url, SPOTIFY_API_URL: url };
}

/** Without apps of the developer's own, the other stores are played in this process, too. */
async function withStores(settings) {
  if (settings.YOUTUBE_CLIENT_ID || settings.SOUNDCLOUD_CLIENT_ID || settings.TIKTOK_CLIENT_ID) return settings;
  const { url } = await serveStores();
  const app = (store) => ({ [`${store}_CLIENT_ID`]: CLIENT_ID, [`${store}_CLIENT_SECRET`]: "stand-in" });
  return { ...settings, ...app("YOUTUBE"), ...app("SOUNDCLOUD"), ...app("TIKTOK"), STAND_IN_URL: url };
}

async function migrate() {
  const stamp = join(data, "migrated");
  const fingerprint = migrationsFingerprint();
  if (migrationFiles().length === 0 || readIfThere(stamp) === fingerprint) return;
  const { code, output } = await capture("wrangler", [
    "d1",
    "migrations",
    "apply",
    "DB",
    "--local",
    "--persist-to",
    ".data",
  ]);
  if (code !== 0) {
    throw new Refusal(
      `Migration ${failedMigration(output) ?? "(unknown)"} failed: ${errorIn(output)}. Correct it and start again; --fresh starts over with an empty database.`,
    );
  }
  writeFileSync(stamp, fingerprint);
}

/** The first migration that the last table wrangler printed does not tick off. */
function failedMigration(output) {
  const lastTable = output.slice(output.lastIndexOf("┌"));
  return lastTable
    .split("\n")
    .find((line) => line.includes(".sql") && !line.includes("✅"))
    ?.match(/[^\s│]+\.sql/)?.[0];
}

function errorIn(output) {
  return (
    /\[ERROR\]\s*(.+)/
      .exec(output)?.[1]
      ?.replace(/: SQLITE_ERROR.*$/, "")
      .trim() ?? output.trim()
  );
}

async function seedBefore(seed, keys) {
  if (!seed?.demoSql) return;
  const sql = await seed.demoSql(keys);
  const stamp = join(data, "seeded");
  const fingerprint = createHash("sha256").update(sql).digest("hex");
  if (readIfThere(stamp) === fingerprint) return;
  const file = join(data, "seed.sql");
  writeFileSync(file, sql);
  const { code, output } = await capture("wrangler", [
    "d1",
    "execute",
    "DB",
    "--local",
    "--persist-to",
    ".data",
    "--file",
    ".data/seed.sql",
    "--yes",
  ]);
  if (code !== 0) throw new Refusal(`The demo data could not be written: ${errorIn(output)}.`);
  rmSync(file);
  writeFileSync(stamp, fingerprint);
}

async function seedAfter(seed, keys) {
  if (!seed?.seedDemo) return;
  const stamp = join(data, "seeded.after");
  const hash = createHash("sha256");
  for (const name of readdirSync(dirname(seedFile)).sort()) hash.update(readIfThere(join(dirname(seedFile), name)));
  const fingerprint = hash.digest("hex");
  const seeded = readIfThere(stamp);
  if (seeded === fingerprint) return;
  // Other files on top of those that are booked would count twice.
  if (seeded !== "") {
    console.log(
      "The demo has changed since this database was made: `npm run dev -- --fresh` starts over with the new one.",
    );
    return;
  }
  console.log("Making the demo: two artists with three years of statements and daily plays …");
  try {
    await seed.seedDemo({ ...keys, persistDir: data });
    writeFileSync(stamp, fingerprint);
  } catch (error) {
    console.error(`The demo data is incomplete: ${error.message}`);
  }
}

/**
 * Starts wrangler in a process group of its own. The group ends when this process does, however it ends: a reader waits
 * on a pipe that only this process holds open, and its end is the signal.
 */
function startServer(port, settings) {
  const script = 'group=$$; (trap "" PIPE; cat <&3 >/dev/null; kill -s KILL -- "-$group") & exec 3<&-; exec "$@"';
  const wrangler = [
    "wrangler",
    "dev",
    "--port",
    String(port),
    "--ip",
    "127.0.0.1",
    "--inspector-port",
    "0",
    "--persist-to",
    ".data",
    "--show-interactive-dev-session=false",
    "--var",
    "ENVIRONMENT:development",
    // A restart loses what the local queue held; the sweep need not wait a minute to send it again.
    ...Object.entries({ OUTBOX_LEASE_SECONDS: "10", PUBLIC_URL: `http://127.0.0.1:${port}`, ...settings }).flatMap(
      ([name, value]) => ["--var", `${name}:${value}`],
    ),
  ];
  const child = spawn("sh", ["-c", script, "sh", ...wrangler], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  child.stdio[3].on("error", () => {});
  const ending = new AbortController();
  let runtimes = 0;
  // wrangler starts a crashed runtime again by itself, but then nothing was seen to answer at its port any more.
  const crashed = () => ending.abort();
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on(
      "line",
      quietly((line) => {
        if (isAnnounced || !/^\{"kind":.*"(?:status":[1-4]|outcome":"done|jobs":)/.test(line)) console.log(line);
      }, crashed),
    );
  child.on("exit", () => ending.abort());
  child.on("error", (error) => {
    console.error(`The runtime could not be started: ${error.message}`);
    ending.abort();
  });
  return {
    /** Aborted when wrangler ends, or when it says that its runtime crashed. */
    ended: ending.signal,
    /** False when wrangler, or one of the runtimes it keeps, is gone. */
    isWhole() {
      if (ending.signal.aborted) return false;
      const now = runtimesIn(child.pid);
      runtimes = Math.max(runtimes, now);
      return now >= runtimes;
    },
    kill() {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // The group has already ended.
      }
    },
  };
}

/** How many workerd processes a process group holds; where there is no /proc to look at, as many as there should be. */
function runtimesIn(group) {
  if (!existsSync("/proc/self/stat")) return 1;
  let count = 0;
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = readIfThereNow(`/proc/${pid}/stat`);
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (name === "workerd" && Number(processGroup) === group && state !== "Z") count += 1;
  }
  return count;
}

/** Like readIfThere, for files that may vanish while being read. */
function readIfThereNow(path) {
  try {
    return readIfThere(path);
  } catch {
    return "";
  }
}

/** Lets errors and the Worker's own lines through and drops wrangler's running commentary. */
function quietly(print, crashed) {
  const noise = [
    /^\[wrangler:(info|inf)\]/,
    /^⎔ /,
    /^Using (secrets|vars) defined in /,
    /^Your Worker (has access to|and resources)/,
    /^Binding +Resource/,
    /^env\.\S+ .*\b(local|remote)\b/,
    /^ *⛅️? wrangler/u,
    /^─+$/,
    /^🪵 /u,
    /^Build succeeded/,
  ];
  let isInHiddenWarning = false;
  return (raw) => {
    const line = plain(raw).trimEnd();
    if (/The Workers runtime crashed unexpectedly/.test(line)) return crashed();
    if (/^\s*[▲✘]/u.test(line)) isInHiddenWarning = /Scheduled Workers are not automatically triggered/.test(line);
    else if (/^\S/.test(line)) isInHiddenWarning = false;
    if (isInHiddenWarning || noise.some((pattern) => pattern.test(line))) return;
    if (line !== "") print(line.replace(/^✘ \[ERROR\] (?=\{)/u, ""));
  };
}

async function isReady(baseUrl, server) {
  const deadline = performance.now() + secondsToReady * 1000;
  while (performance.now() < deadline && !server.ended.aborted) {
    try {
      const answer = await fetch(`${baseUrl}/health`, { signal: AbortSignal.timeout(5000) });
      await answer.arrayBuffer();
      if (answer.ok) return server.isWhole();
    } catch {
      // Not listening yet.
    }
    await pause(100);
  }
  return false;
}

/** Outside the platform no cron ever fires by itself, so this takes its place; a failure shows in the Worker's own log. */
async function sweep(baseUrl) {
  if (isSweeping) return;
  isSweeping = true;
  try {
    await runSchedule(baseUrl, "* * * * *");
  } catch {
    // Whether the runtime is still there is watched elsewhere.
  }
  isSweeping = false;
}

function announce(baseUrl, { ownerKey, viewerKey }, seed, { SPOTIFY_ACCOUNTS_URL: standIn, STAND_IN_URL: stores }) {
  console.log(`
Ready at       ${baseUrl}
Reference      ${baseUrl}/docs
Sign in        ${baseUrl}/api/auth/spotify/login${standIn ? ` (at a stand-in for Spotify; \`curl ${standIn}/stand-in\` shows and changes it)` : ""}
${stores ? `Stores         YouTube, SoundCloud and TikTok are played at ${stores}/stand-in; \`npm run cron -- nightly --next-day\` plays a night\n` : ""}Owner's key    ${ownerKey}
Viewer's key   ${viewerKey}${seed ? "" : "\n(There is no demo data: test/seed/demo.mjs is missing, so the keys open nothing yet.)"}

curl -H "Authorization: Bearer ${ownerKey}" ${baseUrl}/api/dashboard/earnings/overview

Data is kept in .data between starts; \`npm run dev -- --fresh\` starts over. Ctrl-C ends it.
`);
}
