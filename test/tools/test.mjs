// Runs the tests: `npm test`, or some of them: `npm test -- test/catalog`. Also leaves the counts in .dist/test-results.json.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { buildAssets } from "./assets.mjs";
import { dist, main, show } from "./project.mjs";
import { buildTypes } from "./types.mjs";

/** Runs vitest over all projects, with extra arguments passed through to it. */
export async function runTests(args, env = {}) {
  buildAssets();
  await buildTypes();
  const results = join(dist, "test-results.json");
  rmSync(results, { force: true });
  return show(
    "vitest",
    [
      "run",
      "--config",
      "test/vitest.config.ts",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${results}`,
      ...args,
    ],
    { env: { WRANGLER_LOG: "error", ...env } },
  );
}

await main(import.meta.url, async () => {
  process.exitCode = await runTests(process.argv.slice(2));
});
