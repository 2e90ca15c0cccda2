import { env } from "cloudflare:workers";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { sweepFiles } from "../../../src/statements/index.ts";
import { expectBooksToAgree } from "../../harness/books.ts";
import { exactSum, type Line, made, nanosIn, nanosOf, written } from "../../harness/statement.ts";
import { atRest, type Caller, imported, newWorld, type StatementBody, type World } from "../../harness/world.ts";

const STATEMENTS = "/api/dashboard/statements";
const UPLOADS = `${STATEMENTS}/uploads`;
const PART_BYTES = 8 * 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

interface UploadBody {
  id: string;
  status: string;
  filename: string;
  sizeBytes: number;
  partBytes: number;
  parts: number;
  received: number[];
  statementId: string | null;
  expiresAt: string;
}
interface ProblemBody {
  status: number;
  code: string;
  detail?: string;
  errors: { path: string; code: string; message: string }[];
}

async function owner(): Promise<[World, Caller]> {
  const world = await newWorld();
  return [world, await world.as("owner")];
}

async function opened(caller: Caller, sizeBytes: number, more: object = {}): Promise<UploadBody> {
  const response = await caller.post(UPLOADS, { filename: "large.tsv", sizeBytes, ...more });
  expect(response.status).toBe(201);
  const body = (await response.json()) as UploadBody;
  expect(response.headers.get("location")).toBe(`${UPLOADS}/${body.id}`);
  return body;
}

function sendPart(caller: Caller, id: string, part: number | string, body: Uint8Array | ReadableStream | string) {
  return caller.send("PUT", `${UPLOADS}/${id}/parts/${part}`, { body: body as BodyInit });
}

function partOf(file: Uint8Array, part: number): Uint8Array {
  return file.subarray((part - 1) * PART_BYTES, part * PART_BYTES);
}

async function looked(caller: Caller, id: string): Promise<UploadBody> {
  return (await caller.get(`${UPLOADS}/${id}`)).json();
}

function complete(caller: Caller, id: string): Promise<Response> {
  return caller.post(`${UPLOADS}/${id}/complete`);
}

/** Opens an upload of one part and sends it. */
async function sent(caller: Caller, file: Uint8Array | string, more: object = {}): Promise<string> {
  const bytes = typeof file === "string" ? strToU8(file) : file;
  const { id } = await opened(caller, bytes.byteLength, more);
  expect((await sendPart(caller, id, 1, bytes)).status).toBe(200);
  return id;
}

async function refused(response: Response): Promise<ProblemBody> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return response.json();
}

/** A body whose sender goes away after some bytes. */
function breakingOff(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let isSent = false;
  return new ReadableStream({
    pull(controller) {
      if (isSent) return controller.error(new Error("the line went dead"));
      isSent = true;
      controller.enqueue(bytes);
    },
  });
}

async function keysOf({ artistId }: World): Promise<string[]> {
  return (await env.FILES.list({ prefix: `artists/${artistId}/` })).objects.map(({ key }) => key);
}

async function rowsOf(world: World, table: string): Promise<Record<string, unknown>[]> {
  const found = await env.DB.prepare(`SELECT * FROM ${table} WHERE artist_id = ?`).bind(world.artistId).all();
  return found.results;
}

/** Whether R2 still takes parts for what an upload opened there. */
async function isTaking(row: Record<string, unknown> | undefined, world: World): Promise<boolean> {
  const key = `artists/${world.artistId}/statements/${row?.["statement_id"]}/original`;
  const upload = env.FILES.resumeMultipartUpload(key, String(row?.["multipart_id"]));
  return upload.uploadPart(1, "x").then(
    () => true,
    () => false,
  );
}

/** Some 20 MB in few lines, so that reading them is quick. */
function largeLines(seed: number): Line[] {
  return made(5000, seed).map((line) => ({ ...line, title: `${line.title} ${"~".repeat(4000)}` }));
}

