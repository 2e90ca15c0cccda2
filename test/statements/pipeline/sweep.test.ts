import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sweepFiles } from "../../../src/statements/index.ts";
import { made, written } from "../../harness/statement.ts";
import { imported, newWorld } from "../../harness/world.ts";

it("a file that no statement names goes after a day; those of statements, and fresh ones, stay", async () => {
  const world = await newWorld();
  const { id } = await imported(await world.as("owner"), "a.tsv", written(made(20, 95)));
  const prefix = `artists/${world.artistId}/statements/`;
  const orphan = `${prefix}stm_01k9v3m6s0n8w2e4r6t8y0b1c3/original`;
  await env.FILES.put(orphan, "left behind");
  const keys = async () => (await env.FILES.list({ prefix })).objects.map((object) => object.key).sort();

  const ctx = await world.ctx();
  await sweepFiles(ctx);
  expect(await keys()).toEqual([orphan, `${prefix}${id}/original`].sort());
  await sweepFiles({ ...ctx, now: ctx.now + 25 * 60 * 60 * 1000 });
  expect(await keys()).toEqual([`${prefix}${id}/original`]);
});
