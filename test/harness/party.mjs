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
    database.prepare("INSERT INTO artists VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)").bind(artistId),
    database
      .prepare("INSERT INTO api_keys VALUES (?, ?, ?, 'owner', 'owner', 'ad_live_', 'last', 'test', 0, NULL, NULL)")
      .bind(artistId, `key_${"1".padStart(26, "0")}`, hashApiKey(key)),
  ]);
  const ask = async (/** @type {string} */ path, /** @type {RequestInit} */ init = {}) => {
    const headers = { authorization: `Bearer ${key}`, ...init.headers };
    const answer = await fetch(runtime.url + path, { ...init, headers });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${await answer.text()}`);
    return /** @type {Promise<any>} */ (answer.json());
  };
  const until = async (/** @type {string} */ path, /** @type {string} */ status) => {
    const deadline = Date.now() + LONGEST_MS;
    for (;;) {
      const body = await ask(path);
      if (body.status === status) return body;
      if (Date.now() > deadline) throw new Error(`${path} is ${JSON.stringify(body)} and not ${status}`);
      await new Promise((resume) => setTimeout(resume, 50));
    }
  };
  return {
    /** Uploads a file and waits until it is posted. @param {string} filename @param {Uint8Array} file */
    async imported(filename, file) {
      const { id } = await ask(`${BASE}?filename=${encodeURIComponent(filename)}`, {
        method: "POST",
        body: new Uint8Array(file),
        headers: { "content-type": "application/octet-stream" },
      });
      return until(`${BASE}/${id}`, "posted");
    },
    /** Asks for an export, waits for it and downloads it. @param {object} order */
    async exported(order) {
      const { id } = await ask(`${BASE}/exports`, {
        method: "POST",
        body: JSON.stringify(order),
        headers: { "content-type": "application/json" },
      });
      const { url, sha256 } = await until(`${BASE}/exports/${id}`, "ready");
      const answer = await fetch(runtime.url + url);
      return { bytes: new Uint8Array(await answer.arrayBuffer()), sha256: String(sha256), headers: answer.headers };
    },
    stop: () => runtime.stop(),
  };
}
