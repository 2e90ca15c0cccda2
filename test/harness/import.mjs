// The home of one import into a runtime of its own, with the rows it wrote.
import { createHash } from "node:crypto";
import { makeStatement, nanosOf } from "../seed/statement.mjs";
import { newApiKey } from "../tools/keys.mjs";
import { startRuntime } from "../tools/runtime.mjs";
import { uploadInParts } from "./upload.mjs";

const ARTIST = `art_${"0".repeat(26)}`;

/**
 * Imports a made-up statement of so many lines and adds up the rows that its jobs wrote, posting and overview included.
 *
 * @param {number} lines
 */
export async function rowsWrittenBy(lines) {
  let rows = 0;
  let isDone = false;
  const runtime = await startRuntime({
    log({ message }) {
      if (!message.startsWith('{"kind":"job"')) return;
      const line = JSON.parse(message);
      rows += line.rowsWritten;
      if (line.job === "kpi.refresh") isDone = true;
    },
  });
  try {
    const key = newApiKey();
    const hash = createHash("sha256").update(key).digest("hex");
    const db = await runtime.mf.getD1Database("DB");
    await db.batch([
      db
        .prepare(
          "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)",
        )
        .bind(ARTIST),
      db
        .prepare(
          "INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at, expires_at, revoked_at) VALUES (?, 'key_0', ?, 'owner', 'owner', 'ad_live_', 'last', 'test', 0, NULL, NULL)",
        )
        .bind(ARTIST, hash),
    ]);
    const statement = makeStatement({ lines, seed: 7 });
    const { id } = await uploadInParts(runtime.url, key, new Uint8Array(statement.bytes));
    const headers = { authorization: `Bearer ${key}` };
    while (!isDone) await new Promise((resolve) => setTimeout(resolve, 50));
    const answer = await fetch(`${runtime.url}/api/dashboard/statements/${id}`, { headers });
    const { totals } = /** @type {{ totals: { amount: string }[] }} */ (await answer.json());
    const nanos = nanosOf(statement.total);
    const expected = `${nanos / 1_000_000_000n}.${(nanos % 1_000_000_000n).toString().padStart(9, "0")}`.replace(
      /\.?0+$/,
      "",
    );
    return { rows, lines, total: totals[0]?.amount, expected };
  } finally {
    await runtime.stop();
  }
}
