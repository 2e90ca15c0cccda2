// The migrations and the tables as drizzle mirrors them say the same, and every table keeps the building's rules.
import { env } from "cloudflare:workers";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { tableNames } from "../harness/dump.ts";
import { newWorld } from "../harness/world.ts";

declare global {
  interface ImportMeta {
    glob<T>(pattern: string, options: { eager: true }): Record<string, T>;
  }
}

const modules = import.meta.glob<Record<string, unknown>>("../../src/**/tables.ts", { eager: true });
const mirrored = new Map(
  Object.values(modules)
    .flatMap((exported) => Object.values(exported))
    .filter((value): value is SQLiteTable => typeof value === "object" && value !== null)
    .map((table) => [getTableConfig(table).name, getTableConfig(table)]),
);

/** Tables that are not an artist's, and why. */
const NOBODYS: Readonly<Record<string, string>> = {
  artists: "is the artist",
  users: "a person may belong to several artists",
  organisations: "a set of artists for the purpose of membership; no data is keyed to it",
  organisation_members: "a person belongs to the organisation, whichever artists it looks after",
  organisation_invitations: "an organisation's",
  sessions: "a person's, not an artist's",
  sign_in_accounts: "a person's, not an artist's",
  oauth_attempts: "may be made before anybody is signed in",
  email_links: "made before anybody is signed in",
  dev_mail: "development only",
  mail_claims: "a mail's, whoever gets it",
  digest_settings: "a person's, for all of their artists",
  digest_waiting: "a person's: one mail for all of their artists",
  idempotency_keys: "a caller's; the artist is part of what is hashed",
  outbox: "a job's body names its artist",
  provider_budgets: "what this deployment may ask of a provider, for all artists together",
};

interface Column {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
}

async function columnsOf(table: string): Promise<Column[]> {
  return (await env.DB.prepare(`PRAGMA table_info(${table})`).all<Column>()).results;
}

async function foreignKeysOf(table: string): Promise<string[]> {
  const { results } = await env.DB.prepare(`PRAGMA foreign_key_list(${table})`).all<{
    id: number;
    table: string;
    from: string;
    to: string;
  }>();
  const byId = Map.groupBy(results, (row) => row.id);
  return [...byId.values()]
    .map((rows) =>
      rows
        .map(({ table: other, from, to }) => `${from} -> ${other}.${to}`)
        .sort()
        .join(", "),
    )
    .sort();
}

describe("migrations and drizzle's tables", () => {
  it("have the same tables", async () => {
    expect([...mirrored.keys()].sort()).toEqual(await tableNames());
  });

  for (const [name, config] of mirrored) {
    it(`${name}: the same columns, types, defaults and keys`, async () => {
      const inDatabase = await columnsOf(name);
      const composite = config.primaryKeys[0]?.columns.map((column) => column.name) ?? [];
      const keys =
        composite.length > 0 ? composite : config.columns.filter(({ primary }) => primary).map((c) => c.name);
      const inCode = config.columns.map((column) => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        notnull: column.notNull ? 1 : 0,
        hasDefault: column.hasDefault,
        pk: keys.indexOf(column.name) + 1,
      }));
      const plain = inDatabase.map(({ name: column, type, notnull, dflt_value, pk }) => ({
        name: column,
        type,
        notnull,
        hasDefault: dflt_value !== null,
        pk,
      }));
      expect(plain).toEqual(inCode);
    });

    it(`${name}: the same references`, async () => {
      const inCode = config.foreignKeys.map((key) => {
        const { columns, foreignColumns, foreignTable } = key.reference();
        const other = getTableConfig(foreignTable).name;
        return columns
          .map((column, at) => `${column.name} -> ${other}.${foreignColumns[at]?.name}`)
          .sort()
          .join(", ");
      });
      expect(await foreignKeysOf(name)).toEqual(inCode.sort());
    });
  }
});

