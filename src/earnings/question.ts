// The home of a question about figures: its period, its group and filters, and the kept sums that answer it.
// A file of its own beside `model.ts`, because plays are asked for in the same words.

import { parseGtin } from "../kernel/gtin.ts";
import { parseIsrc } from "../kernel/isrc.ts";
import { type FieldError, Problem } from "../kernel/problems.ts";
import { territoryName } from "../kernel/territory.ts";
import { countDays, countMonths, type Day, firstDay, isDay, isMonth, lastDay, monthOf } from "../kernel/time.ts";
import type { CellPlace, DetailCut } from "../metrics/index.ts";

/** A question's period. */
export interface PeriodQuery {
  readonly granularity: "day" | "week" | "month";
  readonly from: string;
  readonly to: string;
}

/** At most so many periods in one answer. */
const MOST = { month: 60, week: 120, day: 400 } as const;

/** What earnings can be grouped by. */
export const GROUPS = ["platform", "territory", "recording", "release", "source"] as const;

/** One of {@link GROUPS}. */
export type Group = (typeof GROUPS)[number];

/** What earnings can be narrowed to. */
export interface EarningFilter {
  readonly platform?: string | undefined;
  readonly territory?: string | undefined;
  readonly isrc?: string | undefined;
  readonly upc?: string | undefined;
  readonly source?: string | undefined;
}

/** Which kept sums answer a question: all keys of one place, or one key of each of some places. */
export type Plan =
  | { readonly kind: "range"; readonly place: Place }
  | { readonly kind: "series"; readonly series: readonly Series[] };

type Place = Omit<CellPlace, "currency">;

interface Series {
  readonly place: Place;
  readonly key: string;
  /** What the answer's buckets are named by; null in an answer without groups. */
  readonly name: string | null;
}

/** The one recording, release or territory a filter names, if any. @throws Problem `use_export` for more than one */
export function detailOf(filter: EarningFilter): { cut: DetailCut; key: string } | null {
  const details = [
    { cut: "territory", key: filter.territory },
    { cut: "recording", key: filter.isrc },
    { cut: "release", key: filter.upc },
  ].filter((detail): detail is { cut: DetailCut; key: string } => detail.key !== undefined);
  if (details.length > 1) throw notKept("Only one of territory, isrc and upc can be asked for at a time.");
  return details[0] ?? null;
}

function notKept(detail: string): Problem {
  return new Problem("use_export", { detail });
}

/**
 * Finds the kept sums that answer a question.
 *
 * @param names the stores and sources the artist has figures of; a group over one of them is a series each
 * @throws Problem `use_export` when the combination is not kept
 */
export function planOf(
  groupBy: Group | null,
  filter: EarningFilter,
  names: { platforms: readonly string[]; sources: readonly string[] },
): Plan {
  const { platform = "", source = "" } = filter;
  const detail = detailOf(filter);
  const series = (place: Place, key: string, name: string | null): Plan => ({
    kind: "series",
    series: [{ place, key, name }],
  });
  const at = (cut: CellPlace["cut"], of: { source?: string; platform?: string } = {}): Place => ({
    source: of.source ?? "",
    cut,
    platform: of.platform ?? "",
  });
  if (detail !== null && source !== "" && platform !== "") {
    throw notKept("Source and platform cannot both stand beside territory, isrc or upc.");
  }

  if (groupBy === "platform" && detail !== null) {
    if (source !== "")
      throw notKept("Earnings by platform are not kept by source and by territory, isrc or upc at once.");
    const platforms = platform === "" ? names.platforms : [platform];
    const each = platforms.map((name) => ({ place: at(detail.cut, { platform: name }), key: detail.key, name }));
    return { kind: "series", series: each };
  }
  if (groupBy === "source" && detail !== null) {
    if (platform !== "")
      throw notKept("Earnings by source are not kept by platform and by territory, isrc or upc at once.");
    const sources = source === "" ? names.sources : [source];
    const each = sources.map((name) => ({ place: at(detail.cut, { source: name }), key: detail.key, name }));
    return { kind: "series", series: each };
  }
  if (groupBy === "platform") {
    const place = at("platform", { source });
    return platform === "" ? { kind: "range", place } : series(place, platform, platform);
  }
  if (groupBy === "source") {
    const place = at("source", { platform });
    return source === "" ? { kind: "range", place } : series(place, source, source);
  }
  if (groupBy !== null) {
    if (source !== "" && platform !== "")
      throw notKept(`Earnings by ${groupBy} are not kept by source and platform at once.`);
    const place = at(groupBy, { source, platform });
    if (detail === null) return { kind: "range", place };
    if (detail.cut !== groupBy) throw notKept(`Earnings by ${groupBy} are not kept for one ${detail.cut}.`);
    return series(place, detail.key, detail.key);
  }
  if (detail !== null) return series(at(detail.cut, { source, platform }), detail.key, null);
  if (source !== "") return series(at("source", { platform }), source, null);
  if (platform !== "") return series(at("platform"), platform, null);
  return series(at("total"), "", null);
}

/** A question about figures, earned or played, by period and group. */
export interface FigureQuery extends EarningFilter, PeriodQuery {
  readonly groupBy?: Group | undefined;
  readonly weekStart: "mon" | "fri";
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Names a key for people: a territory's name, a recording's title; a store and a source are named by their key. */
export function labelOf(groupBy: Group | null, figure: { key: string | null; label: string | null }): string | null {
  if (figure.key === null) return null;
  if (groupBy === "territory") return territoryName(figure.key);
  return groupBy === "recording" || groupBy === "release" ? figure.label : figure.key;
}

/** The order of every answer. */
export function byPeriodAndKey(
  left: { period: string; key: string | null },
  right: { period: string; key: string | null },
): number {
  return inOrder(left.period, right.period) || inOrder(left.key ?? "", right.key ?? "");
}

/** Compares texts by their code units, as D1 does. */
export function inOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Reads `from` and `to`: days, or months that stand for their first and last day. */
export function rangeOf({ granularity, from, to }: PeriodQuery): { from: Day; to: Day } {
  const first = isMonth(from) ? firstDay(from) : isDay(from) ? from : null;
  const last = isMonth(to) ? lastDay(to) : isDay(to) ? to : null;
  if (first === null) throw invalid("query.from", "must be a day or a month that exists");
  if (last === null) throw invalid("query.to", "must be a day or a month that exists");
  if (first > last) throw invalid("query.to", "must not lie before from");
  const count = {
    month: countMonths(monthOf(first), monthOf(last)),
    week: Math.ceil(countDays(first, last) / 7),
    day: countDays(first, last),
  }[granularity];
  if (count > MOST[granularity]) {
    throw new Problem("range_too_long", { detail: `At most ${MOST[granularity]} ${granularity}s at a time.` });
  }
  return { from: first, to: last };
}

/** Says that one parameter does not mean anything. */
export function invalid(path: string, message: string): Problem {
  const errors: FieldError[] = [{ path, code: "invalid", message }];
  return new Problem("invalid_request", { detail: `${path} ${message}`, errors });
}

/** Puts codes into the form they are kept in; what is no valid code is asked for as it is. */
export function normalised(filter: EarningFilter): EarningFilter {
  const { platform, territory, isrc, upc, source } = filter;
  return {
    platform,
    source,
    territory: territory?.toUpperCase(),
    isrc: isrc === undefined ? undefined : (parseIsrc(isrc) ?? isrc),
    upc: upc === undefined ? undefined : (parseGtin(upc) ?? upc),
  };
}
