// Writes the published contract, test/contract/openapi.json, from the running Worker; `--check` only compares.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { main, Refusal, readIfThere, root } from "./project.mjs";
import { startRuntime } from "./runtime.mjs";

export const contractFile = join(root, "test/contract/openapi.json");

/** The OpenAPI document as the Worker serves it now, as the text of the contract file. */
export async function servedContract() {
  const runtime = await startRuntime({ migrate: false });
  try {
    const answer = await fetch(`${runtime.url}/openapi.json`);
    if (!answer.ok) throw new Refusal(`/openapi.json answered ${answer.status}: ${await answer.text()}`);
    return `${JSON.stringify(await answer.json(), null, 2)}\n`;
  } finally {
    await runtime.stop();
  }
}

await main(import.meta.url, async () => {
  const served = await servedContract();
  if (process.argv.includes("--check")) {
    if (served !== readIfThere(contractFile)) {
      throw new Refusal(
        "test/contract/openapi.json is not what the Worker serves: run `npm run openapi` and look at the difference.",
      );
    }
    return;
  }
  mkdirSync(dirname(contractFile), { recursive: true });
  writeFileSync(contractFile, served);
  console.log(`Wrote test/contract/openapi.json: ${Object.keys(JSON.parse(served).paths).length} paths.`);
});
