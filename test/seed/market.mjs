// The home of made-up music business: what an artist's recordings are played, day by day, and what stores pay for it.
//
// Whole numbers only and a seeded source of chance, so that the same seed gives the same figures on every machine. What a
// file or a report sums to is added up here, while it is made; nothing of the product is asked.
import { monthAfter, randomFrom } from "./statement.mjs";

/** Streams of a recording by its rank among the artist's, as 1000 / rank^1.3 with whole numbers. */
const ZIPF = Array.from({ length: 40 }, (_, at) => Math.round(1000 / (at + 1) ** 1.3));

/** Share of the first week's peak so many days after release, per mille; between two points the line is straight. */
const CURVE = [
  [0, 930],
  [3, 1000],
  [8, 870],
  [15, 700],
  [22, 640],
  [28, 550],
  [42, 520],
  [180, 430],
  [720, 380],
];

/** From Sunday to Saturday, in per mille of Friday. */
const WEEKDAYS = [850, 880, 900, 930, 960, 1000, 930];

/** Store, its parts per 10,000 of all streams, picodollars per stream in the United States, in how many territories. */
const STORES = [
  ["Spotify", 5500, 3_140_000_000n, 20],
  ["Apple Music", 1500, 5_820_000_000n, 20],
  ["YouTube (Red)", 600, 3_300_000_000n, 8],
  ["Amazon Unlimited (Streaming)", 500, 10_060_000_000n, 8],
  ["YouTube (Ads)", 400, 1_640_000_000n, 12],
  ["TikTok", 350, 320_000_000n, 8],
  ["Deezer", 300, 4_280_000_000n, 6],
  ["Amazon Prime (Streaming)", 300, 4_110_000_000n, 4],
  ["Tidal", 200, 7_130_000_000n, 6],
  ["Pandora", 198, 2_260_000_000n, 1],
  ["Facebook", 150, 210_000_000n, 8],
  ["iTunes", 2, 637_000_000_000n, 12],
].map(([name, share, rate, reach]) => ({ name, share, rate, reach }));

/** Reports each month one statement late, as far as the next month has a statement at all. */
const LATE_STORE = "Facebook";
const ALBUM_RATE = 4_903_000_000_000n;
/** Spotify pays nothing for a recording with fewer streams in twelve months. */
const SPOTIFY_THRESHOLD = 1000n;

/** Territory, its parts per 10,000 of all streams, and what a stream earns there against the United States, per mille. */
const TERRITORIES = [
  ["US", 3000, 1000],
  ["GB", 900, 1996],
  ["DE", 700, 905],
  ["BR", 600, 171],
  ["IN", 600, 26],
  ["MX", 500, 171],
  ["FR", 400, 790],
  ["CA", 400, 1141],
  ["ID", 400, 26],
  ["NL", 350, 839],
  ["AU", 300, 734],
  ["SE", 300, 724],
  ["ES", 260, 520],
  ["IT", 230, 540],
  ["CH", 220, 994],
  ["JP", 200, 675],
  ["PL", 180, 330],
  ["NO", 170, 780],
  ["AR", 160, 90],
  ["CL", 130, 171],
].map(([code, share, factor]) => ({ code, share, factor }));

/** Feeds of daily plays: what each calls itself and its store, how late it is, and how the statements print that store. */
const FEEDS = [
  { source: "spotify-for-artists", platform: "Spotify", lagDays: 2, paidAs: "Spotify" },
  { source: "apple-music-for-artists", platform: "Apple Music", lagDays: 1, paidAs: "Apple Music" },
  {
    source: "amazon-music-for-artists",
    platform: "Amazon Music Unlimited",
    lagDays: 3,
    paidAs: "Amazon Unlimited (Streaming)",
  },
];
/** A day's detail is kept small: four territories and the rest as unknown, and the five most played recordings. */
const FEED_TERRITORIES = 4;
const FEED_RECORDINGS = 5;
const DAYS_PER_REPORT = 62;

/**
 * @typedef {object} ArtistPlan
 * @property {number} seed
 * @property {string} name
 * @property {string} firstMonth
 * @property {number} months
 * @property {number} monthlyStreams in the first month, were everything out and at its peak
 * @property {{ title: string, upc: string, day: string }[]} releases
 * @property {{ title: string, isrc: string, release: number }[]} recordings by rank, forty of them
 * @property {string | undefined} missingMonth a month without a statement
 * @property {{ source: string, from: string, to: string } | undefined} missingDays days that a feed never reported
 * @property {{ source: string, from: string, to: string, permille: number } | undefined} restated days reported again, later
 */

/**
 * Plays out an artist's months.
 *
 * @param {ArtistPlan} plan
 * @returns {{ statements: { filename: string, month: string, insertedOn: string, lines: object[] }[], reports: object[], plays: Map<string, number> }}
 *   keys of `plays` are `2026-01 Spotify`; they hold what the last revision of each day says
 */
