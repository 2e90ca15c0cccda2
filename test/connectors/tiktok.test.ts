// TikTok's own way of saying OAuth's words: asked for in them, refreshed in them, and refused in them with status 200.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { getAccessToken } from "../../src/connectors/index.ts";
import { Browser } from "../harness/spotify.ts";
import type { Stores } from "../harness/stores.ts";
import { newPerson, newWorld, until } from "../harness/world.ts";
import { createStores } from "../simulator/stores.mjs";

const PATH = "/api/dashboard/integrations/connections";

let stores: Stores;
beforeEach(() => {
  stores = createStores();
  for (const accounts of Object.values(stores.accounts)) accounts.state.isAutomatic = true;
  vi.stubGlobal("fetch", stores.fetch);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("TikTok", () => {
  it("is authorised by its own words, read at once, refreshed, and says when it must be authorised again", async () => {
    const world = await newWorld();
    const { userId, caller } = await newPerson();
    await world.join(userId, "owner");
    const browser = new Browser();
    browser.cookies.set("__Host-session", String(caller.headers["cookie"]).replace("__Host-session=", ""));
    const begun = (await (await browser.post(PATH, { provider: "tiktok" })).json()) as {
      id: string;
      authorizeUrl: string;
    };
    const asked = Object.fromEntries(new URL(begun.authorizeUrl).searchParams);
    expect(asked).toEqual({
      client_key: "app-of-tests",
      scope: "user.info.basic,user.info.stats,video.list",
      response_type: "code",
      redirect_uri: "https://dashboard.test/api/integrations/tiktok/callback",
      state: expect.any(String),
    });
    const consent = await stores.answer(new Request(begun.authorizeUrl));
    expect((await browser.visit(String(consent.headers.get("location")))).status).toBe(302);
    const shown = async () => (await browser.visit(`${PATH}/${begun.id}`)).json();
    await until("the first run to be over", async () => {
      const { lastSuccessAt } = (await shown()) as { lastSuccessAt: string | null };
      return lastSuccessAt !== null;
    });
    expect(await shown()).toMatchObject({
      status: "active",
      scopes: ["user.info.basic", "user.info.stats", "video.list"],
    });
    const ctx = await world.ctx();
    const first = await getAccessToken(ctx, begun.id);
    const second = await getAccessToken(ctx, begun.id, first);
    expect(second).not.toBe(first);
    stores.accounts["tiktok"]?.revoke("tiktok-listener");
    await expect(getAccessToken(ctx, begun.id, second)).rejects.toMatchObject({ code: "reauth_required" });
    expect(await shown()).toMatchObject({ status: "reauth_required", reason: "refused" });
  });
});
