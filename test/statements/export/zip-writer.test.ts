import fc from "fast-check";
import { unzipSync } from "fflate";
import { expect, it } from "vitest";
import { LineChecks } from "../../../src/statements/export/line-checks.ts";
import { localHeader, zipDirectory, zipSizeBytes } from "../../../src/statements/export/zip-writer.ts";
import { ARCHIVE_CAPS, unpack } from "../../../src/statements/reading/archive.ts";
import { Crc32 } from "../../../src/statements/reading/crc32.ts";
import { streamOf } from "../read-file.ts";

function crcOf(bytes: Uint8Array): number {
  const crc = new Crc32();
  crc.add(bytes);
  return crc.value;
}

function zipOf(files: readonly (readonly [string, Uint8Array])[]): Buffer {
  const entries = files.map(([name, bytes]) => ({ name, sizeBytes: bytes.length, crc32: crcOf(bytes) }));
  const parts = files.flatMap(([, bytes], at) => [localHeader(entries[at] ?? fail()), bytes]);
  const zip = Buffer.concat([...parts, zipDirectory(entries)]);
  expect(zip.length).toBe(zipSizeBytes(entries));
  return zip;
}

function fail(): never {
  throw new Error("no entry");
}

it("what is zipped is unpacked again, by another program and by our own reader of uploads", async () => {
  const files = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-zé💥]{1,9}(\/[a-z]{1,5}\.csv)?$/u), fc.uint8Array()), {
    minLength: 1,
    maxLength: 6,
    selector: ([name]) => name,
  });
  await fc.assert(
    fc.asyncProperty(files, async (made) => {
      const zip = zipOf(made);
      const unzipped = Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, [...bytes]]);
      expect(unzipped.sort()).toEqual(made.map(([name, bytes]) => [name, [...bytes]]).sort());
      const names: string[] = [];
      await unpack("zip", streamOf(zip, 7), ARCHIVE_CAPS, (name) => {
        names.push(name);
        return null;
      });
      expect(names).toEqual(made.map(([name]) => name));
    }),
    { numRuns: 200 },
  );
});

it("each physical line has its check sum, however its bytes come", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "\r\n", "\n", '"', ","), maxLength: 5000 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 97 }), (written, size) => {
      const bytes = new TextEncoder().encode(written);
      const checks = new LineChecks();
      for (let at = 0; at < bytes.length; at += size) checks.add(bytes.subarray(at, at + size));
      const lines = written.split(/(?<=\n)/).filter((line) => line !== "");
      const expected = Buffer.alloc(lines.length * 4);
      for (const [at, line] of lines.entries()) expected.writeUInt32BE(crcOf(new TextEncoder().encode(line)), at * 4);
      expect(Buffer.from(checks.bytes()).equals(expected)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
