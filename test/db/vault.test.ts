// The vault: what is sealed opens in its own place alone, unaltered, with the keys of its time; and moves to newer keys.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { persist } from "../../src/db/commit.ts";
import type { Ctx } from "../../src/db/ctx.ts";
import {
  emptyVaultStatements,
  keyRingOf,
  openVault,
  rotateVault,
  rotationJobs,
  SealBroken,
  seal,
  unseal,
  vaultStatements,
} from "../../src/db/vault.ts";
import { deliver, fire, quietEnv } from "../harness/doors.ts";
import { dumpAll } from "../harness/dump.ts";
import { bytes, newBase, newWorld, type World } from "../harness/world.ts";

const isLong = (env as unknown as { LONG: string }).LONG !== "";
const key = (byte: number) => btoa(String.fromCharCode(byte).repeat(32));
const OLD = `k1:${key(1)}`;
const NEW = `k2:${key(2)},k1:${key(1)}`;
const ring = keyRingOf(NEW);
const PLACE = ["art_a", "con_a", "spotify"] as const;

/** A context whose vault has these keys. */
async function withKeys(world: World, vaultKeys: string | null): Promise<Ctx> {
  const ctx = await world.ctx();
  return { ...ctx, settings: { ...ctx.settings, vaultKeys } };
}

async function put(ctx: Ctx, id: string, secret: string): Promise<void> {
  await persist(ctx, await vaultStatements(ctx, { id, provider: "spotify" }, secret));
}

const read = (ctx: Ctx, id: string) => openVault(ctx, ctx.scope, { id, provider: "spotify" });

async function kidsOf(world: World): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare("SELECT kid, count(*) n FROM vault_items WHERE artist_id = ? GROUP BY kid")
    .bind(world.artistId)
    .all<{ kid: string; n: number }>();
  return Object.fromEntries(results.map(({ kid, n }) => [kid, n]));
}

describe("an envelope", () => {
  it("opens to what was sealed, also when that is empty, long or not Latin", async () => {
    for (const secret of ["", "AQ-refresh", "é💥\u0000", "x".repeat(10_000)]) {
      const envelope = await seal(ring, PLACE, secret, bytes(12));
      expect(envelope).toMatch(/^v1\.k2\.[\w-]{16}\.[\w-]+$/);
      expect(await unseal(ring, PLACE, envelope)).toBe(secret);
    }
  });

  it("is of no use in any other place", async () => {
    const envelope = await seal(ring, PLACE, "a secret", bytes(12));
    const others: [string, ...string[]][] = [
      ["art_b", "con_a", "spotify"],
      ["art_a", "con_b", "spotify"],
      ["art_a", "con_a", "youtube"],
      ["con_a", "art_a", "spotify"],
      ["art_acon_a", "spotify"],
      ["art_a", "con_aspotify"],
      ["art_a", 'con_a","spotify'],
      ["art_a", "con_a", "spotify", ""],
      ["art_a", "con_a"],
      ["", "art_a", "con_a", "spotify"],
    ];
    for (const place of others) await expect(unseal(ring, place, envelope), place.join()).rejects.toThrow(SealBroken);
  });

  it("does not open with any one of its bytes flipped, nor any letter changed, added or taken away", async () => {
    const envelope = await seal(ring, PLACE, "a secret of some length", bytes(12));
    const broken = async (text: string) => {
      const opened = await unseal(ring, PLACE, text).catch((error: unknown) => error);
      // A changed key name may be one that is simply not there.
      expect(opened, text).toSatisfy(
        (error) => error instanceof SealBroken || (error as { code?: string }).code === "misconfigured",
      );
    };
    const [version, kid, iv = "", sealed = ""] = envelope.split(".");
    for (const [at, part] of [iv, sealed].entries()) {
      const raw = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
        letter.charCodeAt(0),
      );
      for (let byte = 0; byte < raw.length; byte += 1) {
        for (let bit = 0; bit < 8; bit += 1) {
          const flipped = raw.with(byte, Number(raw[byte]) ^ (1 << bit));
          const text = btoa(String.fromCharCode(...flipped))
            .replaceAll("+", "-")
            .replaceAll("/", "_")
            .replace(/=+$/, "");
          await broken([version, kid, ...(at === 0 ? [text, sealed] : [iv, text])].join("."));
        }
      }
    }
    for (let at = 0; at < envelope.length; at += 1) {
      const letter = envelope.charAt(at);
      await broken(envelope.slice(0, at) + (letter === "A" ? "B" : "A") + envelope.slice(at + 1));
      await broken(envelope.slice(0, at) + envelope.slice(at + 1));
    }
    for (const text of [
      "",
      ".",
      "...",
      "v1.k2",
      `${envelope}.`,
      `${envelope}A`,
      `${envelope}=`,
      `v2${envelope.slice(2)}`,
    ]) {
      await broken(text);
    }
  });

  it("is written in one way alone: no other last letter and no padding stands for the same bytes", async () => {
    for (const secret of ["x", "xx", "xxx"]) {
      const envelope = await seal(ring, PLACE, secret, bytes(12));
      for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
        if (envelope.endsWith(letter)) continue;
        await expect(unseal(ring, PLACE, envelope.slice(0, -1) + letter)).rejects.toThrow(SealBroken);
      }
      for (const padding of ["=", "==", "==="]) {
        await expect(unseal(ring, PLACE, envelope + padding)).rejects.toThrow(SealBroken);
      }
    }
  });

  it("is sealed with a key of its owner's own, and another one under each name of a key", async () => {
    const iv = bytes(12);
    const sealed = async (keys: string, owner: string) =>
      (await seal(keyRingOf(keys), [owner, "con_a", "spotify"], "the very same secret", iv))
        .split(".")[3]
        ?.slice(0, 26);
    const texts = [await sealed(OLD, "art_a"), await sealed(OLD, "art_b"), await sealed(`k9:${key(1)}`, "art_a")];
    expect(new Set(texts).size).toBe(3);
    expect(await sealed(OLD, "art_a")).toBe(texts[0]);
  });

  it("never has an IV twice", async () => {
    const ivs = new Set<string>();
    const count = isLong ? 1_000_000 : 5000;
    for (let at = 0; at < count; at += 1000) {
      const sealed = await Promise.all(Array.from({ length: 1000 }, () => seal(ring, PLACE, "x", bytes(12))));
      for (const envelope of sealed) ivs.add(String(envelope.split(".")[2]));
    }
    expect(ivs.size).toBe(count);
  }, 1_200_000);

  it("takes an IV of twelve bytes and no other", async () => {
    for (const length of [0, 11, 13, 16])
      await expect(seal(ring, PLACE, "x", bytes(length))).rejects.toThrow(RangeError);
  });

  it("says which key is missing when the ring has lost it, and no value", async () => {
    const envelope = await seal(keyRingOf(OLD), PLACE, "a secret", bytes(12));
    const opening = unseal(keyRingOf(`k2:${key(2)}`), PLACE, envelope);
    await expect(opening).rejects.toMatchObject({ code: "misconfigured", detail: expect.stringContaining("k1") });
  });

  it("does not open with another key of the same name", async () => {
    const envelope = await seal(keyRingOf(OLD), PLACE, "a secret", bytes(12));
    await expect(unseal(keyRingOf(`k1:${key(7)}`), PLACE, envelope)).rejects.toThrow(SealBroken);
  });
});

