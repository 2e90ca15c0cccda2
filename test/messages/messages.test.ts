// Messages over HTTP: order, repetition, changes, what is unread, who is let in, and how much at once.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ask, quietEnv } from "../harness/doors.ts";
import {
  at,
  connect,
  hubOf,
  listAll,
  MESSAGES,
  type MessageBody,
  newTeam,
  newThread,
  say,
  showThread,
  type ThreadBody,
} from "../harness/talk.ts";
import { type Caller, newPerson, newWorld, ORIGIN, until } from "../harness/world.ts";

const NO_THREAD = "thr_01k9v3m6s0n8w2e4r6t8y0b1c3";

async function pair() {
  const { world, people } = await newTeam("owner", "editor");
  const [mara, noa] = [at(people, 0), at(people, 1)];
  const thread = await newThread(mara.caller, [noa.id]);
  return { world, mara, noa, thread, path: `${MESSAGES}/${thread.id}/messages` };
}

function change(caller: Caller, path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return caller.send("PATCH", path, { body: JSON.stringify(body), headers });
}

/** An answer without what is different each time. */
async function bare(response: Response): Promise<unknown> {
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, ...body, instance: "" };
}

describe("order", () => {
  it("many at once get one gapless order, the same for everyone, and unread counts what others said", async () => {
    const { mara, noa, thread, path } = await pair();
    const sent = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const { caller } = n % 2 === 0 ? mara : noa;
        return caller.post(path, { clientId: `${n}`, text: `${n}` });
      }),
    );
    expect(sent.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 201));
    const [hers, his] = [await listAll(mara.caller, thread.id), await listAll(noa.caller, thread.id)];
    expect(hers).toEqual(his);
    expect(hers.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(new Set(hers.map(({ clientId }) => clientId)).size).toBe(50);
    expect(await showThread(mara.caller, thread.id)).toMatchObject({ lastSeq: 50, unread: 25 });
    const read = await noa.caller.post(`${MESSAGES}/${thread.id}/read`, { seq: 40 });
    const left = hers.filter(({ seq, sender }) => seq > 40 && sender === mara.id).length;
    expect(await read.json()).toMatchObject({ readSeq: 40, unread: left });
    await noa.caller.post(`${MESSAGES}/${thread.id}/read`, { seq: 3 });
    expect(await showThread(noa.caller, thread.id)).toMatchObject({ readSeq: 40 });
    await noa.caller.post(`${MESSAGES}/${thread.id}/read`, { seq: 1_000_000 });
    expect(await showThread(noa.caller, thread.id)).toMatchObject({ readSeq: 50, unread: 0 });
  });

  it("the same clientId is the same message, also at once, also after the object slept; another sender's is another", async () => {
    const { world, mara, noa, thread, path } = await pair();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => mara.caller.post(path, { clientId: "one", text: "once" })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    for (const body of bodies) expect(body).toEqual(bodies[0]);
    await evictDurableObject(hubOf(world.artistId));
    const again = await mara.caller.post(path, { clientId: "one", text: "in other words" });
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual(bodies[0]);
    expect((await noa.caller.post(path, { clientId: "one", text: "mine" })).status).toBe(201);
    expect((await listAll(mara.caller, thread.id)).map(({ text }) => text)).toEqual(["once", "mine"]);
  });

  it("lists whom a message mentions, each once", async () => {
    const { mara, noa, thread } = await pair();
    const message = await say(mara.caller, thread.id, `@${noa.id}, @${mara.id}: @${noa.id}! mail me@example.com`);
    expect(message.mentions).toEqual([noa.id, mara.id]);
  });
});

