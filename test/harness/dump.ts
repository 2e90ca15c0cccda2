// The home of looking at all that is stored: every row of every table, or of one artist, as text.
import { env } from "cloudflare:workers";

/** The names of our tables, as the database has them; what is searched is written from them by triggers, and is none. */
export async function tableNames(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' " +
      "AND name NOT LIKE '_cf_%' AND name != 'd1_migrations' ORDER BY name",
  ).all<{ name: string }>();
  return results.map((row) => row.name);
}

async function columnsOf(table: string): Promise<string[]> {
  const { results } = await env.DB.prepare(`PRAGMA table_info(${table})`).all<{ name: string }>();
  return results.map((row) => row.name);
}

/** Every row of every table. */
export async function dumpAll(): Promise<string> {
  const dump: Record<string, unknown> = {};
  for (const table of await tableNames()) dump[table] = (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results;
  return JSON.stringify(dump);
}

/** When somebody was last seen, and that they were refused, is written after the answer, by chance as it seems to a test, and is no change. */
const SIGHTINGS = new Set(["last_seen_at", "last_used_at"]);

/** Every row that belongs to an artist, with the jobs asked for it, by table; amounts as exact text. */
export async function dumpArtist(artistId: string, without: readonly string[] = []): Promise<Record<string, unknown>> {
  const dump: Record<string, unknown> = {};
  for (const table of await tableNames()) {
    if (without.includes(table)) continue;
    const columns = await columnsOf(table);
    const key = table === "artists" ? "id" : "artist_id";
    const shown = columns
      .filter((name) => !SIGHTINGS.has(name))
      .map((name) => `CAST(${name} AS TEXT) AS ${name}`)
      .join(", ");
    const mine = columns.includes(key) ? `${key} = ?1` : table === "outbox" ? "instr(body_json, ?1) > 0" : null;
    if (mine === null) continue;
    const lasting = table === "audit_log" ? `${mine} AND action <> 'access.deny'` : mine;
    dump[table] = (await env.DB.prepare(`SELECT ${shown} FROM ${table} WHERE ${lasting}`).bind(artistId).all()).results;
  }
  return dump;
}
