// Load data for the running development server: made-up statements, uploaded with the demo's key.
// `npm run seed -- --lines 1000000 --artist second --port 9000 --seed 7`.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { askerOf, DEMO_ARTIST, post, SECOND_ARTIST } from "../seed/demo.mjs";
import { makeStatement } from "../seed/statement.mjs";
import { main, Refusal, readIfThere, root } from "./project.mjs";

/** An upload may have 95 MB; so many lines stay under 90. */
const MOST_LINES = 600_000;
const SECONDS_PER_FILE = 1800;
const SECONDS_BETWEEN_LINES = 5;

await main(import.meta.url, async () => {
  const { lines, artist, port, seed } = options();
  const key = keyOf(artist);
  const ask = askerOf(`http://127.0.0.1:${port}`, key);
  await ask("/api/me").catch((error) => {
    const why = error instanceof TypeError ? "nothing answers there" : error.message;
    throw new Refusal(`The development server at port ${port} cannot be used (${why}): start it with \`npm run dev\`.`);
  });

  const files = Math.ceil(lines / MOST_LINES);
  const started = performance.now();
  let [booked, seconds] = [0, 0];
  for (let file = 0; file < files; file++) {
    const count = Math.floor((lines * (file + 1)) / files) - Math.floor((lines * file) / files);
    const { bytes } = makeStatement({ lines: count, seed: BigInt(seed) + BigInt(file) });
    const filename = `load-${seed + file}-${count}.tsv`;
    console.log(`${filename}: ${number(count)} lines, ${(bytes.length / 1e6).toFixed(1)} MB`);
    const from = performance.now();
    let said = from;
    const statement = await post(
      ask,
      { filename, bytes },
      {
        seconds: SECONDS_PER_FILE,
        progress: ({ status, progress: { done, total } }) => {
          if (performance.now() - said < SECONDS_BETWEEN_LINES * 1000) return;
          said = performance.now();
          console.log(`  ${status}, ${total > 0 ? Math.floor((100 * done) / total) : 0} %`);
        },
      },
    );
    const took = (performance.now() - from) / 1000;
    if (Date.parse(statement.createdAt ?? "") < Date.now() - (took + 5) * 1000) {
      console.log("  was there already; --seed N makes other files");
      continue;
    }
    booked += count;
    seconds += took;
    console.log(`  posted in ${took.toFixed(1)} s: ${number(Math.round(count / took))} lines/s`);
  }
  const all = (performance.now() - started) / 1000;
  const speed = seconds > 0 ? `, ${number(Math.round(booked / seconds))} lines/s` : "";
  console.log(`${number(booked)} lines booked in ${all.toFixed(1)} s with making them${speed}.`);
});

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        lines: { type: "string", default: "1000000" },
        artist: { type: "string", default: "first" },
        port: { type: "string", default: runningPort() },
        seed: { type: "string", default: "1" },
      },
    }));
  } catch (error) {
    const problem = error.message.split("\n")[0].replace(/\.?$/, ".");
    throw new Refusal(`${problem} The options are --lines N, --artist first or second, --port N and --seed N.`);
  }
  const whole = (name, least, most) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new Refusal(`--${name} takes a whole number from ${least} to ${most}, not "${values[name]}".`);
    return value;
  };
  if (!["first", "second"].includes(values.artist))
    throw new Refusal(
      `--artist takes first (${DEMO_ARTIST.name}) or second (${SECOND_ARTIST.name}), not "${values.artist}".`,
    );
  return {
    lines: whole("lines", 1, 100_000_000),
    artist: values.artist,
    port: whole("port", 1, 65_535),
    seed: whole("seed", 0, 1_000_000_000),
  };
}

function keyOf(artist) {
  const name = artist === "first" ? "DEMO_API_KEY" : "DEMO_SECOND_API_KEY";
  const key = new RegExp(`^${name}=(.+)$`, "m").exec(readIfThere(join(root, ".dev.vars")))?.[1]?.trim();
  if (!key) throw new Refusal(`${name} is not in .dev.vars: start the development server once, with \`npm run dev\`.`);
  return key;
}

function runningPort() {
  return /^\d+ (\d+)/.exec(readIfThere(join(root, ".data/running")))?.[1] ?? "8787";
}

function number(value) {
  return value.toLocaleString("en-US");
}
