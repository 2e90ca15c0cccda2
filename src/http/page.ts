// The home of lists: limit and cursor in, a page and the next cursor out.

import { z } from "zod";
import type { BaseCtx } from "../db/ctx.ts";
import { type CursorValue, decodeCursor, encodeCursor } from "../kernel/cursor.ts";
import type { ArtistScope } from "../kernel/scope.ts";

/** The query parameters every list takes. */
export const pageQuery = {
  limit: z.int().min(1).max(100).default(50).meta({ description: "How many at most, 1 to 100.", example: 50 }),
  cursor: z.string().min(1).optional().meta({ description: "The `nextCursor` of the page before." }),
};

/** Declares the shape of a list of things. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    nextCursor: z.string().nullable().meta({ description: "Ask again with it for what follows; null at the end." }),
  });
}

/** One page of rows, and where the next begins. */
export interface Page<T> {
  readonly data: T[];
  readonly nextCursor: string | null;
}

/**
 * Names the query a cursor belongs to, so that it is refused with any other artist, operation or filter.
 */
export function bindingOf(scope: ArtistScope | null, operation: string, filters: Record<string, unknown>): string {
  const kept = Object.entries(filters).filter(
    ([name, value]) => name !== "cursor" && name !== "limit" && value != null,
  );
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([scope?.artistId ?? "", operation, kept]);
}

/** Reads a cursor; null when there is none. @throws Problem `bad_cursor` */
export function readCursor(ctx: BaseCtx, binding: string, cursor: string | undefined): CursorValue[] | null {
  return cursor === undefined ? null : decodeCursor(ctx.settings.signingKey, binding, cursor);
}

/** Writes the cursor that continues after a place. */
export function writeCursor(ctx: BaseCtx, binding: string, values: readonly CursorValue[]): string {
  return encodeCursor(ctx.settings.signingKey, binding, values);
}

/**
 * Makes a page of rows that were asked for one above the limit: the one too many only tells that more follow.
 *
 * @param placeOf the sort values of a row, ending in its id
 */
export function pageFrom<T>(
  ctx: BaseCtx,
  binding: string,
  rows: readonly T[],
  limit: number,
  placeOf: (row: T) => readonly CursorValue[],
): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data, nextCursor: more ? writeCursor(ctx, binding, placeOf(last)) : null };
}
