import fc from "fast-check";
import { expect, it } from "vitest";
import { made, nanosIn, written } from "../harness/statement.ts";
import { atRest, type Caller, imported, newWorld } from "../harness/world.ts";

interface Diff {
  data: { period: string; key: string | null; from: string; to: string; change: string }[];
  causes: { kind: string; statementId: string; change: string; lines: number }[];
}

async function figures(caller: Caller, group: string): Promise<Map<string, bigint>> {
  const query = group === "" ? "" : `&groupBy=${group}`;
  const response = await caller.get(`/api/dashboard/earnings?from=2026-01&to=2026-06${query}`);
  const { data } = (await response.json()) as {
    data: { period: string; key: string | null; reported: string | null }[];
  };
  return new Map(data.map(({ period, key, reported }) => [`${period} ${key ?? ""}`, nanosIn(reported ?? "0")]));
}

it("between any two generations the differences are those of the figures, and the causes sum to them", async () => {
  const world = await newWorld();
  const owner = await world.as("owner");
  const groups = ["", "platform", "territory", "recording", "source"];
  const seen: Map<string, bigint>[][] = [await Promise.all(groups.map((group) => figures(owner, group)))];
  const ids: string[] = [];
  for (const [seed, step] of ["post", "post", "retract", "post", "retract"].entries()) {
    if (step === "post") {
      ids.push((await imported(owner, `${seed}.tsv`, written(made(60 + seed, 80 + seed)))).id);
    } else {
      const id = ids.shift() ?? "";
      await owner.delete(`/api/dashboard/statements/${id}`);
      await atRest(owner, id);
    }
    seen.push(await Promise.all(groups.map((group) => figures(owner, group))));
  }
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 5 }), fc.nat({ max: 5 }), fc.nat({ max: 4 }), async (one, other, at) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const group = groups[at] ?? "";
      const query = `fromGeneration=${from}&toGeneration=${to}${group === "" ? "" : `&groupBy=${group}`}`;
      const response = await owner.get(`/api/dashboard/earnings/diff?${query}`);
      expect(response.status).toBe(200);
      const { data, causes } = (await response.json()) as Diff;
      const [before, after] = [seen[from]?.[at], seen[to]?.[at]];
      const slots = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
      const moved = [...slots].filter((slot) => (before?.get(slot) ?? 0n) !== (after?.get(slot) ?? 0n));
      expect(data.map(({ period, key }) => `${period} ${key ?? ""}`).sort()).toEqual(moved.sort());
      let sum = 0n;
      for (const { period, key, from: was, to: is, change } of data) {
        const slot = `${period} ${key ?? ""}`;
        expect(nanosIn(was), slot).toBe(before?.get(slot) ?? 0n);
        expect(nanosIn(is), slot).toBe(after?.get(slot) ?? 0n);
        sum += nanosIn(change);
      }
      expect(causes).toHaveLength(to - from);
      expect(causes.reduce((total, cause) => total + nanosIn(cause.change), 0n)).toBe(sum);
    }),
    { numRuns: 40 },
  );
});

it("a generation that is none of the artist's is refused by name", async () => {
  const world = await newWorld();
  const owner = await world.as("owner");
  const ahead = await owner.get("/api/dashboard/earnings/diff?fromGeneration=0&toGeneration=3");
  expect(await ahead.json()).toMatchObject({ status: 400, errors: [{ path: "query.toGeneration" }] });
  const back = await owner.get("/api/dashboard/earnings/diff?fromGeneration=1&toGeneration=0");
  expect(await back.json()).toMatchObject({ status: 400, errors: [{ path: "query.fromGeneration" }] });
});
