// The home of the column kinds: how a text, a count, an instant and an amount of money lie in D1.

import { customType, text } from "drizzle-orm/sqlite-core";

export { text };

/**
 * A whole number that fits a JavaScript number: counts, sizes, flags.
 *
 * D1 binds every JavaScript number as REAL; a STRICT INTEGER column turns a whole one back and refuses any other.
 */
export const integer = customType<{ data: number; driverData: number }>({
  dataType: () => "INTEGER",
});

/** A moment as epoch milliseconds. */
export const instant = customType<{ data: number; driverData: number }>({
  dataType: () => "INTEGER",
});

/**
 * An amount in nanos. Bound as a decimal text, because D1 refuses BigInt and a number loses digits above 2^53.
 *
 * Reading the bare column would be silently wrong above 2^53, so it throws there; select `CAST(column AS TEXT)`
 * instead, through `exactText` of `scoped.ts`.
 */
export const nanos = customType<{ data: bigint; driverData: string | number }>({
  dataType: () => "INTEGER",
  toDriver: (value) => value.toString(),
  fromDriver: (value) => {
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw new RangeError("a money column was read as a number; select it as text");
    }
    return BigInt(value);
  },
});
