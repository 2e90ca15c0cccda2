// Artwork and sound: kept only as announced, handed out by private links, and named by versions for good.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MEDIA, move, newRelease, sha256Of } from "../harness/catalog.ts";
import { type Caller, newWorld, nobody } from "../harness/world.ts";

const CATALOG = "/api/dashboard/catalog";

interface Media {
  id: string;
  itemId: string;
  type: string;
  sizeBytes: number;
  sha256: string;
}

function upload(
  caller: Caller,
  path: string,
  file: Uint8Array,
  { sha256 = sha256Of(file), length = file.length }: { sha256?: string; length?: number } = {},
): Promise<Response> {
  return caller.send("POST", `${CATALOG}/${path}?filename=cover%20%C3%B8.bin&sha256=${sha256}`, {
    body: file as BodyInit,
    headers: { "content-length": String(length) },
  });
}

async function objectsOf(artistId: string): Promise<string[]> {
  const { objects } = await env.FILES.list({ prefix: `artists/${artistId}/catalog/` });
  return objects.map(({ key }) => key);
}

/** A picture of some size whose bytes end in a mark of their own. */
const picture = (size: number, mark: number) => {
  const bytes = new Uint8Array(size).fill(mark);
  bytes.set(MEDIA.png);
  return bytes;
};

afterEach(() => void vi.useRealTimers());

describe("artwork and sound", () => {
  it("are kept when they are what was announced, and come back byte for byte by a private link", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id, recordings } = await newRelease(owner);
    const file = picture(300_000, 7);
    const answer = await upload(owner, `releases/${id}/artwork`, file);
    expect(answer.status).toBe(201);
    const media = (await answer.json()) as Media;
    expect(media).toMatchObject({
      itemId: id,
      kind: "artwork",
      type: "image/png",
      sizeBytes: 300_000,
      sha256: sha256Of(file),
    });
    const sound = await upload(owner, `recordings/${recordings[0]}/audio`, MEDIA.flac);
    expect(await sound.json()).toMatchObject({ itemId: recordings[0], kind: "audio", type: "audio/flac" });
    const link = (await (await owner.get(`${CATALOG}/media/${media.id}/link`)).json()) as { url: string };
    const got = await nobody.get(link.url);
    expect(got.status).toBe(200);
    expect(got.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''cover%20%C3%B8.bin");
    expect(sha256Of(new Uint8Array(await got.arrayBuffer()))).toBe(media.sha256);
  });

  it("a link works for 15 minutes, and a changed one never", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const owner = await (await newWorld()).as("owner");
    const { id } = await newRelease(owner);
    const media = (await (await upload(owner, `releases/${id}/artwork`, MEDIA.png)).json()) as Media;
    const { url } = (await (await owner.get(`${CATALOG}/media/${media.id}/link`)).json()) as { url: string };
    const statusOf = async (path: string) => {
      const response = await nobody.get(path);
      await response.body?.cancel();
      return response.status;
    };
    const changed = url.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expect([await statusOf(url), await statusOf(changed)]).toEqual([200, 410]);
    vi.setSystemTime(Date.now() + 15 * 60_000 - 1);
    expect(await statusOf(url)).toBe(200);
    vi.setSystemTime(Date.now() + 1);
    expect(await statusOf(url)).toBe(410);
  });

  it("nothing is kept that is not what was announced, of another type, empty, or too long", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id, recordings } = await newRelease(owner);
    const art = `releases/${id}/artwork`;
    const codeOf = async (response: Promise<Response>) => {
      const answer = await response;
      return `${answer.status} ${((await answer.json()) as { code: string }).code}`;
    };
    expect(await codeOf(upload(owner, art, picture(100_000, 1), { sha256: "0".repeat(64) }))).toBe(
      "422 checksum_differs",
    );
    expect(await codeOf(upload(owner, art, MEDIA.flac))).toBe("422 file_type_refused");
    expect(await codeOf(upload(owner, `recordings/${recordings[0]}/audio`, MEDIA.png))).toBe("422 file_type_refused");
    expect(await codeOf(upload(owner, art, new Uint8Array()))).toBe("422 file_empty");
    expect(await codeOf(upload(owner, art, MEDIA.png, { length: 25_000_001 }))).toBe("413 too_large");
    expect(await codeOf(upload(owner, art, MEDIA.png, { length: MEDIA.png.length + 5 }))).toBe("400 invalid_request");
    expect(await codeOf(upload(owner, art, MEDIA.png, { sha256: "ABC" }))).toBe("400 invalid_request");
    expect(await codeOf(upload(owner, `releases/${id.slice(0, -4)}0000/artwork`, MEDIA.png))).toBe("404 not_found");
    expect(await objectsOf(world.artistId)).toEqual([]);
    const { results } = await env.DB.prepare("SELECT * FROM catalog_media WHERE artist_id = ?")
      .bind(world.artistId)
      .all();
    expect(results).toEqual([]);
  });

  it("a version names the checksums of what was there, and newer artwork is a difference", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await newRelease(owner);
    const first = (await (await upload(owner, `releases/${id}/artwork`, picture(20, 1))).json()) as Media;
    for (const to of ["in_review", "scheduled", "delivering", "live"]) await move(owner, id, to);
    const second = (await (await upload(owner, `releases/${id}/artwork`, picture(20, 2))).json()) as Media;
    const version = (await (await owner.get(`${CATALOG}/releases/${id}/versions/1`)).json()) as {
      document: { media: Media[] };
    };
    expect(version.document.media).toMatchObject([{ id: first.id, sha256: first.sha256 }]);
    const { changes } = (await (await owner.get(`${CATALOG}/releases/${id}/diff`)).json()) as {
      changes: { path: string }[];
    };
    expect(changes.map(({ path }) => path)).toEqual([`media.id=${first.id}`, `media.id=${second.id}`].sort());
    // What a version names is still there.
    expect((await owner.get(`${CATALOG}/media/${first.id}/link`)).status).toBe(200);
    expect(await objectsOf(world.artistId)).toHaveLength(2);
  });

  it("artwork cannot change while it is looked at, and goes with its release", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await newRelease(owner);
    await upload(owner, `releases/${id}/artwork`, MEDIA.png);
    await move(owner, id, "in_review");
    expect((await upload(owner, `releases/${id}/artwork`, MEDIA.png)).status).toBe(409);
    await move(owner, id, "rejected");
    expect((await owner.delete(`${CATALOG}/releases/${id}`, { "if-match": "*" })).status).toBe(204);
    await vi.waitFor(async () => expect(await objectsOf(world.artistId)).toEqual([]));
  });
});
