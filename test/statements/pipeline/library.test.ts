// What a statement library owes its readers beyond a single file: overlaps, corrections, plays, names without codes.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { balancesOf, expectBooksToAgree, rollupsOf } from "../../harness/books.ts";
import { made, written } from "../../harness/statement.ts";
import { atRest, type Caller, imported, newWorld, type StatementBody } from "../../harness/world.ts";

async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

async function previewed(owner: Caller, name: string, file: Uint8Array | string): Promise<StatementBody> {
  const response = await owner.upload(name, file, "&preview=true");
  const { id } = await json<{ id: string }>(response);
  return atRest(owner, id, true);
}

async function committed(owner: Caller, id: string, body: object): Promise<StatementBody> {
  const response = await owner.post(`/api/dashboard/statements/${id}/commit`, body);
  expect(response.status).toBe(202);
  return atRest(owner, id);
}

describe("lines that are booked already", () => {
  it("keep a file that brings them again from booking itself, until a person says so", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const first = made(60, 11);
    await imported(owner, "april.tsv", written(first));
    const before = await rollupsOf(world);
    const again = await imported(owner, "all-time.tsv", written([...first, ...made(20, 12)]));
    expect(again).toMatchObject({ status: "ready" });
    expect(again.problems).toMatchObject([{ code: "lines_booked_before" }]);
    expect(again.problems[0]?.message).toContain("april.tsv");
    expect(await rollupsOf(world)).toEqual(before);

    const refused = await owner.post(`/api/dashboard/statements/${again.id}/commit`, {});
    expect(refused.status).toBe(409);
    expect(await json(refused)).toMatchObject({ code: "lines_booked_before" });
    expect((await committed(owner, again.id, { acceptOverlap: true })).status).toBe("posted");
    await expectBooksToAgree(world);
    const audit = await json<{ results: unknown[] }>(
      Response.json(
        await env.DB.prepare("SELECT after_json FROM audit_log WHERE artist_id = ? AND action = 'statement.commit'")
          .bind(world.artistId)
          .all(),
      ),
    );
    expect(JSON.stringify(audit.results)).toContain("acceptOverlap");
  });

  it("are only mentioned where other lines of the same months are new", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, "one.tsv", written(made(60, 21)));
    const other = await imported(owner, "two.tsv", written(made(60, 22)));
    expect(other).toMatchObject({ status: "posted", problems: [] });
    expect(other.warnings).toMatchObject([{ code: "lines_booked_before" }]);
  });
});

describe("a correcting statement", () => {
  it("takes the place of an earlier one in one step: figures, ledger and differences are exactly its own", async () => {
    const [world, plain] = [await newWorld(), await newWorld()];
    const [owner, other] = [await world.as("owner"), await plain.as("owner")];
    const kept = written(made(40, 31));
    const corrected = written(made(80, 33));
    await imported(owner, "kept.tsv", kept);
    const wrong = await imported(owner, "wrong.tsv", written(made(80, 32)));
    const right = await previewed(owner, "right.tsv", corrected);
    expect(await committed(owner, right.id, { supersedes: wrong.id })).toMatchObject({
      status: "posted",
      supersedes: wrong.id,
    });
    expect((await atRest(owner, wrong.id)).status).toBe("retracted");
    await imported(other, "kept.tsv", kept);
    await imported(other, "right.tsv", corrected);
    expect(await rollupsOf(world)).toEqual(await rollupsOf(plain));
    const own = (rows: Record<string, unknown>[], id: string) =>
      rows.map((row) => ({ ...row, account: String(row["account"]).replace(id, "artist") }));
    expect(own(await balancesOf(world), world.artistId)).toEqual(own(await balancesOf(plain), plain.artistId));
    await expectBooksToAgree(world);

    const { generation } = await json<{ generation: number }>(
      await owner.get("/api/dashboard/earnings?from=2026-01&to=2026-12"),
    );
    const diff = await json<{ data: { change: string }[]; causes: { kind: string; change: string }[] }>(
      await owner.get(`/api/dashboard/earnings/diff?fromGeneration=${generation - 1}&toGeneration=${generation}`),
    );
    expect(diff.causes).toMatchObject([{ kind: "superseded" }]);
    expect(diff.data.length).toBeGreaterThan(0);
  });

  it("names a posted statement of its own source, or is refused", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const stranger = await (await newWorld()).as("owner");
    const theirs = await imported(stranger, "theirs.tsv", written(made(5, 41)));
    const mine = await previewed(owner, "mine.tsv", written(made(5, 42)));
    for (const supersedes of [theirs.id, mine.id, "stm_nothing"]) {
      const response = await owner.post(`/api/dashboard/statements/${mine.id}/commit`, { supersedes });
      expect(response.status).toBe(422);
      expect(await json(response)).toMatchObject({ code: "supersedes_unknown" });
    }
    expect((await atRest(owner, mine.id, true)).status).toBe("ready");
  });
});

