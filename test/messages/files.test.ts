// Attachments: what is taken, who may have it, for how long, and what becomes of what nobody sent.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { at, hubOf, listAll, MESSAGES, newTeam, newThread, say } from "../harness/talk.ts";
import { type Caller, nobody } from "../harness/world.ts";

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4]);
const DAY_MS = 24 * 60 * 60 * 1000;

function upload(caller: Caller, filename: string, body: Uint8Array | string, length?: number): Promise<Response> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return caller.send("POST", `${MESSAGES}/attachments?filename=${encodeURIComponent(filename)}`, {
    body: bytes as BodyInit,
    headers: { "content-type": "application/octet-stream", "content-length": String(length ?? bytes.length) },
  });
}

async function uploaded(caller: Caller, filename = "cover.png", body: Uint8Array | string = PNG): Promise<string> {
  return ((await (await upload(caller, filename, body)).json()) as { id: string }).id;
}

async function linkTo(caller: Caller, thread: string, id: string): Promise<{ status: number; url: string }> {
  const response = await caller.get(`${MESSAGES}/${thread}/attachments/${id}`);
  const { url = "" } = (await response.json()) as { url?: string };
  return { status: response.status, url };
}

async function pair() {
  const { world, people } = await newTeam("owner", "editor", "editor");
  const [mara, noa, ada] = [at(people, 0), at(people, 1), at(people, 2)];
  const thread = await newThread(mara.caller, [noa.id]);
  const stored = async () => {
    const { objects } = await env.FILES.list({ prefix: `artists/${world.artistId}/messages/` });
    return objects.map(({ key }) => key);
  };
  return { world, mara, noa, ada, thread, stored };
}

describe("a file", () => {
  it("comes back byte for byte as a download under its name, by a link that asks nobody who they are", async () => {
    const { mara, noa, thread } = await pair();
    const body = Uint8Array.from({ length: 300_000 }, (_, n) => PNG[n] ?? n % 251);
    const name = `Cover "front" – Møth.png`;
    const id = await uploaded(mara.caller, name, body);
    const { attachments } = await say(mara.caller, thread.id, "the front", { attachments: [id] });
    expect(attachments).toEqual([{ id, filename: name, type: "image/png", sizeBytes: 300_000 }]);
    const { url } = await linkTo(noa.caller, thread.id, id);
    const file = await nobody.get(url);
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toBe("image/png");
    expect(file.headers.get("x-content-type-options")).toBe("nosniff");
    expect(file.headers.get("content-disposition")).toBe(
      `attachment; filename="Cover _front_ _ M_th.png"; filename*=UTF-8''Cover%20%22front%22%20%E2%80%93%20M%C3%B8th.png`,
    );
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(body);
  });

  it("is taken by its first bytes and not by its name", async () => {
    const { mara, stored } = await pair();
    const taken: [string, string | Uint8Array, string][] = [
      ["a.exe", PNG, "image/png"],
      ["a.jpg", Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]), "image/jpeg"],
      ["a.gif", "GIF89a", "image/gif"],
      ["a.webp", "RIFF0000WEBPVP8 ", "image/webp"],
      ["a.pdf", "%PDF-1.7", "application/pdf"],
      ["a.wav", "RIFF0000WAVEfmt ", "audio/wav"],
      ["a.csv", "Title,Units\nØ,1", "text/csv"],
      ["a.html", "<script>alert(1)</script>", "text/plain"],
    ];
    for (const [name, body, type] of taken) {
      const response = await upload(mara.caller, name, body);
      expect([response.status, ((await response.json()) as { type: string }).type], name).toEqual([201, type]);
    }
    const before = await stored();
    const refused = [Uint8Array.from([0x4d, 0x5a, 0x90, 0]), "PK\u0003\u0004zip", Uint8Array.from([0xff, 0xfe, 65, 0])];
    for (const body of refused) {
      const response = await upload(mara.caller, "cover.png", body);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ code: "file_type_refused" });
    }
    expect(await stored()).toEqual(before);
  });

  it("that is too large, empty, or not as long as it says is refused, and nothing of it can be sent", async () => {
    const { mara, thread } = await pair();
    const huge = await upload(mara.caller, "a.txt", "x", 25 * 1024 * 1024 + 1);
    expect(huge.status).toBeGreaterThanOrEqual(400);
    expect((await upload(mara.caller, "a.txt", "")).status).toBeGreaterThanOrEqual(400);
    for (const id of ["att_01k9v3m6s0n8w2e4r6t8y0b1c3", "x"]) {
      const sent = await mara.caller.post(`${MESSAGES}/${thread.id}/messages`, {
        clientId: "x",
        text: "x",
        attachments: [id],
      });
      expect(sent.status).toBe(422);
      expect(await sent.json()).toMatchObject({ code: "attachment_unknown" });
    }
    expect(await listAll(mara.caller, thread.id)).toEqual([]);
  });

  it("is sent once, by whoever uploaded it", async () => {
    const { mara, noa, thread } = await pair();
    const id = await uploaded(mara.caller);
    const message = { clientId: "a", text: "mine", attachments: [id] };
    expect((await noa.caller.post(`${MESSAGES}/${thread.id}/messages`, message)).status).toBe(422);
    await say(mara.caller, thread.id, "mine", { attachments: [id] });
    expect((await mara.caller.post(`${MESSAGES}/${thread.id}/messages`, message)).status).toBe(422);
  });
});

