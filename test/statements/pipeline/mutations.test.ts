// Mutants through the whole product: booked to exactly what the reference reads, or refused with nothing left behind.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { expectBooksToAgree } from "../../harness/books.ts";
import { fixture, fixtureJson, nanosIn } from "../../harness/statement.ts";
import { atRest, newWorld, type StatementBody, type World } from "../../harness/world.ts";
import { type Mutant, mutantOf } from "../mutations/mutate.ts";
import { templateOf } from "../mutations/template.ts";
import { referenceOf } from "../reference/reading.ts";

const { LONG, SEED } = env as unknown as { LONG: string; SEED: string };
const MUTANTS = LONG === "" ? 40 : 400;
const seed = Number(SEED || 20261125);
const PER_NANO = 10n ** 21n;

const EXPECTED = fixtureJson("EXPECTED.json") as Readonly<Record<string, { readonly format: string | null }>>;
const TEMPLATES = Object.entries(EXPECTED).flatMap(([name, { format }]) =>
  format === null ? [] : [templateOf(name, fixture(name), format)],
);

it(`${MUTANTS} mutated statements are booked to exactly what the reference reads, or refused and leave nothing`, async () => {
  const words: Record<string, number> = {};
  for (let index = 0; index < MUTANTS; index += 1) {
    const mutant = mutantOf(TEMPLATES, seed, index);
    const what = `SEED=${seed} #${index} of ${mutant.template} (${mutant.steps.join(", ")})`;
    const word = await sent(mutant, what);
    words[word] = (words[word] ?? 0) + 1;
  }
  console.log(
    `SEED=${seed}: ${Object.entries(words)
      .map((word) => word.join(" "))
      .join(", ")}`,
  );
  expect(words["posted"]).toBeGreaterThan(MUTANTS / 10);
}, 600_000);

/** Uploads a mutant to an artist of its own and waits for its end. @returns what became of it, in a word */
async function sent(mutant: Mutant, what: string): Promise<string> {
  const world = await newWorld();
  const caller = await world.as("owner");
  const upload = await caller.upload(mutant.template, mutant.bytes);
  if (upload.status !== 202) {
    expect(upload.status, what).toBe(422);
    expect(((await upload.json()) as { code: string }).code, what).toMatch(/^file_(?:empty|unreadable)$/u);
    await expectNothing(world, ["statements", ...TABLES], what);
    return "refused at upload";
  }
  const { id } = (await upload.json()) as StatementBody;
  const statement = await atRest(caller, id);
  const { status, problems } = statement;
  if (status === "failed") {
    expect(problems[0]?.line, what).toBeGreaterThanOrEqual(1);
    await expectNothing(world, TABLES, what);
  } else if (status === "needs_mapping") {
    expect(problems[0]?.code, what).toMatch(/^(?:format_unknown|(?:currency|period|title)_needed)$/u);
    await expectNothing(world, TABLES, what);
  } else {
    expect(status === "posted" || problems.every(({ code }) => code === "stated_total_differs"), what).toBe(true);
    expectReference(statement, mutant, what);
    await expectBooksToAgree(world);
  }
  return status;
}

/** The lines, the units and each currency's total, rounded once to nanos, are those of the reference. */
function expectReference(statement: StatementBody, mutant: Mutant, what: string): void {
  const given = { format: statement.format ?? "", filename: mutant.template, answers: {} };
  const reading = referenceOf(mutant.bytes, given);
  if ("refused" in reading) throw new Error(`${what}: read, though the reference refuses: ${reading.refused}`);
  const sums = new Map<string, bigint>();
  for (const { currency, exact } of reading.lines) sums.set(currency, (sums.get(currency) ?? 0n) + exact);
  sums.delete("");
  const totals = statement.totals.map(({ currency, amount }): [string, bigint] => [currency, nanosIn(amount)]);
  expect(totals.sort(), what).toEqual([...sums].map(([currency, sum]) => [currency, halfEven(sum)]).sort());
  expect(statement.lines, what).toBe(reading.lines.length);
  expect(BigInt(statement.units), what).toBe(reading.lines.reduce((sum, { units }) => sum + units, 0n));
}

function halfEven(exact: bigint): bigint {
  const sign = exact < 0n ? -1n : 1n;
  const [whole, rest] = [(exact * sign) / PER_NANO, (exact * sign) % PER_NANO];
  const isUp = rest * 2n > PER_NANO || (rest * 2n === PER_NANO && whole % 2n === 1n);
  return sign * (isUp ? whole + 1n : whole);
}

/** Where a statement that is read leaves something. */
const TABLES = [
  "statement_checkpoints",
  "statement_blocks",
  "statement_sums",
  "earning_rollups",
  "ledger_postings",
] as const;

async function expectNothing(world: World, tables: readonly string[], what: string): Promise<void> {
  for (const table of tables) {
    const counted = env.DB.prepare(`SELECT count(*) n FROM ${table} WHERE artist_id = ?`).bind(world.artistId);
    expect((await counted.first())?.n, `${what}: ${table}`).toBe(0);
  }
}
