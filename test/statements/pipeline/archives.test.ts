// Files that hold files: workbooks, and archives of several statements.
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { expectBooksToAgree, rollupsOf } from "../../harness/books.ts";
import { exactSum, fixture, made, nanosIn, nanosOf, written } from "../../harness/statement.ts";
import { atRest, imported, newWorld, type StatementBody, until } from "../../harness/world.ts";
import { workbookOf } from "../workbook-file.ts";

const LEDGER = [
  ["Date", "Libellé", "Mouvements (€)", "Solde (€)"],
  [new Date(Date.UTC(2026, 3, 7)), "REPARTITION 674", 1204.69, 1209.67],
  [new Date(Date.UTC(2026, 3, 7)), "CRDS 0.50%", -5.92, 1203.75],
  [new Date(Date.UTC(2026, 3, 7)), "Virement Caisse du Port", -1000, 203.75],
  [new Date(Date.UTC(2026, 0, 7)), "Solde antérieur", null, 4.98],
];

describe("a workbook", () => {
  it("is read sheet row by sheet row: the society's ledger as it gives it out", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const statement = await imported(owner, "releve.xlsx", workbookOf("Mon relevé de compte", LEDGER));
    expect(statement).toMatchObject({ status: "posted", format: "sacem.releve.xlsx", lines: 2, problems: [] });
    expect(statement.totals).toEqual([{ currency: "EUR", amount: "1198.77" }]);
    expect(statement.apart).toEqual({ payout: 1, balance: 1 });
    const lines = await owner.get(`/api/dashboard/statements/${statement.id}/lines`);
    const { data } = (await lines.json()) as { data: { line: number; title: string }[] };
    expect(data.map(({ line, title }) => [line, title])).toEqual([
      [2, "REPARTITION 674"],
      [3, "CRDS 0.50%"],
    ]);
    await expectBooksToAgree(world);
  });

  it("of any other kind reads like the same cells in a text", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const lines = made(30, 3).map((line, at) => (at === 4 ? { ...line, title: 'Tab\tand "quote"' } : line));
    const rows = written(lines, { quoted: false })
      .split("\r\n")
      .filter((row) => row !== "")
      .map((row, at) => (at === 5 ? null : row.split("\t")));
    const cells = rows.map((row) => row ?? written(lines.slice(4, 5)).split("\r\n")[1]?.split("\t") ?? []);
    const fifth = cells[5] ?? [];
    cells[5] = [...fifth.slice(0, 4), 'Tab\tand "quote"', ...fifth.slice(6)];
    const statement = await imported(owner, "bank.xlsx", workbookOf("Sheet1", cells));
    expect(statement).toMatchObject({ status: "posted", format: "distrokid.v1", lines: 30, problems: [] });
    expect(nanosIn(statement.totals[0]?.amount ?? "")).toBe(nanosOf(exactSum(lines)));
    const page = await owner.get(`/api/dashboard/statements/${statement.id}/lines?fromLine=6&limit=1`);
    const { data } = (await page.json()) as { data: { title: string }[] };
    expect(data[0]?.title).toBe('Tab\tand "quote"');
    await expectBooksToAgree(world);
  });
});

interface Whole extends StatementBody {
  parts: string[];
  partOf: string | null;
}

async function wholeAtRest(owner: Awaited<ReturnType<Awaited<ReturnType<typeof newWorld>>["as"]>>, id: string) {
  return until(`statement ${id} and its parts to be at rest`, async () => {
    const body = (await (await owner.get(`/api/dashboard/statements/${id}`)).json()) as Whole;
    const isMoving = ["received", "reading", "posting", "retracting"].includes(body.status);
    return isMoving || (body.status === "ready" && body.problems.length === 0) ? null : body;
  });
}

describe("an archive of several files", () => {
  it("becomes a statement of parts, each booked for itself, and is taken back as one", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const [one, two] = [made(40, 7), made(25, 8)];
    const archive = zipSync({
      "2026/one.tsv": strToU8(written(one)),
      "two.tsv": strToU8(written(two)),
      "cover.pdf": strToU8("%PDF-1.7 not a statement"),
    });
    const response = await owner.upload("all.zip", archive);
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as Whole;
    const whole = await wholeAtRest(owner, id);
    expect(whole).toMatchObject({ status: "posted", lines: 65 });
    expect(whole.parts).toHaveLength(2);
    expect(whole.warnings).toMatchObject([{ code: "file_passed_over" }]);
    const parts = await Promise.all(whole.parts.map((part) => atRest(owner, part) as Promise<Whole>));
    expect(parts.map(({ partOf, lines }) => [partOf, lines])).toEqual([
      [id, 40],
      [id, 25],
    ]);
    await expectBooksToAgree(world);

    const again = await owner.upload("all.zip", archive);
    expect(again.status).toBe(200);
    expect((await owner.delete(`/api/dashboard/statements/${id}`)).status).toBe(202);
    expect((await wholeAtRest(owner, id)).status).toBe("retracted");
    expect(await rollupsOf(world)).toEqual([]);
  });

  it("names the part that cannot be read, and books the others", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const archive = zipSync({
      "good.tsv": strToU8(written(made(5, 17))),
      "bad.tsv": fixture("distrokid_truncated.tsv"),
    });
    const { id } = (await (await owner.upload("mixed.zip", archive)).json()) as Whole;
    const whole = await wholeAtRest(owner, id);
    expect(whole.status).toBe("failed");
    expect(whole.problems[0]?.message).toContain("bad.tsv");
    await expectBooksToAgree(world);
  });

  it("in which nothing is text fails, and says so", async () => {
    const owner = await (await newWorld()).as("owner");
    const archive = zipSync({ "a.pdf": strToU8("%PDF-1.7"), "b.pdf": strToU8("%PDF-1.4") });
    const statement = await imported(owner, "scans.zip", archive);
    expect(statement).toMatchObject({ status: "failed", problems: [{ code: "archive_empty" }] });
  });
});

