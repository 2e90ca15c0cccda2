// The home of the endpoints of deliveries.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { Deliveries, Delivery, DeliveryInput, DeliveryMove, presentDelivery } from "./schema.ts";
import { addDelivery, listDeliveries, moveDelivery } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/releases/:id/deliveries";
const params = z.strictObject({ id: z.string() });
const id = "rel_01k9v3m6s0n8w2e4r6t8y0b1c3";

const ListDeliveries = endpoint({
  operation: "listDeliveries",
  method: "get",
  path: base,
  tag,
  summary: "List what stores were asked to do with a release",
  access: "artist",
  params,
  answers: { 200: { description: "Oldest first.", schema: Deliveries } },
  example: { params: { id } },
  handle: async ({ ctx, params: named }) => listDeliveries(ctx, named.id),
  present: (rows) => ({ status: 200, body: { data: rows.map(presentDelivery) } }),
});

const AddDelivery = endpoint({
  operation: "addDelivery",
  method: "post",
  path: base,
  tag,
  summary: "Ask one more store to take a release, or to take it again",
  access: "artist",
  params,
  body: DeliveryInput,
  answers: { 201: { description: "The delivery.", schema: Delivery } },
  problems: ["conflict"],
  example: { params: { id }, body: { store: "spotify" } },
  handle: async ({ ctx, params: named, body }) => addDelivery(ctx, named.id, body.store),
  present: (row) => ({ status: 201, body: presentDelivery(row) }),
});

const MoveDelivery = endpoint({
  operation: "moveDelivery",
  method: "post",
  path: `${base}/:delivery/transitions`,
  tag,
  summary: "Say how far a delivery is",
  description: "pending → in_progress → (done | hold | error); hold and error → pending.",
  access: "artist",
  params: z.strictObject({ id: z.string(), delivery: z.string() }),
  body: DeliveryMove,
  answers: { 200: { description: "The delivery where it stands now.", schema: Delivery } },
  problems: ["transition_refused", "stale"],
  example: {
    params: { id, delivery: "dlv_01k9v3m6s0n8w2e4r6t8y0b1c3" },
    body: { reason: "In their queue", to: "in_progress" },
  },
  handle: async ({ ctx, params: named, body }) => moveDelivery(ctx, named.id, named.delivery, body),
  present: (row) => ({ status: 200, body: presentDelivery(row) }),
});

/** Adds deliveries to the API. */
export function registerDeliveries(register: Register): void {
  register(ListDeliveries);
  register(AddDelivery);
  register(MoveDelivery);
}