describe("a file in parts becomes the statement it would have become in one request", () => {
  it("20 MB out of order, one part twice, one broken off and sent again: the exact sum is in the books", async () => {
    const [world, caller] = await owner();
    const lines = largeLines(501);
    const file = strToU8(written(lines));
    const upload = await opened(caller, file.byteLength);
    expect(upload).toMatchObject({ status: "open", partBytes: PART_BYTES, parts: 3, received: [], statementId: null });
    expect(Date.parse(upload.expiresAt) - Date.now()).toBeGreaterThan(6.9 * DAY_MS);

    const last = partOf(file, 3);
    const answer = await sendPart(caller, upload.id, 3, last);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ part: 3, sizeBytes: last.byteLength });

    const broken = await sendPart(caller, upload.id, 1, breakingOff(partOf(file, 1).subarray(0, 3_000_000)));
    expect(await refused(broken)).toMatchObject({ status: 400, code: "invalid_request" });
    expect((await looked(caller, upload.id)).received).toEqual([3]);

    // Other bytes first, so that the second sending is seen to take their place.
    const [first, second] = await Promise.all([
      sendPart(caller, upload.id, 1, partOf(file, 1)),
      sendPart(caller, upload.id, 2, new Uint8Array(PART_BYTES).fill(65)),
    ]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect((await sendPart(caller, upload.id, 2, partOf(file, 2))).status).toBe(200);
    // A sending that breaks off leaves the whole one before it as it was.
    await sendPart(caller, upload.id, 3, breakingOff(last.subarray(0, 1000)));
    expect((await looked(caller, upload.id)).received).toEqual([1, 2, 3]);

    const completed = await complete(caller, upload.id);
    expect(completed.status).toBe(202);
    const statement = (await completed.json()) as StatementBody;
    expect(completed.headers.get("location")).toBe(`${STATEMENTS}/${statement.id}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", file));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    expect(statement).toMatchObject({ status: "received", sha256, sizeBytes: file.byteLength, filename: "large.tsv" });

    const read = await atRest(caller, statement.id);
    expect(read).toMatchObject({ status: "posted", lines: lines.length, problems: [] });
    expect(nanosIn(read.totals[0]?.amount ?? "")).toBe(nanosOf(exactSum(lines)));
    await expectBooksToAgree(world);
    const kept = await (await caller.get(`${STATEMENTS}/${statement.id}/file`)).arrayBuffer();
    expect(new Uint8Array(await crypto.subtle.digest("SHA-256", kept))).toEqual(digest);

    expect(await looked(caller, upload.id)).toMatchObject({
      status: "completed",
      received: [1, 2, 3],
      statementId: statement.id,
    });
    expect(await rowsOf(world, "statement_upload_parts")).toEqual([]);
  });

  it("the answer has the fields of an upload in one request, and a preview waits", async () => {
    const [, caller] = await owner();
    const [one, two] = [written(made(20, 502)), written(made(20, 503))];
    const direct = (await (await caller.upload("a.tsv", one, "&preview=true")).json()) as StatementBody;
    const id = await sent(caller, two, { preview: true });
    const inParts = (await (await complete(caller, id)).json()) as StatementBody;
    const own = { id: "", filename: "", sha256: "", sizeBytes: 0, progress: {}, createdAt: "" };
    expect({ ...inParts, ...own }).toEqual({ ...direct, ...own });
    expect((await atRest(caller, inParts.id, true)).status).toBe("ready");
  });

  it("an archive is unpacked as ever", async () => {
    const [, caller] = await owner();
    const lines = made(40, 504);
    const id = await sent(caller, zipSync({ "a.tsv": strToU8(written(lines)) }));
    const { id: statementId } = (await (await complete(caller, id)).json()) as StatementBody;
    const read = await atRest(caller, statementId);
    expect(read).toMatchObject({ status: "posted", lines: 40 });
    expect(nanosIn(read.totals[0]?.amount ?? "")).toBe(nanosOf(exactSum(lines)));
  });
});

describe("completing", () => {
  it("with parts missing names each of them, and the upload goes on", async () => {
    const [, caller] = await owner();
    const file = strToU8(written(largeLines(505)));
    const { id } = await opened(caller, file.byteLength);
    await sendPart(caller, id, 2, partOf(file, 2));
    const problem = await refused(await complete(caller, id));
    expect(problem).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect(problem.detail).toContain("1, 3");
    expect(problem.errors.map(({ path }) => path)).toEqual(["parts.1", "parts.3"]);
    await Promise.all([sendPart(caller, id, 1, partOf(file, 1)), sendPart(caller, id, 3, partOf(file, 3))]);
    expect((await complete(caller, id)).status).toBe(202);
  });

  it("again, and many times at once, answers one statement", async () => {
    const [world, caller] = await owner();
    const id = await sent(caller, written(made(30, 506)));
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete(caller, id)));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as StatementBody[];
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(new Set(bodies.map((body) => body.id)).size).toBe(1);
    const again = await complete(caller, id);
    expect(again.status).toBe(200);
    expect(((await again.json()) as StatementBody).id).toBe(bodies[0]?.id);
    expect(await rowsOf(world, "statements")).toHaveLength(1);
    expect(await keysOf(world)).toEqual([`artists/${world.artistId}/statements/${bodies[0]?.id}/original`]);
    expect((await atRest(caller, String(bodies[0]?.id))).status).toBe("posted");
    await expectBooksToAgree(world);
  });

  it("when the first answer was lost after the parts were joined goes on from there", async () => {
    const [world, caller] = await owner();
    const id = await sent(caller, written(made(30, 507)));
    const [row] = await rowsOf(world, "statement_uploads");
    const [part] = await rowsOf(world, "statement_upload_parts");
    const key = `artists/${world.artistId}/statements/${row?.["statement_id"]}/original`;
    const upload = env.FILES.resumeMultipartUpload(key, String(row?.["multipart_id"]));
    await upload.complete([{ partNumber: 1, etag: String(part?.["etag"]) }]);
    // The sweep knows that an open upload waits for this file.
    const ctx = await world.ctx();
    await sweepFiles({ ...ctx, now: ctx.now + 2 * DAY_MS });
    expect((await complete(caller, id)).status).toBe(202);
  });

  it("of bytes that are a living statement answers that one, and keeps no second file", async () => {
    const [world, caller] = await owner();
    const file = written(made(30, 508));
    const { id: living } = await imported(caller, "a.tsv", file);
    const ids = [await sent(caller, file), await sent(caller, file)];
    const answers = await Promise.all([...ids, ...ids].map((id) => complete(caller, id)));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(((await answer.json()) as StatementBody).id).toBe(living);
    }
    expect(await looked(caller, String(ids[0]))).toMatchObject({ status: "completed", statementId: living });
    expect(await keysOf(world)).toEqual([`artists/${world.artistId}/statements/${living}/original`]);
    expect(await rowsOf(world, "statements")).toHaveLength(1);
  });

  it("two uploads of the same bytes at once makes one statement", async () => {
    const [world, caller] = await owner();
    const file = written(made(30, 509));
    const ids = [await sent(caller, file), await sent(caller, file)];
    const answers = await Promise.all(ids.map((id) => complete(caller, id)));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as StatementBody[];
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 202]);
    expect(bodies[0]?.id).toBe(bodies[1]?.id);
    expect(await keysOf(world)).toEqual([`artists/${world.artistId}/statements/${bodies[0]?.id}/original`]);
  });

  it.each([
    ["noise", Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256), "file_unreadable"],
    ["text with a NUL far behind its head", strToU8(`${written(made(400))}\u0000`), "file_unreadable"],
    ["nothing but a byte order mark", Uint8Array.of(0xef, 0xbb, 0xbf), "file_empty"],
    ["a zip bomb", zipSync({ "a.csv": new Uint8Array(64 * 1024 * 1024) }, { level: 9 }), "archive_too_large"],
    ["a broken zip", zipSync({ "a.csv": strToU8(written(made(90))) }).subarray(0, 900), "archive_unreadable"],
  ])("%s is refused, whenever it is asked again, and nothing is kept", async (_, bytes, code) => {
    const [world, caller] = await owner();
    const id = await sent(caller, bytes);
    const first = await refused(await complete(caller, id));
    expect(first).toMatchObject({ status: 422, code });
    expect(await refused(await complete(caller, id))).toMatchObject({ code, detail: first.detail });
    expect(await looked(caller, id)).toMatchObject({ status: "refused", received: [], statementId: null });
    expect(await refused(await sendPart(caller, id, 1, bytes))).toMatchObject({ status: 409, code: "upload_closed" });
    expect(await keysOf(world)).toEqual([]);
    expect(await rowsOf(world, "statements")).toEqual([]);
    expect(await rowsOf(world, "statement_upload_parts")).toEqual([]);
  });

  it("a part whose confirmed sending is no longer what was kept is asked for again", async () => {
    const [world, caller] = await owner();
    const file = strToU8(written(made(30, 510)));
    const id = await sent(caller, file);
    const [row] = await rowsOf(world, "statement_uploads");
    // Two sendings that pass each other between R2 and the database end like this.
    await isTaking(row, world);
    expect(await refused(await complete(caller, id))).toMatchObject({ status: 409, code: "conflict" });
    expect((await sendPart(caller, id, 1, file)).status).toBe(200);
    expect((await complete(caller, id)).status).toBe(202);
  });
});

describe("a part", () => {
  it("of a wrong length is refused with the length it must have, said beforehand or found out on the way", async () => {
    const [world, caller] = await owner();
    const size = PART_BYTES + 10;
    const { id } = await opened(caller, size);
    const streamed = (bytes: number) => new Blob([new Uint8Array(bytes)]).stream();
    for (const body of [new Uint8Array(9), streamed(9), new Uint8Array(11), streamed(11), "", streamed(0)]) {
      const problem = await refused(await sendPart(caller, id, 2, body));
      expect(problem).toMatchObject({ status: 400, code: "invalid_request", errors: [{ path: "body" }] });
      expect(problem.detail).toContain("part 2 must have exactly 10 bytes");
    }
    for (const body of [new Uint8Array(PART_BYTES + 1), streamed(PART_BYTES + 1)]) {
      const problem = await refused(await sendPart(caller, id, 1, body));
      expect(problem).toMatchObject({ status: 413, code: "too_large" });
      expect(problem.detail).toContain(`part 1 must have exactly ${PART_BYTES} bytes`);
    }
    const short = await refused(await sendPart(caller, id, 1, streamed(PART_BYTES - 1)));
    expect(short).toMatchObject({ status: 400, errors: [{ path: "body", code: "length" }] });
    expect((await looked(caller, id)).received).toEqual([]);
    expect(await rowsOf(world, "statement_upload_parts")).toEqual([]);
  });

  it("of a number the upload does not have is refused", async () => {
    const [, caller] = await owner();
    const { id } = await opened(caller, 10);
    for (const part of ["2", "99999"]) {
      const problem = await refused(await sendPart(caller, id, part, "0123456789"));
      expect(problem).toMatchObject({ status: 400, errors: [{ path: "path.part" }] });
      expect(problem.detail).toContain("1 to 1");
    }
    for (const part of ["0", "-1", "1.0", "one", "123456"]) {
      expect(await refused(await sendPart(caller, id, part, "x"))).toMatchObject({ errors: [{ path: "path.part" }] });
    }
  });

  it("that comes after completing, or after R2 has dropped the parts, is refused", async () => {
    const [world, caller] = await owner();
    const file = written(made(30, 511));
    const done = await sent(caller, file);
    await complete(caller, done);
    expect(await refused(await sendPart(caller, done, 1, file))).toMatchObject({ status: 409, code: "upload_closed" });

    const { id } = await opened(caller, PART_BYTES);
    const row = (await rowsOf(world, "statement_uploads")).find((each) => each["id"] === id);
    const key = `artists/${world.artistId}/statements/${row?.["statement_id"]}/original`;
    await env.FILES.resumeMultipartUpload(key, String(row?.["multipart_id"])).abort();
    const late = await sendPart(caller, id, 1, new Uint8Array(PART_BYTES).fill(65));
    expect(await refused(late)).toMatchObject({ status: 409, code: "upload_closed" });
  });
});

describe("opening", () => {
  it("refuses a file that is empty, larger than 2 GiB, or without a name", async () => {
    const [world, caller] = await owner();
    const ask = async (body: object) => refused(await caller.post(UPLOADS, body));
    expect(await ask({ filename: "a", sizeBytes: 0 })).toMatchObject({ status: 422, code: "file_empty" });
    expect(await ask({ filename: "a", sizeBytes: 2 ** 31 + 1 })).toMatchObject({ status: 413, code: "too_large" });
    expect(await ask({ sizeBytes: 5 })).toMatchObject({ status: 400, errors: [{ path: "body.filename" }] });
    expect(await rowsOf(world, "statement_uploads")).toEqual([]);
    expect(await opened(caller, 2 ** 31)).toMatchObject({ parts: 256 });
  });

  it("an eleventh is refused until one is closed, also when many are opened at once", async () => {
    const [world, caller] = await owner();
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => caller.post(UPLOADS, { filename: "a.tsv", sizeBytes: 10 })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(await refused(answer)).toMatchObject({ status: 409, code: "too_many_uploads" });
    }
    const open = await rowsOf(world, "statement_uploads");
    expect(open).toHaveLength(10);
    expect((await caller.delete(`${UPLOADS}/${open[0]?.["id"]}`)).status).toBe(204);
    await opened(caller, 10);
  });
});

describe("an upload ends", () => {
  it("discarded: nothing of it is left, and it takes no more", async () => {
    const [world, caller] = await owner();
    const file = written(made(30, 512));
    const id = await sent(caller, file);
    const [row] = await rowsOf(world, "statement_uploads");
    expect(await isTaking(row, world)).toBe(true);
    expect((await caller.delete(`${UPLOADS}/${id}`)).status).toBe(204);
    expect(await isTaking(row, world)).toBe(false);
    for (const response of [
      await caller.delete(`${UPLOADS}/${id}`),
      await caller.get(`${UPLOADS}/${id}`),
      await sendPart(caller, id, 1, file),
      await complete(caller, id),
    ]) {
      expect(await refused(response)).toMatchObject({ status: 404, code: "not_found" });
    }
    for (const table of ["statement_uploads", "statement_upload_parts", "statements"]) {
      expect(await rowsOf(world, table), table).toEqual([]);
    }
  });

  it("discarded after it was completed: its statement stays", async () => {
    const [world, caller] = await owner();
    const id = await sent(caller, written(made(30, 513)));
    const { id: statementId } = (await (await complete(caller, id)).json()) as StatementBody;
    expect((await caller.delete(`${UPLOADS}/${id}`)).status).toBe(204);
    expect((await atRest(caller, statementId)).status).toBe("posted");
    expect(await keysOf(world)).toHaveLength(1);
  });

  it("discarded while it is being completed: either the statement is there whole, or nothing is", async () => {
    const [world, caller] = await owner();
    for (let round = 0; round < 6; round += 1) {
      const id = await sent(caller, written(made(30, 520 + round)));
      const [completed, gone] = await Promise.all([complete(caller, id), caller.delete(`${UPLOADS}/${id}`)]);
      expect([200, 202, 404, 409, 410, 503]).toContain(completed.status);
      expect([204, 409]).toContain(gone.status);
      if (completed.status !== 202) continue;
      const { id: statementId } = (await completed.json()) as StatementBody;
      expect((await atRest(caller, statementId)).status).toBe("posted");
      expect((await caller.get(`${STATEMENTS}/${statementId}/file`)).status).toBe(200);
    }
    await expectBooksToAgree(world);
    expect(await keysOf(world)).toHaveLength((await rowsOf(world, "statements")).length);
  });

  it("expired: it takes no more, and the nightly sweep removes what has come", async () => {
    const [world, caller] = await owner();
    const file = written(made(30, 514));
    const id = await sent(caller, file);
    const fresh = await sent(caller, file);
    await env.DB.prepare("UPDATE statement_uploads SET expires_at = ? WHERE artist_id = ? AND id = ?")
      .bind(Date.now() - 1, world.artistId, id)
      .run();
    const expectExpired = async () => {
      expect(await looked(caller, id)).toMatchObject({ status: "expired", statementId: null });
      for (const response of [await sendPart(caller, id, 1, file), await complete(caller, id)]) {
        expect(await refused(response)).toMatchObject({ status: 410, code: "upload_expired" });
      }
    };
    await expectExpired();
    const rows = await rowsOf(world, "statement_uploads");
    const [old, young] = [id, fresh].map((each) => rows.find((row) => row["id"] === each));
    expect(await isTaking(old, world)).toBe(true);
    await sweepFiles(await world.ctx());
    expect(await isTaking(old, world)).toBe(false);
    await expectExpired();
    expect((await rowsOf(world, "statement_upload_parts")).map((row) => row["upload_id"])).toEqual([fresh]);
    expect(young?.["status"]).toBe("open");
    expect((await complete(caller, fresh)).status).toBe(202);
  });
});

it("a stranger's upload answers as one that does not exist, and stays as it was", async () => {
  const [, caller] = await owner();
  const [, stranger] = await owner();
  const file = written(made(30, 515));
  const id = await sent(caller, file);
  const nowhere = "upl_01k9v3m6s0n8w2e4r6t8y0b1c3";
  const asked = async (name: string) => {
    const answers = [
      await stranger.get(`${UPLOADS}/${name}`),
      await sendPart(stranger, name, 1, file),
      await complete(stranger, name),
      await stranger.delete(`${UPLOADS}/${name}`),
    ];
    return Promise.all(answers.map(async (answer) => ({ ...(await refused(answer)), instance: "" })));
  };
  const answers = await asked(id);
  expect(answers.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => "not_found"));
  expect(answers).toEqual(await asked(nowhere));
  expect(await looked(caller, id)).toMatchObject({ status: "open", received: [1] });
});
