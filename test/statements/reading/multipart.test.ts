import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMultipartFile } from "../../../src/http/multipart.ts";
import { Problem } from "../../../src/kernel/problems.ts";
import { streamOf, utf8 } from "../read-file.ts";

const TYPE = "multipart/form-data; boundary=xYz";
const FILE = 'Content-Disposition: form-data; name="file"; filename="may.csv"\r\nContent-Type: text/csv';

function form(
  parts: readonly (readonly [headers: string, body: string | Uint8Array])[],
  end = "--xYz--\r\n",
): Uint8Array {
  const bytes: number[] = [];
  for (const [headers, body] of parts) {
    bytes.push(...utf8(`--xYz\r\n${headers}\r\n\r\n`), ...(typeof body === "string" ? utf8(body) : body), 13, 10);
  }
  return Uint8Array.from([...bytes, ...utf8(end)]);
}

async function read(
  bytes: Uint8Array,
  chunkBytes = 7,
  type = TYPE,
): Promise<{ filename: string | null; text: string }> {
  const { filename, body } = await readMultipartFile(streamOf(bytes, chunkBytes), type);
  const file: number[] = [];
  for await (const chunk of body) file.push(...chunk);
  return { filename, text: String.fromCharCode(...file) };
}

async function refusal(bytes: Uint8Array, type = TYPE): Promise<unknown> {
  for (const size of [1, 1000]) {
    const error = await read(bytes, size, type).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof Problem)) throw new Error("it was read", { cause: error });
    if (size > 1) return [error.code, error.errors[0]?.path, error.errors[0]?.code];
  }
  return null;
}

describe("a form", () => {
  it("gives the same file in whatever chunks it comes, whatever the file holds", async () => {
    const piece = fc.constantFrom("\r\n", "--xYz", "\r\n--xY", "-", "a", "\r", "\n", "\0", "\xff", "--");
    const content = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(content, fc.integer({ min: 1, max: 200 }), fc.boolean(), async (text, size, more) => {
        fc.pre(!`\r\n${text}`.includes("\r\n--xYz"));
        const file = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
        const other = ['Content-Disposition: form-data; name="note"', "x\r\ny"] as const;
        const bytes = form(more ? [other, [FILE, file], other] : [[FILE, file]]);
        expect(await read(bytes, size)).toEqual({ filename: "may.csv", text });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['filename="a \\"b\\".csv"', 'a "b".csv'],
    ['filename="a %22b%22.csv"', 'a "b".csv'],
    ['filename="C:\\Users\\me\\may.csv"', "may.csv"],
    ['filename="../../etc/passwd"', "passwd"],
    ["filename=may.csv", "may.csv"],
    ["filename=\"x\"; filename*=UTF-8''%C3%BCber%20mai.csv", "über mai.csv"],
    ['filename="Mai (März).csv"', "Mai (März).csv"],
    ['filename="a;b.csv"', "a;b.csv"],
    ['filename=""', null],
    ["x=y", null],
  ])("names its file: %s", async (parameter, filename) => {
    const bytes = form([[`content-disposition: form-data; name="file"; ${parameter}`, "x"]]);
    expect(await read(bytes)).toEqual({ filename, text: "x" });
  });

  it("may have a quoted boundary, and an empty file", async () => {
    expect(await read(form([[FILE, ""]]), 3, 'Multipart/Form-Data; charset=utf-8; boundary="xYz"')).toEqual({
      filename: "may.csv",
      text: "",
    });
  });

  it("that is not well made is refused, saying where", async () => {
    const note = ['Content-Disposition: form-data; name="note"', "x"] as const;
    expect(await refusal(form([note]))).toEqual(["invalid_request", "body.file", "required"]);
    expect(await refusal(form([]))).toEqual(["invalid_request", "body.file", "required"]);
    expect(
      await refusal(
        form([
          [FILE, "a"],
          [FILE, "b"],
        ]),
      ),
    ).toEqual(["invalid_request", "body.file", "repeated"]);
    expect(await refusal(form([[FILE, "abc"]], ""))).toEqual(["invalid_request", "body", "truncated"]);
    expect(await refusal(form([[FILE, "abc"]], "--xY"))).toEqual(["invalid_request", "body", "truncated"]);
    expect(await refusal(form([[FILE, "abc"], note], ""))).toEqual(["invalid_request", "body", "truncated"]);
    expect(await refusal(utf8(`--xYz\r\n${FILE}`))).toEqual(["invalid_request", "body", "truncated"]);
    expect(await refusal(new Uint8Array(0))).toEqual(["invalid_request", "body", "truncated"]);
    expect(await refusal(utf8(`junk\r\n--xYz\r\n${FILE}\r\n\r\nx\r\n--xYz--`))).toEqual([
      "invalid_request",
      "body",
      "malformed",
    ]);
    const long = form([[`${FILE}\r\nX: ${"x".repeat(8200)}`, "a"]]);
    expect(await refusal(long)).toEqual(["invalid_request", "body", "header_too_long"]);
    const many = form([...Array.from({ length: 20 }, () => note), [FILE, "a"]]);
    expect(await refusal(many)).toEqual(["invalid_request", "body", "too_many_parts"]);
    expect(await refusal(form([]), "multipart/form-data")).toEqual(["invalid_request", "body", "boundary_missing"]);
    expect(await refusal(form([]), "text/csv")).toEqual(["unsupported_media_type", undefined, undefined]);
  });

  it("holds no more than a chunk of a large file", async () => {
    const chunk = new Uint8Array(65_536).fill(13);
    let sent = 0;
    let ahead = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 0) controller.enqueue(utf8(`--xYz\r\n${FILE}\r\n\r\n`));
        else if (sent <= 400) controller.enqueue(chunk);
        else {
          controller.enqueue(utf8("\r\n--xYz--"));
          controller.close();
        }
        sent += 1;
      },
    });
    let bytes = 0;
    for await (const part of (await readMultipartFile(body, TYPE)).body) {
      bytes += part.length;
      ahead = Math.max(ahead, sent * chunk.length - bytes);
    }
    expect(bytes).toBe(400 * chunk.length);
    expect(ahead).toBeLessThan(5 * chunk.length);
  });
});