describe("changes", () => {
  it("a message may be changed for a quarter of an hour, and what it said before stays to be seen", async () => {
    const { world, mara, noa, thread, path } = await pair();
    const { id } = await say(mara.caller, thread.id, "one");
    expect((await change(mara.caller, `${path}/${id}`, { text: "two" })).status).toBe(200);
    expect((await change(mara.caller, `${path}/${id}`, { text: "three" })).status).toBe(200);
    const [seen] = await listAll(noa.caller, thread.id);
    expect(seen).toMatchObject({ text: "three", seq: 1, edits: [{ text: "one" }, { text: "two" }] });
    expect(seen?.editedAt).not.toBeNull();
    expect((await change(noa.caller, `${path}/${id}`, { text: "mine" })).status).toBe(404);
    await runInDurableObject(hubOf(world.artistId), (_, state) => {
      state.storage.sql.exec("UPDATE messages SET at = at - ?", 15 * 60 * 1000 + 1);
    });
    const late = await change(mara.caller, `${path}/${id}`, { text: "four" });
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ code: "message_settled" });
    expect(at(await listAll(noa.caller, thread.id), 0).text).toBe("three");
  });

  it("a deleted message keeps its place and nothing else, and is found by nobody", async () => {
    const { world, mara, noa, thread, path } = await pair();
    const { id } = await say(mara.caller, thread.id, "mistaken words");
    await say(mara.caller, thread.id, "and more");
    await change(mara.caller, `${path}/${id}`, { text: "wrong words" });
    expect((await noa.caller.delete(`${path}/${id}`)).status).toBe(404);
    expect((await mara.caller.delete(`${path}/${id}`)).status).toBe(200);
    expect((await mara.caller.delete(`${path}/${id}`)).status).toBe(200);
    const [first, second] = await listAll(noa.caller, thread.id);
    expect(first).toMatchObject({ seq: 1, text: null, edits: [], editedAt: null });
    expect(second).toMatchObject({ seq: 2, text: "and more" });
    expect(await showThread(noa.caller, thread.id)).toMatchObject({ lastSeq: 2, unread: 1 });
    expect((await change(mara.caller, `${path}/${id}`, { text: "again" })).status).toBe(409);
    const held = await runInDurableObject(hubOf(world.artistId), (_, state) =>
      JSON.stringify([
        state.storage.sql.exec("SELECT * FROM messages").toArray(),
        state.storage.sql.exec("SELECT * FROM edits").toArray(),
        state.storage.sql.exec("SELECT rowid FROM words WHERE words MATCH 'words'").toArray(),
      ]),
    );
    expect(held).not.toContain("words");
  });

  it("an export holds the whole thread, as those who see it see it", async () => {
    const { mara, noa, thread } = await pair();
    for (const text of ["one", "two", "three"]) await say(mara.caller, thread.id, text);
    const response = await noa.caller.get(`${MESSAGES}/${thread.id}/export`);
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${thread.id}.json"`);
    const whole = (await response.json()) as { thread: ThreadBody; messages: MessageBody[] };
    expect(whole.thread).toEqual(await showThread(noa.caller, thread.id));
    expect(whole.messages).toEqual(await listAll(noa.caller, thread.id));
  });
});

describe("search", () => {
  it("finds every word in threads one may see, with accents or without, and what changed under its new words alone", async () => {
    const { mara, noa, thread, path } = await pair();
    const secret = await newThread(mara.caller);
    await say(mara.caller, secret.id, "Møth Parade café, a secret");
    const { id } = await say(mara.caller, thread.id, "the café cover of Møth Parade");
    const found = async (caller: Caller, q: string) => {
      const response = await caller.get(`${MESSAGES}/search?q=${encodeURIComponent(q)}`);
      return ((await response.json()) as { data: MessageBody[] }).data.map((message) => message.id);
    };
    expect(await found(noa.caller, "cafe par")).toEqual([id]);
    expect(await found(noa.caller, "CAFÉ parade")).toEqual([id]);
    expect(await found(mara.caller, "cafe")).toHaveLength(2);
    for (const none of ["caf parade", "secret", '" OR 1', "NOT cafe", "*", "💥", "text:cafe"]) {
      expect(await found(noa.caller, none), none).toEqual([]);
    }
    await change(mara.caller, `${path}/${id}`, { text: "the sleeve" });
    expect(await found(noa.caller, "cafe")).toEqual([]);
    expect(await found(noa.caller, "slee")).toEqual([id]);
  });
});

