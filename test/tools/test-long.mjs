// Runs the tests with the full counts of the acceptance lines: those of test/long and the vault's, and the others when they are named.
// The seed is printed; SEED=… repeats a run.
import { randomInt } from "node:crypto";
import { main } from "./project.mjs";
import { runTests } from "./test.mjs";

await main(import.meta.url, async () => {
  const seed = process.env.SEED ?? String(randomInt(2 ** 31));
  console.log(`SEED=${seed}`);
  const named = process.argv.slice(2);
  process.exitCode = await runTests(
    named.length > 0 ? named : ["test/long", "test/db/vault.test.ts", "test/connectors/nights"],
    {
      LONG: "1",
      SEED: seed,
    },
  );
});
