// An export whose runtime is killed again and again while it is written, compared with the same lines sent at one go.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openStage } from "../harness/kill.mjs";
import { makeStatement } from "../seed/statement.mjs";
import { hashApiKey, newApiKey } from "../tools/keys.mjs";

const KILLS = process.env.LONG ? 40 : 6;
const LINES = 20_000;
const BASE = "/api/dashboard/statements";
const ARTIST = `art_${"1".padStart(26, "0")}`;

const folder = mkdtempSync(join(tmpdir(), "exports-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sleep = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

it("killed while it is written, an export is taken up where it stopped, and is the bytes it would have been", async () => {
  const stage = await openStage({ persist: folder });
  try {
    const key = newApiKey();
    await stage.rows(
      "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)",
      ARTIST,
    );
    await stage.rows(
      "INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at, expires_at, revoked_at) VALUES (?, ?, ?, 'owner', 'owner', 'ad_live_', 'last', 'test', 0, NULL, NULL)",
      ARTIST,
      `key_${"1".padStart(26, "0")}`,
      hashApiKey(key),
    );
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(stage.url + path, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
    const stateOf = async (path: string) => (await ask(path)).json() as Promise<Record<string, string>>;
    const until = async (path: string, status: string) => {
      for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
        const state = await stateOf(path);
        if (state["status"] === status) return state;
        await stage.sweep();
      }
      throw new Error(`${path} is not ${status}: ${JSON.stringify(await stateOf(path))}`);
    };
    const headers = { "content-type": "application/octet-stream" };
    const body = new Uint8Array(makeStatement({ lines: LINES, seed: 9 }).bytes);
    const upload = await ask(`${BASE}?filename=long.tsv`, { method: "POST", body, headers });
    const { id } = (await upload.json()) as { id: string };
    await until(`${BASE}/${id}`, "posted");
    const lines = Buffer.from(await (await ask(`${BASE}/${id}/export`)).arrayBuffer());
    expect(lines.toString().split("\r\n")).toHaveLength(LINES + 2);

    let kills = 0;
    let hits = 0;
    for (let round = 0; kills < KILLS; round += 1) {
      const order = JSON.stringify({ format: round % 2 === 0 ? "csv" : "bundle", from: "2020-01", to: "2030-12" });
      const asked = await ask(`${BASE}/exports`, {
        method: "POST",
        body: order,
        headers: { "content-type": "application/json" },
      });
      const path = `${BASE}/exports/${((await asked.json()) as { id: string }).id}`;
      for (let kill = 0; kill < 2; kill += 1) {
        await sleep(40 + ((kills * 97) % 250));
        await stage.kill();
        kills += 1;
        await stage.restart();
        const [row] = await stage.rows("SELECT status, step FROM statement_exports ORDER BY id DESC LIMIT 1");
        if (row?.["status"] === "running" && row["step"] > 0) hits += 1;
      }
      const { url, sha256 } = await until(path, "ready");
      const bytes = Buffer.from(await (await fetch(stage.url + url)).arrayBuffer());
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
      expect(round % 2 === 0 ? bytes.equals(lines) : bytes.includes(lines)).toBe(true);
      const finished = await stage.rows("SELECT count(*) n FROM audit_log WHERE action = 'export.finish'");
      expect(finished).toEqual([{ n: round + 1 }]);
    }
    expect(hits, "kills between two steps").toBeGreaterThan(0);
  } finally {
    await stage.stop();
  }
});