describe("names without a valid code", () => {
  interface Identity {
    identity: string;
    reason: string;
    lines: number;
    amounts: { amount: string; currency: string }[];
    isrc: string | null;
  }
  const listed = async (owner: Caller, filter = "unassigned") =>
    (await json<{ data: Identity[] }>(await owner.get(`/api/dashboard/statements/unmatched?filter=${filter}`))).data;
  const lines = [
    ...made(30, 51),
    { ...(made(1, 52)[0] as ReturnType<typeof made>[number]), isrc: "", upc: "", title: "Lost Song" },
    { ...(made(1, 53)[0] as ReturnType<typeof made>[number]), isrc: "QZ-BAD-1", upc: "", title: "Bad Code" },
  ];
  const recordings = async (owner: Caller) => {
    const path = "/api/dashboard/earnings?from=2026-01&to=2026-12&groupBy=recording";
    const { data } = await json<{ data: { period: string; key: string; reported: string }[] }>(await owner.get(path));
    return data;
  };

  it("are listed with their money, warn, and can be assigned and let go without importing again", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const statement = await imported(owner, "a.tsv", written(lines));
    expect(statement.warnings).toMatchObject([{ code: "codes_invalid", count: 1, line: 33 }]);
    expect(statement.unmatchedLines).toBe(1);
    const before = await rollupsOf(world);
    const all = await listed(owner);
    const names = all.map(({ identity, reason }) => [identity, reason]);
    expect(names).toContainEqual(["Lost Song (Glass Harbor)", "no_code"]);
    expect(names).toContainEqual(["QZBAD1", "invalid_isrc"]);

    const path = `/api/dashboard/statements/unmatched/${encodeURIComponent("Lost Song (Glass Harbor)")}`;
    const put = (isrc: string | null) => owner.put(path, { isrc });
    const response = await put("QZ-AB1-24-00101");
    expect(response.status).toBe(200);
    expect(await json(response)).toEqual({ identity: "Lost Song (Glass Harbor)", isrc: "QZAB12400101", lines: 1 });
    const keys = (await recordings(owner)).map(({ key }) => key);
    expect(keys).not.toContain("Lost Song (Glass Harbor)");
    await expectBooksToAgree(world);
    expect((await listed(owner)).map(({ identity }) => identity)).not.toContain("Lost Song (Glass Harbor)");
    expect(await listed(owner, "assigned")).toMatchObject([{ isrc: "QZAB12400101", lines: 1 }]);

    // The lines of the recording are now those of its code and those of the name.
    const found = await json<{ data: { title: string }[] }>(
      await owner.get(`/api/dashboard/statements/${statement.id}/lines?isrc=QZAB12400101`),
    );
    expect(found.data.map(({ title }) => title)).toContain("Lost Song");

    // A later statement finds the assignment; taking it back takes its money from where it stands.
    const later = await imported(
      owner,
      "b.tsv",
      written([{ ...(lines[30] as (typeof lines)[number]), amount: "3.5" }]),
    );
    expect((await recordings(owner)).map(({ key }) => key)).not.toContain("Lost Song (Glass Harbor)");
    await owner.delete(`/api/dashboard/statements/${later.id}`);
    await atRest(owner, later.id);
    await expectBooksToAgree(world);

    expect((await put(null)).status).toBe(200);
    expect(await rollupsOf(world)).toEqual(before);
    await expectBooksToAgree(world);
  });

  it("cannot be assigned to what is no ISRC, nor by a stranger, nor where nothing is booked", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const stranger = await (await newWorld()).as("owner");
    await imported(owner, "a.tsv", written(lines));
    const put = (caller: Caller, identity: string, isrc: string) =>
      caller.put(`/api/dashboard/statements/unmatched/${encodeURIComponent(identity)}`, { isrc });
    expect((await put(owner, "QZBAD1", "nonsense")).status).toBe(422);
    expect((await put(owner, "Nobody (None)", "QZAB12400101")).status).toBe(404);
    expect((await put(stranger, "QZBAD1", "QZAB12400101")).status).toBe(404);
    const both = await Promise.all([put(owner, "QZBAD1", "QZAB12400101"), put(owner, "QZBAD1", "QZAB12400102")]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    await expectBooksToAgree(world);
  });
});
