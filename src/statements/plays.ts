// The home of booking plays: the stores' own exports become daily facts, in which the file booked last is the truth.
// A file of its own beside `post.ts`: plays go to the facts of days, money to rollups and ledger, and never meet.

import type { Write } from "../db/client.ts";
import type { Ctx } from "../db/ctx.ts";
import type { Day } from "../kernel/time.ts";
import { DETAIL_CUTS, type DetailCut, type PlayCell, restateDays } from "../metrics/index.ts";
import { listPostedBetween, type StatementRow } from "./repository.ts";
import { type DaySums, listDaySums } from "./sums/repository.ts";

/** Exports show a day about two days after it. @see Spotify for Artists and Apple Music for Artists, checked 2026-11 */
const LAG_DAYS = 2;

/**
 * Prepares what booking or taking back a file of plays changes in the daily facts.
 *
 * A day is what its posted files say together: one about the artist's plays, others about single recordings. Where two
 * say something of the same key, the one booked last counts. A file about a span of several days is in no day, so it
 * changes none; its plays are kept with the file.
 */
export async function playWrites(
  ctx: Ctx,
  change: { posting: StatementRow | null; retracting: StatementRow | null },
): Promise<Write[]> {
  const touching = [change.posting, change.retracting].filter((row) => row !== null && row.windowFrom === null);
  const [first] = touching;
  if (first == null || first.source === null) return [];
  const { source } = first;
  const from = touching.map((row) => row?.periodFrom ?? "").sort()[0] ?? "";
  const to =
    touching
      .map((row) => row?.periodTo ?? "")
      .sort()
      .at(-1) ?? "";
  const posted = await listPostedBetween(ctx.db, ctx.scope, { source, from, to });
  const lasting = posted
    .filter((row) => row.measures === "plays" && row.windowFrom === null && row.id !== change.retracting?.id)
    .sort((left, right) => (left.postedAt ?? 0) - (right.postedAt ?? 0) || (left.id < right.id ? -1 : 1));
  const speaking = [...lasting.map(({ id }) => id), ...(change.posting === null ? [] : [change.posting.id])];
  const ids = [...new Set([...speaking, ...touching.map((row) => row?.id ?? "")])];
  const sums = new Map((await listDaySums(ctx.db, ctx.scope, ids)).map((each) => [each.id, each.days]));
  const days = new Set(touching.flatMap((row) => [...(sums.get(row?.id ?? "")?.keys() ?? [])]));
  const told = [...days].map((day) => ({ day, cells: cellsOf(day, speaking, sums) }));
  return restateDays(ctx, {
    source,
    lagDays: LAG_DAYS,
    days: told.filter(({ cells }) => isTold(cells)),
    gone: told.filter(({ cells }) => !isTold(cells)).map(({ day }) => day),
  });
}

type Cells = Record<DetailCut, PlayCell[]>;

function isTold(cells: Cells): boolean {
  return DETAIL_CUTS.some((cut) => cells[cut].length > 0);
}

/** What some files, the last one counting most, say of a day. */
function cellsOf(day: Day, ids: readonly string[], sums: ReadonlyMap<string, DaySums["days"]>): Cells {
  const told = (cut: DetailCut): PlayCell[] => {
    const byKey = new Map<string, PlayCell>();
    for (const id of ids) {
      for (const cell of sums.get(id)?.get(day)?.[cut] ?? [])
        byKey.set(JSON.stringify([cell.platform, cell.key]), cell);
    }
    return [...byKey.values()];
  };
  return { territory: told("territory"), recording: told("recording"), release: told("release") };
}
