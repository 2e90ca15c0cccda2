// Where the parts of the project lie on disk, and the two ways in which the tools start other programs.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const dist = join(root, ".dist");

/** Ends the tool with one sentence for the person who started it. */
export class Refusal extends Error {}

/** Runs a tool's main function when its file was started as a program; a Refusal is printed as its sentence alone. */
export async function main(moduleUrl, work) {
  if (!process.argv[1] || moduleUrl !== pathToFileURL(process.argv[1]).href) return;
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error);
    process.exitCode = 1;
  }
}

/** Runs a program of node_modules/.bin and collects what it prints. Never throws: look at `code`. */
export function capture(program, args, { env = {}, cwd = root } = {}) {
  return new Promise((done) => {
    const child = spawn(bin(program), args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", (error) => done({ code: 127, output: `${program} could not be started: ${error.message}` }));
    child.on("close", (code) => done({ code: code ?? 1, output: plain(output) }));
  });
}

/** Runs a program of node_modules/.bin on this terminal and gives its exit code. */
export function show(program, args, { env = {} } = {}) {
  return new Promise((done) => {
    const child = spawn(bin(program), args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      done(127);
    });
    child.on("close", (code) => done(code ?? 1));
  });
}

/** Text without terminal colours. */
export function plain(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is being removed
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
}

/** Every file under a folder, as paths relative to it, sorted. */
export function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}

/** A text file's content, or "" when there is none. */
export function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function bin(program) {
  const installed = join(root, "node_modules/.bin", program);
  return existsSync(installed) ? installed : program;
}
