// Around each file of the Worker project: all migrations, once, before it; and after it, every job that is on its way home.
// Tests share the database and make their own artists.
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll } from "vitest";

const LOOK_MS = 50;
const QUIET_LOOKS = 10;
const MOST_LOOKS = 100;

beforeAll(async () => {
  const { TEST_MIGRATIONS } = env as unknown as { TEST_MIGRATIONS: Parameters<typeof applyD1Migrations>[1] };
  await applyD1Migrations(env.DB, TEST_MIGRATIONS);
});

// The runner never ends when a job is delivered while it stops. Jobs that a test never sent stay in the outbox for good,
// so quiet means empty, or the same for half a second.
afterAll(async () => {
  let seen = "";
  for (let look = 0, quiet = 0; look < MOST_LOOKS && quiet < QUIET_LOOKS; look += 1) {
    const { results } = await env.DB.prepare("SELECT id FROM outbox WHERE buried_at IS NULL ORDER BY id").all();
    if (results.length === 0) return;
    const now = JSON.stringify(results);
    quiet = now === seen ? quiet + 1 : 0;
    seen = now;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
});
