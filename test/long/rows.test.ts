// The home of what a large import costs in written rows.
import { expect, it } from "vitest";
import { rowsWrittenBy } from "../harness/import.mjs";

it("1,000,000 lines are read and posted with at most 0.1 rows written per line", async () => {
  const { rows, lines, total, expected } = await rowsWrittenBy(1_000_000);
  console.log(`${lines} lines: ${rows} rows written, ${(rows / lines).toFixed(4)} per line`);
  expect(total).toBe(expected);
  expect(rows / lines).toBeLessThanOrEqual(0.1);
}, 600_000);
