// The home of sources: who reports to an artist, and for which months they have reported.

import type { Month } from "../../kernel/time.ts";

/** A source of earnings, with the periods that its posted statements cover. */
export interface EarningSource {
  readonly id: string;
  readonly periods: readonly { readonly from: Month; readonly to: Month }[];
}

/** Tells whether some posted statement of the source covers a month; a covered month without lines is nought. */
export function coversMonth(source: EarningSource, month: Month): boolean {
  return source.periods.some(({ from, to }) => from <= month && month <= to);
}
