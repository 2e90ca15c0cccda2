// All that can be checked without running the tests: types, lint, format, architecture, and the published contract.
import { existsSync } from "node:fs";
import { buildAssets } from "./assets.mjs";
import { contractFile } from "./openapi.mjs";
import { capture, main } from "./project.mjs";
import { buildTypes } from "./types.mjs";

const quiet = { WRANGLER_LOG: "error", REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", CI: "1" };

const steps = {
  assets: () => buildAssets(),
  "types of the bindings": () => buildTypes(),
  "types of src": () => program("tsc", "--noEmit", "-p", "tsconfig.json"),
  "types of tests in the Worker": () => program("tsc", "--noEmit", "-p", "test/tsconfig.json"),
  "types of tests in Node": () => program("tsc", "--noEmit", "-p", "test/tsconfig.node.json"),
  "lint and format": () => program("biome", "ci", "--colors=off", "--error-on-warnings", "--diagnostic-level=warn"),
  "architecture and contract": () =>
    program(
      "vitest",
      "run",
      "--config",
      "test/vitest.config.ts",
      "--project",
      "node",
      "test/architecture.test.ts",
      "test/contract",
    ),
  "contract reads as OpenAPI": () => {
    if (!existsSync(contractFile))
      throw new Error("test/contract/openapi.json is missing: write it with `npm run openapi`.");
    return program("redocly", "lint", "--extends", "recommended", "test/contract/openapi.json");
  },
};

await main(import.meta.url, async () => {
  const failed = [];
  for (const [name, work] of Object.entries(steps)) {
    const start = performance.now();
    const problem = await Promise.resolve()
      .then(work)
      .then(
        () => undefined,
        (error) => error.message,
      );
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${problem === undefined ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
    if (problem === undefined) continue;
    console.log(`\n${problem}\n`);
    failed.push(name);
  }
  console.log(failed.length === 0 ? "All checks passed." : `Failed: ${failed.join(", ")}.`);
  if (failed.length > 0) process.exitCode = 1;
});

async function program(name, ...args) {
  const { code, output } = await capture(name, args, { env: quiet });
  if (code !== 0) throw new Error(output.trim() || `${name} ended with ${code}`);
}