describe("who is let in", () => {
  it("a stranger to a thread, of the team or not, gets the answer of a thread that does not exist, byte for byte", async () => {
    const { mara, noa, thread } = await pair();
    const other = await newTeam("owner");
    const alone = await newThread(mara.caller);
    const { id } = await say(mara.caller, alone.id, "to myself");
    for (const [caller, real] of [
      [noa.caller, alone.id],
      [at(other.people, 0).caller, thread.id],
    ] as const) {
      for (const rest of ["", "/messages", "/export", "/attachments/att_01k9v3m6s0n8w2e4r6t8y0b1c3"]) {
        const [shown, missing] = [`${MESSAGES}/${real}${rest}`, `${MESSAGES}/${NO_THREAD}${rest}`];
        expect(await bare(await caller.get(shown))).toEqual(await bare(await caller.get(missing)));
      }
      const message = { clientId: "x", text: "hello?" };
      expect((await caller.post(`${MESSAGES}/${real}/messages`, message)).status).toBe(404);
      expect((await caller.post(`${MESSAGES}/${real}/read`, { seq: 1 })).status).toBe(404);
      expect((await change(caller, `${MESSAGES}/${real}/messages/${id}`, { text: "x" })).status).toBe(404);
      expect((await change(caller, `${MESSAGES}/${real}/participants`, { add: [noa.id] })).status).toBe(404);
    }
    const { data } = (await (await noa.caller.get(MESSAGES)).json()) as { data: ThreadBody[] };
    expect(data.map((each) => each.id)).toEqual([thread.id]);
  });

  it("a thread about a statement is seen by those who take part and may see the statement, for as long as they may", async () => {
    const { people } = await newTeam("owner", "accountant", "editor");
    const [mara, noa, ada] = [at(people, 0), at(people, 1), at(people, 2)];
    const upload = await mara.caller.upload("a.tsv", "Reporting Date\tSale Month\n");
    const { id } = (await upload.json()) as { id: string };
    const context = { kind: "statement", id };
    const thread = await newThread(mara.caller, [noa.id, ada.id], { context });
    expect(thread.context).toEqual(context);
    expect((await noa.caller.get(`${MESSAGES}/${thread.id}`)).status).toBe(200);
    expect((await ada.caller.get(`${MESSAGES}/${thread.id}`)).status).toBe(404);
    const [hers, his] = [await connect(ada.caller), await connect(noa.caller)];
    await say(mara.caller, thread.id, "nine cents too many");
    await his.hear("it", ({ type }) => type === "message");
    expect(hers.frames.some(({ type }) => type === "message")).toBe(false);
    await env.DB.prepare("UPDATE memberships SET role = 'marketer' WHERE user_id = ?").bind(noa.id).run();
    for (const { caller } of [noa, ada]) {
      expect(await (await caller.get(MESSAGES)).json()).toMatchObject({ data: [] });
      expect(await (await caller.get(`${MESSAGES}/search?q=cents`)).json()).toMatchObject({ data: [] });
      expect((await caller.get(`${MESSAGES}/${thread.id}/messages`)).status).toBe(404);
    }
  });

  it("who has access to single releases sees the threads about these and about nothing, and no others, while it lasts", async () => {
    const { world, people } = await newTeam("owner", "editor");
    const [mara, noa] = [at(people, 0), at(people, 1)];
    const newRelease = async () => {
      const made = await mara.caller.post("/api/dashboard/catalog/releases", { title: "Night Swims", type: "ep" });
      return ((await made.json()) as { id: string }).id;
    };
    const limitTo = (...releaseIds: string[]) =>
      env.DB.prepare("UPDATE memberships SET scope_json = ? WHERE user_id = ?")
        .bind(JSON.stringify({ kind: "release", releaseIds }), noa.id)
        .run();
    const [own, other] = [await newRelease(), await newRelease()];
    const { id: statement } = (await (await mara.caller.upload("a.tsv", "Sale Month\n")).json()) as { id: string };
    const about = (kind: string, id: string) => newThread(mara.caller, [noa.id], { context: { kind, id } });
    const [seen, unseen, books] = [
      await about("release", own),
      await about("release", other),
      await about("statement", statement),
    ];
    const plain = await newThread(mara.caller, [noa.id]);
    await limitTo(own);
    const client = await connect(noa.caller);
    for (const { id } of [unseen, books, seen, plain]) await say(mara.caller, id, "harbour lights");
    await client.hear("the last", ({ type, thread }) => type === "message" && thread === plain.id);
    const heard = client.frames.flatMap(({ type, thread }) => (type === "message" ? [thread] : []));
    expect(heard).toEqual([seen.id, plain.id]);
    const { data } = (await (await noa.caller.get(MESSAGES)).json()) as { data: ThreadBody[] };
    expect(data.map(({ id }) => id)).toEqual([plain.id, seen.id]);
    const found = await (await noa.caller.get(`${MESSAGES}/search?q=harbour`)).json();
    expect((found as { data: MessageBody[] }).data.map(({ thread }) => thread)).toEqual([plain.id, seen.id]);
    for (const { id } of [unseen, books]) {
      expect((await noa.caller.get(`${MESSAGES}/${id}/messages`)).status).toBe(404);
      expect((await noa.caller.get(`${MESSAGES}/${id}/export`)).status).toBe(404);
      const message = { clientId: "x", text: "hello?" };
      expect((await noa.caller.post(`${MESSAGES}/${id}/messages`, message)).status).toBe(404);
    }
    const asked = (id: string) => noa.caller.post(MESSAGES, { subject: "Well", context: { kind: "release", id } });
    expect((await asked(own)).status).toBe(201);
    expect((await asked(other)).status).toBe(422);
    await limitTo(other);
    await evictDurableObject(hubOf(world.artistId));
    client.say({ type: "send", thread: seen.id, clientId: "late", text: "am I here?" });
    await until("it to be closed", async () => client.closed, 5000);
    expect(client.closed).toMatchObject({ code: 4403 });
    expect((await noa.caller.get(`${MESSAGES}/${seen.id}`)).status).toBe(404);
    expect((await noa.caller.get(`${MESSAGES}/${unseen.id}`)).status).toBe(200);
  });

  it("what does not exist and what is not theirs to see cannot be talked about, and gets one answer", async () => {
    const { mara, noa } = await pair();
    const other = await newTeam("owner");
    const upload = await at(other.people, 0).caller.upload("a.tsv", "Reporting Date\tSale Month\n");
    const { id } = (await upload.json()) as { id: string };
    for (const [caller, context] of [
      [mara.caller, { kind: "statement", id }],
      [noa.caller, { kind: "statement", id }],
      [mara.caller, { kind: "release", id: "rel_01k9v3m6s0n8w2e4r6t8y0b1c3" }],
    ] as const) {
      const refused = await caller.post(MESSAGES, { subject: "Well", context });
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ code: "context_unknown" });
    }
  });

  it("only who belongs can take part, and who is taken out sees it no more", async () => {
    const { world, mara, noa, thread } = await pair();
    const stranger = await newPerson();
    const refused = await mara.caller.post(MESSAGES, { subject: "Well", participants: [stranger.userId] });
    expect(await bare(refused)).toMatchObject({ status: 422, code: "participant_unknown" });
    const participants = `${MESSAGES}/${thread.id}/participants`;
    expect((await change(mara.caller, participants, { add: [stranger.userId] })).status).toBe(422);
    await world.join(stranger.userId, "viewer");
    expect((await change(noa.caller, participants, { add: [stranger.userId] })).status).toBe(200);
    await say(stranger.caller, thread.id, "a viewer may speak");
    const client = await connect(noa.caller);
    expect(await (await change(mara.caller, participants, { remove: [noa.id] })).json()).toMatchObject({
      participants: [mara.id, stranger.userId].sort(),
    });
    await client.hear("that it is gone", ({ type, isGone }) => type === "thread" && isGone === true);
    expect((await noa.caller.get(`${MESSAGES}/${thread.id}`)).status).toBe(404);
  });

  it("who is blocked is not heard, does not count, and cannot draw one into threads", async () => {
    const { mara, noa, thread } = await pair();
    await say(noa.caller, thread.id, `before, @${mara.id}`);
    expect((await mara.caller.put(`${MESSAGES}/blocks/${noa.id}`)).status).toBe(204);
    const client = await connect(mara.caller);
    await say(noa.caller, thread.id, "after");
    const heard = await client.hear("its place", ({ type, seq }) => type === "message" && seq === 2);
    expect(heard).toMatchObject({ text: null });
    expect((await listAll(mara.caller, thread.id)).map(({ text }) => text)).toEqual([null, null]);
    expect((await showThread(mara.caller, thread.id)).unread).toBe(0);
    expect((await noa.caller.post(MESSAGES, { subject: "Hey", participants: [mara.id] })).status).toBe(422);
    expect((await mara.caller.delete(`${MESSAGES}/blocks/${noa.id}`)).status).toBe(204);
    expect((await mara.caller.delete(`${MESSAGES}/blocks/${noa.id}`)).status).toBe(404);
    expect((await listAll(mara.caller, thread.id)).map(({ text }) => text)).toEqual([`before, @${mara.id}`, "after"]);
  });
});

