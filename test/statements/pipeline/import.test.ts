import { expect, it } from "vitest";
import { imported, newWorld } from "../../harness/world.ts";

it("a small statement is posted", async () => {
  const world = await newWorld();
  const owner = await world.as("owner");
  const file = ["Reporting Date\tSale Month\tStore\tArtist\tTitle\tISRC\tUPC\tQuantity\tTeam Percentage\tSong/Album\tCountry of Sale\tSongwriter Royalties Withheld\tEarnings (USD)", "2023-02-02\t2022-05\tSpotify\tGlass Harbor\tUndertow\tQZAB12400101\t193959000013\t33\t100\tSong\tUS\t0\t0.042844043772", ""].join("\r\n");
  const statement = await imported(owner, "a.tsv", file);
  expect(statement).toMatchObject({ status: "posted", totals: [{ amount: "0.042844044", currency: "USD" }] });
});
