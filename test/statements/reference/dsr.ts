// The home of the reference's reading of DDEX sales reports: lines lean on the sale, the summary and the head before them.
import { DAY_DIGITS, MONTH, MONTH_DIGITS, monthOf, type PeriodForm, YEAR, YEAR_FIRST } from "./dates.ts";
import { amountOf, countOf } from "./numbers.ts";
import type { ReferenceLine } from "./reading.ts";
import { type ReferenceText, Refusal } from "./text.ts";

/** Where the cells of a summary stand that say its currency, and whose it is; the record type is cell 0. */
const SUMMARIES: Readonly<Record<string, { currency: number; controller: number }>> = {
  SY01: { currency: 10, controller: -1 },
  SY02: { currency: 10, controller: 12 },
  SY03: { currency: 10, controller: 12 },
  SY04: { currency: 14, controller: -1 },
  SY05: { currency: 17, controller: 8 },
  SY06: { currency: 10, controller: -1 },
  SY07: { currency: 11, controller: 13 },
  SY09: { currency: 15, controller: 7 },
  SY10: { currency: 21, controller: -1 },
};

/** Where records that count plays have their summary, what was used, and what was given back. */
const PLAYS: Readonly<Record<string, { summary: number; used: number; returned: number }>> = {
  SU01: { summary: 2, used: 8, returned: 9 },
  SU02: { summary: 2, used: 7, returned: -1 },
  SR01: { summary: 1, used: 36, returned: 37 },
  SR02: { summary: 1, used: 34, returned: -1 },
};

const DATES: readonly PeriodForm[] = [YEAR_FIRST, MONTH, DAY_DIGITS, MONTH_DIGITS, YEAR];

interface Head {
  readonly profile: string;
  readonly month: string;
  /** Whose money the report is about; empty where it does not say. */
  readonly represented: readonly string[];
}

interface Sale {
  readonly summary: string;
  readonly month: string;
  units: bigint;
}

/** Reads a report of money or of plays. */
export function salesReport(text: ReferenceText): ReferenceLine[] {
  const summaries: { id: string; controller: string; currency: string }[] = [];
  const lines: ReferenceLine[] = [];
  let head: Head | null = null;
  let sale: Sale | null = null;
  let isClosed = false;
  for (const { line, cells: printed } of text.rows) {
    const cells = rejoined(printed);
    const at = (place: number) => cells[place]?.trim() ?? "";
    const type = at(0).toUpperCase();
    if (type.startsWith("#") || cells.every((cell) => cell.trim() === "")) continue;
    const kind = type.slice(0, 4);
    if (kind === "HEAD") head = headOf(at, line);
    else if (head === null) throw new Refusal(`line ${line} stands before the head`);
    else if (kind === "FOOT" || kind === "SRFO") isClosed = true;
    else if (kind.startsWith("SY")) {
      const places = SUMMARIES[kind];
      if (places === undefined) throw new Refusal(`line ${line} is no summary`);
      summaries.push({ id: at(1), controller: at(places.controller), currency: at(places.currency).toUpperCase() });
    } else {
      const currencyOf = (id: string, controller: string): string => {
        const all = summaries.filter((each) => each.id === id);
        const own = all.filter((each) => each.controller === controller && each.currency !== "");
        const codes = new Set(
          (own.length > 0 ? own : all).map(({ currency }) => currency).filter((code) => code !== ""),
        );
        const [code] = codes;
        if (codes.size !== 1 || code === undefined) throw new Refusal(`line ${line} has no one currency`);
        return code;
      };
      const isPlays = head.profile.startsWith("basicaudio");
      if (kind === "SU03") {
        const isDated = at(7) !== "" || at(8) !== "";
        const month = isDated ? monthFrom(at(7), at(8), line) : head.month;
        sale = { summary: at(3), month, units: at(5) === "" ? 0n : counted(at(5), line) };
      } else if (kind === "LI01") {
        if (sale === null) throw new Refusal(`line ${line} shares no sale`);
        const exact = money(at(9), line);
        const isOurs =
          head.represented.length === 0 || [3, 4].some((place) => isAmong(at(place), head?.represented ?? []));
        if (!isOurs) continue;
        const currency = currencyOf(at(2) || sale.summary, at(3));
        lines.push({ line, month: sale.month, currency, exact, units: sale.units });
        sale.units = 0n;
      } else if (kind === "SR08") {
        const [month, units] = [monthFrom(at(25), at(25), line), counted(at(28), line)];
        lines.push({ line, month, currency: currencyOf(at(24), ""), exact: money(at(46), line), units });
      } else if (isPlays && PLAYS[kind] !== undefined) {
        const { summary, used, returned } = PLAYS[kind];
        if (!summaries.some(({ id }) => id === at(summary))) throw new Refusal(`line ${line} has no summary`);
        const units = counted(at(used), line) - (returned === -1 ? 0n : counted(at(returned), line));
        lines.push({ line, month: head.month, currency: "", exact: 0n, units });
      } else if (!/^(?:AS0[12]|MW01|RE0[12]|RU0[12]|DE01)/u.test(kind)) {
        throw new Refusal(`line ${line} is no record`);
      }
    }
  }
  if (!isClosed) throw new Refusal("the report has no end");
  return lines;
}

/** A tab behind a backslash is a letter of its text; three backslashes are one. */
function rejoined(cells: readonly string[]): string[] {
  return cells.join("\t").split(/(?<=(?<!\\)(?:\\\\\\)*)\t/u);
}

function headOf(at: (place: number) => string, line: number): Head {
  const represented = at(15)
    .split("|")
    .map((each) => each.trim());
  return {
    profile: at(2).toLowerCase(),
    month: monthFrom(at(8), at(9), line),
    represented: represented.filter((each) => each !== ""),
  };
}

function isAmong(cell: string, represented: readonly string[]): boolean {
  return cell.split("|").some((each) => represented.includes(each.trim()));
}

function monthFrom(first: string, last: string, line: number): string {
  const read = (printed: string) => DATES.map((form) => form(printed)).find((days) => days !== null);
  const [from, to] = [read(first)?.from, read(last)?.to];
  const month = from === undefined || to === undefined ? null : monthOf({ from, to });
  if (month === null) throw new Refusal(`line ${line} has no days`);
  return month;
}

function money(printed: string, line: number): bigint {
  const exact = amountOf(printed, ".");
  if (exact === null) throw new Refusal(`line ${line} has no amount`);
  return exact;
}

function counted(printed: string, line: number): bigint {
  const count = countOf(printed, ".");
  if (count === null) throw new Refusal(`line ${line} has no count`);
  return count;
}