describe("the setting VAULT_KEYS", () => {
  it.each([
    null,
    "",
    "k1",
    "k1:",
    "k1:short",
    `K1:${key(1)}`,
    `k.1:${key(1)}`,
    `k1:${btoa("x".repeat(31))}`,
    `k1:${btoa("x".repeat(33))}`,
    `k1:${key(1)},`,
    `k1:${key(1)},k1:${key(2)}`,
    `k1:${key(1)};k2:${key(2)}`,
  ])("%j is refused by name, and its value is never said", (text) => {
    try {
      keyRingOf(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "misconfigured", detail: expect.stringContaining("VAULT_KEYS") });
      expect(String(error)).not.toContain(key(1));
    }
  });

  it("that is missing stops what needs the vault, and nothing else", async () => {
    const world = await newWorld();
    const ctx = await withKeys(world, null);
    await expect(put(ctx, "con_a", "x")).rejects.toMatchObject({ code: "misconfigured" });
    expect(rotationJobs(ctx.settings)).toEqual([]);
    expect(await read(ctx, "con_a")).toBeNull();
  });
});

describe("the vault", () => {
  it("holds one secret per place, the last one, until it is emptied", async () => {
    const ctx = await withKeys(await newWorld(), NEW);
    expect(await read(ctx, "con_a")).toBeNull();
    await put(ctx, "con_a", "first");
    await put(ctx, "con_a", "second");
    await put(ctx, "con_b", "other");
    expect(await read(ctx, "con_a")).toBe("second");
    await persist(ctx, emptyVaultStatements(ctx, "con_a"));
    expect(await read(ctx, "con_a")).toBeNull();
    expect(await read(ctx, "con_b")).toBe("other");
  });

  it("rows swapped between artists, or between two things of one artist, do not open", async () => {
    const [mine, theirs] = [await withKeys(await newWorld(), NEW), await withKeys(await newWorld(), NEW)];
    await put(mine, "con_a", "mine");
    await put(mine, "con_b", "mine too");
    await put(theirs, "con_a", "theirs");
    const move = (from: Ctx, id: string) =>
      env.DB.prepare(
        "UPDATE vault_items SET envelope = (SELECT envelope FROM vault_items WHERE artist_id = ? AND id = ?) WHERE artist_id = ? AND id = 'con_a'",
      )
        .bind(from.scope.artistId, id, mine.scope.artistId)
        .run();
    await move(theirs, "con_a");
    await expect(read(mine, "con_a")).rejects.toThrow(SealBroken);
    await move(mine, "con_b");
    await expect(read(mine, "con_a")).rejects.toThrow(SealBroken);
    expect(await read(theirs, "con_a")).toBe("theirs");
  });

  it("in a dump shows nothing of what it holds", async () => {
    const ctx = await withKeys(await newWorld(), NEW);
    const canary = `canary-${crypto.randomUUID()}`;
    await put(ctx, "con_a", canary);
    const dump = await dumpAll();
    expect(dump).toContain(ctx.scope.artistId);
    for (const shown of [canary, btoa(canary), btoa(canary).replace(/=+$/, "")]) expect(dump).not.toContain(shown);
  });
});

