// Generates the types of the bindings from wrangler.toml: .dist/env.d.ts.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capture, dist, main, Refusal, readIfThere, root } from "./project.mjs";

/**
 * Writes .dist/env.d.ts when wrangler.toml has changed since it was last written.
 * Variables are typed as text, not as the value they have in production; secrets come from `[secrets] required`, so a
 * developer's .dev.vars changes nothing.
 */
export async function buildTypes() {
  const target = join(dist, "env.d.ts");
  const stamp = join(dist, "env.stamp");
  const fingerprint = createHash("sha256")
    .update(readIfThere(join(root, "wrangler.toml")))
    .update(readIfThere(join(root, "package-lock.json")))
    .digest("hex");
  if (readIfThere(target) !== "" && readIfThere(stamp) === fingerprint) return;
  mkdirSync(dist, { recursive: true });
  const { code, output } = await capture("wrangler", [
    "types",
    ".dist/env.d.ts",
    "--include-runtime=false",
    "--strict-vars=false",
  ]);
  if (code !== 0) throw new Refusal(`The types of the bindings could not be generated:\n${output}`);
  writeFileSync(stamp, fingerprint);
}

await main(import.meta.url, buildTypes);
