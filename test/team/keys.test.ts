// API keys: shown once, kept as a hash, never above their maker, and dead at once when revoked.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hashSecret } from "../../src/identity/index.ts";
import { ROLES, type Role } from "../../src/team/index.ts";
import { dumpAll } from "../harness/dump.ts";
import { type Caller, callerWith, newPerson, newWorld } from "../harness/world.ts";

const KEYS = "/api/dashboard/team/api-keys";

interface Key {
  id: string;
  key: string;
  prefix: string;
  last4: string;
  role: Role;
}

async function made(maker: Caller, input: object = {}): Promise<Key> {
  const response = await maker.post(KEYS, { name: "Dashboard", role: "viewer", ...input });
  expect(response.status).toBe(201);
  return (await response.json()) as Key;
}

const bearer = ({ key }: Key) => callerWith({ authorization: `Bearer ${key}` });

describe("a key", () => {
  it("is shown once, and of it only the hash is kept", async () => {
    const owner = await (await newWorld()).as("owner");
    const key = await made(owner);
    expect(key.key).toMatch(/^ad_live_[\w-]{43}_[0-9a-f]{6}$/);
    expect(key.key.startsWith(key.prefix)).toBe(true);
    expect(key.key.endsWith(key.last4)).toBe(true);
    const { data } = (await (await owner.get(KEYS)).json()) as { data: Key[] };
    const listed = data.find(({ id }) => id === key.id);
    expect(Object.keys(listed ?? {}).sort()).toEqual(
      [
        "createdAt",
        "createdBy",
        "expiresAt",
        "id",
        "last4",
        "name",
        "prefix",
        "revokedAt",
        "role",
        "lastUsedAt",
      ].sort(),
    );
    const stored = await dumpAll();
    expect(stored).not.toContain(key.key);
    expect(stored).not.toContain(key.key.slice(16, -8));
    expect(stored).toContain(hashSecret(key.key));
    expect((await bearer(key).get("/api/dashboard/statements")).status).toBe(200);
  });

  it("revoked is refused from the next request on, and stays in the list as revoked", async () => {
    const owner = await (await newWorld()).as("owner");
    const key = await made(owner);
    expect((await bearer(key).get("/api/me")).status).toBe(200);
    expect((await owner.delete(`${KEYS}/${key.id}`)).status).toBe(204);
    for (const path of ["/api/me", "/api/dashboard/statements"]) {
      expect((await bearer(key).get(path)).status, path).toBe(401);
    }
    expect((await owner.delete(`${KEYS}/${key.id}`)).status).toBe(204);
    const { data } = (await (await owner.get(KEYS)).json()) as { data: (Key & { revokedAt: string | null })[] };
    expect(data.find(({ id }) => id === key.id)?.revokedAt).toEqual(expect.any(String));
    expect((await owner.delete(`${KEYS}/key_01k9v3m6s0n8w2e4r6t8y0b1c3`)).status).toBe(404);
  });

  it("is refused from its expiry on, and cannot be made expired", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const key = await made(owner, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect((await bearer(key).get("/api/me")).status).toBe(200);
    await env.DB.prepare("UPDATE api_keys SET expires_at = ? WHERE artist_id = ? AND id = ?")
      .bind(Date.now(), world.artistId, key.id)
      .run();
    expect((await bearer(key).get("/api/me")).status).toBe(401);
    for (const expiresAt of [new Date(Date.now() - 1000).toISOString(), "2020-01-01T00:00:00Z"]) {
      const response = await owner.post(KEYS, { name: "late", role: "viewer", expiresAt });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ path: "body.expiresAt" }] });
    }
  });

  it("never has a role above its maker's, whether the maker is a key or a person", async () => {
    const world = await newWorld();
    for (const maker of ["owner", "admin"] as const) {
      const { userId, caller } = await newPerson();
      await world.join(userId, maker);
      for (const by of [await world.as(maker), caller]) {
        for (const role of ROLES) {
          const isAbove = ROLES.indexOf(role) < ROLES.indexOf(maker);
          const response = await by.post(KEYS, { name: role, role });
          expect(response.status, `${maker} gives ${role}`).toBe(isAbove ? 403 : 201);
        }
      }
    }
    const { results } = await env.DB.prepare(
      "SELECT DISTINCT created_by FROM api_keys WHERE artist_id = ? AND role = 'owner'",
    )
      .bind(world.artistId)
      .all<{ created_by: string }>();
    expect(results.length).toBe(3);
  });

  it("says of itself what it is, and makes no artists", async () => {
    const world = await newWorld();
    const key = await made(await world.as("owner"), { role: "admin", name: "Robot" });
    expect(await (await bearer(key).get("/api/me")).json()).toEqual({
      id: key.id,
      email: null,
      name: "Robot",
      memberships: [
        {
          id: key.id,
          artist: { id: world.artistId, name: "Glass Harbor" },
          role: "admin",
          scope: { kind: "artist" },
          until: null,
          through: null,
          support: false,
          ownershipOfferedUntil: null,
        },
      ],
    });
    const artist = { name: "x", currency: "USD", timeZone: "UTC" };
    expect((await bearer(key).post("/api/artists", artist)).status).toBe(403);
  });

  it("is audited without its secret", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const key = await made(owner);
    await owner.delete(`${KEYS}/${key.id}`);
    const { results } = await env.DB.prepare("SELECT * FROM audit_log WHERE artist_id = ? ORDER BY id")
      .bind(world.artistId)
      .all<{ action: string; target: string; actor: string }>();
    expect(results.map(({ action, target }) => [action, target])).toEqual([
      ["api_key.create", key.id],
      ["api_key.revoke", key.id],
    ]);
    expect(JSON.stringify(results)).not.toContain(key.key);
    for (const { actor } of results) expect(actor).toMatch(/^key:key_/);
  });
});
