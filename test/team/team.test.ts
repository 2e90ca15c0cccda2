// The team: who sees whom, what changes at once, what nobody can do, and that an artist never loses its last owner.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { registeredOperations } from "../../src/app.ts";
import { MATRIX, mayCall, ROLES, type Role, shrinks } from "../../src/team/model.ts";
import { ORGANISATION_MATRIX } from "../../src/team/organisations/model.ts";
import { deliver, jobsOf, quietEnv } from "../harness/doors.ts";
import { type Caller, newPerson, newWorld, nobody, ORIGIN, until, type World } from "../harness/world.ts";

const TEAM = "/api/dashboard/team";
const STATEMENTS = "/api/dashboard/statements";
const NOBODYS = "mem_01k9v3m6s0n8w2e4r6t8y0b1c3";
const ANY = { "if-match": "*" };

interface Person {
  userId: string;
  email: string;
  caller: Caller;
  id: string;
}

async function joined(world: World, role: Role, ends?: number): Promise<Person> {
  const person = await newPerson();
  return { ...person, id: await world.join(person.userId, role, ends) };
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code;
}

/** What the audit log of an artist says was done, oldest first; who was refused is written after the answer. */
async function actionsOf(artistId: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT action FROM audit_log WHERE artist_id = ? AND action <> 'access.deny' ORDER BY id",
  )
    .bind(artistId)
    .all<{ action: string }>();
  return results.map(({ action }) => action);
}

describe("the matrix", () => {
  it("allows what it lists and nothing else, role by role, whatever the operation is called", () => {
    for (const role of ROLES) {
      for (const [operation, roles] of Object.entries(MATRIX)) {
        const isOwn = operation === "removeMember";
        expect(mayCall(role, operation), `${role} ${operation}`).toBe(isOwn || roles.includes(role));
      }
      for (const unknown of ["", "constructor", "__proto__", "toString", "getMe"]) {
        expect(mayCall(role, unknown), unknown).toBe(false);
      }
    }
  });

  it("of organisations and the operations on one of them are the same list", () => {
    const operations = registeredOperations.filter(({ path }) => path.startsWith("/api/organisations/"));
    expect(Object.keys(ORGANISATION_MATRIX).sort()).toEqual(operations.map(({ operation }) => operation).sort());
  });

  it("lets nobody who is not signed in into anything that is somebody's", async () => {
    for (const { method, path } of registeredOperations.filter(({ access }) => access !== "public")) {
      const response = await nobody.send(method.toUpperCase(), path.replace(/:\w+/g, "x"));
      expect(response.status, `${method} ${path}`).toBe(401);
      await response.body?.cancel();
    }
  });
});

describe("access that shrinks", () => {
  const whole = { kind: "artist" } as const;
  const some = (...releaseIds: string[]) => ({ kind: "release", releaseIds }) as const;
  const cases: [string, Parameters<typeof shrinks>, boolean][] = [
    [
      "the same",
      [
        { role: "editor", until: null, scope: whole },
        { role: "editor", until: null, scope: whole },
      ],
      false,
    ],
    [
      "a lower role",
      [
        { role: "admin", until: null, scope: whole },
        { role: "editor", until: null, scope: whole },
      ],
      true,
    ],
    [
      "a higher role",
      [
        { role: "viewer", until: null, scope: whole },
        { role: "editor", until: null, scope: whole },
      ],
      false,
    ],
    [
      "an end",
      [
        { role: "editor", until: null, scope: whole },
        { role: "editor", until: 5, scope: whole },
      ],
      true,
    ],
    [
      "an earlier end",
      [
        { role: "editor", until: 9, scope: whole },
        { role: "editor", until: 5, scope: whole },
      ],
      true,
    ],
    [
      "a later end",
      [
        { role: "editor", until: 5, scope: whole },
        { role: "editor", until: null, scope: whole },
      ],
      false,
    ],
    [
      "releases",
      [
        { role: "editor", until: null, scope: whole },
        { role: "editor", until: null, scope: some("a") },
      ],
      true,
    ],
    [
      "fewer",
      [
        { role: "editor", until: null, scope: some("a", "b") },
        { role: "editor", until: null, scope: some("b") },
      ],
      true,
    ],
    [
      "more",
      [
        { role: "editor", until: null, scope: some("a") },
        { role: "editor", until: null, scope: some("a", "b") },
      ],
      false,
    ],
  ];
  it.each(cases)("is told from access that does not: %s", (_, [before, after], expected) => {
    expect(shrinks(before, after)).toBe(expected);
  });
});

