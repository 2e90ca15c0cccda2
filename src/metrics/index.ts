// ROOM metrics: what was played, sold and earned.
//
// Owns: the rollups that every figure is read from, the daily facts, and the sources behind them. Promises: a
// rollup is the exact sum of what was posted into it, and posting the negative brings it back; a read touches about as
// many rows as its answer has cells. Never: adds what cannot be added, or takes a missing month for nought.

export {
  type FigureStatus,
  METRICS,
  type Metric,
  type PlayCell,
  type PlaySource,
  periodStatus,
  type ReportedDay,
  refuseNonAdditive,
} from "./facts/model.ts";
export {
  findDayWeights,
  type Grain,
  listPlayRange,
  listPlaySeries,
  listPlaySources,
  type PlayFigure,
  type PlayPlace,
} from "./facts/repository.ts";
export { changedDays, forgetDays, type PlayReport, replaceDays, restateDays } from "./facts/service.ts";
export { playDays, playMonths, playPacks, playRollups, playSources } from "./facts/tables.ts";
export type { Measure, MeasuredDay } from "./measures/model.ts";
export { forgetMeasureStatements, listMeasures, measureStatements } from "./measures/repository.ts";
export { changedMeasures } from "./measures/service.ts";
export { measureDays } from "./measures/tables.ts";
export { CUTS, type Cut, DETAIL_CUTS, type DetailCut } from "./rollups/model.ts";
export {
  type Cell,
  type CellPlace,
  findArtistKeys,
  listCellRange,
  listCellSeries,
  moveRecordingStatements,
  type ReportedUnits,
  rollupStatements,
  sumCut,
} from "./rollups/repository.ts";
export { earningRollups } from "./rollups/tables.ts";
export { registerMetrics } from "./routes.ts";
export { coversMonth, type EarningSource } from "./sources/model.ts";
export { listSources, sourceStatements } from "./sources/repository.ts";
export { earningSources } from "./sources/tables.ts";
