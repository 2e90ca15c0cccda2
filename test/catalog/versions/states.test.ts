// The states of a release and of its deliveries: every pair, held against the moves as the trade's page writes them.
import { describe, expect, it } from "vitest";
import { DELIVERY_MOVES, DELIVERY_STATUSES } from "../../../src/catalog/deliveries/model.ts";
import { RELEASE_STATUSES } from "../../../src/catalog/releases/model.ts";
import { RELEASE_MOVES, sends } from "../../../src/catalog/versions/model.ts";

/** "draft→in_review→(rejected→draft | scheduled); …", written out pair by pair. */
const LEGAL_RELEASES = `
  draft>in_review in_review>rejected rejected>draft in_review>scheduled
  scheduled>draft scheduled>delivering delivering>live
  live>update_pending update_pending>live
  live>takedown_pending takedown_pending>taken_down taken_down>delivering taken_down>archived
  draft>archived`;

/** "pending→in_progress→done/hold/error; hold,error→pending". */
const LEGAL_DELIVERIES = `
  pending>in_progress in_progress>done in_progress>hold in_progress>error hold>pending error>pending`;

const pairsOf = (text: string) => text.trim().split(/\s+/).sort();

describe("states", () => {
  it("a release makes these moves and, of all pairs, no others", () => {
    const pairs = RELEASE_STATUSES.flatMap((from) => RELEASE_STATUSES.map((to) => ({ from, to })));
    expect(pairs).toHaveLength(100);
    const allowed = pairs
      .filter(({ from, to }) => RELEASE_MOVES[from].includes(to))
      .map(({ from, to }) => `${from}>${to}`);
    expect(allowed.sort()).toEqual(pairsOf(LEGAL_RELEASES));
  });

  it("a delivery makes these moves and, of all pairs, no others", () => {
    const pairs = DELIVERY_STATUSES.flatMap((from) => DELIVERY_STATUSES.map((to) => ({ from, to })));
    const allowed = pairs
      .filter(({ from, to }) => DELIVERY_MOVES[from].includes(to))
      .map(({ from, to }) => `${from}>${to}`);
    expect(allowed.sort()).toEqual(pairsOf(LEGAL_DELIVERIES));
  });

  it("every state but the first is reached, and only an archived release stays where it is", () => {
    const reached = new Set(Object.values(RELEASE_MOVES).flat());
    expect(RELEASE_STATUSES.filter((status) => !reached.has(status))).toEqual([]);
    expect(RELEASE_STATUSES.filter((status) => RELEASE_MOVES[status].length === 0)).toEqual(["archived"]);
  });

  it("a release goes out when it is delivered and when an update is", () => {
    expect(RELEASE_STATUSES.filter(sends)).toEqual(["delivering", "update_pending"]);
  });
});