describe("how much at once", () => {
  it("of five times what is allowed, sent together, exactly what is allowed gets in, and the rest is told when", async () => {
    const { mara, noa, thread, path } = await pair();
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, n) => mara.caller.post(path, { clientId: `${n}`, text: "!" })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(30);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(120);
    for (const answer of refused) {
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(10);
    }
    expect(await listAll(noa.caller, thread.id)).toHaveLength(30);
    expect((await noa.caller.post(path, { clientId: "n", text: "somebody else may" })).status).toBe(201);
    const passed = answers.findIndex(({ status }) => status === 201);
    expect((await mara.caller.post(path, { clientId: `${passed}`, text: "!" })).status).toBe(200);
    const client = await connect(mara.caller);
    client.say({ type: "send", thread: thread.id, clientId: "socket", text: "!" });
    expect(await client.hear("a refusal", ({ code }) => code === "rate_limited")).toMatchObject({
      clientId: "socket",
      retryAfterSeconds: expect.any(Number),
    });
  });

  it("a message has 8,000 characters at most, and is not empty", async () => {
    const { mara, path } = await pair();
    expect((await mara.caller.post(path, { clientId: "a", text: "x".repeat(8000) })).status).toBe(201);
    for (const text of ["x".repeat(8001), "", "   "]) {
      expect((await mara.caller.post(path, { clientId: "b", text })).status).toBe(400);
    }
  });
});

describe("when the object does not answer", () => {
  it("it is 503 with Retry-After, whatever is asked", async () => {
    const world = await newWorld();
    const { headers } = await world.as("owner");
    const overloaded = Object.assign(new Error("Durable Object is overloaded."), { overloaded: true, remote: false });
    const fail = () => Promise.reject(overloaded);
    const HUB = { getByName: () => ({ ask: fail, fetch: fail }) } as unknown as Env["HUB"];
    for (const path of [MESSAGES, `${MESSAGES}/${NO_THREAD}/messages`, `${MESSAGES}/search?q=x`]) {
      const answer = await ask(quietEnv({ HUB }).env, new Request(ORIGIN + path, { headers }));
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toBe("2");
      expect(await answer.json()).toMatchObject({ code: "unavailable" });
    }
  });
});
