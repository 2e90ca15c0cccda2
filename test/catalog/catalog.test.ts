import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Caller, newWorld } from "../harness/world.ts";

const base = "/api/dashboard/catalog";
const ANY = { "if-match": "*" };

interface Thing {
  id: string;
  version: number;
  [field: string]: unknown;
}

interface Refusal {
  code: string;
  errors: { path: string; code: string }[];
}

async function created(owner: Caller, plural: string, input: object): Promise<Thing> {
  const response = await owner.post(`${base}/${plural}`, input);
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  const thing = (await response.json()) as Thing;
  expect(response.headers.get("etag")).toBe('"1"');
  expect(response.headers.get("location")).toBe(`${base}/${plural}/${thing.id}`);
  return thing;
}

async function refusal(response: Response): Promise<[number, string, string | undefined]> {
  const body = (await response.json()) as Refusal;
  return [response.status, body.code, body.errors[0]?.path];
}

const thing = async (response: Response): Promise<Thing> => (await response.json()) as Thing;

async function newOwner(): Promise<Caller> {
  return (await newWorld()).as("owner");
}

describe("codes", () => {
  it("are kept in one spelling, however they were written", async () => {
    const owner = await newOwner();
    const release = await created(owner, "releases", {
      title: "Night Swims",
      type: "ep",
      upc: "0193959000013",
      grid: "A1-2425G-ABC1234002-M",
    });
    expect(release).toMatchObject({ upc: "193959000013", grid: "A12425GABC1234002M", status: "draft", version: 1 });
    const recording = await created(owner, "recordings", { title: "Undertow", isrc: "qz-ab1-24-00101" });
    expect(recording["isrc"]).toBe("QZAB12400101");
    const work = await created(owner, "works", { title: "Undertow", iswc: "T-345.246.937-9" });
    expect(work["iswc"]).toBe("T3452469379");
    const named = { name: "Ana Ünal", ipi: "014107338", isni: "0000 0001 2103 2683" };
    const party = await created(owner, "parties", named);
    expect(party).toMatchObject({ ipi: "00014107338", isni: "0000000121032683" });
  });

  it.each([
    ["releases", { title: "A", type: "ep", upc: "036000291453" }, "upc_invalid", "body.upc"],
    ["releases", { title: "A", type: "ep", grid: "A12425GABC1234002N" }, "grid_invalid", "body.grid"],
    ["recordings", { title: "A", isrc: "GBEMI030001" }, "isrc_invalid", "body.isrc"],
    ["works", { title: "A", iswc: "T-034.524.680-2" }, "iswc_invalid", "body.iswc"],
    ["parties", { name: "A", ipi: "00014107339" }, "ipi_invalid", "body.ipi"],
    ["parties", { name: "A", isni: "0000000121032684" }, "isni_invalid", "body.isni"],
    ["parties", { name: "A", dpid: "PADPIDA" }, "dpid_invalid", "body.dpid"],
    [
      "releases",
      { title: "A", type: "ep", tracks: [{ recording: { title: "B", isrc: "GBEMI030001" } }] },
      "isrc_invalid",
      "body.tracks.0.recording.isrc",
    ],
  ])("a wrong one is refused, by the field that says it: %s %o", async (plural, input, code, path) => {
    const owner = await newOwner();
    expect(await refusal(await owner.post(`${base}/${plural}`, input))).toEqual([422, code, path]);
    expect(((await (await owner.get(base)).json()) as { data: unknown[] }).data).toEqual([]);
  });

  it("a DPID whose check character is wrong is kept with a warning", async () => {
    const party = await created(await newOwner(), "parties", { name: "A", dpid: "PA-DPIDA-2013020802-A" });
    expect(party).toMatchObject({
      dpid: "PADPIDA2013020802A",
      warnings: [{ code: "dpid_check_failed", path: "dpid" }],
    });
  });

  it("name one thing of an artist; another artist may have the same", async () => {
    const [owner, other] = [await newOwner(), await newOwner()];
    const first = await created(owner, "recordings", { title: "Undertow", isrc: "QZAB12400101" });
    await created(other, "recordings", { title: "Undertow", isrc: "QZAB12400101" });
    const again = await owner.post(`${base}/recordings`, { title: "Overtow", isrc: "QZ-AB1-24-00101" });
    const body = (await again.json()) as { code: string; detail: string };
    expect([again.status, body.code]).toEqual([422, "code_taken"]);
    expect(body.detail).toContain(first.id);
    const twice = {
      title: "A",
      type: "ep",
      tracks: [1, 2].map(() => ({ recording: { title: "B", isrc: "QZAB12400102" } })),
    };
    expect(await refusal(await owner.post(`${base}/releases`, twice))).toEqual([
      422,
      "code_taken",
      "body.tracks.1.recording.isrc",
    ]);
  });

  it("of two that are written at the same time one is kept and the other refused", async () => {
    const owner = await newOwner();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => owner.post(`${base}/recordings`, { title: "Undertow", isrc: "QZAB12400101" })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(422)]);
  });
});

