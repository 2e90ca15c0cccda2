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

/** Where one kind of rollup row comes from: which detail cells, and what each becomes. */
export interface Target {
  readonly from: DetailCut;
  readonly bySource: boolean;
  readonly cut: Cut;
  readonly platform: "kept" | "all";
  readonly key: "own" | "platform" | "source" | "none";
}

/** Every kind of rollup row, for earnings and for plays alike. */
export const TARGETS: readonly Target[] = [
  ...DETAIL_CUTS.flatMap((cut): Target[] => [
    { from: cut, bySource: false, cut, platform: "kept", key: "own" },
    { from: cut, bySource: false, cut, platform: "all", key: "own" },
    { from: cut, bySource: true, cut, platform: "all", key: "own" },
  ]),
  // Every line and every play has a territory, so the sums of all are the sums over territories.
  { from: "territory", bySource: false, cut: "platform", platform: "all", key: "platform" },
  { from: "territory", bySource: true, cut: "platform", platform: "all", key: "platform" },
  { from: "territory", bySource: false, cut: "source", platform: "kept", key: "source" },
  { from: "territory", bySource: false, cut: "source", platform: "all", key: "source" },
  { from: "territory", bySource: false, cut: "total", platform: "all", key: "none" },
];
