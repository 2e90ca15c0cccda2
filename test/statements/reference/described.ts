// The home of what the reference can know of a format.
import { fromTo, monthOf, type PeriodForm, wholeMonth } from "./dates.ts";

/** The trimmed cell of a column, by one of the names it has (`a|b`); empty where there is none. */
export type Get = (column: string) => string;

/** What a person said beside the file. */
export interface ReferenceAnswers {
  readonly currency?: string | undefined;
  readonly period?: { readonly from: string; readonly to: string } | undefined;
}

/** How one format is read. Names of columns are in lower case; `a|b` is either, `{currency}` a code of three letters. */
export interface Described {
  /** Columns without which it is no file of the format. */
  readonly needs: readonly string[];
  /** Null where it tells of plays and no money. */
  readonly amount: string | null;
  /** All of them added up. */
  readonly units: readonly string[];
  readonly unitsMayBeBlank?: true;
  /** The first that is not blank names the store; none where the format has one of its own. */
  readonly stores?: readonly string[];
  /** Texts that mean nothing. */
  readonly blank?: string;
  /** A column, `{currency}` in the amount's name, a code; or what the file says elsewhere, else a person. */
  readonly currency: { readonly in: string } | "header" | { readonly is: string } | { readonly said: CurrencySaid };
  /** The mark before a fraction; `file` where the numbers of these columns show it. */
  readonly mark: "." | "one" | { readonly of: readonly string[] };
  /** The month of a row; null where it has none. `file` is for those that tell it once for all. */
  readonly month: ((get: Get) => string | null) | "file";
  /** Labels above the header under which the days of the file stand. */
  readonly daysAbove?: readonly [string, string];
  /** Whether a row is no line; a refusal by its reason. */
  readonly aside?: (get: Get) => boolean | string;
  /** Whether a row takes back what it prints. */
  readonly isLoss?: (get: Get) => boolean;
  /** First cells of rows that state totals. */
  readonly totals?: readonly string[];
  /** Rewrites the printed amount. */
  readonly rewritten?: (printed: string) => string;
}

/** Where a file that has no column for it may name its currency. */
export interface CurrencySaid {
  /** A column that may be there all the same. */
  readonly column?: string;
  /** A label above the header. */
  readonly above?: string;
  /** A column whose texts end in `= £`. */
  readonly behindEquals?: string;
  /** Where nobody says otherwise. */
  readonly usually?: string;
}

/** The month of one cell. */
export const by =
  (form: PeriodForm, column: string) =>
  (get: Get): string | null =>
    monthOf(form(get(column)));

/** The month that the day of one cell lies in. */
export const wholeMonthBy =
  (form: PeriodForm, column: string) =>
  (get: Get): string | null =>
    monthOf(wholeMonth(form(get(column))));

/** The month of the days from one cell to the other. */
export const between =
  (form: PeriodForm, first: string, last: string) =>
  (get: Get): string | null =>
    monthOf(fromTo(form, get(first), get(last)));
