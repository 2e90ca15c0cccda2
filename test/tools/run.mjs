// The door of every npm script: makes sure that the dependencies and a fitting Node are there, then starts the tool.
// It runs before anything is installed, under any Node from 20 on, so it imports nothing but Node itself.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const oldestNode = [22, 12];

const commands = {
  dev: "test/tools/dev.mjs",
  test: "test/tools/test.mjs",
  "test:long": "test/tools/test-long.mjs",
  check: "test/tools/check.mjs",
  bench: "test/bench/bench.mjs",
  cron: "test/tools/cron.mjs",
  seed: "test/tools/seed.mjs",
  openapi: "test/tools/openapi.mjs",
  readme: "test/tools/readme.mjs",
  deploy: "test/tools/deploy.mjs",
};

const [command, ...args] = process.argv.slice(2);
const script = commands[command];
if (!script || !existsSync(join(root, script))) {
  stop(
    `Say which tool to run: ${Object.keys(commands)
      .filter((name) => existsSync(join(root, commands[name])))
      .join(", ")}.`,
  );
}

install();
const node = fittingNode();
const environment = {
  ...process.env,
  PATH: [dirname(node), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG_PATH: join(root, ".dist/logs"),
  NO_UPDATE_NOTIFIER: "1",
  npm_config_update_notifier: "false",
};
if (!process.stdout.isTTY) {
  environment.NO_COLOR ??= "1";
  delete environment.FORCE_COLOR;
}

const tool = spawn(node, [join(root, script), ...args], { cwd: root, env: environment, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => tool.kill(signal));
endWithNpm();
tool.on("error", (error) => stop(`Node at ${node} did not start: ${error.message}.`));
tool.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));

/** npm passes no signal on through the shell it starts, so whoever ends npm would leave the tool running. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const above = ancestors();
  setInterval(() => {
    if (ancestors() !== above) tool.kill("SIGHUP");
  }, 500).unref();
}

/** The shell that npm started and, where it can be seen, npm itself. */
function ancestors() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]}`;
  } catch {
    return `${process.ppid}`;
  }
}

/** Installs what package-lock.json names, unless it is already there. */
function install() {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const fingerprint = createHash("sha256").update(lock).digest("hex");
  const stamp = join(root, "node_modules/.stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return;

  if (!isInstalled(JSON.parse(lock).packages)) {
    console.log("Installing what is missing …");
    // npm must not be started by the Node inside the folder that it is about to replace.
    const path = (process.env.PATH ?? "")
      .split(delimiter)
      .filter((folder) => !folder.includes("node_modules"))
      .join(delimiter);
    const env = { ...process.env, PATH: path, NO_UPDATE_NOTIFIER: "1", npm_config_update_notifier: "false" };
    const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    if (npm.error) stop(`npm could not be started (${npm.error.message}); install it beside Node.`);
    if (npm.status !== 0)
      stop(`${npm.stdout}\nThe dependencies could not be installed: npm ci ended with ${npm.status ?? npm.signal}.`);
  }
  writeFileSync(stamp, fingerprint);
}

/** Whether node_modules holds exactly the locked versions; npm keeps its own record of what it installed. */
function isInstalled(locked) {
  const record = join(root, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const present = JSON.parse(readFileSync(record, "utf8")).packages;
  for (const [path, entry] of Object.entries(locked)) {
    if (path === "") continue;
    if (present[path]) {
      if (present[path].version !== entry.version) return false;
      continue;
    }
    const isForHere = entry.os && !entry.libc && fits(entry.os, process.platform) && fits(entry.cpu, process.arch);
    if (!entry.optional || isForHere) return false;
  }
  return true;
}

function fits(allowed, actual) {
  return !allowed || allowed.includes(actual);
}

/** The Node that came with the dependencies, else the one that runs this, if it is new enough. */
function fittingNode() {
  const bundled = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(bundled)) return bundled;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return process.execPath;
  return stop(
    `This needs Node ${oldestNode.join(".")} or newer, and this is Node ${process.versions.node}: install a newer Node and try again.`,
  );
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
