// The home of columns: how the width of a page is shared out among those of a table.

import type { Typesetter } from "./typeset.ts";

/**
 * A column of a table. Figures, on the right, and codes are as wide as their widest value, up to `most` points; texts share
 * what is left.
 */
export type Column =
  | { readonly title: string; readonly kind: "text"; readonly share: number }
  | { readonly title: string; readonly kind: "figure" | "code"; readonly most: number };

/** Where a column begins and ends, in points. */
export interface Edges {
  readonly left: number;
  readonly right: number;
}

const GAP = 12;

/** Shares out a width among columns. */
export function columnEdges(
  type: Typesetter,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { left, right, size }: Edges & { readonly size: number },
): Edges[] {
  const fixed = columns.map((column, place) => {
    if (column.kind === "text") return 0;
    const title = type.set(column.title, "bold").width;
    const widest = rows.reduce((width, row) => Math.max(width, type.set(row[place] ?? "").width), title);
    return Math.min(column.most, Math.ceil((widest * size) / 1000));
  });
  const shares = columns.reduce((sum, column) => sum + (column.kind === "text" ? column.share : 0), 0);
  const free = right - left - GAP * (columns.length - 1) - fixed.reduce((sum, width) => sum + width, 0);
  let x = left;
  return columns.map((column, place) => {
    const width = column.kind === "text" ? Math.floor((free * column.share) / shares) : (fixed[place] ?? 0);
    const isLast = place === columns.length - 1;
    const edges = isLast ? { left: right - width, right } : { left: x, right: x + width };
    x += width + GAP;
    return edges;
  });
}
