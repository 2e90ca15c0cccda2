// The home of the wire shapes of deliveries.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { lineOf } from "../contributions/schema.ts";
import { EXAMPLES } from "../examples.ts";
import { DELIVERY_ACTIONS, DELIVERY_STATUSES } from "./model.ts";
import type { DeliveryRow } from "./repository.ts";

export const Delivery = z
  .object({
    id: z.string(),
    store: z.string(),
    action: z.enum(DELIVERY_ACTIONS),
    status: z.enum(DELIVERY_STATUSES),
    version: z.int().meta({ description: "The version of the release it is about." }),
    reason: z.string().nullable().meta({ description: "Why it is held, or failed." }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Delivery", example: EXAMPLES.Delivery });

export const Deliveries = z.object({ data: z.array(Delivery) }).meta({ id: "Deliveries" });

export const DeliveryInput = z
  .strictObject({ store: lineOf(50).meta({ description: "As in `spotify`." }) })
  .meta({ id: "DeliveryInput" });

export const DeliveryMove = z
  .strictObject({ to: z.enum(DELIVERY_STATUSES), reason: lineOf(500).nullable().default(null) })
  .meta({ id: "DeliveryMove" });

export function presentDelivery({ number, createdAt, updatedAt, ...row }: DeliveryRow): unknown {
  return { ...row, version: number, createdAt: instantToIso(createdAt), updatedAt: instantToIso(updatedAt) };
}
