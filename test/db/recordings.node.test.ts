// The migration that names recordings on statement lines: what was posted before it has its identities, and is matched later.
import { expect, it } from "vitest";
import { migrationFiles } from "../tools/migrations.mjs";
import { startRuntime } from "../tools/runtime.mjs";

const MIGRATION = "0020_catalog.sql";

it("gives statements that were posted before it the identities that a recording's code is looked up by", async () => {
  const runtime = await startRuntime({ migrate: false });
  try {
    const database = await runtime.mf.getD1Database("DB");
    const apply = (statements: string[]) => database.batch(statements.map((statement) => database.prepare(statement)));
    const files = migrationFiles();
    const at = files.findIndex(({ name }) => name === MIGRATION);
    for (const { statements } of files.slice(0, at)) await apply(statements);
    const statement = (id: string, status: string) =>
      `INSERT INTO statements (artist_id, id, status, filename, sha256, size_bytes, is_preview, created_by, created_at)
       VALUES ('art_a', '${id}', '${status}', 'a.tsv', '${id}', 1, 0, 'test', 1)`;
    const sums = (id: string, cut: string, cells: unknown[][]) =>
      `INSERT INTO statement_sums (artist_id, statement_id, cut, currency, period, step, part, cells_json)
       VALUES ('art_a', '${id}', '${cut}', 'USD', '2026-01', 0, 0, '${JSON.stringify(cells)}')`;
    await apply([
      "INSERT INTO artists (id, name, currency, time_zone, generation_at, created_at) VALUES ('art_a', 'Glass Harbor', 'USD', 'UTC', 1, 1)",
      statement("stm_a", "posted"),
      statement("stm_b", "ready"),
      sums("stm_a", "recording", [
        [0, "QZAB12400101", null, 1, 1, 0, 0, 5],
        [1, "QZAB12400101", null, 1, 1, 0, 0, 5],
        [0, 'Song "one"', null, 1, 1, 0, 0, 5],
      ]),
      sums("stm_a", "release", [[0, "193959000013", null, 1, 1, 0, 0, 5]]),
      sums("stm_b", "recording", [[0, "QZAB12400102", null, 1, 1, 0, 0, 5]]),
    ]);
    for (const { statements } of files.slice(at)) await apply(statements);
    const { results } = await database.prepare("SELECT * FROM statement_recordings").all<Record<string, unknown>>();
    expect(results.map((row) => ({ ...row, recordings_json: JSON.parse(String(row["recordings_json"])) }))).toEqual([
      {
        artist_id: "art_a",
        statement_id: "stm_a",
        part: 0,
        recordings_json: { QZAB12400101: "", 'Song "one"': "" },
      },
    ]);
  } finally {
    await runtime.stop();
  }
});
