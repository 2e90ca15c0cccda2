// Organisations: two sides make a link, either ends it, and it gives no more than the artist's side said.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { jobsOf } from "../harness/doors.ts";
import { type Caller, newPerson, newWorld, ORIGIN, until, type World } from "../harness/world.ts";

const ORGANISATIONS = "/api/organisations";
const TEAM = "/api/dashboard/team";
const STATEMENTS = "/api/dashboard/statements";
const ANY = { "if-match": "*" };
const NOWHERE = { artist: "art_01k9v3m6s0n8w2e4r6t8y0b1c3", organisation: "org_01k9v3m6s0n8w2e4r6t8y0b1c3" };

interface Label {
  id: string;
  boss: Caller;
  bossId: string;
}

async function newLabel(): Promise<Label> {
  const { caller: boss, userId } = await newPerson();
  const response = await boss.post(ORGANISATIONS, { name: "North Quay" });
  expect(response.status).toBe(201);
  return { id: ((await response.json()) as { id: string }).id, boss, bossId: userId };
}

async function employed(
  label: Label,
  role: string,
): Promise<{ userId: string; email: string; caller: Caller; id: string }> {
  const person = await newPerson();
  const path = `${ORGANISATIONS}/${label.id}/invitations`;
  expect((await label.boss.post(path, { email: person.email, role })).status).toBe(201);
  const text = await until("the invitation's mail", async () => {
    const row = await env.DB.prepare("SELECT text FROM dev_mail WHERE to_address = ?")
      .bind(person.email)
      .first<{ text: string }>();
    return row?.text ?? null;
  });
  const token = /invitations\/([\w-]+)/.exec(text)?.[1];
  const accepted = await person.caller.post("/api/auth/invitations/accept", { token });
  expect(accepted.status).toBe(200);
  const { membership } = (await accepted.json()) as { membership: { id: string; organisation: { id: string } } };
  expect(membership.organisation.id).toBe(label.id);
  return { ...person, id: membership.id };
}

async function linked(label: Label, world: World, role = "label"): Promise<Caller> {
  const owner = await world.as("owner");
  expect((await owner.post(`${TEAM}/organisations`, { organisationId: label.id, role })).status).toBe(201);
  expect((await label.boss.post(`${ORGANISATIONS}/${label.id}/artists/${world.artistId}/accept`)).status).toBe(200);
  return owner;
}

const sees = (caller: Caller, world: World) => caller.get(STATEMENTS, { "artist-id": world.artistId });

