// The audit bundle as its reader has it: made by a real Worker, downloaded, and checked by the program within it.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openParty } from "../harness/party.mjs";
import { openFolder, openZip, sourceOf, verify } from "../tools/verify-bundle.mjs";
import { readPdf } from "./export/read-pdf.ts";
import { FIXTURES, fixture, isDerived } from "./read-file.ts";

/** Of all derived files, those that are booked as they are: several currencies, rows apart and plays among them. */
const booked: string[] = [];

let folder = "";
let zip = "";
let party: Awaited<ReturnType<typeof openParty>>;
let files = new Map<string, Buffer>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
  party = await openParty();
  for (const name of FIXTURES.filter(isDerived)) {
    if (await party.imported(`=${name}`, fixture(name))) booked.push(`=${name}`);
  }
  const { bytes, sha256 } = await party.exported({ format: "bundle", from: "2015-01", to: "2030-12" });
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
  zip = join(folder, "bundle.zip");
  writeFileSync(zip, bytes);
  files = new Map(Object.entries(unzipSync(bytes)).map(([name, content]) => [name, Buffer.from(content)]));
});

afterAll(async () => {
  await party?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the program as a person would. */
function run(program: string, path: string): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, path], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** A file of lines that all have an amount in dollars, of more than nine places. */
function dollarLines(): string {
  const isIt = ([name, bytes]: [string, Buffer]) => name.endsWith(".csv") && bytes.includes(",distrokid,Spotify,");
  return [...files].find(isIt)?.[0] ?? "";
}

/** A bundle with one byte of one file changed. */
function changed(name: string, at: number, by: number): Map<string, Buffer> {
  const bytes = Buffer.from(files.get(name) ?? "");
  bytes[at] = ((bytes[at] ?? 0) + by) % 256;
  return new Map([...files, [name, bytes]]);
}

describe("the program in the bundle", () => {
  it("finds the bundle right, as a zip and unpacked, and prints its totals", async () => {
    const unpacked = join(folder, "unpacked");
    for (const [name, content] of files) {
      mkdirSync(join(unpacked, name, ".."), { recursive: true });
      writeFileSync(join(unpacked, name), content);
    }
    for (const path of [zip, unpacked]) {
      const { code, out, err } = await run(join(unpacked, "verify.mjs"), path);
      expect({ code, err }, out).toEqual({ code: 0, err: "" });
      expect(out).toContain("30 lines  5.662206472 USD");
      expect(out).toContain(`All right: ${files.size} files, ${booked.length} statements`);
    }
  });

  it("is the very file that is tested here", () => {
    expect(String(files.get("verify.mjs"))).toBe(
      readFileSync(new URL("../tools/verify-bundle.mjs", import.meta.url), "utf8"),
    );
  });

  it("ends with 1 and names the file and line of a changed amount", async () => {
    const name = dollarLines();
    const broken = Buffer.from(readFileSync(zip));
    const from = broken.indexOf(files.get(name) ?? "");
    // The last digit of what a line was booked at.
    const at = broken.lastIndexOf(",", broken.indexOf(",USD\r\n", from + 1000) - 1) - 1;
    const line = broken.subarray(from, at).toString("utf8").split("\n").length;
    broken[at] = broken[at] === 49 ? 50 : 49;
    const path = join(folder, "broken.zip");
    writeFileSync(path, broken);
    const { code, err } = await run(join(folder, "unpacked/verify.mjs"), path);
    expect(code).toBe(1);
    expect(err).toContain(`${name}:${line}: is not what the manifest says`);
    expect(err).toContain(`${name}:${line}: amount is`);
  });

  it("ends with 1 for a file that is no bundle, is cut off, or is not there", async () => {
    const cut = join(folder, "cut.zip");
    writeFileSync(cut, readFileSync(zip).subarray(0, -1000));
    const text = join(folder, "text.zip");
    writeFileSync(text, "no zip");
    for (const path of [cut, text, join(folder, "nowhere")]) {
      const { code, err } = await run(join(folder, "unpacked/verify.mjs"), path);
      expect(code, path).toBe(1);
      expect(err, path).not.toBe("");
    }
  });
});

it("the PDF of the same statements prints each with its file's SHA-256 and its totals", async () => {
  const { bytes, sha256 } = await party.exported({ format: "pdf", from: "2015-01", to: "2030-12" });
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
  const texts = new Set(readPdf(bytes).pages.flatMap((page) => page.map(({ text }) => text)));
  const { statements } = JSON.parse(String(files.get("statements.json")));
  expect(statements).toHaveLength(booked.length);
  for (const statement of statements) {
    expect(texts, statement.filename).toContain(statement.sha256);
    for (const { amount, currency } of statement.totals) {
      expect(texts, statement.filename).toContain(amount);
      expect(texts, statement.filename).toContain(currency);
    }
  }
});

describe("a changed byte", () => {
  it("of any file is found, and the file is named", async () => {
    const place = fc
      .constantFrom(...files.keys())
      .chain((name) =>
        fc.tuple(fc.constant(name), fc.nat((files.get(name)?.length ?? 1) - 1), fc.integer({ min: 1, max: 255 })),
      );
    await fc.assert(
      fc.asyncProperty(place, async ([name, at, by]) => {
        const { faults } = await verify(sourceOf(changed(name, at, by)));
        // A changed sum of the manifest, or of a line, is found where it is compared.
        const named = name === "manifest.json" ? ["manifest.json", "manifest.sha256"] : [name];
        expect(
          faults.some(({ file }) => named.includes(file)),
          `${name} at ${at}`,
        ).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("of a line is found with the line it is in", async () => {
    const csvs = [...files.keys()].filter((name) => /^lines\/.*\.csv$/.test(name));
    const place = fc
      .constantFrom(...csvs)
      .chain((name) =>
        fc.tuple(fc.constant(name), fc.nat((files.get(name)?.length ?? 1) - 1), fc.integer({ min: 1, max: 255 })),
      );
    await fc.assert(
      fc.asyncProperty(place, async ([name, at, by]) => {
        const { faults } = await verify(sourceOf(changed(name, at, by)));
        const line = Buffer.from(files.get(name) ?? "")
          .subarray(0, at)
          .toString("latin1")
          .split("\n").length;
        expect(faults.find(({ file }) => file === name)?.line, `${name} at ${at}`).toBe(line);
      }),
      { numRuns: 400 },
    );
  });

  it("of the zip itself, wherever it is, is found", async () => {
    const whole = readFileSync(zip);
    const path = join(folder, "flipped.zip");
    const found = async (bytes: Buffer) => {
      writeFileSync(path, bytes);
      try {
        const source = await openZip(path);
        const { faults } = await verify(source).finally(source.close);
        return faults.length > 0;
      } catch {
        return true;
      }
    };
    expect(await found(whole)).toBe(false);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bytes = Buffer.from(whole);
        bytes[at] = ((bytes[at] ?? 0) + by) % 256;
        expect(await found(bytes), `byte ${at}`).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("sums", () => {
  /** A bundle whose manifest was made anew for what was changed in it, as someone would who means it. */
  function forged(changes: Record<string, (text: string) => string>): Map<string, Buffer> {
    const next = new Map(files);
    for (const [name, change] of Object.entries(changes)) next.set(name, Buffer.from(change(String(files.get(name)))));
    const manifest = JSON.parse(String(files.get("manifest.json")));
    for (const file of manifest.files) {
      const bytes = next.get(file.name) ?? Buffer.alloc(0);
      file.sizeBytes = bytes.length;
      file.sha256 = createHash("sha256").update(bytes).digest("hex");
    }
    const text = Buffer.from(JSON.stringify(manifest));
    next.set("manifest.json", text);
    next.set("manifest.sha256", Buffer.from(`${createHash("sha256").update(text).digest("hex")}  manifest.json\n`));
    return next;
  }

  it("that do not agree are found although every hash was made anew", async () => {
    const lines = dollarLines();
    const original = [...files.keys()].find((name) => name.startsWith("originals/")) ?? "";
    const dropLast = (text: string) => `${text.trimEnd().split("\r\n").slice(0, -1).join("\r\n")}\r\n`;
    expect((await verify(sourceOf(forged({})))).faults).toEqual([]);
    const forgeries: [string, Record<string, (text: string) => string>][] = [
      ["statements.json", { "statements.json": (text) => text.replace('"5.662206472"', '"5.662206473"') }],
      ["postings.csv", { "postings.csv": dropLast }],
      [lines, { [lines]: dropLast }],
      [lines, { [lines]: (text) => text.replace(/,(\d+\.\d+),(\d+\.\d+),USD\r\n/, ",9$1,$2,USD\r\n") }],
      ["statements.json", { [lines]: (text) => text.replace(/,(\d+\.\d+),USD\r\n/, ",$11,USD\r\n") }],
      [original, { [original]: (text) => `${text} ` }],
    ];
    for (const [file, changes] of forgeries) {
      const { faults } = await verify(sourceOf(forged(changes)));
      expect(
        faults.map((found) => found.file),
        file,
      ).toContain(file);
    }
  });

  it("agree for what was unpacked to a folder", async () => {
    const source = await openFolder(join(folder, "unpacked"));
    const { faults, statements } = await verify(source);
    expect(faults).toEqual([]);
    expect(statements.map(({ filename }) => filename).sort()).toEqual(booked.sort());
    expect(booked.length).toBeGreaterThan(10);
    const currencies = statements.flatMap(({ totals }) => totals.map(({ currency }) => currency));
    expect(new Set(currencies).size).toBeGreaterThan(2);
    expect(statements.some(({ totals }) => totals.length === 0)).toBe(true);
  });
});
