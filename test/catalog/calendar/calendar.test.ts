// The calendar over HTTP: what comes out, what is due and moves along, templates, and subscribed calendars.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newRelease } from "../../harness/catalog.ts";
import { type Caller, newPerson, newWorld, nobody, until } from "../../harness/world.ts";

const CATALOG = "/api/dashboard/catalog";
const any = { "if-match": "*" };

interface Milestone {
  id: string;
  name: string;
  date: string;
  offsetDays: number | null;
  isDone: boolean;
  version: number;
}
interface Entry {
  date: string;
  kind: string;
  releaseId: string;
  title: string;
  milestone?: string;
  firstAt?: string;
}

async function json<T>(response: Response | Promise<Response>): Promise<T> {
  return (await response).json() as Promise<T>;
}

const midnight = (date: string) => ({ mode: "local_midnight", date });
const milestonesOf = async (owner: Caller, id: string) =>
  (await json<{ data: Milestone[] }>(owner.get(`${CATALOG}/releases/${id}/milestones`))).data;
const calendarOf = (caller: Caller, from: string, to: string) =>
  json<{ data: Entry[]; conflicts: { kind: string; releaseIds: string[] }[] }>(
    caller.get(`${CATALOG}/calendar?from=${from}&to=${to}`),
  );

describe("a release's date", () => {
  it("plans it by the standard template, moves what was planned, and says what moved", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await newRelease(owner, { given: { releaseAt: midnight("2027-03-12") } });
    const planned = await milestonesOf(owner, id);
    expect(planned.map(({ name, date }) => [name, date])).toContainEqual(["Pitch to editorial", "2027-02-12"]);
    const [done, own, follows] = planned;
    await owner.patch(`${CATALOG}/milestones/${done?.id}`, { isDone: true }, any);
    await owner.patch(`${CATALOG}/milestones/${own?.id}`, { date: "2027-01-01" }, { "if-match": '"1"' });
    const changed = await owner.patch(`${CATALOG}/releases/${id}`, { releaseAt: midnight("2027-03-26") }, any);
    const { moved } = await json<{ moved: { id: string; from: string; to: string }[] }>(changed);
    expect(moved).toHaveLength(planned.length - 2);
    expect(moved).toContainEqual({
      id: follows?.id,
      name: follows?.name,
      from: follows?.date,
      to: new Date(Date.parse(String(follows?.date)) + 14 * 86_400_000).toISOString().slice(0, 10),
    });
    const after = new Map((await milestonesOf(owner, id)).map((each) => [each.id, each]));
    for (const { id: milestone, to } of moved) expect(after.get(milestone)).toMatchObject({ date: to, version: 2 });
    expect(after.get(String(done?.id))).toMatchObject({ date: done?.date, isDone: true });
    expect(after.get(String(own?.id))).toMatchObject({ date: "2027-01-01", offsetDays: null });
    // A change of anything else moves nothing.
    const other = await owner.patch(`${CATALOG}/releases/${id}`, { title: "Other" }, any);
    expect(await json(other)).toMatchObject({ moved: [] });
  });

  it("plans it by the artist's own template where there is a default, and by any when asked", async () => {
    const owner = await (await newWorld()).as("owner");
    const template = (name: string, offsetDays: number, isDefault: boolean) =>
      owner.post(`${CATALOG}/milestone-templates`, { name, milestones: [{ name, offsetDays }], isDefault });
    await template("First", -10, true);
    const second = await json<{ id: string }>(template("Second", -20, true));
    const third = await json<{ id: string }>(template("Third", -30, false));
    const listed = await json<{ data: { name: string; isDefault: boolean }[] }>(
      owner.get(`${CATALOG}/milestone-templates`),
    );
    expect(listed.data.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ["First", false],
      ["Second", true],
      ["Third", false],
    ]);
    const { id } = await newRelease(owner, { given: { releaseAt: midnight("2027-03-31") } });
    expect((await milestonesOf(owner, id)).map(({ name, date }) => [name, date])).toEqual([["Second", "2027-03-11"]]);
    await owner.post(`${CATALOG}/releases/${id}/milestones`, { name: "Video", date: "2027-03-02" });
    await owner.post(`${CATALOG}/releases/${id}/milestones`, { template: third.id });
    expect((await milestonesOf(owner, id)).map(({ name, date }) => [name, date])).toEqual([
      ["Third", "2027-03-01"],
      ["Video", "2027-03-02"],
    ]);
    const path = `${CATALOG}/milestone-templates/${second.id}`;
    const said = { name: "Second", milestones: [{ name: "Later", offsetDays: 3 }], isDefault: false };
    expect((await owner.put(path, said)).status).toBe(428);
    expect((await owner.put(path, said, { "if-match": '"7"' })).status).toBe(412);
    expect(await json(owner.put(path, said, { "if-match": '"1"' }))).toMatchObject({ version: 2, isDefault: false });
    expect((await owner.delete(path, { "if-match": '"2"' })).status).toBe(204);
    expect((await owner.get(path)).status).toBe(404);
  });

  it("a batch and an import move it as a single change does, and leave alone what is locked", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await newRelease(owner, { given: { releaseAt: midnight("2027-03-12") } });
    const locked = await newRelease(owner, { status: "scheduled" });
    await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "release" });
    const pitchOf = async () => (await milestonesOf(owner, id)).find(({ name }) => name === "Pitch to editorial")?.date;
    const liftsAt = async () =>
      (await json<{ liftsAt: string }>(owner.get(`${CATALOG}/releases/${id}/embargo`))).liftsAt;
    const versionOf = async (of: string) =>
      (await json<{ version: number }>(owner.get(`${CATALOG}/releases/${of}`))).version;
    const set = { releaseAt: midnight("2027-04-09") };
    const items = [
      { id, version: await versionOf(id), set },
      { id: locked.id, version: await versionOf(locked.id), set },
    ];
    const batch = await json<{ applied: { id: string }[]; failed: { id: string; code: string }[] }>(
      owner.post(`${CATALOG}/batch`, { mode: "partial", items }),
    );
    expect(batch.applied.map((each) => each.id)).toEqual([id]);
    expect(batch.failed).toMatchObject([{ id: locked.id, code: "release_locked" }]);
    expect([await pitchOf(), await liftsAt()]).toEqual(["2027-03-12", "2027-04-08T10:00:00.000Z"]);
    const { data } = await calendarOf(owner, "2027-04-09", "2027-04-09");
    expect(data.filter(({ kind }) => kind === "release")).toMatchObject([{ releaseId: id }]);

    const file = await (await owner.get(`${CATALOG}/export`)).text();
    const moved = file
      .split("\n")
      .map((line) =>
        line.includes(id) ? line.replace("2027-04-09", "2027-05-07") : line.replace("2027-03-12", "2027-06-04"),
      )
      .join("\n");
    const headers = { "content-type": "text/csv" };
    const sent = await json<{ id: string }>(owner.send("POST", `${CATALOG}/imports`, { body: moved, headers }));
    await until("the import to be carried out", async () => {
      const { status } = await json<{ status: string }>(owner.get(`${CATALOG}/imports/${sent.id}`));
      return status === "done" || status === "failed";
    });
    expect([await pitchOf(), await liftsAt()]).toEqual(["2027-04-09", "2027-05-06T10:00:00.000Z"]);
    expect(await json(owner.get(`${CATALOG}/releases/${locked.id}`))).toMatchObject({
      releaseAt: midnight("2027-03-12"),
    });
  });

  it("a release without a date has nothing to plan from, and is in no calendar", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await json<{ id: string }>(owner.post(`${CATALOG}/releases`, { title: "Bare", type: "ep" }));
    expect((await owner.post(`${CATALOG}/releases/${id}/milestones`, { template: "standard" })).status).toBe(409);
    const dated = await newRelease(owner, { given: { releaseAt: midnight("2027-03-12") } });
    await owner.patch(`${CATALOG}/releases/${dated.id}`, { releaseAt: null }, any);
    const { data } = await calendarOf(owner, "2027-03-12", "2027-03-12");
    expect(data).toEqual([]);
  });

  it("a release that is removed takes its dates with it", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await newRelease(owner, { given: { releaseAt: midnight("2027-03-12") } });
    await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "release" });
    expect((await owner.delete(`${CATALOG}/releases/${id}`, any)).status).toBe(204);
    for (const table of ["catalog_dates", "catalog_milestones", "catalog_embargoes"]) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table} WHERE artist_id = ?`).bind(world.artistId).all();
      expect(results, table).toEqual([]);
    }
  });
});

describe("the calendar", () => {
  it("shows by day what comes out and what is due, and what clashes", async () => {
    const owner = await (await newWorld()).as("owner");
    const first = await newRelease(owner, { given: { title: "One", releaseAt: midnight("2027-03-12") } });
    const moment = { mode: "fixed_instant", date: "2027-03-15", time: "18:00", timeZone: "Europe/Berlin" };
    const second = await newRelease(owner, { given: { title: "Two", releaseAt: moment } });
    const { data, conflicts } = await calendarOf(owner, "2027-02-12", "2027-03-15");
    expect(data.filter(({ kind }) => kind === "release")).toMatchObject([
      { date: "2027-03-12", releaseId: first.id, title: "One", firstAt: "2027-03-11T10:00:00.000Z" },
      { date: "2027-03-15", releaseId: second.id, title: "Two", firstAt: "2027-03-15T17:00:00.000Z" },
    ]);
    expect(data.map(({ date }) => date)).toEqual(data.map(({ date }) => date).sort());
    expect(data).toContainEqual(
      expect.objectContaining({ date: "2027-02-12", milestone: "Pitch to editorial", title: "One" }),
    );
    expect(conflicts).toContainEqual({
      kind: "same_week",
      releaseIds: [first.id, second.id].sort(),
      week: "2027-03-12",
    });
    const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    const soon = await newRelease(owner, { given: { releaseAt: midnight(tomorrow) } });
    const near = await calendarOf(owner, new Date(Date.now() - 60 * 86_400_000).toISOString().slice(0, 10), tomorrow);
    const kinds = near.conflicts.filter(({ releaseIds }) => releaseIds.includes(soon.id)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(["milestone_missed", "lead_too_short"]));
  });

  it("has 400 days at most", async () => {
    const owner = await (await newWorld()).as("owner");
    const statusOf = async (from: string, to: string) =>
      (await owner.get(`${CATALOG}/calendar?from=${from}&to=${to}`)).status;
    expect(await statusOf("2026-01-01", "2027-02-04")).toBe(200);
    expect(await statusOf("2026-01-01", "2027-02-05")).toBe(422);
    expect(await statusOf("2026-01-02", "2026-01-01")).toBe(400);
    expect(await statusOf("2026-02-30", "2026-03-01")).toBe(400);
  });
});

describe("a subscribed calendar", () => {
  const soon = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);

  it("needs no key, answers as its owner may see at that moment, and nothing once it is revoked", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { userId, caller } = await newPerson();
    const membership = await world.join(userId, "editor");
    const { id } = await newRelease(owner, { given: { title: "Low; Tide, \\o/", releaseAt: midnight(soon) } });
    const made = await caller.post(`${CATALOG}/calendar/feeds`, { name: "Mine" });
    expect(made.status).toBe(201);
    const { url, id: feed } = await json<{ url: string; id: string }>(made);
    const read = () => nobody.get(url);
    const answer = await read();
    expect(answer.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
    const text = await answer.text();
    expect(text).toContain(`UID:${id}@artist-dashboard-api\r\n`);
    expect(text).toContain(`DTSTART;VALUE=DATE:${soon.replaceAll("-", "")}\r\nSUMMARY:Low\\; Tide\\, \\\\o/\r\n`);
    // The same again, byte for byte, until something changes; then it is the same entry with a higher number.
    expect(await (await read()).text()).toBe(text);
    await owner.patch(`${CATALOG}/releases/${id}`, { title: "High Tide" }, any);
    expect(await (await read()).text()).toMatch(new RegExp(`UID:${id}@[^]*?SEQUENCE:1[^]*?SUMMARY:High Tide`));
    // Under embargo, and with a role that may not know of it.
    await owner.put(`${CATALOG}/releases/${id}/embargo`, { until: "lift" });
    expect(await (await read()).text()).toContain("High Tide");
    await owner.patch(`/api/dashboard/team/members/${membership}`, { role: "viewer" }, any);
    expect(await (await read()).text()).not.toMatch(/High Tide|rel_/);
    await owner.patch(`/api/dashboard/team/members/${membership}`, { role: "collaborator" }, any);
    expect((await read()).status).toBe(404);
    await owner.patch(`/api/dashboard/team/members/${membership}`, { role: "viewer" }, any);
    expect((await read()).status).toBe(200);
    // Only for single releases is not for the calendar; nor is not at all.
    await env.DB.prepare("UPDATE memberships SET scope_json = ? WHERE id = ?")
      .bind(JSON.stringify({ kind: "release", releaseIds: [id] }), membership)
      .run();
    expect((await read()).status).toBe(404);
    await owner.patch(`/api/dashboard/team/members/${membership}`, { scope: { kind: "artist" } }, any);
    expect((await read()).status).toBe(200);
    const headers = { "artist-id": world.artistId };
    expect((await caller.delete(`${CATALOG}/calendar/feeds/${feed}`, headers)).status).toBe(204);
    const gone = await read();
    expect(gone.status).toBe(404);
    expect(await gone.json()).toMatchObject({ code: "not_found" });
  });

  it("ends with its owner's access, and with a key that is revoked", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { userId, caller } = await newPerson();
    const membership = await world.join(userId, "viewer");
    const made = await json<{ id: string; key: string }>(
      owner.post("/api/dashboard/team/api-keys", { name: "k", role: "viewer" }),
    );
    const byKey = { authorization: `Bearer ${made.key}` };
    const urls = await Promise.all([
      json<{ url: string }>(caller.post(`${CATALOG}/calendar/feeds`, { name: "Mine" })),
      json<{ url: string }>(nobody.post(`${CATALOG}/calendar/feeds`, { name: "Its" }, byKey)),
    ]);
    const statuses = () => Promise.all(urls.map(async ({ url }) => (await nobody.get(url)).status));
    expect(await statuses()).toEqual([200, 200]);
    await owner.delete(`/api/dashboard/team/members/${membership}`, any);
    await owner.delete(`/api/dashboard/team/api-keys/${made.id}`);
    expect(await statuses()).toEqual([404, 404]);
  });

  it("keeps only a hash of its secret, and shows it to its owner alone; who runs the team may revoke it", async () => {
    const world = await newWorld();
    const [owner, viewer, editor] = [await world.as("owner"), await world.as("viewer"), await world.as("editor")];
    const { url, id } = await json<{ url: string; id: string }>(
      viewer.post(`${CATALOG}/calendar/feeds`, { name: "Mine" }),
    );
    const token = url.slice(url.indexOf("=") + 1);
    const { results } = await env.DB.prepare("SELECT * FROM catalog_feeds WHERE artist_id = ?")
      .bind(world.artistId)
      .all();
    expect(JSON.stringify(results)).not.toContain(token);
    const audit = await env.DB.prepare("SELECT * FROM audit_log WHERE artist_id = ?").bind(world.artistId).all();
    expect(JSON.stringify(audit.results)).not.toContain(token);
    expect(await json(editor.get(`${CATALOG}/calendar/feeds`))).toEqual({ data: [] });
    expect((await editor.delete(`${CATALOG}/calendar/feeds/${id}`)).status).toBe(404);
    expect((await owner.delete(`${CATALOG}/calendar/feeds/${id}`)).status).toBe(204);
    expect((await nobody.get(url)).status).toBe(404);
    expect((await nobody.get(`${CATALOG}/calendar.ics?token=${"A".repeat(43)}`)).status).toBe(404);
  });
});