describe("new keys", () => {
  it("read what old ones sealed, and seal with the current", async () => {
    const world = await newWorld();
    const [before, after] = [await withKeys(world, OLD), await withKeys(world, NEW)];
    await put(before, "con_a", "a secret");
    expect(await read(after, "con_a")).toBe("a secret");
    await put(after, "con_b", "another");
    expect(await kidsOf(world)).toEqual({ k1: 1, k2: 1 });
  });

  it("take everything over page by page, also when cut off in between, and each secret stays what it was", async () => {
    const world = await newWorld();
    const [before, after] = [await withKeys(world, OLD), await withKeys(world, NEW)];
    const count = isLong ? 10_000 : 1050;
    const ids = Array.from({ length: count }, (_, at) => `con_${String(at).padStart(5, "0")}`);
    for (let at = 0; at < count; at += 50) {
      const writes = await Promise.all(
        ids.slice(at, at + 50).map((id) => vaultStatements(before, { id, provider: "spotify" }, `secret of ${id}`)),
      );
      await persist(before, writes.flat());
    }
    const { env: changed, sent } = quietEnv({ VAULT_KEYS: NEW } as Partial<Env>);
    const start: [string, string] = [world.artistId, ""];
    await rotateVault({ ...newBase(), settings: after.settings }, "k1", start);
    expect(await kidsOf(world)).toEqual({ k1: count - 100, k2: 100 });
    // The run was cut off here and begins anew; every later page is asked for by the one before.
    await deliver(changed, [{ id: "job_rotation", kind: "vault.rotate", body: { kid: "k1", after: start } }]);
    for (let next = sent.shift(); next !== undefined; next = sent.shift()) {
      if (next.kind === "vault.rotate" && next.body.after[0] === world.artistId) await deliver(changed, [next]);
    }
    expect(await kidsOf(world)).toEqual({ k2: count });
    const onlyNew = await withKeys(world, `k2:${key(2)}`);
    for (const id of [ids[0], ids[99], ids[100], ids[1049], ids.at(-1)])
      expect(await read(onlyNew, String(id))).toBe(`secret of ${id}`);
  }, 1_200_000);

  it("leave a secret alone that was replaced meanwhile, and step over one that does not open", async () => {
    const world = await newWorld();
    const [before, after] = [await withKeys(world, OLD), await withKeys(world, NEW)];
    for (const id of ["con_a", "con_b", "con_c"]) await put(before, id, `old ${id}`);
    await env.DB.prepare("UPDATE vault_items SET envelope = 'v1.k1.x.y' WHERE artist_id = ? AND id = 'con_b'")
      .bind(world.artistId)
      .run();
    const base = { ...newBase(), settings: after.settings };
    // The page has been read when the secret is replaced: what is drawn for sealing comes in between.
    let hasReplaced: Promise<void> | null = null;
    const slow = {
      ...base,
      db: {
        ...base.db,
        orm: base.db.orm,
        read: base.db.read,
        write: async (writes: Parameters<typeof base.db.write>[0]) => {
          hasReplaced ??= put(before, "con_a", "replaced");
          await hasReplaced;
          return base.db.write(writes);
        },
      },
    };
    await rotateVault(slow, "k1", [world.artistId, ""]);
    expect(await read(after, "con_a")).toBe("replaced");
    expect(await read(after, "con_c")).toBe("old con_c");
    expect(await kidsOf(world)).toEqual({ k1: 2, k2: 1 });
    await expect(read(after, "con_b")).rejects.toThrow(SealBroken);
  });

  it("are taken up each night, where there are older ones", async () => {
    const nightly = async (VAULT_KEYS: string | undefined) => {
      const { env: changed, sent } = quietEnv({ VAULT_KEYS } as Partial<Env>);
      await fire(changed, "5 0 * * *");
      return sent.filter(({ kind }) => kind === "vault.rotate").map(({ body }) => body);
    };
    expect(await nightly(NEW)).toEqual([{ kid: "k1", after: ["", ""] }]);
    expect(await nightly(OLD)).toEqual([]);
    expect(await nightly(undefined)).toEqual([]);
  });
});