describe("a link", () => {
  it("that the artist's side proposes holds when the organisation accepts, and not before", async () => {
    const [label, world] = [await newLabel(), await newWorld()];
    const owner = await world.as("owner");
    await owner.post(`${TEAM}/organisations`, { organisationId: label.id });
    expect((await sees(label.boss, world)).status).toBe(404);
    expect(await (await label.boss.get(`${ORGANISATIONS}/${label.id}`)).json()).toMatchObject({
      role: "owner",
      proposals: [{ artist: { id: world.artistId, name: "Glass Harbor" }, proposedBy: "artist", role: "label" }],
    });
    expect((await owner.post(`${TEAM}/organisations/${label.id}/accept`, {})).status).toBe(409);
    const path = `${ORGANISATIONS}/${label.id}/artists/${world.artistId}`;
    expect(await (await label.boss.post(`${path}/accept`)).json()).toMatchObject({ status: "active", role: "label" });
    expect((await sees(label.boss, world)).status).toBe(200);
    expect((await label.boss.post(`${path}/accept`)).status).toBe(404);
    expect((await owner.post(`${TEAM}/organisations`, { organisationId: label.id })).status).toBe(409);
  });

  it("that the organisation proposes holds when the artist's side accepts, and tells neither what the other has not said", async () => {
    const [label, world] = [await newLabel(), await newWorld()];
    const owner = await world.as("owner");
    const propose = (artistId: string) => label.boss.post(`${ORGANISATIONS}/${label.id}/artists`, { artistId });
    const [real, unreal] = [await propose(world.artistId), await propose(NOWHERE.artist)];
    expect([real.status, unreal.status]).toEqual([201, 201]);
    expect(JSON.stringify(await real.json()).replace(world.artistId, NOWHERE.artist)).toBe(
      JSON.stringify(await unreal.json()),
    );
    const { proposals } = (await (await label.boss.get(`${ORGANISATIONS}/${label.id}`)).json()) as {
      proposals: { artist: { name: string | null } }[];
    };
    expect(proposals.map(({ artist }) => artist.name)).toEqual([null, null]);
    expect((await label.boss.post(`${ORGANISATIONS}/${label.id}/artists/${world.artistId}/accept`)).status).toBe(409);
    expect(await (await owner.get(TEAM)).json()).toMatchObject({
      organisations: [
        { organisation: { id: label.id, name: "North Quay" }, status: "proposed", proposedBy: "organisation" },
      ],
    });
    expect((await owner.post(`${TEAM}/organisations/${label.id}/accept`, { role: "viewer" })).status).toBe(200);
    expect((await sees(label.boss, world)).status).toBe(200);
    expect(await (await owner.get(TEAM)).json()).toMatchObject({
      organisations: [{ status: "active", role: "viewer", people: [{ user: { id: label.bossId }, role: "viewer" }] }],
    });
    const unanswered = await owner.post(`${TEAM}/organisations`, { organisationId: NOWHERE.organisation });
    expect(unanswered.status).toBe(201);
    expect((await owner.delete(`${TEAM}/organisations/${NOWHERE.organisation}`)).status).toBe(204);
  });

  it("is ended by either side, at once for all its people, and stays in the artist's history", async () => {
    for (const side of ["artist", "organisation"]) {
      const [label, world] = [await newLabel(), await newWorld()];
      const worker = await employed(label, "accountant");
      const owner = await linked(label, world);
      expect((await sees(worker.caller, world)).status).toBe(200);
      const path = `${ORGANISATIONS}/${label.id}/artists/${world.artistId}`;
      const mine = side === "artist" ? `${TEAM}/organisations/${label.id}` : path;
      const ender = side === "artist" ? owner : label.boss;
      expect(await jobsOf(ender, "DELETE", ORIGIN + mine)).toEqual({
        status: 204,
        jobs: [{ kind: "hub.recheck", body: { artistId: world.artistId, userId: null } }],
      });
      for (const person of [worker.caller, label.boss]) expect((await sees(person, world)).status, side).toBe(404);
      expect((await ender.delete(mine)).status).toBe(404);
      const audit = (await (await owner.get(`${TEAM}/audit`)).json()) as { data: { action: string; target: string }[] };
      const history = audit.data.filter(({ target }) => target === label.id).map(({ action }) => action);
      expect(history).toEqual(["organisation.unlink", "organisation.link", "organisation.propose"]);
    }
  });

  it("gives each of the organisation's people the lower of their role there and what the artist's side said", async () => {
    const label = await newLabel();
    const [worker, marketer] = [await employed(label, "viewer"), await employed(label, "marketer")];
    const cases = [
      ["admin", "admin", "viewer", "marketer"],
      ["label", "label", "viewer", "marketer"],
      ["viewer", "viewer", "viewer", "viewer"],
    ] as const;
    for (const [most, boss, viewer, marketing] of cases) {
      const world = await newWorld();
      await linked(label, world, most);
      const roles = [];
      for (const { caller } of [{ caller: label.boss }, worker, marketer]) {
        const me = (await (await caller.get("/api/me")).json()) as {
          memberships: { artist: { id: string }; role: string; through: object }[];
        };
        const membership = me.memberships.find(({ artist }) => artist.id === world.artistId);
        expect(membership?.through).toEqual({ id: label.id, name: "North Quay" });
        roles.push(membership?.role);
      }
      expect(roles, most).toEqual([boss, viewer, marketing]);
      const key = { name: "x", role: "viewer" };
      const made = await label.boss.post(`${TEAM}/api-keys`, key, { "artist-id": world.artistId });
      expect(made.status, most).toBe(most === "admin" ? 201 : 403);
      expect((await sees(marketer.caller, world)).status, most).toBe(most === "viewer" ? 200 : 403);
    }
    const owner = await (await newWorld()).as("owner");
    expect((await owner.post(`${TEAM}/organisations`, { organisationId: label.id, role: "owner" })).status).toBe(400);
    const admin = await (await newWorld()).as("admin");
    expect((await admin.post(`${TEAM}/organisations`, { organisationId: label.id, role: "admin" })).status).toBe(201);
  });

  it("accepted by many at once is one link; of two sides that both propose, the second is told", async () => {
    const [label, world] = [await newLabel(), await newWorld()];
    const owner = await world.as("owner");
    await owner.post(`${TEAM}/organisations`, { organisationId: label.id });
    const both = await label.boss.post(`${ORGANISATIONS}/${label.id}/artists`, { artistId: world.artistId });
    expect(both.status).toBe(409);
    const path = `${ORGANISATIONS}/${label.id}/artists/${world.artistId}/accept`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => label.boss.post(path)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status } of answers) expect([200, 404, 409]).toContain(status);
  });
});

