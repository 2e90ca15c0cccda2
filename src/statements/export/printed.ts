// The home of statements as they are printed: their own sums become the tables of a document.

import { encodeHexLowerCase } from "@oslojs/encoding";
import type { Ctx } from "../../db/ctx.ts";
import { parseIsrc } from "../../kernel/isrc.ts";
import { formatNanos } from "../../kernel/money.ts";
import { territoryName } from "../../kernel/territory.ts";
import { detached } from "../../kernel/text.ts";
import { type Instant, instantToIso } from "../../kernel/time.ts";
import type { StatementLine } from "../formats/format.ts";
import { identityOf, type StatedOfFile, type Total } from "../model.ts";
import type { StatementRow } from "../repository.ts";
import { listSummary, type TableSum } from "../sums/repository.ts";
import type { PrintedCurrency, PrintedRow, PrintedStatement } from "./document.ts";
import { csvOf } from "./files.ts";
import { renderStatementPdf } from "./pdf.ts";

/** Prints statements as one PDF. @param madeAt the only date in it that is not the statements' own */
export async function pdfOf(
  ctx: Ctx,
  title: string,
  statements: readonly StatementRow[],
  madeAt: Instant,
): Promise<Uint8Array> {
  const printed: PrintedStatement[] = [];
  for (const statement of statements) printed.push(await printedStatement(ctx, statement));
  const document = { artist: ctx.artist.name, title, generatedAt: instantToIso(madeAt), statements: printed };
  return renderStatementPdf(document, (file) => ctx.stores.asset(`/fonts/${file}`));
}

/** One statement as it is printed. */
export async function printedStatement(ctx: Ctx, row: StatementRow): Promise<PrintedStatement> {
  const totals: Total[] = JSON.parse(row.totals);
  const { sha256, artists } = await readLines(ctx, row);
  const currencies: PrintedCurrency[] = [];
  for (const total of totals) currencies.push(await printedCurrency(ctx, row, total, artists));
  return {
    id: row.id,
    source: row.source ?? "",
    filename: row.filename,
    period: row.periodFrom === row.periodTo ? `${row.periodFrom}` : `${row.periodFrom} to ${row.periodTo}`,
    linesSha256: sha256,
    facts: factsOf(row),
    currencies,
  };
}

/** What only the lines tell: the digest of their CSV, as whoever downloads it computes it, and who each recording is by. */
async function readLines(ctx: Ctx, row: StatementRow): Promise<{ sha256: string; artists: Map<string, string> }> {
  const digest = new crypto.DigestStream("SHA-256");
  const writer = digest.getWriter();
  const artists = new Map<string, string>();
  const keep = (line: StatementLine) => {
    const identity = identityOf(line);
    if (!artists.has(identity)) artists.set(detached(identity), detached(line.artist));
  };
  for await (const bytes of csvOf(ctx, row, false, keep)) await writer.write(bytes);
  await writer.close();
  return { sha256: encodeHexLowerCase(new Uint8Array(await digest.digest)), artists };
}

function factsOf(row: StatementRow): { label: string; value: string }[] {
  const apart: Record<string, number> = JSON.parse(row.apart);
  const plays = row.measures === "plays" ? [{ label: "Plays", value: String(row.units) }] : [];
  const posted = row.postedAt === null ? [] : [{ label: "Posted at", value: instantToIso(row.postedAt) }];
  return [
    { label: "Status", value: row.status },
    { label: "SHA-256 of the file", value: row.sha256 },
    { label: "Read by", value: row.formatVersion ?? "" },
    { label: "Lines", value: String(row.lines) },
    ...plays,
    ...posted,
    ...Object.entries(apart).map(([reason, count]) => ({
      label: `Rows apart: ${reason.replaceAll("_", " ")}`,
      value: String(count),
    })),
  ];
}

async function printedCurrency(
  ctx: Ctx,
  row: StatementRow,
  { currency, nanos }: Total,
  artists: ReadonlyMap<string, string>,
): Promise<PrintedCurrency> {
  const sums = await listSummary(ctx.db, ctx.scope, row.id, currency);
  const stated: StatedOfFile[] = JSON.parse(row.stated);
  const isStated = (fact: StatedOfFile) => fact.what === "amount" && fact.currency === currency;
  const count = (of: (sum: TableSum) => number) => String(sums.month.reduce((all, sum) => all + of(sum), 0));
  return {
    currency,
    lines: count(({ lines }) => lines),
    units: count(({ units }) => units),
    total: formatNanos(BigInt(nanos)),
    statedTotal: stated.find(isStated)?.stated ?? null,
    platforms: sums.platform.map((sum) => printedRow(sum, sum.key)),
    territories: sums.territory.map((sum) => printedRow(sum, territoryName(sum.key))),
    months: sums.month.map((sum) => printedRow(sum, sum.key)),
    recordings: sums.recording.map((sum) => ({
      ...printedRow(sum, sum.label ?? sum.key),
      artist: artists.get(sum.key) ?? "",
      isrc: parseIsrc(sum.key) ?? "",
    })),
  };
}

function printedRow({ units, nanos }: TableSum, name: string): PrintedRow {
  return { name, units: String(units), amount: formatNanos(nanos) };
}
