// Runs a schedule of a running development server by hand: `npm run cron -- nightly`, `npm run cron -- sweep`.
import { join } from "node:path";
import { main, Refusal, readIfThere, root } from "./project.mjs";

/** What a schedule of wrangler.toml is called here. */
export const scheduleNames = { sweep: "* * * * *", nightly: "5 0 * * *" };

/** Asks a local Worker to run one of its schedules, as the platform would. */
export async function runSchedule(baseUrl, cron) {
  const answer = await fetch(`${baseUrl}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}`, {
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(`The schedule "${cron}" failed: ${text.trim().split("\n")[0]}`);
}

await main(import.meta.url, async () => {
  const [name, ...rest] = process.argv.slice(2);
  const port =
    rest[rest.indexOf("--port") + 1] && rest.includes("--port") ? rest[rest.indexOf("--port") + 1] : runningPort();
  const cron = scheduleNames[name] ?? (name?.trim().split(/\s+/).length === 5 ? name : undefined);
  if (!cron)
    throw new Refusal(`Say which schedule to run: ${Object.keys(scheduleNames).join(", ")}, or a cron line in quotes.`);
  try {
    await runSchedule(`http://127.0.0.1:${port}`, cron);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      `Nothing answers at http://127.0.0.1:${port}: start it with \`npm run dev\`, or name its port with --port.`,
    );
  }
  console.log(`Ran "${cron}" at http://127.0.0.1:${port}.`);
});

function runningPort() {
  return /^\d+ (\d+)/.exec(readIfThere(join(root, ".data/running")))?.[1] ?? "8787";
}
