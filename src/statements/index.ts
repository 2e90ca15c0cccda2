// ROOM statements: the statement library.
//
// Owns: the files artists get from their stores and distributors, their lines, and how these are read and booked.
// Promises: the original is kept as it came and is the only copy of the lines; a statement is in the books whole or not
// at all; every booked nano can be traced to a line. Never: guesses a number, drops a line, or changes a posted one.

export { runExport } from "./export/run.ts";
export { checkBooks, postStatement, retractStatement } from "./post.ts";
export { readStatement } from "./read.ts";
export { matchRecordings } from "./recordings/service.ts";
export { registerStatements } from "./routes.ts";
export {
  type Contribution,
  hasStatement,
  listContributions,
  listWindowPlays,
  type StatementSums,
  sumByGroup,
  sweepFiles,
} from "./service.ts";
export type { WindowFigure } from "./sums/repository.ts";
export { readAllLines } from "./walk.ts";