describe("a team", () => {
  it("shows everybody who can see the artist, with role, scope, end and when they were last seen to the hour", async () => {
    const world = await newWorld();
    const [owner, viewer] = [await joined(world, "owner"), await joined(world, "viewer", Date.now() + 60_000)];
    await joined(world, "editor", Date.now() - 1);
    await owner.caller.get(STATEMENTS);
    const team = await until("the owner to have been seen", async () => {
      const body = (await (await owner.caller.get(TEAM)).json()) as { members: Record<string, unknown>[] };
      const own = body.members.find(({ id }) => id === owner.id);
      return own?.["lastSeenAt"] === null ? null : body;
    });
    expect(team).toMatchObject({
      artist: { id: world.artistId, name: "Glass Harbor" },
      invitations: [],
      organisations: [],
    });
    expect(team.members.map(({ id }) => id)).toEqual([owner.id, viewer.id].sort());
    expect(team.members).toContainEqual({
      id: viewer.id,
      user: { id: viewer.userId, name: "Mara", email: viewer.email },
      role: "viewer",
      scope: { kind: "artist" },
      until: expect.any(String),
      support: false,
      ownershipOfferedUntil: null,
      createdAt: expect.any(String),
      lastSeenAt: null,
      version: 1,
    });
  });

  it("is written that somebody was seen once an hour, however often they come, and never among an answer's own rows", async () => {
    const world = await newWorld();
    const { caller, id } = await joined(world, "viewer");
    const seen = async () =>
      (
        await env.DB.prepare("SELECT last_seen_at AS at FROM memberships WHERE id = ?")
          .bind(id)
          .first<{ at: number | null }>()
      )?.at ?? null;
    await caller.get(STATEMENTS);
    const first = await until("being seen", seen);
    for (let visit = 0; visit < 3; visit += 1) await caller.get(STATEMENTS);
    expect(await seen()).toBe(first);
    await env.DB.prepare("UPDATE memberships SET last_seen_at = ? WHERE id = ?")
      .bind(first - 3_600_001, id)
      .run();
    await caller.get(STATEMENTS);
    expect(
      await until("being seen anew", async () => ((await seen()) === first - 3_600_001 ? null : seen())),
    ).toBeGreaterThanOrEqual(first);
  });
});

