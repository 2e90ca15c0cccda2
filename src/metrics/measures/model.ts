// The home of measures: what sources report beside plays, such as watch time, ages, and places in playlists.

import type { Day } from "../../kernel/time.ts";

/** One value of a day. `value` is a whole number as text: a count, parts per million, or nanos of US dollars. */
export interface Measure {
  readonly metric: string;
  readonly dimension: string;
  readonly key: string;
  readonly label: string | null;
  readonly value: string;
}

/** All that one stream of a source says of a day. */
export interface MeasuredDay {
  readonly day: Day;
  readonly measures: readonly Measure[];
}