export function playOut(plan) {
  const random = randomFrom(plan.seed);
  const months = Array.from({ length: plan.months }, (_, at) => monthAfter(plan.firstMonth, at));
  const used = months.map((month, at) => monthOfUse(plan, month, at, random));
  const statements = statementsOf(plan, months, used, random);
  return { statements, ...feedsOf(plan, months, used, random) };
}

/** What was used in a month: by recording, store and territory, whole units. */
function monthOfUse(plan, month, at, random) {
  const weights = BigInt(ZIPF.reduce((sum, weight) => sum + weight, 0));
  const growth = 1000 + 15 * at;
  return plan.recordings.map(({ release }, rank) => {
    const share = monthShare(plan.releases[release].day, month);
    if (share === 0) return STORES.map(() => []);
    const mood = swing(random);
    return STORES.map((store) => {
      const reach = TERRITORIES.slice(0, store.reach);
      const whole = BigInt(reach.reduce((sum, territory) => sum + territory.share, 0));
      return reach.map((territory) => {
        const expected =
          BigInt(plan.monthlyStreams * ZIPF[rank]) *
          BigInt(store.share * territory.share) *
          BigInt(share * growth * mood);
        return wholeOf(expected, weights * 10_000n * whole * 1_000_000_000n, random);
      });
    });
  });
}

/** The mean of the release curve over a month's days, per mille; nought before the release. */
function monthShare(releasedOn, month) {
  const days = daysOf(month);
  return Math.round(days.reduce((sum, day) => sum + curveAt(ageInDays(releasedOn, day)), 0) / days.length);
}

function curveAt(age) {
  if (age < 0) return 0;
  for (let at = 1; at < CURVE.length; at++) {
    const [[from, before], [to, after]] = [CURVE[at - 1], CURVE[at]];
    if (age <= to) return Math.round(before + ((after - before) * (age - from)) / (to - from));
  }
  return CURVE.at(-1)[1];
}

function statementsOf(plan, months, used, random) {
  const statements = [];
  let late = [];
  let restated = [];
  months.forEach((month, at) => {
    const lines = linesOf(plan, months, used, at, random);
    if (month === plan.missingMonth) return;
    // Whatever spoke of an earlier month beside this one would cover the month between.
    const hasNext = monthAfter(month, 1) !== plan.missingMonth;
    const [own, held] = hasNext
      ? [lines.filter(({ store }) => store !== LATE_STORE), lines.filter(({ store }) => store === LATE_STORE)]
      : [lines, []];
    const insertedOn = `${monthAfter(month, 2)}-20`;
    statements.push({ filename: `distrokid-${month}.tsv`, month, insertedOn, lines: [...restated, ...late, ...own] });
    late = held;
    restated = hasNext ? correctionsOf(own, random) : [];
  });
  return statements;
}

/** One month's lines, as far as anything was used at all. */
function linesOf(plan, months, used, at, random) {
  const month = months[at];
  const lines = [];
  // The rate of a store is one for the whole statement, and a little different each month.
  const moods = STORES.map(() => swing(random));
  const reportedOn = STORES.map(() => `${monthAfter(month, 2)}-${String(3 + random.below(15)).padStart(2, "0")}`);
  plan.recordings.forEach(({ title, isrc, release }, rank) => {
    const { upc } = plan.releases[release];
    const recent = used.slice(Math.max(0, at - 11), at + 1).flatMap((each) => each[rank][0]);
    const isEligible = recent.reduce((sum, units) => sum + units, 0n) >= SPOTIFY_THRESHOLD;
    STORES.forEach(({ name, rate }, of) => {
      used[at][rank][of].forEach((units, territory) => {
        if (units === 0n) return;
        const { code, factor } = TERRITORIES[territory];
        const paid = name === "iTunes" ? 1000 : factor;
        const amount = name === "Spotify" && !isEligible ? 0n : (units * rate * BigInt(paid * moods[of])) / 1_000_000n;
        const song = { month, reportedOn: reportedOn[of], title, isrc, upc, type: "Song", store: name };
        lines.push({ ...song, territory: code, units, amount });
      });
    });
  });
  // Whoever buys the whole album buys no recording: such a line has a UPC and no ISRC.
  const { title, upc, day } = plan.releases[random.below(plan.releases.length)];
  const { code } = TERRITORIES[random.below(8)];
  if (day.slice(0, 7) <= month) {
    const album = { month, reportedOn: reportedOn.at(-1), title, isrc: "", upc, type: "Album", store: "iTunes" };
    lines.push({ ...album, territory: code, units: 1n, amount: ALBUM_RATE });
  }
  return lines;
}

