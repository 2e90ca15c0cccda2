// The home of the wire shape of money. A file of its own because every noun of the room shows amounts.

import { z } from "zod";

/** An amount of one currency. */
export const MoneyShape = z
  .object({
    amount: z.string().meta({ description: "A decimal without exponent or trailing zeros.", example: "12.345678901" }),
    currency: z.string().meta({ description: "ISO 4217.", example: "USD" }),
  })
  .meta({ id: "Money" });