const PARTS = [
  [
    "HEAD\tdsrf/30\tUGCProfile\t1.1\tM7\t2026-08-14T09:00:00Z\t1\t2\t2026-07-01\t2026-07-31\tPADPIDA1\tYouTube",
    "SY02.01\tS1\t\t\tAdvertisementSupportedModel\tStream\tSE\tClips\t9\t\tEUR\t1.0\tSongs\t\t\t\t\tPerformingRight",
    "AS01\t1\tR1\tV1\tQZAB12400101\tUndertow\t\tGlass Harbor\t\tPT3M\tSoundRecording",
    "SU03.01\t1\tT1\tS1\tV1\t7\t1.0\t20260701\t20260731",
    "LI01.01\t1\t\tSongs\t\t\t50\tPerformingRight\t1.0\t0.25",
    "FOOT\t6\t12\t1\t1\t2",
  ],
  [
    "HEAD\tdsrf/30\tUGCProfile\t1.1\tM7\t2026-08-14T09:00:00Z\t2\t2\t2026-07-01\t2026-07-31\tPADPIDA1\tYouTube",
    "SY02.01\tS1\t\t\tAdvertisementSupportedModel\tStream\tSE\tClips\t9\t\tEUR\t1.0\tSongs\t\t\t\t\tPerformingRight",
    "AS01\t2\tR1\tV2\tQZAB12400102\tSalt & Signal\t\tGlass Harbor\t\tPT3M\tSoundRecording",
    "SU03.01\t2\tT1\tS1\tV2\t3\t1.0\t20260701\t20260731",
    "LI01.01\t2\t\tSongs\t\t\t50\tPerformingRight\t1.0\t0.5",
    "FOOT\t6\t12\t1\t1\t2",
  ],
].map((rows) => rows.join("\n"));

describe("a report that its sender cut into several files", () => {
  const names = ["DSR_A_B_C_2026-07_SE_1of2_20260814T090000.tsv", "DSR_A_B_C_2026-07_SE_2of2_20260814T090000.tsv"];
  const isOne = (statement: StatementBody) => {
    expect(statement).toMatchObject({ format: "ddex.dsr.flat", lines: 2 });
    expect(statement.totals).toEqual([{ currency: "EUR", amount: "0.75" }]);
  };

  it("is read as one, when its files come in one archive", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const [one = "", two = ""] = PARTS;
    const archive = zipSync({ [names[1] ?? ""]: strToU8(two), [names[0] ?? ""]: strToU8(one) });
    isOne(await atRest(owner, ((await (await owner.upload("dsr.zip", archive)).json()) as Whole).id, true));
  });

  it("waits for its other files, whichever comes first, and is taken back with them", async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const world = await newWorld();
      const owner = await world.as("owner");
      const [first = 0, second = 1] = order;
      const upload = async (at: number) => {
        const { id } = (await (await owner.upload(names[at] ?? "", PARTS[at] ?? "")).json()) as Whole;
        return (await atRest(owner, id, true)) as Whole;
      };
      const waiting = await upload(first);
      expect(waiting).toMatchObject({ status: "needs_mapping", problems: [{ code: "parts_missing" }] });
      const byHand = { body: '{"columns":{"HEAD":"amount"}}', headers: { "content-type": "application/json" } };
      const mapped = await owner.send("PUT", `/api/dashboard/statements/${waiting.id}/mapping`, byHand);
      expect(mapped.status).toBe(409);
      const whole = await upload(second);
      isOne(whole);
      expect(whole.parts).toEqual([waiting.id]);
      expect(await atRest(owner, waiting.id)).toMatchObject({ partOf: whole.id });
      const page = await owner.get(`/api/dashboard/statements/${whole.id}/lines`);
      const { data } = (await page.json()) as { data: { title: string }[] };
      expect(data.map(({ title }) => title)).toEqual(["Undertow", "Salt & Signal"]);

      const alone = await owner.delete(`/api/dashboard/statements/${waiting.id}`);
      expect(alone.status).toBe(409);
      expect((await owner.delete(`/api/dashboard/statements/${whole.id}`)).status).toBe(202);
      expect((await atRest(owner, whole.id)).status).toBe("retracted");
      expect((await atRest(owner, waiting.id)).status).toBe("retracted");
      expect(await rollupsOf(world)).toEqual([]);
    }
  });
});
