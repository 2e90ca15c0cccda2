// Deploys the Worker to the account that wrangler is signed in to. `npm run deploy -- --dry-run` stops after the bundle.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildAssets } from "./assets.mjs";
import { capture, dist, main, Refusal, root, show } from "./project.mjs";

const bundle = join(dist, "deploy");

await main(import.meta.url, async () => {
  buildAssets();
  rmSync(bundle, { recursive: true, force: true });
  const built = await capture("wrangler", ["deploy", "--dry-run", "--outdir", ".dist/deploy", "--minify"]);
  if (built.code !== 0) throw new Refusal(`The Worker could not be bundled:\n${built.output}`);
  const code = readdirSync(bundle)
    .filter((name) => !name.endsWith(".map") && name !== "README.md")
    .map((name) => readFileSync(join(bundle, name)));
  const sizes = [
    code.reduce((sum, file) => sum + file.length, 0),
    code.reduce((sum, file) => sum + gzipSync(file).length, 0),
  ];
  console.log(`Bundle: ${sizes.map((bytes) => `${Math.round(bytes / 1024)} KiB`).join(", ")} gzipped.`);
  if (process.argv.includes("--dry-run")) return;

  refusePlaceholders();
  await refuseStrangers();
  // Only wrangler.toml and the secrets already kept by the account go along: deploying reads no .dev.vars.
  for (const step of [
    ["d1", "migrations", "apply", "DB", "--remote"],
    ["deploy", "--minify"],
  ]) {
    const ended = await show("wrangler", step);
    if (ended !== 0)
      throw new Refusal(`\`wrangler ${step.join(" ")}\` ended with ${ended}; nothing after it was done.`);
  }
});

function refusePlaceholders() {
  const empty = readFileSync(join(root, "wrangler.toml"), "utf8")
    .split("\n")
    .filter((line) => /^\s*(database_id|id)\s*=\s*"[0-]+"/.test(line))
    .map((line) =>
      line.includes("database_id")
        ? "database_id (from `npx wrangler d1 create artist-dashboard`)"
        : "the KV id (from `npx wrangler kv namespace create KPI`)",
    );
  if (empty.length > 0)
    throw new Refusal(`wrangler.toml still holds placeholders: fill in ${empty.join(" and ")}, then deploy again.`);
}

async function refuseStrangers() {
  if (process.env.CLOUDFLARE_API_TOKEN) return;
  const { code, output } = await capture("wrangler", ["whoami"], { env: { CI: "1" } });
  if (code !== 0 || /not authenticated|not logged in/i.test(output)) {
    throw new Refusal(
      "wrangler is not signed in to an account: set CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID), or run `npx wrangler login`, then deploy again.",
    );
  }
}