describe("an organisation", () => {
  it("is nothing to a stranger: the same answer as one that does not exist, for each operation on it", async () => {
    const [label, stranger, world] = [await newLabel(), await newPerson(), await newWorld()];
    const worker = await employed(label, "viewer");
    await linked(label, world);
    const ask = async (id: string, member: string, artist: string) => {
      const base = `${ORGANISATIONS}/${id}`;
      const answers = [
        await stranger.caller.get(base),
        await stranger.caller.get(`${base}/artists`),
        await stranger.caller.post(`${base}/invitations`, { email: "a@example.com", role: "viewer" }),
        await stranger.caller.delete(`${base}/invitations/inv_01k9v3m6s0n8w2e4r6t8y0b1c3`),
        await stranger.caller.patch(`${base}/members/${member}`, { role: "viewer" }, ANY),
        await stranger.caller.delete(`${base}/members/${member}`, ANY),
        await stranger.caller.post(`${base}/artists`, { artistId: artist }),
        await stranger.caller.post(`${base}/artists/${artist}/accept`),
        await stranger.caller.delete(`${base}/artists/${artist}`),
      ];
      return Promise.all(
        answers.map(async (response) => {
          expect(response.status).toBe(404);
          return { ...((await response.json()) as object), instance: "" };
        }),
      );
    };
    expect(await ask(label.id, worker.id, world.artistId)).toEqual(
      await ask(NOWHERE.organisation, "mem_01k9v3m6s0n8w2e4r6t8y0b1c3", NOWHERE.artist),
    );
    expect((await sees(worker.caller, world)).status).toBe(200);
  });

  it("takes no member and no artist of another's for its own", async () => {
    const [mine, theirs, world] = [await newLabel(), await newLabel(), await newWorld()];
    const worker = await employed(theirs, "viewer");
    await linked(theirs, world);
    const base = `${ORGANISATIONS}/${mine.id}`;
    for (const refused of [
      await mine.boss.patch(`${base}/members/${worker.id}`, { role: "admin" }, ANY),
      await mine.boss.delete(`${base}/members/${worker.id}`, ANY),
      await mine.boss.delete(`${base}/artists/${world.artistId}`),
      await mine.boss.post(`${base}/artists/${world.artistId}/accept`),
    ]) {
      expect(refused.status).toBe(404);
    }
    expect((await sees(worker.caller, world)).status).toBe(200);
  });

  it("changes what its people may do with every artist at the next request, and asks each hub to look again", async () => {
    const [label, one, two] = [await newLabel(), await newWorld(), await newWorld()];
    const worker = await employed(label, "manager");
    for (const world of [one, two]) await linked(label, world, "admin");
    const path = `${ORGANISATIONS}/${label.id}/members/${worker.id}`;
    expect((await label.boss.patch(path, { role: "viewer" })).status).toBe(428);
    const { status, jobs } = await jobsOf(label.boss, "PATCH", ORIGIN + path, { role: "marketer" });
    expect(status).toBe(200);
    expect(jobs).toEqual(
      [one, two]
        .map(({ artistId }) => ({ kind: "hub.recheck", body: { artistId, userId: worker.userId } }))
        .sort((left, right) => (left.body.artistId < right.body.artistId ? -1 : 1)),
    );
    expect((await label.boss.patch(path, { role: "viewer" }, { "if-match": '"1"' })).status).toBe(412);
    for (const world of [one, two]) expect((await sees(worker.caller, world)).status).toBe(403);
    const soon = new Date(Date.now() + 500).toISOString();
    await label.boss.patch(path, { role: "viewer", until: soon }, ANY);
    expect((await sees(worker.caller, one)).status).toBe(200);
    await until("the end", async () => (await sees(worker.caller, one)).status === 404);
    expect((await label.boss.patch(path, { until: null }, ANY)).status).toBe(200);
    expect((await worker.caller.delete(path, ANY)).status).toBe(204);
    for (const world of [one, two]) expect((await sees(worker.caller, world)).status).toBe(404);
    expect((await worker.caller.get(`${ORGANISATIONS}/${label.id}`)).status).toBe(404);
  });

  it("keeps its last owner, and lets nobody rise above themselves", async () => {
    const label = await newLabel();
    const admin = await employed(label, "admin");
    const detail = (await (await label.boss.get(`${ORGANISATIONS}/${label.id}`)).json()) as {
      members: { id: string; role: string }[];
    };
    const boss = detail.members.find(({ role }) => role === "owner")?.id;
    const path = `${ORGANISATIONS}/${label.id}/members`;
    for (const refused of [
      await label.boss.patch(`${path}/${boss}`, { role: "admin" }, ANY),
      await label.boss.patch(`${path}/${boss}`, { until: new Date(Date.now() + 60_000).toISOString() }, ANY),
      await label.boss.delete(`${path}/${boss}`, ANY),
    ]) {
      expect(refused.status).toBe(409);
      expect(await refused.json()).toMatchObject({ code: "last_owner" });
    }
    for (const refused of [
      await admin.caller.delete(`${path}/${boss}`, ANY),
      await admin.caller.patch(`${path}/${admin.id}`, { role: "owner" }, ANY),
      await admin.caller.post(`${ORGANISATIONS}/${label.id}/invitations`, { email: "x@example.com", role: "owner" }),
    ]) {
      expect(refused.status).toBe(403);
    }
    const viewer = await employed(label, "viewer");
    expect((await viewer.caller.delete(`${path}/${admin.id}`, ANY)).status).toBe(403);
    expect(
      (await viewer.caller.post(`${ORGANISATIONS}/${label.id}/artists`, { artistId: NOWHERE.artist })).status,
    ).toBe(403);
    expect((await viewer.caller.get(`${ORGANISATIONS}/${label.id}`)).status).toBe(200);
    expect((await label.boss.patch(`${path}/${admin.id}`, { role: "owner" }, ANY)).status).toBe(200);
    expect((await label.boss.delete(`${path}/${boss}`, ANY)).status).toBe(204);
  });
});