/** What the next statement takes back: 2 % of the lines by half a per cent to three, and one download in five hundred. */
function correctionsOf(lines, random) {
  return lines.flatMap((line) => {
    if (line.type === "Album" || line.amount < 100_000_000_000n) return [];
    if (line.store === "iTunes")
      return random.below(100) > 1 ? [] : [{ ...line, units: -1n, amount: -line.amount / line.units }];
    if (random.below(50) > 0) return [];
    return [{ ...line, units: 0n, amount: -(line.amount * BigInt(5 + random.below(26))) / 1000n }];
  });
}

function feedsOf(plan, months, used, random) {
  const plays = new Map();
  const reports = [];
  const again = [];
  const isIn = (range, source, day) =>
    range !== undefined && range.source === source && range.from <= day && day <= range.to;
  for (const feed of FEEDS) {
    const store = STORES.findIndex(({ name }) => name === feed.paidAs);
    const days = months.flatMap((month, at) => {
      const noise = daysOf(month).map(() => swing(random));
      const byRecording = plan.recordings.map(({ release }, rank) => {
        const units = Number(used[at][rank][store].reduce((sum, each) => sum + each, 0n));
        // Stores pay for a little less than they count.
        const counted = units + Math.floor((units * random.below(31)) / 1000);
        const weights = daysOf(month).map(
          (day, of) => WEEKDAYS[weekday(day)] * noise[of] * curveAt(ageInDays(plan.releases[release].day, day)),
        );
        return spread(counted, weights);
      });
      return daysOf(month).map((day, of) => ({ day, counts: byRecording.map((row) => row[of]) }));
    });
    const reported = days
      .filter(({ day }) => !isIn(plan.missingDays, feed.source, day))
      .map(({ day, counts }) => {
        const first = reportOf(plan, feed.platform, day, 1, counts);
        if (!isIn(plan.restated, feed.source, day)) return { first, last: first };
        const fewer = counts.map((count) => Math.floor((count * plan.restated.permille) / 1000));
        const last = reportOf(plan, feed.platform, day, 2, fewer);
        again.push(last);
        return { first, last };
      });
    for (let at = 0; at < reported.length; at += DAYS_PER_REPORT) {
      const part = reported.slice(at, at + DAYS_PER_REPORT).map(({ first }) => first);
      reports.push({ source: feed.source, lagDays: feed.lagDays, days: part });
    }
    for (const { last } of reported) {
      const place = `${last.day.slice(0, 7)} ${feed.platform}`;
      const count = last.territory.reduce((sum, cell) => sum + cell[3], 0);
      plays.set(place, (plays.get(place) ?? 0) + count);
    }
  }
  const restated = FEEDS.find(({ source }) => source === plan.restated?.source);
  if (again.length > 0) reports.push({ source: restated.source, lagDays: restated.lagDays, days: again });
  return { reports, plays };
}

/** One day of one feed: [store, key, name, plays, downloads, other] by territory, recording and release. */
function reportOf({ recordings, releases }, platform, day, revision, counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const known = TERRITORIES.slice(0, FEED_TERRITORIES);
  const shares = known.map(({ share }) => share);
  shares.push(10_000 - shares.reduce((sum, share) => sum + share, 0));
  const cells = (rows) =>
    rows.filter(([, , count]) => count > 0).map(([key, label, count]) => [platform, key, label, count, 0, 0]);
  const codes = [...known.map(({ code }) => code), "ZZ"];
  const top = recordings
    .map(({ isrc, title }, rank) => [isrc, title, counts[rank]])
    .sort((left, right) => right[2] - left[2])
    .slice(0, FEED_RECORDINGS);
  const byRelease = releases.map(({ upc, title }, of) => [
    upc,
    title,
    counts.reduce((sum, count, rank) => sum + (recordings[rank].release === of ? count : 0), 0),
  ]);
  return {
    day,
    revision,
    territory: cells(spread(total, shares).map((count, at) => [codes[at], null, count])),
    recording: cells(top),
    release: cells(byRelease),
  };
}

/** Divides a whole number by weights through its running sums, so that the parts sum to it. */
function spread(count, weights) {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole === 0) return weights.map(() => 0);
  let before = 0;
  let given = 0;
  return weights.map((weight) => {
    before += weight;
    const upTo = Number((BigInt(count) * BigInt(before)) / BigInt(whole));
    const part = upTo - given;
    given = upTo;
    return part;
  });
}

/** A factor in per mille about 1000, with a standard deviation of 5 %. */
function swing(random) {
  let sum = 828;
  for (let throws = 0; throws < 4; throws++) sum += random.below(87);
  return sum;
}

/** Rounds a fraction up as often as its rest says, so that small markets show up now and then. */
function wholeOf(numerator, denominator, random) {
  const chance = (BigInt(random.below(2 ** 32)) * denominator) >> 32n;
  return (numerator + chance) / denominator;
}

/** @param {string} month */
function daysOf(month) {
  const count = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
  return Array.from({ length: count }, (_, at) => `${month}-${String(at + 1).padStart(2, "0")}`);
}

function ageInDays(from, to) {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

function weekday(day) {
  return new Date(day).getUTCDay();
}