describe("a link", () => {
  it("is given to who sees the message that carries the file, and to nobody else", async () => {
    const { mara, noa, ada, thread } = await pair();
    const id = await uploaded(mara.caller);
    expect((await linkTo(mara.caller, thread.id, id)).status).toBe(404);
    await say(mara.caller, thread.id, "the front", { attachments: [id] });
    expect((await linkTo(noa.caller, thread.id, id)).status).toBe(200);
    const own = await newThread(ada.caller);
    for (const place of [thread.id, own.id]) expect((await linkTo(ada.caller, place, id)).status).toBe(404);
  });

  it("works for a quarter of an hour, unaltered, while its message stands", async () => {
    const { world, mara, thread } = await pair();
    const id = await uploaded(mara.caller);
    const { id: message } = await say(mara.caller, thread.id, "the front", { attachments: [id] });
    const { url } = await linkTo(mara.caller, thread.id, id);
    for (const altered of [`${url}A`, url.slice(0, -1), url.replace("token=", "token=A")]) {
      expect((await nobody.get(altered)).status).toBe(410);
    }
    const shift = (ms: number) =>
      runInDurableObject(hubOf(world.artistId), (_, state) => {
        state.storage.sql.exec("UPDATE links SET expires_at = expires_at - ?", ms);
      });
    await shift(14 * 60_000);
    expect((await nobody.get(url)).status).toBe(200);
    await shift(60_001);
    expect((await nobody.get(url)).status).toBe(410);
    const { url: again } = await linkTo(mara.caller, thread.id, id);
    await mara.caller.delete(`${MESSAGES}/${thread.id}/messages/${message}`);
    expect((await nobody.get(again)).status).toBe(410);
    expect((await linkTo(mara.caller, thread.id, id)).status).toBe(404);
  });

  it("is only kept as a hash", async () => {
    const { world, mara, thread } = await pair();
    const id = await uploaded(mara.caller);
    await say(mara.caller, thread.id, "the front", { attachments: [id] });
    await linkTo(mara.caller, thread.id, id);
    const [row] = await runInDurableObject(hubOf(world.artistId), (_, state) =>
      state.storage.sql.exec("SELECT * FROM links").toArray(),
    );
    expect(row?.["hash"]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("what nobody sent", () => {
  it("is swept after a day, the files of a deleted message at once, and what was sent stays", async () => {
    const { world, mara, thread, stored } = await pair();
    const [kept, unsent, deleted] = [
      await uploaded(mara.caller),
      await uploaded(mara.caller),
      await uploaded(mara.caller),
    ];
    await say(mara.caller, thread.id, "the front", { attachments: [kept] });
    const { id } = await say(mara.caller, thread.id, "the back", { attachments: [deleted] });
    const hub = hubOf(world.artistId);
    await runDurableObjectAlarm(hub);
    expect(await stored()).toHaveLength(3);
    await mara.caller.delete(`${MESSAGES}/${thread.id}/messages/${id}`);
    await runDurableObjectAlarm(hub);
    const key = (file: string) => `artists/${world.artistId}/messages/${file}`;
    expect((await stored()).sort()).toEqual([key(kept), key(unsent)].sort());
    await runInDurableObject(hub, (_, state) => {
      state.storage.sql.exec("UPDATE attachments SET reserved_at = reserved_at - ?", DAY_MS + 1);
    });
    await runDurableObjectAlarm(hub);
    expect(await stored()).toEqual([key(kept)]);
  });
});
