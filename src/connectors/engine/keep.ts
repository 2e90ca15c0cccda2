// The home of keeping a window: its facts, its notes and the checkpoint of its stream, as the writes of one batch.

import type { Write } from "../../db/client.ts";
import type { Ctx } from "../../db/ctx.ts";
import { addDays, type Day, dayOf, type Instant } from "../../kernel/time.ts";
import { changedDays, changedMeasures, measureStatements, restateDays } from "../../metrics/index.ts";
import type { Provider, Stream, Window } from "../provider.ts";
import { noteStatements, type StreamRow, streamStatements } from "../runs/repository.ts";
import { daysOf, gapNote, incrementsOf, measuredDays, type NewDay, type Note, type Totals } from "./days.ts";
import type { Gathered } from "./gather.ts";

/** What a stream remembers from one reading to the next. */
export interface Memory {
  readonly labels?: Readonly<Record<string, string>>;
  readonly totals?: Totals;
}

/** Which window was read, of which stream, and what was known of the stream before. */
export interface Reading {
  readonly provider: Provider;
  readonly stream: Stream;
  readonly connectionId: string;
  readonly window: Window;
  readonly begunAt: Instant;
  readonly row: StreamRow | null;
  /** Whether nothing is left to read of the stream after this window. */
  readonly isLast: boolean;
}

/** The writes that keep a window. */
export interface Kept {
  readonly writes: readonly Write[];
  /** How far the stream has come with it. */
  readonly checkpoint: Omit<StreamRow, "artistId">;
  /** The first and the last day that the source vouched for; null: none. */
  readonly from: Day | null;
  readonly through: Day | null;
  readonly writtenCount: number;
  readonly hasChanged: boolean;
}

/**
 * Prepares all that a window changes. Days that say what they said before are left alone, so that a night without news
 * writes a checkpoint and nothing else.
 */
export async function keepWindow(ctx: Ctx, reading: Reading, gathered: Gathered): Promise<Kept> {
  const { provider, stream, connectionId, window, begunAt, row, isLast } = reading;
  const memory = JSON.parse(row?.memory ?? "{}") as Memory;
  const found = stream.kind === "totals" ? fromTotals(reading, gathered, memory) : fromDays(stream, window, gathered);
  const all = daysOf(provider.platform, found.days, found.plays);
  const news: NewDay[] = found.hasPlays ? await changedDays(ctx, provider.source, all) : [];
  const lagDays = Math.ceil(stream.lagHours / 24);
  const place = { source: provider.source, stream: stream.id };
  const measured = await changedMeasures(ctx, place, measuredDays(found.measureDays, gathered.measures));
  const [from = null, ...others] = [...found.days].sort();
  const through = others.at(-1) ?? from;
  const next: Memory = {
    ...(Object.keys(gathered.labels).length > 0 || memory.labels ? { labels: gathered.labels } : {}),
    ...(found.totals === null ? {} : { totals: found.totals }),
  };
  const isReadOut = isLast || through === null || through < window.to;
  const checkpoint = {
    connectionId,
    stream: stream.id,
    throughDay: through ?? row?.throughDay ?? null,
    readAt: isReadOut ? begunAt : (row?.readAt ?? null),
    memory: JSON.stringify(next),
    version: (row?.version ?? 0) + 1,
  };
  return {
    writes: [
      ...(await restateDays(ctx, { source: provider.source, lagDays, days: news, gone: [] })),
      ...measureStatements(ctx.db, ctx.scope, place, measured),
      ...noteStatements(ctx.db, ctx.scope, connectionId, found.notes),
      ...streamStatements(ctx.db, ctx.scope, checkpoint),
    ],
    checkpoint,
    from,
    through,
    writtenCount:
      news.reduce((count, { cells }) => count + cells.territory.length + cells.recording.length, 0) +
      measured.reduce((count, { measures }) => count + measures.length, 0),
    hasChanged: news.length > 0,
  };
}

interface Found {
  readonly days: ReadonlySet<Day>;
  readonly plays: Gathered["plays"];
  readonly hasPlays: boolean;
  readonly measureDays: ReadonlySet<Day>;
  readonly notes: readonly Note[];
  readonly totals: Totals | null;
}

function fromDays(stream: Stream, window: Window, { days, plays }: Gathered): Found {
  const isSnapshot = stream.kind === "snapshot";
  const vouched = isSnapshot ? new Set<Day>([window.to]) : days;
  return {
    days: vouched,
    plays: plays.filter(({ day }) => vouched.has(day)),
    hasPlays: stream.fills === "plays",
    measureDays: stream.fills === "names" ? new Set() : vouched,
    notes: [],
    totals: null,
  };
}

function fromTotals({ window, row }: Reading, { totals }: Gathered, memory: Memory): Found {
  const day = addDays(window.to, -1);
  const isFirst = row?.readAt == null || memory.totals === undefined;
  const before = isFirst ? null : { totals: memory.totals ?? {}, readAt: row?.readAt ?? 0 };
  const found = incrementsOf(day, totals, before);
  const last = row?.readAt == null ? null : addDays(dayOf(row.readAt), -1);
  return {
    days: new Set(before === null ? [] : [day]),
    plays: before === null ? [] : found.plays,
    hasPlays: before !== null,
    measureDays: new Set(),
    notes: [...found.notes, ...gapNote(day, before === null ? null : last)],
    totals: found.totals,
  };
}
