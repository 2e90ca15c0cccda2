// The home of what an import costs in written rows, which is what D1 charges for.
import { expect, it } from "vitest";
import { rowsWrittenBy } from "../harness/import.mjs";

it("200,000 lines are read and posted with at most 0.2 rows written per line", async () => {
  const { rows, lines, total, expected } = await rowsWrittenBy(200_000);
  expect(total).toBe(expected);
  expect(rows / lines).toBeLessThanOrEqual(0.2);
  expect(rows).toBeGreaterThan(1_000);
}, 120_000);
