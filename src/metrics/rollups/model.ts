// The home of the cuts: the ways in which earnings are kept summed.

/**
 * The ways earnings are cut, each by month. `platform` combines with every other; `source` with none but `platform`'s
 * own sums. What is not kept cannot be asked for; a cross of recording and territory would be as large as the lines.
 */
export const CUTS = ["total", "source", "platform", "territory", "recording", "release"] as const;

/** One way of cutting. */
export type Cut = (typeof CUTS)[number];

/** The cuts a statement is summed by while it is read; all others are sums of these. */
export const DETAIL_CUTS = ["territory", "recording", "release"] as const satisfies readonly Cut[];

/** One of {@link DETAIL_CUTS}. */
export type DetailCut = (typeof DETAIL_CUTS)[number];