describe("a release", () => {
  it("holds its tracks in order, existing recordings and new ones, and each recording once", async () => {
    const owner = await newOwner();
    const { id } = await created(owner, "recordings", { title: "Undertow", isrc: "QZAB12400101" });
    const release = await created(owner, "releases", {
      title: "Night Swims",
      type: "album",
      tracks: [
        { disc: 2, recording: { title: "Static Bloom" } },
        { disc: 1, sequence: 3, recordingId: id },
        { recording: { title: "Salt & Signal", isrc: "QZAB12400102" } },
      ],
    });
    const tracks = release["tracks"] as { disc: number; sequence: number; recordingId: string }[];
    expect(tracks.map(({ disc, sequence }) => [disc, sequence])).toEqual([
      [1, 3],
      [1, 4],
      [2, 1],
    ]);
    expect(tracks[0]?.recordingId).toBe(id);
    const compilation = await created(owner, "releases", {
      title: "Best",
      type: "compilation",
      tracks: tracks.map(({ recordingId }) => ({ recordingId })),
    });
    expect((compilation["tracks"] as unknown[]).length).toBe(3);
    const { data } = (await (await owner.get(`${base}/recordings`)).json()) as { data: Thing[] };
    expect(data.length).toBe(3);
    expect(data.map(({ title }) => title).sort()).toEqual(["Salt & Signal", "Static Bloom", "Undertow"]);
  });

  it.each([
    [{ tracks: [{ recordingId: "rec_01k9v3m6s0n8w2e4r6t8y0b1c3" }] }, "reference_unknown", "body.tracks.0.recordingId"],
    [
      { tracks: [1, 1].map((sequence) => ({ sequence, recording: { title: "A" } })) },
      "track_repeated",
      "body.tracks.1",
    ],
    [{ releaseAt: { mode: "fixed_instant", date: "2026-11-20" } }, "release_at_invalid", "body.releaseAt.time"],
    [
      { releaseAt: { mode: "fixed_instant", date: "2026-11-20", time: "18:00", timeZone: "Europe/Nowhere" } },
      "release_at_invalid",
      "body.releaseAt.timeZone",
    ],
    [
      { releaseAt: { mode: "local_midnight", date: "2026-11-20", time: "18:00" } },
      "release_at_invalid",
      "body.releaseAt.time",
    ],
    [{ artists: [{ name: "A", role: "MainArtist", partyId: "pty_x" }] }, "reference_unknown", "body.artists.0.partyId"],
  ])("that is not clear is refused: %o", async (fields, code, path) => {
    const owner = await newOwner();
    const response = await owner.post(`${base}/releases`, { title: "A", type: "ep", ...fields });
    expect(await refusal(response)).toEqual([422, code, path]);
  });

  const deal = { commercialModel: "SubscriptionModel", uses: ["OnDemandStream"] };
  it.each([
    [[{ ...deal, territories: { include: ["DE"], exclude: ["US"] } }], "deal_invalid"],
    [[{ ...deal, territories: { include: ["QQ"] } }], "deal_invalid"],
    [[{ ...deal, startsOn: "2026-02-01", endsOn: "2026-01-01" }], "deal_invalid"],
    [[deal, { ...deal, territories: { include: ["DE"] } }], "deals_overlap"],
    [
      [
        { ...deal, territories: { exclude: ["DE"] } },
        { ...deal, territories: { exclude: ["US"] } },
      ],
      "deals_overlap",
    ],
    [
      [
        { ...deal, startsOn: "2026-01-01" },
        { ...deal, uses: ["Stream", "OnDemandStream"] },
      ],
      "deals_overlap",
    ],
    [
      [
        { ...deal, territories: { exclude: ["DE"] } },
        { ...deal, territories: { include: ["DE"] } },
      ],
      null,
    ],
    [
      [
        { ...deal, endsOn: "2026-01-01" },
        { ...deal, startsOn: "2026-01-02" },
      ],
      null,
    ],
    [[deal, { ...deal, isPreOrder: true }], null],
    [[deal, { ...deal, commercialModel: "AdvertisementSupportedModel" }], null],
  ])("deals %o: %s", async (deals, code) => {
    const response = await (await newOwner()).post(`${base}/releases`, { title: "A", type: "ep", deals });
    expect([response.status, ((await response.json()) as Refusal).code ?? null]).toEqual([code ? 422 : 201, code]);
  });
});

