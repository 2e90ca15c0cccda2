// The home of the peer: the dashboard most teams would write, Express over PostgreSQL, answering the same monthly question.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dist } from "../tools/project.mjs";

/** Installed beside the project when it is wanted, since nothing else needs it. */
const PACKAGES = ["express@5.3.0", "pg@8.23.1"];

const APP = `
import { createHash } from "node:crypto";
import express from "express";
import pg from "pg";
const pool = new pg.Pool({ host: process.env.PGHOST, port: Number(process.env.PGPORT), user: "postgres", database: "postgres", max: 4 });
const QUESTIONS = {
  lines: "SELECT month, store, sum(amount)::text AS reported FROM lines WHERE artist = $1 AND month BETWEEN $2 AND $3 GROUP BY 1, 2 ORDER BY 1, 2",
  sums: "SELECT month, store, amount::text AS reported FROM sums WHERE artist = $1 AND month BETWEEN $2 AND $3 ORDER BY 1, 2",
};
const app = express();
app.use(async (request, response, next) => {
  const hash = createHash("sha256").update((request.get("authorization") ?? "").slice(7)).digest("hex");
  const { rows } = await pool.query("SELECT artist FROM keys WHERE hash = $1", [hash]);
  if (rows.length === 0) return response.status(401).json({ code: "unauthenticated" });
  request.artist = rows[0].artist;
  next();
});
app.get("/:question", async (request, response) => {
  const { from, to } = request.query;
  const { rows } = await pool.query(QUESTIONS[request.params.question], [request.artist, from, to]);
  response.json({ data: rows.map(({ month, store, reported }) => ({ period: month, key: store, reported })) });
});
app.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
`;

/** Where PostgreSQL's programs are, newest first; null when it is not installed. */
function postgresPrograms() {
  const base = "/usr/lib/postgresql";
  if (!existsSync(base)) return null;
  const newest = readdirSync(base).sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(base, newest, "bin");
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts the peer with the lines of a statement and their sums.
 *
 * @param {Buffer} statement a tab-delimited statement as the seed makes it
 * @param {string} key the key its client will show
 * @returns {Promise<{ url: string; pids: number[]; stop: () => void } | string>} or why it cannot be had
 */
export async function startPeer(statement, key) {
  const programs = postgresPrograms();
  if (programs === null) return "PostgreSQL is not installed (on Debian: apt-get install postgresql)";
  const folder = mkdtempSync(join(tmpdir(), "peer-"));
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  // PostgreSQL refuses to run as root, and then runs as its own user.
  const isRoot = process.getuid?.() === 0;
  const asOwner = (/** @type {string} */ program, /** @type {string[]} */ args) =>
    isRoot ? ["runuser", ["-u", "postgres", "--", join(programs, program), ...args]] : [join(programs, program), args];
  const run = (/** @type {string} */ program, /** @type {string[]} */ ...args) => {
    const [command, words] = asOwner(program, args.flat());
    return execFileSync(/** @type {string} */ (command), /** @type {string[]} */ (words), {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
  };
  mkdirSync(data);
  if (isRoot) execFileSync("chown", ["postgres", data, folder]);
  const port = await freePort();
  run("initdb", ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8"]);
  run("pg_ctl", [
    "-D",
    data,
    "-w",
    "-l",
    join(data, "log"),
    "-o",
    `-p ${port} -k ${data} -c listen_addresses=127.0.0.1`,
    "start",
  ]);
  const sql = (/** @type {string} */ text) =>
    run("psql", ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q", "-c", text]);

  const rows = statement
    .toString()
    .split("\n")
    .slice(1, -1)
    .map((line) => {
      const cells = line.split("\t");
      return ["a", cells[2], cells[3], cells[11], cells[6], cells[13]].join("\t");
    });
  const file = join(folder, "lines.tsv");
  writeFileSync(file, `${rows.join("\n")}\n`);
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update(key).digest("hex");
  sql("CREATE TABLE keys (hash text PRIMARY KEY, artist text NOT NULL)");
  sql(`INSERT INTO keys VALUES ('${hash}', 'a')`);
  sql("CREATE TABLE lines (artist text, month text, store text, country text, isrc text, amount numeric)");
  sql(`\\copy lines FROM '${file}'`);
  sql("CREATE INDEX ON lines (artist, month)");
  sql("CREATE TABLE sums AS SELECT artist, month, store, sum(amount) AS amount FROM lines GROUP BY 1, 2, 3");
  sql("ALTER TABLE sums ADD PRIMARY KEY (artist, month, store)");
  sql("ANALYZE");

  const home = join(dist, "peer");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{"private":true,"type":"module"}');
  if (!existsSync(join(home, "node_modules", "pg"))) {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...PACKAGES], {
      cwd: home,
      stdio: "ignore",
    });
  }
  writeFileSync(join(home, "app.mjs"), APP);
  const httpPort = await freePort();
  const env = {
    ...process.env,
    NODE_ENV: "production",
    PGHOST: "127.0.0.1",
    PGPORT: String(port),
    PORT: String(httpPort),
  };
  const app = spawn(process.execPath, [join(home, "app.mjs")], { env, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    app.stdout.once("data", resolve);
    app.once("exit", (code) => reject(new Error(`the peer ended with ${code}`)));
  });
  return {
    url: `http://127.0.0.1:${httpPort}`,
    pids: app.pid === undefined ? [] : [app.pid],
    stop() {
      app.removeAllListeners("exit");
      app.kill();
      run("pg_ctl", ["-D", data, "-m", "immediate", "stop"]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
