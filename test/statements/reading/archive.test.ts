import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { Zip, ZipDeflate, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { Problem } from "../../../src/kernel/problems.ts";
import { ARCHIVE_CAPS, unpack } from "../../../src/statements/reading/archive.ts";
import type { ArchiveCaps, Member } from "../../../src/statements/reading/member.ts";
import { harmlessName } from "../../../src/statements/reading/member.ts";
import { streamOf, utf8 } from "../read-file.ts";

interface Unpacked {
  members: Member[];
  contents: string[];
}

async function read(
  kind: "gzip" | "zip",
  bytes: Uint8Array,
  chunkBytes = 1000,
  caps: ArchiveCaps = ARCHIVE_CAPS,
): Promise<Unpacked> {
  const contents: string[] = [];
  const members = await unpack(kind, streamOf(bytes, chunkBytes), caps, () => {
    const parts: Buffer[] = [];
    return {
      write: (chunk) => void parts.push(Buffer.from(chunk)),
      close: () => void contents.push(Buffer.concat(parts).toString("latin1")),
    };
  });
  return { members, contents };
}

async function refusal(kind: "gzip" | "zip", bytes: Uint8Array, caps?: ArchiveCaps): Promise<string> {
  return read(kind, bytes, 1000, caps).then(
    () => "unpacked",
    (error: unknown) => {
      if (error instanceof Problem) return error.code;
      throw error;
    },
  );
}

/** A zip as a streaming writer makes it: sizes and checksums behind the data. */
function streamedZip(files: Record<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const zip = new Zip((_, part) => parts.push(part));
  for (const [name, content] of Object.entries(files)) {
    const file = new ZipDeflate(name);
    zip.add(file);
    file.push(content, true);
  }
  zip.end();
  return Uint8Array.from(Buffer.concat(parts));
}

/** A stored entry behind a descriptor, made by hand so that its data can be hostile. */
function storedWithDescriptor(data: Uint8Array): Uint8Array {
  const sums = Buffer.alloc(12);
  sums.writeUInt32LE(crc32(data), 0);
  sums.writeUInt32LE(data.length, 4);
  sums.writeUInt32LE(data.length, 8);
  const local = Buffer.alloc(31);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 6);
  local.writeUInt16LE(1, 26);
  local.write("a", 30);
  const entry = Buffer.alloc(47);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(1, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  return Uint8Array.from(Buffer.concat([local, data, Buffer.from("PK\x07\x08", "latin1"), sums, entry, end]));
}

const TEXT = utf8("Sale Month,Earnings (USD)\n2024-01,0.5\n".repeat(400));
const TEXT_READ = new TextDecoder("latin1").decode(TEXT);

describe("gzip", () => {
  it("gives back what was packed, in whatever chunks it comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 400 }), async (bytes, size) => {
        fc.pre(bytes[0] !== 0x1f && bytes[0] !== 0x50);
        const { members, contents } = await read("gzip", gzipSync(bytes), size);
        expect(members).toEqual([{ name: "", unpackedBytes: bytes.length, skipped: false }]);
        expect(contents).toEqual([Buffer.from(bytes).toString("latin1")]);
      }),
    );
  });

  it("in several members is one file", async () => {
    const bytes = Buffer.concat([gzipSync(TEXT), gzipSync(utf8("b")), gzipSync(new Uint8Array(0)), gzipSync(TEXT)]);
    for (const size of [1, 13, 100_000]) {
      expect((await read("gzip", bytes, size)).contents).toEqual([`${TEXT_READ}b${TEXT_READ}`]);
    }
  });

  it("that is broken anywhere, or followed by anything, is unreadable", async () => {
    const whole = gzipSync(TEXT);
    for (let at = 0; at < whole.length; at += 1) {
      expect([at, await refusal("gzip", whole.subarray(0, at))]).toEqual([at, "archive_unreadable"]);
    }
    for (const at of [20, 60, whole.length - 8, whole.length - 1]) {
      const broken = Uint8Array.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 0x55;
      expect(await refusal("gzip", broken)).toBe("archive_unreadable");
    }
    for (const tail of [[0], [1, 2, 3], new Array(600).fill(0), utf8("trailing words and more of them")]) {
      expect(await refusal("gzip", Uint8Array.of(...whole, ...tail))).toBe("archive_unreadable");
    }
  });

  it("with a header that never ends is refused soon", async () => {
    const header = Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3, ...new Array(100).fill(65));
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(sent++ === 0 ? header : new Uint8Array(65_536).fill(65)),
    });
    await expect(unpack("gzip", endless, ARCHIVE_CAPS, () => ({ write() {} }))).rejects.toThrow(Problem);
    expect(sent).toBeLessThan(10);
  });

  it("of another archive is unreadable", async () => {
    expect(await refusal("gzip", gzipSync(gzipSync(TEXT)))).toBe("archive_unreadable");
    expect(await refusal("gzip", gzipSync(zipSync({ a: TEXT })))).toBe("archive_unreadable");
  });

  it("that is a bomb is stopped soon, with little of it unpacked", async () => {
    const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024));
    const many = new Uint8Array(Buffer.concat(Array.from({ length: 160 }, () => bomb)));
    let written = 0;
    let largest = 0;
    const write = (chunk: Uint8Array): void => {
      written += chunk.length;
      largest = Math.max(largest, chunk.length);
    };
    const unpacking = unpack("gzip", streamOf(many, 65_536), ARCHIVE_CAPS, () => ({ write }));
    await expect(unpacking).rejects.toMatchObject({ code: "archive_too_large" });
    expect(written).toBeLessThan(8 * 1024 * 1024);
    expect(largest).toBeLessThan(5 * 1024 * 1024);
  });

  it("may not unpack beyond the cap on bytes", async () => {
    expect(await refusal("gzip", gzipSync(TEXT), { ...ARCHIVE_CAPS, unpackedBytes: TEXT.length })).toBe("unpacked");
    const caps = { ...ARCHIVE_CAPS, unpackedBytes: TEXT.length - 1 };
    expect(await refusal("gzip", gzipSync(TEXT), caps)).toBe("archive_too_large");
  });
});