describe("a recording", () => {
  it("keeps its ISRC once it is delivered; another sound is a new recording, derived from it", async () => {
    const owner = await newOwner();
    const { id } = await created(owner, "recordings", { title: "Undertow", isrc: "QZAB12400101" });
    const path = `${base}/recordings/${id}`;
    const free = await owner.patch(path, { isrc: "QZAB12400102", deliveredAt: "2026-01-02T03:04:05Z" }, ANY);
    expect(await thing(free)).toMatchObject({ isrc: "QZAB12400102", deliveredAt: "2026-01-02T03:04:05.000Z" });
    for (const patch of [{ isrc: "QZAB12400103" }, { isrc: null }, { deliveredAt: null }]) {
      expect((await refusal(await owner.patch(path, patch, ANY))).slice(0, 2)).toEqual([409, "isrc_locked"]);
    }
    const before = await thing(await owner.get(path));
    const renamed = await owner.patch(path, { title: "Undertow 2", isrc: "qzab1-24-00102" }, ANY);
    expect([renamed.status, (await thing(renamed))["isrc"]]).toEqual([200, "QZAB12400102"]);
    const anew = await owner.patch(path, { newRecording: true, isrc: "QZAB12400104", versionTitle: "Live" }, ANY);
    const made = await thing(anew);
    expect([anew.status, anew.headers.get("location")]).toEqual([201, `${base}/recordings/${made.id}`]);
    expect(made).toMatchObject({
      isrc: "QZAB12400104",
      versionTitle: "Live",
      deliveredAt: null,
      version: 1,
      derivedFrom: { recordingId: id, relation: "AlternativeVersion" },
    });
    expect(await thing(await owner.get(path))).toEqual({
      ...before,
      title: "Undertow 2",
      version: before.version + 1,
      updatedAt: expect.any(String),
    });
    const uncoded = await thing(await owner.patch(path, { newRecording: true }, ANY));
    expect(uncoded["isrc"]).toBeNull();
  });

  it("names what it uses, and what is used stays", async () => {
    const owner = await newOwner();
    const party = await created(owner, "parties", { name: "Ana Ünal" });
    const work = await created(owner, "works", {
      title: "Undertow",
      writers: [{ name: "A. Unal", role: "Composer", partyId: party.id }],
    });
    const recording = await created(owner, "recordings", { title: "Undertow", workIds: [work.id] });
    const [partyPath, workPath] = [`${base}/parties/${party.id}`, `${base}/works/${work.id}`];
    expect((await refusal(await owner.delete(partyPath, ANY))).slice(0, 2)).toEqual([409, "in_use"]);
    expect((await refusal(await owner.delete(workPath, ANY))).slice(0, 2)).toEqual([409, "in_use"]);
    expect((await owner.patch(`${base}/recordings/${recording.id}`, { workIds: [] }, ANY)).status).toBe(200);
    expect((await owner.delete(workPath, ANY)).status).toBe(204);
    expect((await owner.delete(partyPath, ANY)).status).toBe(204);
    const rename = await created(owner, "parties", { name: "B" });
    const credited = await created(owner, "works", {
      title: "W",
      writers: [{ name: "As printed", role: "Composer", partyId: rename.id }],
    });
    await owner.patch(`${base}/parties/${rename.id}`, { name: "C" }, ANY);
    expect(await thing(await owner.get(`${base}/works/${credited.id}`))).toMatchObject({
      writers: [{ name: "As printed" }],
    });
  });

  it("cannot name what is another artist's, itself, or something of another kind", async () => {
    const [owner, other] = [await newOwner(), await newOwner()];
    const theirs = await created(other, "works", { title: "Theirs" });
    const party = await created(owner, "parties", { name: "A" });
    const recording = await created(owner, "recordings", { title: "A" });
    for (const patch of [
      { workIds: [theirs.id] },
      { workIds: [party.id] },
      { derivedFrom: { recordingId: recording.id, relation: "LiveVersion" } },
    ]) {
      const response = await owner.patch(`${base}/recordings/${recording.id}`, patch, ANY);
      expect((await refusal(response)).slice(0, 2)).toEqual([422, "reference_unknown"]);
    }
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const init =
        method === "PATCH"
          ? { body: '{"title":"x"}', headers: { ...ANY, "content-type": "application/json" } }
          : { headers: ANY };
      expect((await owner.send(method, `${base}/works/${theirs.id}`, init)).status).toBe(404);
      expect((await owner.send(method, `${base}/works/${party.id}`, init)).status).toBe(404);
    }
  });

  it("warns of a credit that names nobody in particular, and refuses a role that DDEX does not know", async () => {
    const owner = await newOwner();
    const party = await created(owner, "parties", { name: "Ana Ünal" });
    const credits = [
      { name: "Glass Harbor", role: "Producer" },
      { name: "Ana", role: "MixingEngineer", partyId: party.id },
    ];
    const { warnings } = await created(owner, "recordings", { title: "A", contributions: credits });
    expect(warnings).toEqual([expect.objectContaining({ code: "unidentified_party", path: "contributions.0" })]);
    const unknown = { title: "A", contributions: [{ name: "B", role: "Wizard" }] };
    expect((await refusal(await owner.post(`${base}/recordings`, unknown))).slice(0, 2)).toEqual([
      400,
      "invalid_request",
    ]);
  });
});

