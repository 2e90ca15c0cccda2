// ROOM streams: what was played, by day, week and month, and how it compares with what was paid.
//
// Owns: the questions asked of the plays that daily feeds report. Promises: a day no source has reported is null and
// named, never nought; units of statements stand beside plays and are never added to them. Never: writes a figure.

export { registerStreams } from "./routes.ts";
