// ROOM earnings: what an artist earned, by day, week and month, and why.
//
// Owns: the questions asked of the rollups, the overview and its kept answers. Promises: groups sum to the total; what
// no source has reported is null and named, never nought; the overview is the same few rows for any number of lines.
// Never: writes a figure.

export { refreshKpis } from "./overview.ts";
export {
  byPeriodAndKey,
  type FigureQuery,
  GROUPS,
  type Group,
  invalid,
  labelOf,
  normalised,
  planOf,
  rangeOf,
} from "./question.ts";
export { registerEarnings } from "./routes.ts";
export { figureFilters } from "./schema.ts";
