import { describe, expect, it } from "vitest";
import { type Line, written } from "../harness/statement.ts";
import { type Caller, imported, newWorld, until } from "../harness/world.ts";

const base = "/api/dashboard/catalog";
const ANY = { "if-match": "*" };

const line = (isrc: string, title: string): Line => ({
  month: "2026-05",
  store: "Spotify",
  country: "DE",
  isrc,
  upc: "",
  title,
  units: 10,
  amount: "0.5",
});

interface Shown {
  line: number;
  isrc: string | null;
  recordingId: string | null;
}

async function linesOf(owner: Caller, statement: string): Promise<(string | null)[]> {
  const body = (await (await owner.get(`/api/dashboard/statements/${statement}/lines`)).json()) as { data: Shown[] };
  return body.data.map(({ recordingId }) => recordingId);
}

/** Waits until the lines of a statement are of these recordings. */
async function matched(owner: Caller, statement: string, expected: (string | null)[]): Promise<void> {
  let last: (string | null)[] = [];
  await until(`${JSON.stringify(expected)} on the lines`, async () => {
    last = await linesOf(owner, statement);
    return JSON.stringify(last) === JSON.stringify(expected);
  }).catch(() => expect(last).toEqual(expected));
}

async function recording(owner: Caller, isrc: string | null): Promise<string> {
  const response = await owner.post(`${base}/recordings`, { title: "Undertow", isrc });
  return ((await response.json()) as { id: string }).id;
}

describe("a statement's lines are of the recordings that their ISRC names", () => {
  it("whichever was there first, and after the code has moved or gone", async () => {
    const owner = await (await newWorld()).as("owner");
    const early = await recording(owner, "QZAB12400101");
    const file = written([line("QZAB12400101", "A"), line("QZAB12400102", "B"), line("QZAB12400103", "C")]);
    const { id } = await imported(owner, "a.tsv", file);
    expect(await linesOf(owner, id)).toEqual([early, null, null]);
    const late = await recording(owner, "QZ-AB1-24-00102");
    await matched(owner, id, [early, late, null]);
    await owner.patch(`${base}/recordings/${late}`, { isrc: "QZAB12400103" }, ANY);
    await matched(owner, id, [early, null, late]);
    const explained = await owner.get(`/api/dashboard/statements/${id}/lines/2/explain`);
    expect(((await explained.json()) as { line: Shown }).line.recordingId).toBe(early);
    await owner.delete(`${base}/recordings/${early}`, ANY);
    await matched(owner, id, [null, null, late]);
  });

  it("also those that came within a release", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await imported(owner, "a.tsv", written([line("QZAB12400101", "A"), line("QZAB12400102", "B")]));
    const tracks = ["QZAB12400101", "QZAB12400102"].map((isrc) => ({ recording: { title: isrc, isrc } }));
    const response = await owner.post(`${base}/releases`, { title: "A", type: "ep", tracks });
    const release = (await response.json()) as { tracks: { recordingId: string }[] };
    await matched(
      owner,
      id,
      release.tracks.map(({ recordingId }) => recordingId),
    );
  });

  it("also those that an import brings", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await imported(owner, "a.tsv", written([line("QZAB12400101", "A"), line("QZAB12400102", "B")]));
    const body = "release_title,release_type,track_title,isrc\nNight Swims,ep,Undertow,QZ-AB1-24-00102\n";
    const headers = { "content-type": "application/octet-stream" };
    const sent = await owner.send("POST", `${base}/imports?filename=catalogue.csv`, { body, headers });
    expect(sent.status).toBe(202);
    const recordingId = await until("the recording to be there", async () => {
      const found = (await (await owner.get(`${base}?kind=recording`)).json()) as { data: { id: string }[] };
      return found.data[0]?.id ?? null;
    });
    await matched(owner, id, [null, recordingId]);
  });

  it("also a line without a code, once it was said which recording it is", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await imported(owner, "a.tsv", written([line("", 'Song "one":{}'), line("", "constructor")]));
    const unmatched = (await (await owner.get("/api/dashboard/statements/unmatched")).json()) as {
      data: { identity: string }[];
    };
    const identity = unmatched.data.find((each) => each.identity.startsWith("Song"))?.identity ?? "";
    const path = `/api/dashboard/statements/unmatched/${encodeURIComponent(identity)}`;
    await owner.put(path, { isrc: "QZAB12400101" });
    expect(await linesOf(owner, id)).toEqual([null, null]);
    const late = await recording(owner, "QZAB12400101");
    await matched(owner, id, [late, null]);
    await owner.put(path, { isrc: null });
    await matched(owner, id, [null, null]);
    await owner.put(path, { isrc: "QZAB12400101" });
    await matched(owner, id, [late, null]);
  });

  it("and never of another artist's", async () => {
    const [owner, other] = await Promise.all([newWorld(), newWorld()].map(async (world) => (await world).as("owner")));
    if (owner === undefined || other === undefined) throw new Error("no worlds");
    const { id } = await imported(owner, "a.tsv", written([line("QZAB12400101", "A")]));
    await recording(other, "QZAB12400101");
    const own = await recording(owner, "QZAB12400199");
    await owner.patch(`${base}/recordings/${own}`, { isrc: "QZAB12400101" }, ANY);
    await matched(owner, id, [own]);
  });
});