describe("a work", () => {
  const writers = (...shares: (string | null)[]) =>
    shares.map((share, at) => ({ name: `Writer ${at}`, role: "Composer", share }));
  it.each([
    [{ writers: writers("33.3333", "33.3333", "33.3334") }, 201],
    [{ writers: writers("50.00", "50.0") }, 201],
    [{ writers: writers(null, null) }, 201],
    [{ publishers: [{ name: "Quay", role: "MusicPublisher", share: "25" }] }, 201],
    [{ writers: writers("33.3333", "33.3333", "33.3333") }, 422],
    [{ writers: writers("50", null) }, 422],
    [{ writers: writers("100.00001") }, 422],
    [{ writers: writers("-50", "150") }, 422],
    [{ writers: writers("1e2") }, 422],
    [{ publishers: ["60", "41"].map((share) => ({ name: "Quay", role: "MusicPublisher", share })) }, 422],
  ])("%o: %i", async (fields, status) => {
    const response = await (await newOwner()).post(`${base}/works`, { title: "Undertow", ...fields });
    expect(response.status).toBe(status);
    if (status === 422) expect((await refusal(response))[1]).toBe("shares_not_whole");
  });

  it("keeps shares in one spelling", async () => {
    const work = await created(await newOwner(), "works", { title: "A", writers: writers("050.5000", "49.5") });
    expect((work["writers"] as { share: string }[]).map(({ share }) => share)).toEqual(["50.5", "49.5"]);
  });
});

describe("versions", () => {
  it("of fifty writers who saw one version, one is heard and the others told", async () => {
    const owner = await newOwner();
    const { id } = await created(owner, "recordings", { title: "Undertow" });
    const path = `${base}/recordings/${id}`;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => owner.patch(path, { title: `Writer ${at}` }, { "if-match": '"1"' })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(412)]);
    const present = await thing(await owner.get(path));
    expect(present).toEqual(await thing(won[0] as Response));
    expect(present.version).toBe(2);
  });

  it("a change that changes nothing leaves the version, the audit and the search as they are", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await created(owner, "releases", { title: "Night Swims", type: "ep", upc: "193959000013" });
    const audits = async () =>
      (
        await env.DB.prepare("SELECT count(*) AS n FROM audit_log WHERE artist_id = ? AND target = ?")
          .bind(world.artistId, id)
          .first<{ n: number }>()
      )?.n;
    const same = await owner.patch(`${base}/releases/${id}`, { upc: "0193959000013" }, { "if-match": '"1"' });
    expect([same.status, same.headers.get("etag"), await audits()]).toEqual([200, '"1"', 1]);
    const changed = await owner.patch(`${base}/releases/${id}`, { subtitle: "Deluxe" }, { "if-match": '"1"' });
    expect([changed.status, changed.headers.get("etag"), await audits()]).toEqual([200, '"2"', 2]);
  });

  it("a removed thing takes its counts and its words with it", async () => {
    const owner = await newOwner();
    const { id } = await created(owner, "releases", { title: "Night Swims", type: "ep" });
    expect((await owner.delete(`${base}/releases/${id}`, { "if-match": '"2"' })).status).toBe(412);
    expect((await owner.delete(`${base}/releases/${id}`, ANY)).status).toBe(204);
    const { data, facets } = (await (await owner.get(`${base}?q=night`)).json()) as { data: []; facets: object };
    expect([data, facets]).toEqual([[], { kind: {}, type: {}, status: {} }]);
    expect((await owner.get(`${base}/releases/${id}`)).status).toBe(404);
  });
});

it("a thread can be about a release or a recording that the artist has, and about no other", async () => {
  const [owner, other] = [await newOwner(), await newOwner()];
  const release = await created(owner, "releases", { title: "Night Swims", type: "ep" });
  const recording = await created(owner, "recordings", { title: "Undertow" });
  const theirs = await created(other, "releases", { title: "Theirs", type: "ep" });
  const about = async (kind: string, id: string) => {
    const response = await owner.post("/api/dashboard/team/messages", { subject: "Well?", context: { kind, id } });
    return response.status;
  };
  expect(await about("release", release.id)).toBe(201);
  expect(await about("recording", recording.id)).toBe(201);
  expect(await about("release", recording.id)).toBe(422);
  expect(await about("release", theirs.id)).toBe(422);
});
