// The migration that lets a person be without an address: it makes the table of people anew under all that refers to it.
import { expect, it } from "vitest";
import { migrationFiles } from "../tools/migrations.mjs";
import { startRuntime } from "../tools/runtime.mjs";

const MIGRATION = "0016_spotify.sql";

it("keeps every person with their sessions and memberships, and references hold as before", async () => {
  const runtime = await startRuntime({ migrate: false });
  try {
    const database = await runtime.mf.getD1Database("DB");
    const apply = (statements: string[]) => database.batch(statements.map((statement) => database.prepare(statement)));
    const files = migrationFiles();
    const at = files.findIndex(({ name }) => name === MIGRATION);
    for (const { statements } of files.slice(0, at)) await apply(statements);
    const columns = (await database.prepare("PRAGMA table_info(users)").all<{ name: string }>()).results;
    await apply([
      "INSERT INTO users (id, email, name, created_at) VALUES ('usr_a', 'mara@example.com', 'Mara', 1), ('usr_b', 'jonas@example.com', 'Jonas', 2)",
      "INSERT INTO sessions (token_hash, id, user_id, created_at, expires_at) VALUES ('hash', 'ses_a', 'usr_a', 1, 2)",
      "INSERT INTO artists (id, name, currency, time_zone, generation_at, created_at) VALUES ('art_a', 'Glass Harbor', 'USD', 'UTC', 1, 1)",
      "INSERT INTO memberships (artist_id, id, user_id, role, created_at) VALUES ('art_a', 'mem_a', 'usr_b', 'owner', 1)",
    ]);
    const people = "SELECT * FROM users ORDER BY id";
    const before = (await database.prepare(people).all()).results;
    expect(before).toHaveLength(2);

    await apply(files[at]?.statements ?? []);
    expect((await database.prepare(people).all()).results).toEqual(before);
    expect(
      (await database.prepare("PRAGMA table_info(users)").all<{ name: string }>()).results.map(({ name }) => name),
    ).toEqual(columns.map(({ name }) => name));
    expect((await database.prepare("PRAGMA foreign_key_check").all()).results).toEqual([]);
    const insert = (values: string) =>
      database.prepare(`INSERT INTO users (id, email, name, created_at) VALUES ${values}`).run();
    await insert("('usr_c', NULL, 'No address', 3), ('usr_d', NULL, 'Nor here', 3)");
    await expect(insert("('usr_e', 'mara@example.com', 'Mara again', 3)")).rejects.toThrow(/UNIQUE/);
    await expect(database.prepare("DELETE FROM users WHERE id = 'usr_a'").run()).rejects.toThrow(/FOREIGN KEY/);
    await expect(
      database
        .prepare(
          "INSERT INTO sessions (token_hash, id, user_id, created_at, expires_at) VALUES ('h', 's', 'usr_x', 1, 2)",
        )
        .run(),
    ).rejects.toThrow(/FOREIGN KEY/);
    for (const { statements } of files.slice(at + 1)) await apply(statements);
  } finally {
    await runtime.stop();
  }
});