describe("every table", () => {
  it("is STRICT and keyed by what it says", async () => {
    const { results } = await env.DB.prepare("PRAGMA table_list").all<{ name: string; strict: number; wr: number }>();
    for (const name of await tableNames()) {
      const row = results.find((each) => each.name === name);
      expect(row, name).toMatchObject({ strict: 1, wr: 1 });
    }
  });

  it("belongs to an artist, whose id leads its key, or says why not", async () => {
    const without: string[] = [];
    for (const name of await tableNames()) {
      const columns = await columnsOf(name);
      const first = columns.find(({ pk }) => pk === 1);
      if (first?.name !== "artist_id") without.push(name);
    }
    expect(without.sort()).toEqual(Object.keys(NOBODYS).sort());
  });

  it("refers to another artist's rows in no way: every reference between an artist's tables carries the artist", async () => {
    for (const name of await tableNames()) {
      for (const key of await foreignKeysOf(name)) {
        const other = /-> (\w+)\./.exec(key)?.[1] ?? "";
        if (NOBODYS[other] === undefined) expect(key, name).toContain(`artist_id -> ${other}.artist_id`);
      }
    }
  });
});

describe("an artist's rows", () => {
  const CHILDREN = ["statement_checkpoints", "statement_blocks", "statement_sums"];

  for (const table of CHILDREN) {
    it(`${table}: a row cannot name another artist's statement`, async () => {
      const [mine, theirs] = [await newWorld(), await newWorld()];
      const statementId = `stm_${theirs.artistId.slice(4)}`;
      await env.DB.prepare(
        "INSERT INTO statements (artist_id, id, status, filename, sha256, size_bytes, is_preview, created_by, created_at) " +
          "VALUES (?, ?, 'received', 'a', 'a', 1, 0, 'test', 0)",
      )
        .bind(theirs.artistId, statementId)
        .run();
      const columns = await columnsOf(table);
      const insert = (artistId: string) =>
        env.DB.prepare(`INSERT INTO ${table} VALUES (${columns.map((_, at) => `?${at + 1}`).join(", ")})`)
          .bind(...columns.map(({ name, type }) => cellFor(name, type, artistId, statementId)))
          .run();
      await expect(insert(mine.artistId)).rejects.toThrow(/FOREIGN KEY constraint failed/);
      await expect(insert(theirs.artistId)).resolves.toBeTruthy();
    });
  }

  function cellFor(name: string, type: string, artistId: string, statementId: string): string | number {
    if (name === "artist_id") return artistId;
    if (name === "statement_id") return statementId;
    return type === "INTEGER" ? 0 : "";
  }

  it("a money column takes whole nanos and refuses a fraction", async () => {
    const { artistId } = await newWorld();
    const insert = (nanos: number | string) =>
      env.DB.prepare("INSERT INTO ledger_postings VALUES (?, ?, 'e', 'a', 'USD', '2024-01', ?, 'k', 's', NULL, 0)")
        .bind(artistId, `pst_${nanos}`, nanos)
        .run();
    await expect(insert("9223372036854775807")).resolves.toBeTruthy();
    for (const wrong of ["9223372036854775808", "1.5", "abc", 1.5]) await expect(insert(wrong)).rejects.toThrow();
  });

  for (const table of ["audit_log", "ledger_postings"]) {
    it(`${table}: what was written is never changed and never deleted`, async () => {
      const { artistId } = await newWorld();
      const columns = await columnsOf(table);
      await env.DB.prepare(`INSERT INTO ${table} VALUES (${columns.map((_, at) => `?${at + 1}`).join(", ")})`)
        .bind(...columns.map(({ name, type }) => cellFor(name, type, artistId, "")))
        .run();
      for (const { name, type } of columns) {
        const value = type === "INTEGER" ? 1 : "x";
        const update = env.DB.prepare(`UPDATE ${table} SET ${name} = ? WHERE artist_id = ?`).bind(value, artistId);
        await expect(update.run(), name).rejects.toThrow(/append-only/);
      }
      const remove = env.DB.prepare(`DELETE FROM ${table} WHERE artist_id = ?`).bind(artistId);
      await expect(remove.run()).rejects.toThrow(/append-only/);
    });
  }
});