describe("a change of access", () => {
  it("counts from the next request on, on the same session: lowered, limited to releases, ended, removed", async () => {
    const world = await newWorld();
    const [{ caller: owner }, member] = [await joined(world, "owner"), await joined(world, "admin")];
    const path = `${TEAM}/members/${member.id}`;
    const key = { name: "x", role: "viewer" };
    expect((await member.caller.post(`${TEAM}/api-keys`, key)).status).toBe(201);
    expect((await owner.patch(path, { role: "viewer" }, ANY)).status).toBe(200);
    expect((await member.caller.post(`${TEAM}/api-keys`, key)).status).toBe(403);
    expect((await member.caller.get(STATEMENTS)).status).toBe(200);
    const scope = { kind: "release", releaseIds: ["rel_01k9v3m6s0n8w2e4r6t8y0b1c3"] };
    const limited = await owner.patch(path, { scope }, ANY);
    expect(await limited.json()).toMatchObject({ scope, version: 3 });
    for (const figures of [STATEMENTS, "/api/dashboard/earnings/overview", TEAM]) {
      expect((await member.caller.get(figures)).status, figures).toBe(403);
    }
    expect((await owner.patch(path, { scope: { kind: "artist" } }, ANY)).status).toBe(200);
    expect((await member.caller.get(STATEMENTS)).status).toBe(200);
    const soon = new Date(Date.now() + 700).toISOString();
    expect((await owner.patch(path, { until: soon }, ANY)).status).toBe(200);
    await until(
      "the end",
      async () => (await member.caller.get(STATEMENTS, { "artist-id": world.artistId })).status === 404,
    );
    expect((await owner.patch(path, { until: null }, ANY)).status).toBe(200);
    expect((await member.caller.get(STATEMENTS)).status).toBe(200);
    expect((await owner.delete(path, ANY)).status).toBe(204);
    expect((await member.caller.get(STATEMENTS, { "artist-id": world.artistId })).status).toBe(404);
    expect(await (await member.caller.get("/api/me")).json()).toMatchObject({ memberships: [] });
  });

  it("that takes something away asks the hub to look again, in the very commit; one that gives does not", async () => {
    const world = await newWorld();
    const [{ caller: owner }, member] = [await joined(world, "owner"), await joined(world, "editor")];
    const path = `${TEAM}/members/${member.id}`;
    const recheck = { kind: "hub.recheck", body: { artistId: world.artistId, userId: member.userId } };
    const url = ORIGIN + path;
    expect(await jobsOf(owner, "PATCH", url, { role: "manager" })).toEqual({ status: 200, jobs: [] });
    expect(await jobsOf(owner, "PATCH", url, { role: "viewer" })).toEqual({ status: 200, jobs: [recheck] });
    expect(await jobsOf(owner, "DELETE", url)).toEqual({ status: 204, jobs: [recheck] });
    const made = await owner.post(`${TEAM}/api-keys`, { name: "x", role: "viewer" });
    const { id } = (await made.json()) as { id: string };
    expect(await jobsOf(owner, "DELETE", `${ORIGIN}${TEAM}/api-keys/${id}`)).toEqual({
      status: 204,
      jobs: [{ kind: "hub.recheck", body: { artistId: world.artistId, userId: null } }],
    });
    for (const [method, end] of [
      ["DELETE", "/api/me/sessions"],
      ["POST", "/api/auth/logout"],
    ] as const) {
      const { userId, caller } = await newPerson();
      const { jobs } = await jobsOf(caller, method, ORIGIN + end);
      expect(jobs, end).toEqual([{ kind: "session.ended", body: { userId } }]);
    }
  });

  it("needs the version that was seen: without it 428, with another 412, and of fifty at once one wins", async () => {
    const world = await newWorld();
    const [{ caller: owner }, member] = [await joined(world, "owner"), await joined(world, "viewer")];
    const path = `${TEAM}/members/${member.id}`;
    for (const refused of [await owner.patch(path, { role: "editor" }), await owner.delete(path)]) {
      expect(refused.status).toBe(428);
      expect(await codeOf(refused)).toBe("if_match_required");
    }
    for (const etag of ['"2"', "1", 'W/"1"', '"x"', '"1", "2"']) {
      expect((await owner.patch(path, { role: "editor" }, { "if-match": etag })).status, etag).toBe(412);
    }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => owner.patch(path, { role: "editor" }, { "if-match": '"1"' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 49 }, () => 412)]);
    expect(answers.find(({ status }) => status === 200)?.headers.get("etag")).toBe('"2"');
    expect((await owner.delete(path, { "if-match": '"1"' })).status).toBe(412);
    expect((await owner.delete(path, { "if-match": '"2"' })).status).toBe(204);
  });

  it("goes no higher than whoever makes it, on neither side", async () => {
    const world = await newWorld();
    const people = { owner: await joined(world, "owner"), admin: await joined(world, "admin") };
    await joined(world, "owner");
    for (const [name, { caller }] of Object.entries(people)) {
      for (const from of ROLES) {
        for (const to of ROLES) {
          const target = await joined(world, from);
          const isAbove = [from, to].some((role) => ROLES.indexOf(role) < ROLES.indexOf(name as Role));
          const response = await caller.patch(`${TEAM}/members/${target.id}`, { role: to }, ANY);
          expect(response.status, `${name}: ${from} to ${to}`).toBe(isAbove ? 403 : 200);
          await response.body?.cancel();
        }
      }
    }
    const target = await joined(world, "owner");
    expect((await people.admin.caller.delete(`${TEAM}/members/${target.id}`, ANY)).status).toBe(403);
    expect((await people.admin.caller.patch(`${TEAM}/members/${people.admin.id}`, { role: "owner" }, ANY)).status).toBe(
      403,
    );
  });

  it("that makes no sense is refused by name", async () => {
    const world = await newWorld();
    const [{ caller: owner }, member] = [await joined(world, "owner"), await joined(world, "viewer")];
    const release = { kind: "release", releaseIds: ["rel_01k9v3m6s0n8w2e4r6t8y0b1c3"] };
    const cases: [object, string][] = [
      [{ until: "2020-01-01T00:00:00Z" }, "body.until"],
      [{ role: "admin", scope: release }, "body.scope"],
      [{ scope: { kind: "release", releaseIds: [] } }, "body.scope.releaseIds"],
      [{ scope: { kind: "release", releaseIds: ["art_01k9v3m6s0n8w2e4r6t8y0b1c3"] } }, "body.scope.releaseIds.0"],
      [{ scope: { kind: "organisation" } }, "body.scope.kind"],
      [{ role: "api_client" }, "body.role"],
      [{}, "body"],
    ];
    for (const [patch, path] of cases) {
      const response = await owner.patch(`${TEAM}/members/${member.id}`, patch, ANY);
      expect(response.status, JSON.stringify(patch)).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ path }] });
    }
  });

  it("of another artist's member is that of a member that does not exist", async () => {
    const [mine, theirs] = [await newWorld(), await newWorld()];
    const [{ caller: owner }, other] = [await joined(mine, "owner"), await joined(theirs, "viewer")];
    for (const id of [other.id, NOBODYS]) {
      for (const refused of [
        await owner.patch(`${TEAM}/members/${id}`, { role: "viewer" }, ANY),
        await owner.delete(`${TEAM}/members/${id}`, ANY),
        await owner.post(`${TEAM}/members/${id}/ownership`),
      ]) {
        expect(refused.status).toBe(404);
      }
    }
    expect((await other.caller.get(STATEMENTS)).status).toBe(200);
  });
});

