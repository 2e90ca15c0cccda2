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
    `SELECT id, lines, totals_json FROM statements WHERE artist_id = ? AND status = 'posted' AND measures = 'money'`,
    artistId,
  );
  const totals = new Map<string, { nanos: bigint; lines: number }>();
  for (const statement of posted) {
    const sums = new Map<string, { nanos: bigint; lines: number }>();
    let count = 0;
    for await (const block of readAllLines(await world.ctx(), String(statement.id))) {
      for (const { currency, nanos } of block) add(sums, currency, nanos, 1);
      count += block.length;
    }
    const stated = (JSON.parse(String(statement.totals_json)) as { currency: string; nanos: string }[]).map(
      ({ currency, nanos }): [string, string] => [currency, nanos],
    );
    const read = [...sums].map(([currency, { nanos }]): [string, string] => [currency, String(nanos)]);
    expect(read.sort(), `the lines of ${statement.id}`).toEqual(stated.sort());
    expect(count).toBe(statement.lines);
    for (const [currency, { nanos, lines }] of sums) add(totals, currency, nanos, lines);
  }
  for (const [currency, total] of totals) await expectCurrencyToAgree(artistId, currency, total);
  await checkBooks(await world.ctx());
}

function add(
  sums: Map<string, { nanos: bigint; lines: number }>,
  currency: string,
  nanos: bigint,
  lines: number,
): void {
  const sum = sums.get(currency) ?? { nanos: 0n, lines: 0 };
  sums.set(currency, { nanos: sum.nanos + nanos, lines: sum.lines + lines });
}

async function expectCurrencyToAgree(
  artistId: string,
  currency: string,
  total: { nanos: bigint; lines: number },
): Promise<void> {
  const cuts = await rows(
    `SELECT cut, source = '' AS is_all, platform = '' AS all_platforms, sum(lines) lines, CAST(sum(nanos) AS TEXT) nanos
     FROM earning_rollups WHERE artist_id = ? AND currency = ? AND cut <> 'release' GROUP BY 1, 2, 3`,
    artistId,
    currency,
  );
  for (const cut of cuts) {
    expect(cut.nanos, `rollup ${cut.cut}`).toBe(String(total.nanos));
    expect(cut.lines, `rollup ${cut.cut}`).toBe(total.lines);
  }
  // total, source ×2, platform ×2, territory ×3, recording ×3
  expect(cuts.length).toBe(11);
  const [receivable] = await rows(
    `SELECT CAST(coalesce(sum(nanos), 0) AS TEXT) nanos FROM ledger_postings
     WHERE artist_id = ? AND currency = ? AND account LIKE 'receivable:%'`,
    artistId,
    currency,
  );
  expect(receivable?.nanos, "what the sources owe").toBe(String(total.nanos));
}
