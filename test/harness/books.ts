// The home of the law that all books of an artist say the same, asked in SQL and through the API.
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { checkBooks, readAllLines } from "../../src/statements/index.ts";
import type { World } from "./world.ts";

async function rows(sql: string, ...params: string[]): Promise<Record<string, unknown>[]> {
  return (
    await env.DB.prepare(sql)
      .bind(...params)
      .all()
  ).results;
}

/** All rollups of an artist, in order; without the names shown beside them, which are no figures. */
export function rollupsOf(world: World): Promise<Record<string, unknown>[]> {
  return rows(
    `SELECT currency, source, cut, platform, month, key, lines, streams, downloads, other, CAST(nanos AS TEXT) nanos
     FROM earning_rollups WHERE artist_id = ? ORDER BY 1, 2, 3, 4, 5, 6`,
    world.artistId,
  );
}

/** The balance of every account of an artist. */
export function balancesOf(world: World): Promise<Record<string, unknown>[]> {
  return rows(
    `SELECT account, currency, CAST(sum(nanos) AS TEXT) nanos FROM ledger_postings WHERE artist_id = ?
     GROUP BY 1, 2 HAVING sum(nanos) <> 0 ORDER BY 1, 2`,
    world.artistId,
  );
}

/** Every entry of the ledger and every sum of it balances, and lines, totals, rollups and ledger are one amount. */
export async function expectBooksToAgree(world: World): Promise<void> {
  const { artistId } = world;
  const unbalanced = await rows(
    "SELECT entry_id FROM ledger_postings WHERE artist_id = ? GROUP BY entry_id, currency HAVING sum(nanos) <> 0",
    artistId,
  );
  expect(unbalanced, "entries that do not balance").toEqual([]);
  const posted = await rows(
    "SELECT id, lines, CAST(total_nanos AS TEXT) total FROM statements WHERE artist_id = ? AND status = 'posted'",
    artistId,
  );
  let total = 0n;
  let lines = 0;
  for (const statement of posted) {
    let sum = 0n;
    let count = 0;
    for await (const block of readAllLines(await world.ctx(), String(statement.id))) {
      for (const line of block) sum += line.nanos;
      count += block.length;
    }
    expect(String(sum), `the lines of ${statement.id}`).toBe(statement.total);
    expect(count).toBe(statement.lines);
    total += sum;
    lines += count;
  }
  const cuts = await rows(
    `SELECT cut, source = '' AS is_all, platform = '' AS all_platforms, sum(lines) lines, CAST(sum(nanos) AS TEXT) nanos
     FROM earning_rollups WHERE artist_id = ? AND cut <> 'release' GROUP BY 1, 2, 3`,
    artistId,
  );
  for (const cut of cuts) {
    expect(cut.nanos, `rollup ${cut.cut}`).toBe(String(total));
    expect(cut.lines, `rollup ${cut.cut}`).toBe(lines);
  }
  // total, source ×2, platform ×2, territory ×3, recording ×3
  expect(cuts.length).toBe(posted.length === 0 ? 0 : 11);
  const [receivable] = await rows(
    "SELECT CAST(coalesce(sum(nanos), 0) AS TEXT) nanos FROM ledger_postings WHERE artist_id = ? AND account LIKE 'receivable:%'",
    artistId,
  );
  expect(receivable?.nanos, "what the sources owe").toBe(String(total));
  await checkBooks(await world.ctx());
}
