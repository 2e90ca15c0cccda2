#!/usr/bin/env node
// Checks an audit bundle offline: `node verify.mjs bundle.zip`, or the folder it was unpacked to. Needs Node 18 or newer and
// nothing else. Every bundle carries this very file.
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** @typedef {{ file: string; line: number | null; message: string }} Fault */
/** @typedef {{ names: string[]; read(name: string): Promise<Buffer>; close(): Promise<void> }} Source */

const MANIFEST = "manifest.json";
const SEAL = "manifest.sha256";
const DROPPINGS = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);
const PLACES = 30n;
const NANO = 10n ** 21n;
const MOST_FAULTS = 20;

/** A bundle that cannot be read as one. */
class Broken extends Error {
  /** @param {string} file @param {string} message @param {number | null} [line] */
  constructor(file, message, line = null) {
    super(message);
    this.fault = { file, line, message };
  }
}

/** A bundle in memory. @param {Map<string, Buffer>} files @returns {Source} */
export function sourceOf(files) {
  const read = async (/** @type {string} */ name) => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new Broken(name, "is missing");
    return bytes;
  };
  return { names: [...files.keys()], read, close: async () => undefined };
}

/** A bundle in a folder. @param {string} folder @returns {Promise<Source>} */
export async function openFolder(folder) {
  /** @type {string[]} */
  const names = [];
  const walk = async (/** @type {string} */ at) => {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (!DROPPINGS.has(entry.name)) names.push(relative(folder, path).split(sep).join("/"));
    }
  };
  await walk(folder);
  const read = async (/** @type {string} */ name) => {
    if (!names.includes(name)) throw new Broken(name, "is missing");
    return readFile(join(folder, name));
  };
  return { names, read, close: async () => undefined };
}

