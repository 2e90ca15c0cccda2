// The home of a small stage for tests in Node: a runtime in memory, one artist, and its owner who imports and exports.
import { hashApiKey, newApiKey } from "../tools/keys.mjs";
import { startRuntime } from "../tools/runtime.mjs";

const LONGEST_MS = 60_000;
const BASE = "/api/dashboard/statements";

/** Starts a runtime with an artist in it. */
export async function openParty() {
  const runtime = await startRuntime({ bindings: { ENVIRONMENT: "development" } });
  const database = await runtime.mf.getD1Database("DB");
  const key = newApiKey();
  const artistId = `art_${"1".padStart(26, "0")}`;
  await database.batch([
    database
      .prepare(
        "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)",
      )
      .bind(artistId),
    database
      .prepare(
        "INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at, expires_at, revoked_at) VALUES (?, ?, ?, 'owner', 'owner', 'ad_live_', 'last', 'test', 0, NULL, NULL)",
      )
      .bind(artistId, `key_${"1".padStart(26, "0")}`, hashApiKey(key)),
  ]);
  const ask = async (/** @type {string} */ path, /** @type {RequestInit} */ init = {}) => {
    const headers = { authorization: `Bearer ${key}`, ...init.headers };
    const answer = await fetch(runtime.url + path, { ...init, headers });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${await answer.text()}`);
    return /** @type {Promise<any>} */ (answer.json());
  };
  const until = async (/** @type {string} */ path, /** @type {(body: any) => boolean} */ isThere) => {
    const deadline = Date.now() + LONGEST_MS;
    for (;;) {
      const body = await ask(path);
      if (isThere(body)) return body;
      if (Date.now() > deadline) throw new Error(`${path} stays ${JSON.stringify(body)}`);
      await new Promise((resume) => setTimeout(resume, 50));
    }
  };
  return {
    /** Uploads a file; tells whether it was booked as it is. @param {string} filename @param {Uint8Array} file */
    async imported(filename, file) {
      const headers = { "content-type": "application/octet-stream", authorization: `Bearer ${key}` };
      const url = `${runtime.url}${BASE}?filename=${encodeURIComponent(filename)}`;
      const answer = await fetch(url, { method: "POST", body: new Uint8Array(file), headers });
      const { id } = /** @type {{ id?: string }} */ (await answer.json());
      if (answer.status !== 202 || id === undefined) return false;
      const isAtRest = (/** @type {any} */ { status, problems }) =>
        ["posted", "failed", "needs_mapping"].includes(status) || (status === "ready" && problems.length > 0);
      return (await until(`${BASE}/${id}`, isAtRest)).status === "posted";
    },
    /** Asks for an export, waits for it and downloads it. @param {object} order */
    async exported(order) {
      const { id } = await ask(`${BASE}/exports`, {
        method: "POST",
        body: JSON.stringify(order),
        headers: { "content-type": "application/json" },
      });
      const { url, sha256 } = await until(`${BASE}/exports/${id}`, ({ status }) => status === "ready");
      const answer = await fetch(runtime.url + url);
      return { bytes: new Uint8Array(await answer.arrayBuffer()), sha256: String(sha256), headers: answer.headers };
    },
    stop: () => runtime.stop(),
  };
}
