// Runs the bundled Worker in Miniflare without wrangler around it: for benchmarks, for tests that kill the runtime, and for
// whatever needs the real bindings from Node.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildAssets } from "./assets.mjs";
import { migrationFiles } from "./migrations.mjs";
import { capture, dist, filesUnder, Refusal, readIfThere, root } from "./project.mjs";

const bundle = join(dist, "worker");

/**
 * Bundles the Worker to .dist/worker, unless nothing that goes into it has changed.
 *
 * @returns the path of the bundled entry module
 */
export async function buildWorker() {
  buildAssets();
  const hash = createHash("sha256");
  for (const file of [
    ...filesUnder(join(root, "src")).map((name) => `src/${name}`),
    "wrangler.toml",
    "tsconfig.json",
    "package-lock.json",
  ]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  const fingerprint = hash.digest("hex");
  const entry = join(bundle, "index.js");
  if (existsSync(entry) && readIfThere(join(bundle, ".stamp")) === fingerprint) return entry;

  rmSync(bundle, { recursive: true, force: true });
  const { code, output } = await capture("wrangler", ["deploy", "--dry-run", "--outdir", ".dist/worker", "--minify"]);
  if (code !== 0) throw new Refusal(`The Worker could not be bundled:\n${output}`);
  writeFileSync(join(bundle, ".stamp"), fingerprint);
  return entry;
}

/**
 * Starts the bundled Worker with the bindings of wrangler.toml and all migrations applied.
 *
 * @param {object} [options]
 * @param {string} [options.persist] a folder that keeps D1, R2, KV and Durable Objects between runs; without it all is in memory
 * @param {number} [options.port] 0, the default, takes a free one
 * @param {Record<string, unknown>} [options.bindings] variables and secrets that replace those of wrangler.toml
 * @param {(line: { level: string; message: string }) => void} [options.log] receives what the Worker and the runtime print
 * @param {boolean} [options.migrate] false leaves the database as it is
 * @param {boolean} [options.assets] false leaves out the static files, and with them the local router in front of the Worker
 */
export async function startRuntime({
  persist,
  port = 0,
  bindings = {},
  log = () => {},
  migrate = true,
  assets = true,
} = {}) {
  const script = await buildWorker();
  process.env.WRANGLER_LOG ??= "error";
  const { Log, LogLevel, Miniflare, convertV4MiniflareOptions } = await import("miniflare");
  const { unstable_getMiniflareWorkerOptions: workerOptionsOf } = await import("wrangler");
  // No .dev.vars: what runs here must not depend on the machine.
  const { workerOptions } = workerOptionsOf(join(root, "wrangler.toml"), undefined, { envFiles: [] });
  if (persist) mkdirSync(persist, { recursive: true });

  const before = new Set(runtimeProcesses());
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port,
      cf: false,
      unsafeTriggerHandlers: true,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: log,
      ...(persist ? { resourcePersistencePath: persist } : {}),
      workers: [
        {
          ...workerOptions,
          ...(assets ? {} : { assets: undefined }),
          modules: moduleFiles(script),
          modulesRoot: bundle,
          bindings: { ...workerOptions.bindings, SIGNING_KEY: "0".repeat(64), ...bindings },
        },
      ],
    }),
  );
  const url = (await mf.ready).href.replace(/\/$/, "");
  const workerdPid = runtimeProcesses().find((pid) => !before.has(pid));
  if (migrate) await applyMigrations(await mf.getD1Database("DB"));

  return {
    url,
    mf,
    workerdPid,
    /** Ends the runtime the hard way, as a power cut would; the same folder can then be started again. */
    async kill() {
      // Miniflare would start a new runtime for one that dies under it, so Miniflare itself is what delivers the SIGKILL:
      // its dispose() kills workerd first and asks nothing of it.
      const gone = workerdPid === undefined ? undefined : untilGone(workerdPid);
      if (workerdPid !== undefined) process.kill(workerdPid, "SIGSTOP");
      await mf.dispose();
      await gone;
    },
    /** Ends the runtime. */
    async stop() {
      await mf.dispose();
    },
  };
}

/** Applies what is missing of migrations/, with the bookkeeping of `wrangler d1 migrations apply`. */
export async function applyMigrations(database) {
  await database.exec(
    "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);",
  );
  const applied = new Set(
    (await database.prepare("SELECT name FROM d1_migrations").all()).results.map((row) => row.name),
  );
  for (const { name, statements } of migrationFiles()) {
    if (applied.has(name)) continue;
    try {
      await database.batch([
        ...statements.map((statement) => database.prepare(statement)),
        database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
      ]);
    } catch (error) {
      throw new Refusal(`Migration ${name} failed: ${error.message}`);
    }
  }
}

/** The bundle's modules, entry first; all but JavaScript are data to the runtime. */
function moduleFiles(entry) {
  const others = readdirSync(bundle)
    .filter((name) => /\.(wasm|bin|txt|html|sql)$/.test(name))
    .map((name) => join(bundle, name));
  const kinds = { wasm: "CompiledWasm", bin: "Data" };
  return [
    { type: "ESModule", path: entry, contents: readFileSync(entry, "utf8") },
    ...others.map((path) => {
      const type = kinds[path.split(".").at(-1)] ?? "Text";
      return { type, path, contents: type === "Text" ? readFileSync(path, "utf8") : readFileSync(path) };
    }),
  ];
}

/** Process ids of the runtimes that this process has started. */
function runtimeProcesses() {
  if (existsSync(`/proc/${process.pid}/task`)) {
    const children = readdirSync(`/proc/${process.pid}/task`).flatMap((task) =>
      readIfThere(`/proc/${process.pid}/task/${task}/children`).trim().split(" "),
    );
    return children.filter((pid) => pid && readIfThere(`/proc/${pid}/comm`).startsWith("workerd")).map(Number);
  }
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, name]) => Number(parent) === process.pid && name?.includes("workerd"))
    .map(([pid]) => Number(pid));
}

async function untilGone(pid) {
  for (let wait = 0; wait < 500; wait += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resume) => setTimeout(resume, 10));
  }
  throw new Error(`The runtime, process ${pid}, did not end within 5 seconds.`);
}