/** A bundle as it was downloaded: a zip of stored files without a gap. @param {string} path @returns {Promise<Source>} */
export async function openZip(path) {
  const handle = await open(path);
  const { size } = await handle.stat();
  const take = async (/** @type {number} */ at, /** @type {number} */ length) => {
    if (at < 0 || length < 0 || at + length > size) throw new Broken(path, "is cut off or broken");
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, at);
    return bytes;
  };
  try {
    const end = await take(size - 22, 22);
    const [count, bytes, offset] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
    const isEnd = end.readUInt32LE(0) === 0x06054b50 && end.readUInt16LE(8) === count && isBlank(end, [4, 8], [20, 22]);
    if (!isEnd || offset + bytes + 22 !== size) throw new Broken(path, "is no bundle as it was downloaded");
    const directory = await take(offset, bytes);
    /** @type {Map<string, { at: number; size: number }>} */
    const entries = new Map();
    let at = 0;
    let next = 0;
    for (let entry = 0; entry < count; entry += 1) {
      const facts = directory.subarray(at, at + 46);
      if (facts.length < 46 || facts.readUInt32LE(0) !== 0x02014b50) throw new Broken(path, "has a broken directory");
      const name = directory.toString("utf8", at + 46, at + 46 + facts.readUInt16LE(28));
      const local = await take(next, 30 + facts.readUInt16LE(28));
      // What a file's header says twice must be the same twice, and what it may leave out must be nought.
      const isPlain =
        facts.readUInt16LE(4) === 10 &&
        facts.readUInt16LE(6) === 10 &&
        facts.readUInt16LE(8) === 0x0800 &&
        facts.readUInt16LE(14) === 0x0021 &&
        isBlank(facts, [10, 14], [30, 42]) &&
        isBlank(local, [28, 30]) &&
        facts.readUInt32LE(42) === next &&
        local.readUInt32LE(0) === 0x04034b50 &&
        local.subarray(4, 28).equals(facts.subarray(6, 30)) &&
        local.toString("utf8", 30) === name;
      if (!isPlain) throw new Broken(name, "was packed anew: unpack it and name the folder");
      if (entries.has(name)) throw new Broken(name, "is there twice");
      const length = facts.readUInt32LE(20);
      entries.set(name, { at: next + local.length, size: length });
      next += local.length + length;
      at += 46 + facts.readUInt16LE(28);
    }
    if (at !== directory.length || next !== offset) throw new Broken(path, "holds more than its directory says");
    const read = async (/** @type {string} */ name) => {
      const entry = entries.get(name);
      if (entry === undefined) throw new Broken(name, "is missing");
      return take(entry.at, entry.size);
    };
    return { names: [...entries.keys()], read, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** @param {Buffer} bytes @param {...[number, number]} ranges */
function isBlank(bytes, ...ranges) {
  return ranges.every(([from, to]) => bytes.subarray(from, to).every((byte) => byte === 0));
}

/**
 * Checks a bundle.
 *
 * @param {Source} source
 * @returns {Promise<{ faults: Fault[]; files: number; statements: StatementResult[] }>}
 */
export async function verify(source) {
  /** @type {Fault[]} */
  const faults = [];
  const guarded = async (/** @type {string} */ file, /** @type {() => Promise<any>} */ work) => {
    try {
      return await work();
    } catch (error) {
      faults.push(error instanceof Broken ? error.fault : { file, line: null, message: `cannot be read: ${error}` });
      return null;
    }
  };
  const manifest = await guarded(MANIFEST, async () => {
    const bytes = await source.read(MANIFEST);
    const seal = (await source.read(SEAL)).toString("utf8");
    if (seal !== `${sha256(bytes)}  ${MANIFEST}\n`) faults.push(fault(SEAL, "is not the SHA-256 of manifest.json"));
    const read = JSON.parse(bytes.toString("utf8"));
    if (read.bundleVersion !== 1) throw new Broken(MANIFEST, `is of version ${read.bundleVersion}, which is not known`);
    if (!Array.isArray(read.files)) throw new Broken(MANIFEST, "lists no files");
    return read;
  });
  const listed = new Map((manifest?.files ?? []).map((/** @type {any} */ file) => [file.name, file]));
  for (const name of source.names) {
    if (!listed.has(name) && name !== MANIFEST && name !== SEAL) faults.push(fault(name, "is not in the manifest"));
  }
  for (const [name, { sizeBytes, sha256: expected }] of listed) {
    await guarded(name, async () => {
      const bytes = await source.read(name);
      if (bytes.length === sizeBytes && sha256(bytes) === expected) return;
      const line = name.endsWith(".csv") ? await changedLine(source, name, bytes) : null;
      faults.push(fault(name, "is not what the manifest says: its SHA-256 differs", line));
    });
  }
  const facts = await guarded("statements.json", async () => JSON.parse(String(await source.read("statements.json"))));
  const postings = await guarded("postings.csv", async () => sumPostings(await source.read("postings.csv")));
  /** @type {StatementResult[]} */
  const statements = [];
  for (const statement of facts?.statements ?? []) {
    await guarded(statement.original, async () => {
      const bytes = await source.read(statement.original);
      const isSame = bytes.length === statement.sizeBytes && sha256(bytes) === statement.sha256;
      if (!isSame) throw new Broken(statement.original, "is not the file that was uploaded: its SHA-256 differs");
    });
    const sums = await guarded(statement.lines, async () =>
      sumLines(await source.read(statement.lines), statement, (found) => faults.push(found)),
    );
    if (sums === null) continue;
    faults.push(...compareTotals(statement, sums));
    if (postings !== null) faults.push(...comparePostings(statement, sums, postings.of(statement.id)));
    statements.push({ id: statement.id, filename: statement.filename, lines: sums.lines, totals: sums.totals() });
  }
  for (const id of postings?.ids ?? []) {
    const isKnown = (facts?.statements ?? []).some((/** @type {any} */ statement) => statement.id === id);
    if (!isKnown) faults.push(fault("postings.csv", `names ${id}, which is not in the bundle`));
  }
  return { faults, files: source.names.length, statements };
}

/** @typedef {{ id: string; filename: string; lines: number; totals: { currency: string; amount: string }[] }} StatementResult */

/** @param {string} file @param {string} message @param {number | null} [line] @returns {Fault} */
function fault(file, message, line = null) {
  return { file, line, message };
}

/** @param {Buffer} bytes */
function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The first physical line whose check sum is not the one beside the file. @param {Source} source @param {string} name @param {Buffer} bytes */
async function changedLine(source, name, bytes) {
  const sums = name.replace(/\.csv$/, ".crc32");
  if (!source.names.includes(sums)) return null;
  const checks = await source.read(sums);
  let from = 0;
  for (let line = 1; ; line += 1) {
    const isOver = from >= bytes.length;
    const isUnchecked = line * 4 > checks.length;
    if (isOver && isUnchecked) return null;
    if (isOver || isUnchecked) return line;
    const end = bytes.indexOf(10, from);
    const to = end === -1 ? bytes.length : end + 1;
    if (crc32(bytes.subarray(from, to)) !== checks.readUInt32BE((line - 1) * 4)) return line;
    from = to;
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** @param {Buffer} bytes */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (CRC_TABLE[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

/**
 * The rows of a CSV as objects by their column, each with its physical line. Only quoted cells hold quotes.
 *
 * @param {string} file @param {Buffer} bytes @returns {Generator<{ line: number; row: Record<string, string> }>}
 */
function* rowsOf(file, bytes) {
  /** @type {string[] | null} */
  let header = null;
  let line = 1;
  let from = 0;
  let lines = 0;
  let isQuoted = false;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === 34) isQuoted = !isQuoted;
    if (bytes[at] !== 10) continue;
    lines += 1;
    if (isQuoted) continue;
    if (bytes[at - 1] !== 13) throw new Broken(file, "the row does not end with CRLF", line);
    const cells = cellsOf(bytes.toString("utf8", from, at - 1));
    if (header === null) header = cells;
    else {
      if (cells.length !== header.length) {
        throw new Broken(file, `the row has ${cells.length} cells and not ${header.length}`, line);
      }
      yield { line, row: Object.fromEntries(header.map((name, place) => [name, cells[place] ?? ""])) };
    }
    line += lines;
    lines = 0;
    from = at + 1;
  }
  if (from !== bytes.length) throw new Broken(file, "the last row does not end", line);
}

/** @param {string} text */
function cellsOf(text) {
  if (!text.includes('"')) return text.split(",");
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}

/** A decimal × 10^30; null when it is none. @param {string} text */
function exactOf(text) {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,30}))?$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = BigInt(whole + fraction.padEnd(Number(PLACES), "0"));
  return sign === "-" ? -digits : digits;
}

/** @param {bigint} exact × 10^30 */
function decimalOf(exact) {
  const digits = String(exact < 0n ? -exact : exact).padStart(Number(PLACES) + 1, "0");
  const fraction = digits.slice(-Number(PLACES)).replace(/0+$/, "");
  return `${exact < 0n ? "-" : ""}${digits.slice(0, -Number(PLACES))}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Rounded half to even to nine places, and still × 10^30. @param {bigint} exact */
function rounded(exact) {
  const size = exact < 0n ? -exact : exact;
  const [whole, rest] = [size / NANO, size % NANO];
  const isUp = rest * 2n > NANO || (rest * 2n === NANO && whole % 2n === 1n);
  const nearest = (whole + (isUp ? 1n : 0n)) * NANO;
  return exact < 0n ? -nearest : nearest;
}

/** What the lines of a statement come to, each booked again. */
class LineSums {
  lines = 0;
  units = 0n;
  /** @type {Map<string, bigint>} */
  exact = new Map();
  /** @type {Map<string, bigint>} */
  months = new Map();

  /** @param {string} currency @param {string} month @param {bigint} exact @returns {bigint} what the line is booked at */
  add(currency, month, exact) {
    const before = this.exact.get(currency) ?? 0n;
    const booked = rounded(before + exact) - rounded(before);
    this.exact.set(currency, before + exact);
    const key = `${month} ${currency}`;
    this.months.set(key, (this.months.get(key) ?? 0n) + booked);
    return booked;
  }

  totals() {
    return [...this.exact].map(([currency, exact]) => ({ currency, amount: decimalOf(rounded(exact)) }));
  }
}

/** @param {Buffer} bytes @param {any} statement @param {(found: Fault) => void} report */
function sumLines(bytes, { id, lines: file, measures }, report) {
  const sums = new LineSums();
  let last = 0n;
  for (const { line, row } of rowsOf(file, bytes)) {
    sums.lines += 1;
    if (row["statement_id"] !== id) throw new Broken(file, `the row is of ${row["statement_id"]}`, line);
    if (!/^\d{1,12}$/.test(row["line"] ?? "") || BigInt(row["line"] ?? "") <= last) {
      throw new Broken(file, `${row["line"]} is no line behind line ${last}`, line);
    }
    last = BigInt(row["line"] ?? "");
    if (!/^-?\d{1,18}$/.test(row["units"] ?? "")) throw new Broken(file, `${row["units"]} is no count of units`, line);
    sums.units += BigInt(row["units"] ?? "");
    if (measures === "plays") continue;
    const [exact, amount] = [exactOf(row["amount_exact"] ?? ""), exactOf(row["amount"] ?? "")];
    if (exact === null || amount === null) throw new Broken(file, "an amount is no decimal", line);
    const booked = sums.add(row["currency"] ?? "", row["period"] ?? "", exact);
    if (booked !== amount) {
      const words = `amount is ${decimalOf(amount)}; by amount_exact and the lines before it is ${decimalOf(booked)}`;
      report(fault(file, words, line));
    }
  }
  return sums;
}

/** @param {any} statement @param {LineSums} sums @returns {Fault[]} */
function compareTotals({ id, lines: file, lineCount, units, totals }, sums) {
  const faults = [];
  if (sums.lines !== lineCount) faults.push(fault(file, `has ${sums.lines} lines; statements.json says ${lineCount}`));
  if (String(sums.units) !== String(units)) faults.push(fault(file, `has ${sums.units} units and not ${units}`));
  const currencies = new Set([...sums.exact.keys(), ...totals.map((/** @type {any} */ total) => total.currency)]);
  for (const currency of currencies) {
    const total = totals.find((/** @type {any} */ each) => each.currency === currency);
    const exact = sums.exact.get(currency) ?? 0n;
    const [found, booked] = [decimalOf(exact), decimalOf(rounded(exact))];
    if (total?.exact === found && total?.amount === booked) continue;
    const words = `the total of ${id} is ${total?.amount} ${currency} (exactly ${total?.exact})`;
    faults.push(fault("statements.json", `${words}; its lines come to ${booked} (${found})`));
  }
  return faults;
}

/** What was posted of each statement, by month and currency. @param {Buffer} bytes */
function sumPostings(bytes) {
  /** @type {Map<string, Map<string, bigint>>} */
  const byStatement = new Map();
  /** @type {Map<string, { sum: bigint; line: number }>} */
  const entries = new Map();
  for (const { line, row } of rowsOf("postings.csv", bytes)) {
    const amount = exactOf(row["amount"] ?? "");
    if (amount === null) throw new Broken("postings.csv", "an amount is no decimal", line);
    const entry = `${row["entry_id"]} ${row["currency"]}`;
    entries.set(entry, { sum: (entries.get(entry)?.sum ?? 0n) + amount, line });
    const id = row["statement_id"] ?? "";
    const months = byStatement.get(id) ?? new Map();
    byStatement.set(id, months);
    if (!row["account"]?.startsWith("receivable:")) continue;
    const key = `${row["period"]} ${row["currency"]}`;
    months.set(key, (months.get(key) ?? 0n) + amount);
  }
  for (const { sum, line } of entries.values()) {
    if (sum !== 0n) throw new Broken("postings.csv", `the entry comes to ${decimalOf(sum)} and not to nought`, line);
  }
  return { ids: [...byStatement.keys()], of: (/** @type {string} */ id) => byStatement.get(id) ?? new Map() };
}

/** @param {any} statement @param {LineSums} sums @param {Map<string, bigint>} postings @returns {Fault[]} */
function comparePostings({ id }, sums, postings) {
  return [...new Set([...sums.months.keys(), ...postings.keys()])].flatMap((key) => {
    const [lines, posted] = [sums.months.get(key) ?? 0n, postings.get(key) ?? 0n];
    if (lines === posted) return [];
    const words = `of ${id}, ${decimalOf(posted)} is posted in ${key}; its lines come to ${decimalOf(lines)}`;
    return [fault("postings.csv", words)];
  });
}

/** @param {string} path */
async function main(path) {
  const started = (await stat(path)).isDirectory() ? openFolder(path) : openZip(path);
  const source = await started;
  const { faults, files, statements } = await verify(source);
  await source.close();
  const totals = new Map();
  for (const { id, filename, lines, totals: own } of statements) {
    const amounts = own.map(({ currency, amount }) => `${amount} ${currency}`).join(", ");
    console.log(`${id}  ${JSON.stringify(filename)}  ${lines} lines  ${amounts || "plays"}`);
    for (const { currency, amount } of own) {
      totals.set(currency, (totals.get(currency) ?? 0n) + (exactOf(amount) ?? 0n));
    }
  }
  for (const [currency, sum] of totals) console.log(`Total: ${decimalOf(sum)} ${currency}`);
  for (const { file, line, message } of faults.slice(0, MOST_FAULTS)) {
    console.error(`${file}${line === null ? "" : `:${line}`}: ${message}`);
  }
  if (faults.length > MOST_FAULTS) console.error(`… and ${faults.length - MOST_FAULTS} more.`);
  if (faults.length > 0) throw new Error("The bundle is not what it was.");
  console.log(`All right: ${files} files, ${statements.length} statements; the lines, totals and postings agree.`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const [path] = process.argv.slice(2);
  if (path === undefined) {
    console.error("Usage: node verify.mjs bundle.zip (or the folder it was unpacked to)");
    process.exitCode = 2;
  } else {
    await main(path).catch((error) => {
      console.error(error instanceof Broken ? `${error.fault.file}: ${error.message}` : error.message);
      process.exitCode = 1;
    });
  }
}
