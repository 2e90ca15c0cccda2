// The home of running sums: one exact sum per currency, rounded once and handed to its lines by error feedback.

import { ErrorFeedback, formatExact, parseExact } from "../../kernel/quantise.ts";
import type { Total } from "../model.ts";

/** The exact running sums of a file, by currency, as they stand at one place of it. */
export class RunningSums {
  readonly #byCurrency = new Map<string, ErrorFeedback>();
  // Nearly every file has one currency, so the one met last is looked at first.
  #last: ErrorFeedback | null = null;
  #lastCurrency = "";

  /** @param exact decimals by currency, as {@link RunningSums.decimals} wrote them */
  constructor(exact: Readonly<Record<string, string>>) {
    for (const [currency, decimal] of Object.entries(exact)) {
      const sum = parseExact(decimal);
      if (sum === null) throw new RangeError(`not a running sum: ${decimal}`);
      this.#byCurrency.set(currency, new ErrorFeedback(sum));
    }
  }

  /** Takes the next line. @returns its nanos */
  add(currency: string, exact: bigint): bigint {
    if (this.#last === null || currency !== this.#lastCurrency) {
      this.#lastCurrency = currency;
      this.#last = this.#byCurrency.get(currency) ?? null;
      if (this.#last === null) {
        this.#last = new ErrorFeedback();
        this.#byCurrency.set(currency, this.#last);
      }
    }
    return this.#last.add(exact);
  }

  /** The rounded sum of the currency that was added to last. */
  get lastNanos(): bigint {
    return this.#last?.nanos ?? 0n;
  }

  /** The exact sum of one currency, as a decimal. */
  exactOf(currency: string): string {
    return formatExact(this.#byCurrency.get(currency)?.exact ?? 0n);
  }

  decimals(): Record<string, string> {
    return Object.fromEntries([...this.#byCurrency].map(([currency, sum]) => [currency, formatExact(sum.exact)]));
  }

  /** The same as text, for a row of the index. */
  text(): string {
    return JSON.stringify(this.decimals());
  }

  /** The totals by currency, in the order of their codes; plays are no money and have none. */
  totals(): Total[] {
    return [...this.#byCurrency]
      .filter(([currency]) => currency !== "")
      .map(([currency, sum]) => ({ currency, exact: formatExact(sum.exact), nanos: String(sum.nanos) }))
      .sort((left, right) => (left.currency < right.currency ? -1 : 1));
  }
}
