import { describe, expect, it } from "vitest";
import { nanosIn } from "../../harness/statement.ts";
import { atRest, type Caller, imported, newWorld } from "../../harness/world.ts";

interface LineBody {
  line: number;
  territory: string;
  isrc: string | null;
  title: string;
  units: number;
  amount: { amount: string; currency: string } | null;
}

const HEAD =
  "HEAD\tdsrf/30\tUGCProfile\t1.1\tM1\t2026-08-14T09:00:00Z\t1\t1\t2026-07-01\t2026-07-31\tPADPIDA1\tYouTube";
const SY = ["SE", "NO"].map(
  (territory, at) =>
    `SY02.01\tS${at}\t\t\tAdvertisementSupportedModel\tStream\t${territory}\tClips\t9\t\tEUR\t1.0\tSongs\t\t\t\t\tPerformingRight`,
);

/** A report of blocks of nine records: two sales of one recording, shared by two controllers each. */
function report(
  blocks: number,
  footer = (lines: number) => `FOOT\t${lines}\t${lines}\t2\t${blocks}\t${blocks}`,
): string {
  const rows = [HEAD, "#AS01\tBlockId", ...SY];
  for (let block = 1; block <= blocks; block += 1) {
    const isrc = `QZAB124${String(block % 1000).padStart(5, "0")}`;
    rows.push(
      `AS01\t${block}\tR1\tV${block}\t${isrc}\tSong ${block}, or \\| “é”\t\tGlass Harbor\t\tPT3M\tSoundRecording`,
      `MW01.01\t${block}\tW${block}\tT0345246801\tSONG ${block}`,
    );
    for (const sale of [0, 1]) {
      rows.push(`SU03.01\t${block}\tT${sale}\tS${sale}\tV${block}\t${block + sale}\t1.0\t20260701\t20260731`);
      for (const share of [1, 2]) {
        rows.push(`LI01.01\t${block}\t\tSongs\t\t\t50\tPerformingRight\t1.0\t0.00${block}${sale}${share}`);
      }
    }
    rows.push(`# end of block ${block}`);
  }
  return [...rows, footer(rows.length + 1), ""].join("\n");
}

const BLOCKS = 2_000;
/** Shares of every sale, in trillionths: an amount has at most seven digits behind its point. */
const amounts = Array.from({ length: BLOCKS }, (_, at) =>
  ["01", "02", "11", "12"].map((end) => BigInt(`00${at + 1}${end}`.padEnd(9, "0"))),
);
const total = amounts.flat().reduce((sum, amount) => sum + amount, 0n);

async function walk(caller: Caller, id: string): Promise<LineBody[]> {
  const lines: LineBody[] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? "" : `&cursor=${cursor}`;
    const response = await caller.get(`/api/dashboard/statements/${id}/lines?limit=100${at}`);
    const page = (await response.json()) as { data: LineBody[]; nextCursor: string | null };
    lines.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return lines;
}

describe("a DDEX sales report", () => {
  it("is booked to its exact sum, and its pages and lines are read again from the middle", async () => {
    const owner = await (await newWorld("EUR")).as("owner");
    const statement = await imported(owner, "DSR_A_YouTube_Clips_2026-07_SE_1of1_20260814T090000.tsv", report(BLOCKS));
    expect(statement).toMatchObject({ status: "posted", format: "ddex.dsr.flat", lines: BLOCKS * 4, problems: [] });
    expect(statement.totals.map(({ currency }) => currency)).toEqual(["EUR"]);
    expect(nanosIn(statement.totals[0]?.amount ?? "")).toBe(total);
    const lines = await walk(owner, statement.id);
    expect(lines.map((line) => nanosIn(line.amount?.amount ?? ""))).toEqual(amounts.flat());
    expect(lines.map(({ units }) => units)).toEqual(amounts.flatMap((_, at) => [at + 1, 0, at + 2, 0]));
    expect(lines.map(({ title }) => title)).toEqual(
      amounts.flatMap((_, at) => Array(4).fill(`Song ${at + 1}, or | “é”`)),
    );
    const late = lines.at(-1);
    const response = await owner.get(`/api/dashboard/statements/${statement.id}/lines/${late?.line}/explain`);
    expect(await response.json()).toMatchObject({
      line: { units: 0, territory: "NO", title: `Song ${BLOCKS}, or | “é”` },
      readBy: "ddex.dsr.flat@1",
    });
  });

  it("cut off before its footer fails with its last line, and nothing of it is booked", async () => {
    const owner = await (await newWorld("EUR")).as("owner");
    const text = report(3, () => "");
    const statement = await imported(owner, "cut.tsv", text);
    expect(statement).toMatchObject({ status: "failed", lines: 0, totals: [] });
    expect(statement.problems).toMatchObject([{ line: text.trimEnd().split("\n").length, code: "lines_missing" }]);
  });

  it("whose footer counts otherwise waits for a person", async () => {
    const owner = await (await newWorld("EUR")).as("owner");
    const response = await owner.upload(
      "wrong.tsv",
      report(3, (lines) => `FOOT\t${lines}\t${lines}\t2\t4`),
    );
    const { id } = (await response.json()) as { id: string };
    const statement = await atRest(owner, id, true);
    expect(statement).toMatchObject({ status: "ready", lines: 12, problems: [{ code: "stated_total_differs" }] });
  });

  it("of the service's plays is kept with its uses and moves no money", async () => {
    const owner = await (await newWorld("EUR")).as("owner");
    const rows = [
      HEAD.replace("UGCProfile", "BasicAudioProfile"),
      "SY01\tS\t\t\tSubscriptionModel\tStream\tSE\t\t100\t\tEUR\t999.99",
      "AS01\tB\tA1\tX\tQZAB12400101\tUndertow\t\tGlass Harbor\t\tPT3M\tSoundRecording",
      "MW01.01\tB\tW\t\tUNDERTOW",
      "SU02\tB\tS\tT\t\tA1\ttrue\t77",
      "FOOT\t6\t6\t1\t1\t1",
      "",
    ];
    const statement = await imported(owner, "plays.tsv", rows.join("\n"));
    expect(statement).toMatchObject({ status: "posted", format: "ddex.dsr.usage", lines: 1, totals: [], problems: [] });
  });

  it("of an unknown kind fails with its line and a sentence", async () => {
    const owner = await (await newWorld("EUR")).as("owner");
    const statement = await imported(owner, "old.tsv", "#HEAD\tMessageId\nFHEA\tMessageId\t1\t1\nFFOO\t123\n");
    expect(statement).toMatchObject({ status: "failed", format: null, lines: 0 });
    expect(statement.problems).toMatchObject([{ line: 2, code: "record_unknown" }]);
  });
});
