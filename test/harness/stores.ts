// The home of connections at simulated stores, made without a browser.
import { grantToGive, keepGrant } from "../../src/connectors/grants/service.ts";
import { PROVIDERS } from "../../src/connectors/index.ts";
import type { Ctx } from "../../src/db/ctx.ts";
import type { createStores } from "../simulator/stores.mjs";

/** A store that can be connected. */
export type Store = keyof typeof PROVIDERS;

/** The stores as one object plays them. */
export type Stores = ReturnType<typeof createStores>;

/** Connects a store for an artist, as coming back from it would. @returns the connection's id */
export async function connect(ctx: Ctx, stores: Stores, store: Store, user = "mara"): Promise<string> {
  const tokens = await stores.accounts[store]?.give(user);
  if (tokens === undefined || !("refresh_token" in tokens)) throw new Error(`no store ${store}`);
  const { id } = await grantToGive(ctx, store);
  await keepGrant(ctx, PROVIDERS[store], id, {
    accessToken: tokens.access_token,
    expiresInSeconds: tokens.expires_in,
    refreshToken: String(tokens.refresh_token),
    scopes: null,
  });
  return id;
}
