// How the tests run: what needs no Worker in Node, what does inside workerd with the real wrangler.toml, and what starts and
// kills runtimes around the Worker in Node again.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const root = resolve(import.meta.dirname, "..");
const at = (path: string) => resolve(root, path);

const needsNode = ["test/**/*.node.test.ts", "test/long/**/*.test.ts"];
const inWorker = ["test/statements/pipeline/**"];
const needsNothing = ["kernel", "contract", "tools", "statements"].map((folder) => `test/${folder}/**/*.test.ts`);
// What reads files in the catalog runs in both: the Worker's decoders and patterns are not Node's.
needsNothing.push(
  "test/architecture.test.ts",
  "test/catalog/reading/**/*.test.ts",
  "test/connectors/nights/**/*.test.ts",
);

// Tests of a folder that is named nowhere would silently not run, so the folders are read from disk.
const rooms = readdirSync(at("test"), { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() &&
      !["kernel", "contract", "tools", "statements", "harness", "bench", "seed", "long", "simulator"].includes(
        entry.name,
      ),
  )
  .map((entry) => entry.name);

// A Worker has no files, so the derived statements travel as a binding: name → base64.
const fixtures = at("test/statements/fixtures/derived");
const FIXTURES = Object.fromEntries(
  readdirSync(fixtures).map((name) => [name, readFileSync(`${fixtures}/${name}`).toString("base64")]),
);

export default defineConfig(async () => {
  const migrations = await readD1Migrations(at("migrations"));
  return {
    root,
    test: {
      passWithNoTests: false,
      // Most of a test's time is waiting, so two runtimes fit on two cores.
      maxWorkers: 2,
      // The Worker's own log lines are read by tests that are about them, not by people.
      onConsoleLog: (log: string) => process.env.SHOW_LOG !== undefined || !log.startsWith('{"kind":'),
      projects: [
        {
          root,
          test: {
            name: "node",
            environment: "node",
            isolate: false,
            include: needsNothing,
            exclude: [...needsNode, ...inWorker],
            testTimeout: process.env.LONG ? 1_800_000 : 60_000,
          },
        },
        {
          root,
          plugins: [
            cloudflareTest({
              wrangler: { configPath: at("wrangler.toml") },
              miniflare: {
                bindings: {
                  TEST_MIGRATIONS: migrations,
                  FIXTURES,
                  ENVIRONMENT: "development",
                  SIGNING_KEY: "5e".repeat(32),
                  PUBLIC_URL: "https://dashboard.test",
                  VAULT_KEYS: `k2:${Buffer.alloc(32, 2).toString("base64")},k1:${Buffer.alloc(32, 1).toString("base64")}`,
                  SPOTIFY_CLIENT_ID: "app-of-tests",
                  YOUTUBE_CLIENT_ID: "app-of-tests",
                  YOUTUBE_CLIENT_SECRET: "secret-of-tests",
                  SOUNDCLOUD_CLIENT_ID: "app-of-tests",
                  SOUNDCLOUD_CLIENT_SECRET: "secret-of-tests",
                  TIKTOK_CLIENT_ID: "app-of-tests",
                  TIKTOK_CLIENT_SECRET: "secret-of-tests",
                  SUPPORT_EMAILS: "help@support.test, @operators.test",
                  LONG: process.env.LONG ?? "",
                  SEED: process.env.SEED ?? "",
                },
                // Simulated: what is sent is checked and kept in a file.
                email: { send_email: [{ name: "EMAIL" }] },
                // Nothing outside is ever asked; a test that forgets to say what is answered sees where its call went.
                outboundService: (request: Request) =>
                  new Response(`blocked: ${request.method} ${request.url}`, { status: 599 }) as never,
              },
            }),
          ],
          test: {
            name: "worker",
            include: [
              ...rooms.map((folder) => `test/${folder}/**/*.test.ts`),
              ...inWorker.map((folder) => `${folder}/*.test.ts`),
            ],
            exclude: [...needsNode, "test/connectors/nights/**"],
            setupFiles: [at("test/harness/setup.ts")],
            isolate: false,
            testTimeout: 30_000,
            hookTimeout: 60_000,
          },
        },
        {
          root,
          test: {
            name: "node-slow",
            environment: "node",
            include: needsNode,
            exclude: process.env.LONG ? [] : ["test/long/**"],
            testTimeout: process.env.LONG ? 1_800_000 : 180_000,
            hookTimeout: 180_000,
            fileParallelism: false,
          },
        },
      ],
    },
  };
});