describe("a large team", () => {
  it("is shown with its first five hundred members, and listed page by page, each member once and in one order", async () => {
    const world = await newWorld();
    const owner = await joined(world, "owner");
    const many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1004)";
    const name = (prefix: string) => `'${prefix}_' || substr('${world.artistId}', -20) || printf('%06d', i)`;
    await env.DB.prepare(
      `INSERT INTO users (id, email, name, created_at) ${many} SELECT ${name("usr")}, NULL, 'Noa', 0 FROM n`,
    ).run();
    await env.DB.prepare(
      `INSERT INTO memberships (artist_id, id, user_id, role, created_at)
        ${many} SELECT ?1, ${name("mem")}, ${name("usr")}, 'viewer', 0 FROM n`,
    )
      .bind(world.artistId)
      .run();
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const asked: Response = await owner.caller.get(
        `${TEAM}/members?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      const page = (await asked.json()) as { data: { id: string }[]; nextCursor: string | null };
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(ids).toHaveLength(1005);
    expect(ids).toEqual([...new Set(ids)].sort());
    const team = (await (await owner.caller.get(TEAM)).json()) as { members: { id: string }[] };
    expect(team.members.map(({ id }) => id)).toEqual(ids.slice(0, 500));
  });
});

describe("leaving", () => {
  it("is everybody's right, in any role and with any reach, and nobody else's business below an admin", async () => {
    const world = await newWorld();
    await joined(world, "owner");
    for (const role of ROLES) {
      const [person, other] = [await joined(world, role), await joined(world, "viewer")];
      if (role === "collaborator") {
        const scope = JSON.stringify({ kind: "release", releaseIds: ["rel_01k9v3m6s0n8w2e4r6t8y0b1c3"] });
        await env.DB.prepare("UPDATE memberships SET scope_json = ? WHERE id = ?").bind(scope, person.id).run();
      }
      const may = role === "owner" || role === "admin";
      expect((await person.caller.delete(`${TEAM}/members/${other.id}`, ANY)).status, role).toBe(may ? 204 : 403);
      expect((await person.caller.delete(`${TEAM}/members/${person.id}`, ANY)).status, role).toBe(204);
      expect((await person.caller.get(STATEMENTS, { "artist-id": world.artistId })).status, role).toBe(404);
    }
    expect(await actionsOf(world.artistId)).toContain("member.leave");
  });
});

describe("the last owner", () => {
  it("can neither leave, nor be removed, lowered, limited in time, or reviewed away, by anybody", async () => {
    const world = await newWorld();
    const owner = await joined(world, "owner");
    await joined(world, "admin");
    // An owner whose time is limited does not count: then there would be none.
    const passing = await joined(world, "owner", Date.now() + 3_600_000);
    const key = await world.as("owner");
    const path = `${TEAM}/members/${owner.id}`;
    for (const by of [owner.caller, passing.caller, key]) {
      for (const refused of [
        await by.patch(path, { role: "admin" }, ANY),
        await by.patch(path, { until: new Date(Date.now() + 60_000).toISOString() }, ANY),
        await by.delete(path, ANY),
        await by.post(`${TEAM}/reviews/${owner.id}`, { decision: "end" }),
      ]) {
        expect(refused.status).toBe(409);
        expect(await codeOf(refused)).toBe("last_owner");
      }
    }
    expect((await owner.caller.patch(`${TEAM}/members/${passing.id}`, { until: null }, ANY)).status).toBe(200);
    expect((await owner.caller.delete(path, ANY)).status).toBe(204);
    expect((await passing.caller.get(STATEMENTS)).status).toBe(200);
  });

  it("remains when two owners leave at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const world = await newWorld();
      const owners = [await joined(world, "owner"), await joined(world, "owner")];
      const answers = await Promise.all(owners.map(({ caller, id }) => caller.delete(`${TEAM}/members/${id}`, ANY)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    }
  });
});

describe("handing an artist over", () => {
  it("takes two: the owner offers, the member accepts, and then one owns it and the other is an admin", async () => {
    const world = await newWorld();
    const [owner, heir] = [await joined(world, "owner"), await joined(world, "manager", Date.now() + 3_600_000)];
    const offer = await owner.caller.post(`${TEAM}/members/${heir.id}/ownership`);
    expect(offer.status).toBe(201);
    expect((await owner.caller.get(`${TEAM}/audit`)).status).toBe(200);
    expect((await heir.caller.get(`${TEAM}/audit`)).status).toBe(403);
    const me = await (await heir.caller.get("/api/me")).json();
    expect(me).toMatchObject({ memberships: [{ id: heir.id, ownershipOfferedUntil: expect.any(String) }] });
    const accept = `/api/me/memberships/${heir.id}/ownership`;
    const stranger = await newPerson();
    expect((await stranger.caller.post(accept)).status).toBe(404);
    expect((await owner.caller.post(accept)).status).toBe(404);
    const answer = await heir.caller.post(accept);
    expect(await answer.json()).toMatchObject({
      artist: { id: world.artistId },
      member: { role: "owner", until: null },
    });
    expect((await heir.caller.get(`${TEAM}/audit`)).status).toBe(200);
    expect((await owner.caller.post(`${TEAM}/members/${heir.id}/ownership`)).status).toBe(403);
    expect((await heir.caller.post(accept)).status).toBe(404);
    expect(await actionsOf(world.artistId)).toEqual(["ownership.offer", "ownership.accept"]);
  });

  it("is mailed to the member, once, for as long as the offer stands", async () => {
    const world = await newWorld();
    const [owner, heir] = [await joined(world, "owner"), await joined(world, "manager")];
    const url = `${ORIGIN}${TEAM}/members/${heir.id}/ownership`;
    const { status, jobs } = await jobsOf(owner.caller, "POST", url);
    expect(status).toBe(201);
    const body = { artistId: world.artistId, membershipId: heir.id, origin: ORIGIN };
    expect(jobs).toEqual([{ kind: "mail.ownership_offer", body }]);
    const mails = async () => {
      const sql = "SELECT m.* FROM dev_mail m JOIN users u ON u.email = m.to_address WHERE u.id = ?";
      return (await env.DB.prepare(sql).bind(heir.userId).all<{ subject: string; text: string }>()).results;
    };
    const job = { kind: "mail.ownership_offer", body };
    const at = Array.from({ length: 8 }, (_, n) => deliver(quietEnv().env, [{ ...job, id: `job_${heir.id}_${n}` }]));
    await Promise.all(at);
    await deliver(quietEnv().env, [{ ...job, id: `job_${heir.id}` }]);
    expect(await mails()).toMatchObject([
      { subject: "Glass Harbor is offered to you", text: expect.stringContaining(`${ORIGIN}/docs`) },
    ]);
    await jobsOf(owner.caller, "POST", url);
    await owner.caller.delete(`${TEAM}/members/${heir.id}/ownership`);
    await deliver(quietEnv().env, [{ ...job, id: `job_${heir.id}_late` }]);
    expect(await mails()).toHaveLength(1);
  });

  it("comes to nothing when it is withdrawn, declined, too old, or offered by one who owns no more", async () => {
    const world = await newWorld();
    const [owner, other, heir] = [
      await joined(world, "owner"),
      await joined(world, "owner"),
      await joined(world, "editor"),
    ];
    const offered = `${TEAM}/members/${heir.id}/ownership`;
    const accept = `/api/me/memberships/${heir.id}/ownership`;
    await owner.caller.post(offered);
    expect((await other.caller.delete(offered)).status).toBe(204);
    expect((await other.caller.delete(offered)).status).toBe(404);
    expect((await heir.caller.post(accept)).status).toBe(404);
    await owner.caller.post(offered);
    expect((await heir.caller.delete(accept)).status).toBe(204);
    expect((await heir.caller.post(accept)).status).toBe(404);
    await owner.caller.post(offered);
    await env.DB.prepare("UPDATE memberships SET offered_until = ? WHERE id = ?")
      .bind(Date.now() - 1, heir.id)
      .run();
    expect((await heir.caller.post(accept)).status).toBe(404);
    await owner.caller.post(offered);
    await other.caller.patch(`${TEAM}/members/${owner.id}`, { role: "viewer" }, ANY);
    expect((await heir.caller.post(accept)).status).toBe(409);
    for (const who of [owner, heir]) {
      expect(await (await who.caller.get("/api/me")).json()).not.toMatchObject({ memberships: [{ role: "owner" }] });
    }
    for (const by of [await world.as("owner"), other.caller]) {
      const target = by === other.caller ? other.id : heir.id;
      expect((await by.post(`${TEAM}/members/${target}/ownership`)).status).toBe(409);
    }
  });
});
