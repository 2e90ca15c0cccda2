// The connection: exact money, one round trip for what is asked together, and a database that fails is said to be away.
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PARAMETER_BYTES, packRows } from "../../src/db/bulk.ts";
import { ConstraintError, openDb } from "../../src/db/client.ts";
import { exactNanos } from "../../src/db/scoped.ts";
import { Problem } from "../../src/kernel/problems.ts";
import { ledgerPostings } from "../../src/royalties/ledger/tables.ts";
import { artists } from "../../src/team/index.ts";
import { brokenDb } from "../harness/doors.ts";
import { newBase, newWorld } from "../harness/world.ts";

describe("money", () => {
  it("above 2^53 comes back to the last digit, and throws when it is read as a number", async () => {
    const { artistId } = await newWorld();
    const { db } = newBase();
    const amounts = [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), 0n, 1n];
    await db.write(
      amounts.map((nanos, at) =>
        db.orm.insert(ledgerPostings).values({
          artistId,
          id: `pst_${at}`,
          entryId: "ent_1",
          account: "test",
          currency: "USD",
          period: "2024-01",
          nanos,
          sourceKind: "test",
          sourceId: "test",
          at: 0,
        } as typeof ledgerPostings.$inferInsert),
      ),
    );
    const mine = sql`${ledgerPostings.artistId} = ${artistId}`;
    const [exact] = await db.read(
      db.orm
        .select({ nanos: exactNanos(ledgerPostings.nanos) })
        .from(ledgerPostings)
        .where(mine)
        .orderBy(ledgerPostings.id),
    );
    expect(exact.map(({ nanos }) => nanos)).toEqual(amounts);
    await expect(db.read(db.orm.select().from(ledgerPostings).where(mine))).rejects.toThrow(RangeError);
    const small = sql`${mine} AND ${ledgerPostings.id} IN ('pst_4', 'pst_5')`;
    const [bare] = await db.read(db.orm.select().from(ledgerPostings).where(small).orderBy(ledgerPostings.id));
    expect(bare.map(({ nanos }) => nanos)).toEqual([0n, 1n]);
  });
});

describe("reads", () => {
  it("that are asked for together are one round trip, and each gets its own rows", async () => {
    const worlds = [await newWorld(), await newWorld("EUR"), await newWorld("JPY")];
    const { db } = newBase();
    const find = async (id: string) => {
      const [[row]] = await db.read(db.orm.select().from(artists).where(sql`${artists.id} = ${id}`));
      return row?.currency;
    };
    const asked = worlds.map(({ artistId }) => find(artistId));
    const numbered = db.readNumbered([{ sql: "SELECT ?1 || ?1 AS twice", params: ["a"] }]);
    expect(await Promise.all(asked)).toEqual(["USD", "EUR", "JPY"]);
    expect(await numbered).toEqual([[{ twice: "aa" }]]);
    expect(db.meter.roundTrips).toBe(1);
    await find("nobody");
    expect(db.meter.roundTrips).toBe(2);
    expect(db.meter.rowsRead).toBeGreaterThan(0);
  });

  it("of which one is wrong fail together, and the next ones work", async () => {
    const { db } = newBase();
    const right = db.readNumbered([{ sql: "SELECT 1 AS one", params: [] }]);
    const wrong = db.readNumbered([{ sql: "SELECT nothing FROM nowhere", params: [] }]);
    const outcomes = await Promise.allSettled([right, wrong]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await db.readNumbered([{ sql: "SELECT 1 AS one", params: [] }])).toEqual([[{ one: 1 }]]);
  });

  it("of nothing cost nothing", async () => {
    const { db } = newBase();
    expect(await db.readNumbered([])).toEqual([]);
    await db.write([]);
    expect(db.meter.roundTrips).toBe(0);
  });
});

describe("a database that fails", () => {
  const AWAY = [
    "D1_ERROR: Network connection lost.",
    "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
    "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
    "D1_ERROR: internal error; reference = abc123",
    "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.",
    "something nobody has seen yet",
  ];

  for (const message of AWAY) {
    it(`is away for now: ${message}`, async () => {
      const db = openDb(brokenDb(message));
      const read = db.readNumbered([{ sql: "SELECT 1", params: [] }]);
      await expect(read).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 5 });
      const write = db.write([db.orm.run(sql`SELECT 1`)]);
      await expect(write).rejects.toBeInstanceOf(Problem);
    });
  }

  it("by a rule of ours is told apart from one that is away, and from a mistake in our own SQL", async () => {
    const failing = (message: string) => {
      const db = openDb(brokenDb(message));
      return db.write([db.orm.run(sql`SELECT 1`)]).then(
        () => null,
        (error: unknown) => error,
      );
    };
    expect(await failing("D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT")).toMatchObject({
      kind: "unique",
    });
    expect(await failing("D1_ERROR: malformed JSON: SQLITE_ERROR")).toMatchObject({ kind: "guard" });
    expect(await failing("D1_ERROR: audit_log is append-only: SQLITE_CONSTRAINT")).toBeInstanceOf(ConstraintError);
    const mistake = await failing("D1_ERROR: no such table: nowhere: SQLITE_ERROR");
    expect(mistake).toBeInstanceOf(Error);
    expect(mistake).not.toBeInstanceOf(Problem);
    expect(mistake).not.toBeInstanceOf(ConstraintError);
  });

  it("gives a bookmark of what it has seen", async () => {
    const db = openDb(env.DB);
    await db.readNumbered([{ sql: "SELECT 1", params: [] }]);
    expect(db.bookmark()).toEqual(expect.any(String));
  });
});

describe("many rows in one parameter", () => {
  const row = fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.integer()), { maxLength: 5 });

  it("keep every row, in order, and no parameter is too large", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 50 }), fc.integer({ min: 1, max: 2000 }), (rows, times) => {
        const texts = rows.flatMap((each) => Array.from({ length: 1 + (times % 40) }, () => JSON.stringify(each)));
        const packs = packRows(texts);
        expect(packs.flatMap((pack) => JSON.parse(pack) as unknown[])).toEqual(texts.map((text) => JSON.parse(text)));
        for (const pack of packs) {
          expect(new TextEncoder().encode(pack).length).toBeLessThanOrEqual(MAX_PARAMETER_BYTES);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("are cut into as many as they need, with amounts kept to the last digit", () => {
    const long = `[9223372036854775807,"${"ä".repeat(100_000)}"]`;
    const packs = packRows(Array.from({ length: 20 }, () => long));
    expect(packs.length).toBeGreaterThan(3);
    for (const pack of packs) expect(new TextEncoder().encode(pack).length).toBeLessThanOrEqual(MAX_PARAMETER_BYTES);
    expect(packs.join().split("9223372036854775807")).toHaveLength(21);
    expect(packRows([])).toEqual([]);
    expect(() => packRows(["x".repeat(MAX_PARAMETER_BYTES)])).toThrow(RangeError);
  });
});
