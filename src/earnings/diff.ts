// The home of the difference between two generations of figures: what changed, by how much, and which files did it.
// A file of its own beside `service.ts`: it asks the statements what they moved, and not the rollups what they hold.

import type { Ctx } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import type { Month } from "../kernel/time.ts";
import { listCellRange } from "../metrics/index.ts";
import { type StatementSums, sumByGroup } from "../statements/index.ts";
import { type GenerationCause, listStatementCauses } from "../team/index.ts";
import { byPeriodAndKey, type Group, invalid } from "./question.ts";

/** A question about what moved a figure. */
export interface DiffQuery {
  readonly fromGeneration: number;
  readonly toGeneration: number;
  readonly currency?: string | undefined;
  readonly groupBy?: Group | undefined;
}

/** One figure that differs. */
export interface Difference {
  readonly period: Month;
  readonly key: string | null;
  readonly from: bigint;
  readonly to: bigint;
}

/** Its answer. */
export interface DiffAnswer {
  readonly query: DiffQuery;
  readonly currency: string;
  readonly differences: readonly Difference[];
  readonly causes: readonly (GenerationCause & { readonly change: bigint })[];
}

/** Files whose sums are asked for at one time. */
const MOST_CAUSES = 50;
const MOST_ROWS = 100_000;

/**
 * Says what moved an artist's monthly figures between two generations.
 *
 * Figures are kept for the present generation only; earlier ones are the present ones with what came since taken out.
 * @throws Problem `invalid_request` when a generation is none of the artist's, `range_too_long` when more than 50 files
 *   moved the figures since the first
 */
export async function diffEarnings(ctx: Ctx, query: DiffQuery): Promise<DiffAnswer> {
  const { fromGeneration, toGeneration, groupBy = null } = query;
  const present = ctx.artist.generation;
  if (toGeneration > present) throw invalid("query.toGeneration", `must be at most ${present}, the present one`);
  if (fromGeneration > toGeneration) throw invalid("query.fromGeneration", "must not lie after toGeneration");
  const currency = query.currency ?? ctx.artist.currency;
  const since = await listStatementCauses(ctx.db, ctx.scope, fromGeneration, MOST_CAUSES + 1);
  if (since.length > MOST_CAUSES) {
    throw new Problem("range_too_long", { detail: `More than ${MOST_CAUSES} files moved the figures since then.` });
  }
  const ids = since.flatMap(({ statementId, replacedId }) => [statementId, replacedId].filter((id) => id !== null));
  const all = await sumByGroup(ctx, ids, currency, groupBy);
  const sums = new Map(all.map((each) => [each.statement.id, each]));
  const between = since.filter(({ generation }) => generation <= toGeneration);
  const changed = movedBy(between, sums);
  const after = movedBy(
    since.filter(({ generation }) => generation > toGeneration),
    sums,
  );
  const now = await presentFigures(ctx, currency, groupBy, [...changed.keys()]);
  const differences = [...changed]
    .filter(([, change]) => change !== 0n)
    .map(([slot, change]): Difference => {
      const [period, key] = JSON.parse(slot) as [Month, string];
      const to = (now.get(slot) ?? 0n) - (after.get(slot) ?? 0n);
      return { period, key: groupBy === null ? null : key, from: to - change, to };
    })
    .sort(byPeriodAndKey);
  const causes = between.map((cause) => ({ ...cause, change: totalOf(movedBy([cause], sums)) }));
  return { query, currency, differences, causes };
}

function movedBy(
  causes: readonly GenerationCause[],
  statements: ReadonlyMap<string, StatementSums>,
): Map<string, bigint> {
  const moved = new Map<string, bigint>();
  const move = (id: string | null, sign: 1n | -1n) => {
    for (const { month, key, nanos } of statements.get(id ?? "")?.sums ?? []) {
      const slot = JSON.stringify([month, key]);
      moved.set(slot, (moved.get(slot) ?? 0n) + sign * nanos);
    }
  };
  for (const { kind, statementId, replacedId } of causes) {
    move(statementId, kind === "retracted" ? -1n : 1n);
    move(replacedId, -1n);
  }
  return moved;
}

async function presentFigures(
  ctx: Ctx,
  currency: string,
  groupBy: Group | null,
  slots: readonly string[],
): Promise<Map<string, bigint>> {
  const months = slots.map((slot) => (JSON.parse(slot) as [Month, string])[0]).sort();
  const [from, to] = [months[0], months.at(-1)];
  if (from === undefined || to === undefined) return new Map();
  const place = { currency, source: "", cut: groupBy ?? "total", platform: "" } as const;
  const cells = await listCellRange(ctx.db, ctx.scope, place, { from, to }, { after: null, limit: MOST_ROWS });
  return new Map(cells.map(({ month, key, nanos }) => [JSON.stringify([month, key]), nanos]));
}

function totalOf(moved: ReadonlyMap<string, bigint>): bigint {
  return [...moved.values()].reduce((sum, nanos) => sum + nanos, 0n);
}
