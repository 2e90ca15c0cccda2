// The home of what is true of a declared table's whole file: its decimal mark, its days, its currency, its title.
import { isCurrency } from "../../kernel/currency.ts";
import type { Day, Month } from "../../kernel/time.ts";
import type { Field, FileFacts, TableDeclaration } from "./declaration.ts";
import { AnswerMissingError, type Answers } from "./format.ts";
import type { Layout } from "./layout.ts";
import { type DecimalMark, decideMark } from "./numbers.ts";
import { monthOfSpan, type Span } from "./spans.ts";

/** When a line's use was: its month, and its day where that is told. */
export interface Period {
  readonly month: Month;
  readonly day: Day | null;
}

/** The file's decimal mark; null where its head does not show which. */
export function markOf(declaration: TableDeclaration, layout: Layout, file: FileFacts): DecimalMark | null {
  const { numbers } = declaration;
  if (numbers === "either") return ".";
  if (numbers !== "file") return numbers;
  const money: readonly (Field | null)[] = ["amount", "gross", "rate", "deductions", "exchangeRate"];
  const columns = layout.columns.flatMap((column) =>
    column !== null && money.includes(column.is) ? [column.name] : [],
  );
  return decideMark(columns.flatMap((name) => file.sample(name)));
}

/** The days of a file whose rows tell none. @throws AnswerMissingError */
export function windowOf(told: Span | null, answers: Answers): Span {
  const window = answers.period ?? told;
  if (window === null) throw new AnswerMissingError("period", "The file does not tell which days it covers.");
  return window;
}

/** The currency of all rows; null where each tells its own. @throws AnswerMissingError */
export function currencyOf(
  declaration: TableDeclaration,
  layout: Layout,
  file: FileFacts,
  answers: Answers,
): string | null {
  if (declaration.measures === "plays") return "";
  const rule = declaration.currency ?? "column";
  if (rule === "column") return null;
  if (rule === "header") {
    if (layout.currency === null) throw new Error(`${declaration.id} matched without its currency`);
    return layout.currency;
  }
  if ("is" in rule) return rule.is;
  if ("ofFile" in rule && layout.columns.some((column) => column?.is === "currency")) return null;
  const said = "usually" in rule ? rule.usually : rule.ofFile(file);
  const told = said !== null && isCurrency(said) ? said : null;
  const currency = "usually" in rule ? (answers.currency ?? told) : (told ?? answers.currency ?? null);
  if (currency === null) throw new AnswerMissingError("currency", "The file does not tell its currency.");
  return currency;
}

/** The recording a file is about. @throws AnswerMissingError */
export function titleOf(told: string | null, answers: Answers): string {
  const title = answers.title ?? told;
  if (title === null) throw new AnswerMissingError("title", "The file does not tell which recording it is about.");
  return title;
}

/** The month a span counts for, and its day where it is one. */
export function periodOf(span: Span): Period {
  return { month: monthOfSpan(span), day: span.from === span.to ? span.from : null };
}
