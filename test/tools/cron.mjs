// Runs a schedule of a running development server by hand: `npm run cron -- nightly`, `npm run cron -- sweep`. With
// `--next-day` a day passes at the stores that the server plays, and the schedule is that day's.
import { join } from "node:path";
import { main, Refusal, readIfThere, root } from "./project.mjs";

/** What a schedule of wrangler.toml is called here. */
export const scheduleNames = { sweep: "* * * * *", nightly: "5 0 * * *", hourly: "35 * * * *" };

/** Asks a local Worker to run one of its schedules, as the platform would. @param {number} [at] as if it were that time */
export async function runSchedule(baseUrl, cron, at) {
  const time = at === undefined ? "" : `&time=${at}`;
  const answer = await fetch(`${baseUrl}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}${time}`, {
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
    await runSchedule(`http://127.0.0.1:${port}`, cron, rest.includes("--next-day") ? await nextDay() : undefined);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      `Nothing answers at http://127.0.0.1:${port}: start it with \`npm run dev\`, or name its port with --port.`,
    );
  }
  console.log(`Ran "${cron}" at http://127.0.0.1:${port}.`);
});

/** Lets a day pass at the stores that the development server plays. @returns the time it is there then */
async function nextDay() {
  const [, , stores] = readIfThere(join(root, ".data/running")).trim().split(" ");
  if (!stores)
    throw new Refusal("No stores are played here: the development server is not running, or has apps of its own.");
  const answer = await fetch(`${stores}/stand-in/days`, { method: "POST" });
  const { now } = await answer.json();
  return now;
}

function runningPort() {
  return /^\d+ (\d+)/.exec(readIfThere(join(root, ".data/running")))?.[1] ?? "8787";
}