describe("zip", () => {
  const files = { "may.csv": TEXT, "folder/june.csv": utf8("x"), "empty.csv": new Uint8Array(0) };

  it.each([
    ["as fflate packs it", zipSync(files)],
    ["not compressed", zipSync(files, { level: 0 })],
    ["with sizes behind the data", streamedZip(files)],
  ])("%s gives back its files, in whatever chunks it comes", async (_, bytes) => {
    for (const size of [1, 7, 64, 100_000]) {
      const { members, contents } = await read("zip", bytes, size);
      expect(members.map((member) => [member.name, member.unpackedBytes, member.skipped])).toEqual([
        ["may.csv", TEXT.length, false],
        ["folder/june.csv", 1, false],
        ["empty.csv", 0, false],
      ]);
      expect(contents).toEqual([TEXT_READ, "x", ""]);
    }
  });

  it("does not take marks in the data for its end", async () => {
    const data = utf8(`PK\x07\x08${"PK\x07\x08abcdefghijkl".repeat(300)}PK\x03\x04PK\x01\x02PPK\x07`).map((b) => b);
    data.set(utf8("a,b\n"));
    for (const size of [1, 17, 100_000]) {
      const { contents } = await read("zip", storedWithDescriptor(data), size);
      expect(contents).toEqual([new TextDecoder("latin1").decode(data)]);
    }
  });

  it("passes over folders, the droppings of desktops and what nobody wants", async () => {
    const bytes = zipSync({
      "dir/": new Uint8Array(0),
      "__MACOSX/._may.csv": TEXT,
      "dir/.DS_Store": TEXT,
      "may.csv": TEXT,
    });
    const { members, contents } = await read("zip", bytes);
    expect(members.map((member) => member.skipped)).toEqual([true, true, true, false]);
    expect(contents).toHaveLength(1);
    expect(await unpack("zip", streamOf(bytes, 50), ARCHIVE_CAPS, () => null)).toHaveLength(4);
  });

  it("names its files harmlessly", () => {
    expect(harmlessName("a/b.csv")).toBe("a/b.csv");
    expect(harmlessName("../../etc/passwd")).toBe("passwd");
    expect(harmlessName("/etc/passwd")).toBe("passwd");
    expect(harmlessName("C:\\x\\may.csv")).toBe("may.csv");
    expect(harmlessName("c:/may.csv")).toBe("may.csv");
    expect(harmlessName("a//b/./c.csv")).toBe("c.csv");
    expect(harmlessName("m\0a\ny.csv")).toBe("may.csv");
    expect(harmlessName("..")).toBe("");
    fc.assert(
      fc.property(fc.stringMatching(/^[a.:/\\]{0,20}$/u), (name) => {
        expect(harmlessName(name)).not.toMatch(/(?:^|\/)\.\.?(?:\/|$)|^\/|\\|^[a-z]:/u);
      }),
    );
  });

  it("that is broken or cut short anywhere is unreadable", async () => {
    for (const whole of [zipSync(files), streamedZip(files)]) {
      for (let at = 0; at < whole.length; at += 1) {
        expect([at, await refusal("zip", whole.subarray(0, at))]).toEqual([at, "archive_unreadable"]);
      }
      const broken = Uint8Array.from(whole);
      broken[60] = (broken[60] ?? 0) ^ 0x55;
      expect(await refusal("zip", broken)).toBe("archive_unreadable");
    }
  });

  it("with an encrypted file, a link, another archive or an unlisted file is unreadable", async () => {
    const encrypted = zipSync({ "a.csv": TEXT });
    encrypted[6] = (encrypted[6] ?? 0) | 1;
    expect(await refusal("zip", encrypted)).toBe("archive_unreadable");
    const link = zipSync({ "a.csv": [utf8("/etc/passwd"), { os: 3, attrs: 0o120777 << 16 }] });
    expect(await refusal("zip", link)).toBe("archive_unreadable");
    expect(await refusal("zip", zipSync({ "a.zip": zipSync({ a: TEXT }) }))).toBe("archive_unreadable");
    expect(await refusal("zip", zipSync({ "a.gz": gzipSync(TEXT) }, { level: 0 }))).toBe("archive_unreadable");
    const unlisted = Buffer.concat([zipSync({ a: TEXT }).subarray(0, 31 + deflateRawSync(TEXT).length), zipSync({})]);
    expect(await refusal("zip", unlisted)).toBe("archive_unreadable");
  });

  it("that is a bomb, or of too many files, is stopped", async () => {
    const zeros = new Uint8Array(32 * 1024 * 1024).fill(32);
    for (const bomb of [zipSync({ a: zeros }), streamedZip({ a: zeros })]) {
      let written = 0;
      const write = (chunk: Uint8Array): void => {
        written += chunk.length;
      };
      await expect(unpack("zip", streamOf(bomb, 65_536), ARCHIVE_CAPS, () => ({ write }))).rejects.toMatchObject({
        code: "archive_too_large",
      });
      expect(written).toBeLessThan(8 * 1024 * 1024);
    }
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${index}.csv`, TEXT]));
    expect(await refusal("zip", zipSync(many))).toBe("archive_too_large");
  });

  it("waits for each write before it unpacks further", async () => {
    let open = 0;
    const write = async (): Promise<void> => {
      open += 1;
      expect(open).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
    };
    await unpack("zip", streamOf(zipSync({ a: TEXT, b: TEXT }, { level: 0 }), 100_000), ARCHIVE_CAPS, () => ({
      write,
    }));
  });
});
