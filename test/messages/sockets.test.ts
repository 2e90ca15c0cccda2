// Sockets: tickets, order, resuming, sleep, and access that ends.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readSecret } from "../../src/messages/model.ts";
import { deliver, quietEnv } from "../harness/doors.ts";
import { at, connect, hubOf, knock, MESSAGES, newTeam, newThread, say, showThread, ticketOf } from "../harness/talk.ts";
import { newPerson, newWorld, ORIGIN, until } from "../harness/world.ts";

const isMessage = (seq: number) => (frame: { type: string; seq?: number }) =>
  frame.type === "message" && frame.seq === seq;

async function pair() {
  const { world, people } = await newTeam("owner", "editor");
  const [mara, noa] = [at(people, 0), at(people, 1)];
  const thread = await newThread(mara.caller, [noa.id]);
  return { world, mara, noa, thread };
}

describe("a socket", () => {
  it("greets with the threads and how far they have come, and carries messages both ways", async () => {
    const { mara, noa, thread } = await pair();
    await say(noa.caller, thread.id, "first");
    const [one, two] = [await connect(mara.caller), await connect(noa.caller)];
    const hello = await one.hear("hello", ({ type }) => type === "hello");
    expect(hello).toMatchObject({ user: mara.id, threads: [{ id: thread.id, lastSeq: 1, unread: 1 }] });
    one.say({ type: "send", thread: thread.id, clientId: "a", text: `hello @${noa.id}` });
    const ack = await one.hear("ack", ({ type }) => type === "ack");
    expect(ack).toMatchObject({ clientId: "a", seq: 2, thread: thread.id });
    const heard = await two.hear("the message", isMessage(2));
    expect(heard).toMatchObject({ id: ack.id, sender: mara.id, text: `hello @${noa.id}`, mentions: [noa.id] });
    two.say({ type: "read", thread: thread.id, seq: 2 });
    expect(await one.hear("read", ({ type }) => type === "read")).toMatchObject({ user: noa.id, seq: 2 });
    two.say({ type: "typing", thread: thread.id });
    expect(await one.hear("typing", ({ type }) => type === "typing")).toMatchObject({ user: noa.id });
    expect(two.frames.some(({ type }) => type === "typing")).toBe(false);
  });

  it("says who is there, and who has left", async () => {
    const { mara, noa } = await pair();
    const one = await connect(mara.caller);
    const two = await connect(noa.caller);
    await one.hear(
      "presence",
      ({ type, user, isOnline }) => type === "presence" && user === noa.id && isOnline === true,
    );
    expect(await two.hear("hello", ({ type }) => type === "hello")).toMatchObject({ online: [mara.id] });
    two.socket.close(1000, "bye");
    await one.hear(
      "absence",
      ({ type, user, isOnline }) => type === "presence" && user === noa.id && isOnline === false,
    );
    await until("the close to be answered", async () => two.closed);
    expect(two.closed).toMatchObject({ code: 1000 });
  });

  it("answers a ping without waking anybody, and nonsense with an error that names it", async () => {
    const { mara } = await pair();
    const one = await connect(mara.caller);
    let pongs = 0;
    one.socket.addEventListener("message", ({ data }) => {
      if (data === "pong") pongs += 1;
    });
    one.socket.send("ping");
    await until("pong", async () => pongs === 1);
    const nonsense = ["", "{", "null", "[]", '{"type":"hello"}', '{"type":"send","thread":1}', '{"type":"read"}'];
    for (const text of nonsense) one.socket.send(text);
    await until(
      "as many errors",
      async () => one.frames.filter(({ type }) => type === "error").length === nonsense.length,
    );
    expect(one.frames.filter(({ type }) => type === "error").every(({ code }) => code === "invalid_request")).toBe(
      true,
    );
    one.say({ type: "send", thread: "thr_01k9v3m6s0n8w2e4r6t8y0b1c3", clientId: "x", text: "into nowhere" });
    expect(await one.hear("refusal", ({ code }) => code === "not_found")).toMatchObject({ clientId: "x" });
    one.socket.send("x".repeat(64 * 1024 + 1));
    await until("it to be closed", async () => one.closed);
    expect(one.closed).toMatchObject({ code: 1009 });
  });

  it("changes and deletions reach everyone as the message they are about", async () => {
    const { mara, noa, thread } = await pair();
    const [one, two] = [await connect(mara.caller), await connect(noa.caller)];
    one.say({ type: "send", thread: thread.id, clientId: "a", text: "teh" });
    const { id } = await one.hear("ack", ({ type }) => type === "ack");
    one.say({ type: "edit", thread: thread.id, message: id, text: "the" });
    const edited = await two.hear("the change", ({ id: of, text }) => of === id && text === "the");
    expect(edited).toMatchObject({ seq: 1, edits: [{ text: "teh" }] });
    one.say({ type: "delete", thread: thread.id, message: id });
    expect(await two.hear("the deletion", ({ deletedAt }) => typeof deletedAt === "string")).toMatchObject({
      seq: 1,
      text: null,
      edits: [],
    });
  });
});

describe("a hurry", () => {
  it("is heard in order and whole: one frame in each text, or several by who asked for lines", async () => {
    const { mara, noa, thread } = await pair();
    const [one, two] = [await connect(mara.caller), await connect(noa.caller, "", undefined, "lines")];
    let texts = 0;
    two.socket.addEventListener("message", () => {
      texts += 1;
    });
    for (let n = 1; n <= 25; n += 1) one.say({ type: "send", thread: thread.id, clientId: `${n}`, text: `${n}` });
    await Promise.all([one.hear("the last", isMessage(25)), two.hear("the last", isMessage(25))]);
    await one.hear("its ack", ({ type, clientId }) => type === "ack" && clientId === "25");
    const inOrder = Array.from({ length: 25 }, (_, n) => `${n + 1}`);
    for (const { frames } of [one, two])
      expect(frames.filter(({ type }) => type === "message").map(({ text }) => text)).toEqual(inOrder);
    expect(one.frames.filter(({ type }) => type === "ack").map(({ clientId }) => clientId)).toEqual(inOrder);
    expect(texts).toBeLessThan(25);
  });

  it("loses nothing when the object is put to sleep in the middle of it", async () => {
    const { world, mara, noa, thread } = await pair();
    const [one, two] = [await connect(mara.caller), await connect(noa.caller, "", undefined, "lines")];
    for (let n = 1; n <= 20; n += 1) one.say({ type: "send", thread: thread.id, clientId: `${n}`, text: `${n}` });
    await two.hear("the first", isMessage(1));
    await evictDurableObject(hubOf(world.artistId));
    await Promise.all([one.hear("the last", isMessage(20)), two.hear("the last", isMessage(20))]);
    const seqs = two.frames.filter(({ type }) => type === "message").map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });
});

describe("resuming", () => {
  it("gets what was missed from its place on, once and in order, and then what comes", async () => {
    const { mara, noa, thread } = await pair();
    const first = await connect(noa.caller);
    for (const text of ["1", "2", "3"]) await say(mara.caller, thread.id, text);
    await first.hear("the third", isMessage(3));
    first.socket.close();
    for (const text of ["4", "5"]) await say(mara.caller, thread.id, text);
    const again = await connect(noa.caller, `${thread.id}:3`);
    await say(mara.caller, thread.id, "6");
    await again.hear("the sixth", isMessage(6));
    expect(again.frames.filter(({ type }) => type === "message").map(({ seq }) => seq)).toEqual([4, 5, 6]);
    expect(again.frames.find(({ type }) => type === "resumed")).toMatchObject({ seq: 5, isMore: false });
  });

  it("brings what was changed and deleted meanwhile, as it is now, once, and nothing that was known", async () => {
    const { mara, noa, thread } = await pair();
    const [first, second, third] = [
      await say(mara.caller, thread.id, "teh"),
      await say(mara.caller, thread.id, "by mistake"),
      await say(mara.caller, thread.id, "as it is"),
    ];
    const change = (id: string, text: string) =>
      mara.caller.send("PATCH", `${MESSAGES}/${thread.id}/messages/${id}`, {
        body: JSON.stringify({ text }),
        headers: { "content-type": "application/json" },
      });
    await change(third.id, "as it was");
    const before = await connect(noa.caller, `${thread.id}:0:0`);
    expect(await before.hear("its place", ({ type }) => type === "resumed")).toMatchObject({ seq: 3, revision: 1 });
    before.socket.close();
    await change(first.id, "the");
    await change(first.id, "The");
    await mara.caller.send("DELETE", `${MESSAGES}/${thread.id}/messages/${second.id}`);
    await say(mara.caller, thread.id, "new");
    const again = await connect(noa.caller, `${thread.id}:3:1`);
    const place = await again.hear("its place", ({ type }) => type === "resumed");
    expect(place).toMatchObject({ seq: 4, revision: 4, isMore: false });
    const heard = again.frames.filter(({ type }) => type === "message");
    expect(heard.map(({ seq, text, revision }) => ({ seq, text, revision }))).toEqual([
      { seq: 1, text: "The", revision: 3 },
      { seq: 2, text: null, revision: 4 },
      { seq: 4, text: "new", revision: 0 },
    ]);
    again.say({ type: "resume", thread: thread.id, after: 4, revision: 4 });
    await until("to be told", async () => again.frames.filter(({ type }) => type === "resumed").length === 2);
    expect(again.frames.filter(({ type }) => type === "message")).toHaveLength(3);
    const listed = await noa.caller.get(`${MESSAGES}/${thread.id}/messages?changedAfter=1&limit=1`);
    const page = (await listed.json()) as { data: { seq: number }[]; nextCursor: string };
    const next = await noa.caller.get(`${MESSAGES}/${thread.id}/messages?changedAfter=1&cursor=${page.nextCursor}`);
    const rest = (await next.json()) as { data: { seq: number }[]; nextCursor: string | null };
    expect([...page.data, ...rest.data].map(({ seq }) => seq)).toEqual([1, 2]);
    expect(rest.nextCursor).toBeNull();
    expect((await showThread(noa.caller, thread.id)).lastRevision).toBe(4);
  });

  it("of a long absence comes in parts, which the client asks for", async () => {
    const { world, mara, thread } = await pair();
    const writers = await Promise.all(Array.from({ length: 21 }, () => world.as("manager")));
    for (const writer of writers) {
      const { id } = (await (await writer.get("/api/me")).json()) as { id: string };
      await mara.caller.send("PATCH", `${MESSAGES}/${thread.id}/participants`, {
        body: JSON.stringify({ add: [id] }),
        headers: { "content-type": "application/json" },
      });
      for (let n = 0; n < 25; n += 1) await say(writer, thread.id, `${n}`);
    }
    const late = await connect(mara.caller, `${thread.id}:0`);
    const part = await late.hear("the first part", ({ type }) => type === "resumed");
    expect(part).toMatchObject({ seq: 500, isMore: true });
    late.say({ type: "resume", thread: thread.id, after: 500 });
    await late.hear("the rest", ({ type, isMore }) => type === "resumed" && isMore === false);
    const seqs = late.frames.filter(({ type }) => type === "message").map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: 525 }, (_, n) => n + 1));
  });

  it("a thread that is no longer to be seen costs the others nothing", async () => {
    const { mara, thread } = await pair();
    await say(mara.caller, thread.id, "kept");
    const client = await connect(mara.caller, `thr_01k9v3m6s0n8w2e4r6t8y0b1c3:4,${thread.id}:0`);
    await client.hear("the message", isMessage(1));
    expect(client.frames.find(({ type }) => type === "error")).toMatchObject({ code: "not_found" });
  });
});

describe("sleep", () => {
  it("between messages loses neither sockets nor places: an object that was evicted goes on where it was", async () => {
    const { world, mara, noa, thread } = await pair();
    const [one, two] = [await connect(mara.caller), await connect(noa.caller)];
    for (let seq = 1; seq <= 4; seq += 1) {
      await evictDurableObject(hubOf(world.artistId));
      const from = seq % 2 === 0 ? one : two;
      from.say({ type: "send", thread: thread.id, clientId: `${seq}`, text: `${seq}` });
      await Promise.all([one.hear("it", isMessage(seq)), two.hear("it", isMessage(seq))]);
    }
    const seqs = one.frames.filter(({ type }) => type === "message").map(({ seq }) => seq);
    expect(seqs).toEqual([1, 2, 3, 4]);
  });
});

describe("a ticket", () => {
  it("works once, for half a minute, and only from our own pages or from programs", async () => {
    const { world, mara } = await pair();
    const ticket = await ticketOf(mara.caller);
    for (const origin of ["https://evil.test", "null", `${ORIGIN}.evil.test`, "http://dashboard.test"]) {
      const refused = await knock(ticket, "", { origin });
      expect(refused.status, origin).toBe(403);
      expect(await refused.json()).toMatchObject({ code: "origin_refused" });
    }
    const used = await knock(ticket, "", { origin: ORIGIN });
    expect(used.status).toBe(101);
    used.webSocket?.accept();
    used.webSocket?.close();
    expect((await knock(ticket)).status).toBe(401);
    const raced = await ticketOf(mara.caller);
    const answers = await Promise.all(Array.from({ length: 8 }, () => knock(raced)));
    expect(answers.filter(({ status }) => status === 101)).toHaveLength(1);
    for (const { webSocket } of answers) {
      webSocket?.accept();
      webSocket?.close();
    }
    const old = await ticketOf(mara.caller);
    await runInDurableObject(hubOf(world.artistId), (_, state) => {
      state.storage.sql.exec("UPDATE tickets SET expires_at = ?", Date.now());
    });
    expect((await knock(old)).status).toBe(401);
    for (const text of ["x", old.slice(0, -2), `${old}A`, ""])
      expect((await knock(text)).status, text).toBeGreaterThanOrEqual(400);
  });

  it("is only kept as a hash", async () => {
    const { world, mara } = await pair();
    const ticket = await ticketOf(mara.caller);
    const rows = await runInDurableObject(hubOf(world.artistId), (_, state) =>
      state.storage.sql.exec("SELECT * FROM tickets").toArray(),
    );
    expect(rows).toHaveLength(1);
    const known = readSecret(new TextEncoder().encode(env.SIGNING_KEY), "ticket", ticket);
    expect(known?.artistId).toBe(world.artistId);
    expect(known?.secret).toHaveLength(43);
    expect(JSON.stringify(rows)).not.toContain(known?.secret);
  });

  it("of a member who has left meanwhile, or whose session is over, opens nothing", async () => {
    const { mara, noa } = await pair();
    const tickets = [await ticketOf(noa.caller), await ticketOf(mara.caller)];
    await env.DB.prepare("DELETE FROM memberships WHERE user_id = ?").bind(noa.id).run();
    await env.DB.prepare("UPDATE sessions SET expires_at = ? WHERE user_id = ?").bind(Date.now(), mara.id).run();
    for (const ticket of tickets) expect((await knock(ticket)).status).toBe(401);
  });
});

describe("access that ends", () => {
  const recheck = (artistId: string, userId: string | null) =>
    deliver(quietEnv().env, [{ id: `job_${artistId}${userId}`, kind: "hub.recheck", body: { artistId, userId } }]);

  it("closes the sockets of who is gone or has another role when team says so, within five seconds, and no others", async () => {
    const { world, people } = await newTeam("owner", "editor", "viewer");
    const [mara, noa, ada] = [at(people, 0), at(people, 1), at(people, 2)];
    const thread = await newThread(mara.caller, [noa.id, ada.id]);
    const clients = await Promise.all([mara, noa, ada].map(({ caller }) => connect(caller)));
    const [one, two, three] = [at(clients, 0), at(clients, 1), at(clients, 2)];
    await env.DB.prepare("DELETE FROM memberships WHERE user_id = ?").bind(noa.id).run();
    await env.DB.prepare("UPDATE memberships SET role = 'marketer' WHERE user_id = ?").bind(ada.id).run();
    await recheck(world.artistId, noa.id);
    await until("it to be closed", async () => two.closed, 5000);
    expect(two.closed).toMatchObject({ code: 4403 });
    expect(three.closed).toBeNull();
    await evictDurableObject(hubOf(world.artistId));
    await recheck(world.artistId, null);
    await until("it to be closed", async () => three.closed, 5000);
    await say(mara.caller, thread.id, "just us");
    await one.hear("it", isMessage(1));
    expect(two.frames.concat(three.frames).filter(({ type }) => type === "message")).toEqual([]);
  });

  it("closes the socket of who is limited to single releases, in the same role", async () => {
    const { world, noa } = await pair();
    const client = await connect(noa.caller);
    await env.DB.prepare("UPDATE memberships SET scope_json = ? WHERE user_id = ?")
      .bind('{"kind":"release","releaseIds":["rel_x"]}', noa.id)
      .run();
    await recheck(world.artistId, noa.id);
    await until("it to be closed", async () => client.closed, 5000);
    expect(client.closed).toMatchObject({ code: 4403 });
  });

  it("ends a socket that acts, also when nobody said so", async () => {
    const { world, noa, thread } = await pair();
    const client = await connect(noa.caller);
    await env.DB.prepare("DELETE FROM memberships WHERE user_id = ?").bind(noa.id).run();
    // What is believed for a moment lies in memory alone.
    await evictDurableObject(hubOf(world.artistId));
    client.say({ type: "send", thread: thread.id, clientId: "late", text: "am I here?" });
    await until("it to be closed", async () => client.closed, 5000);
    expect((await showThread(await world.as("owner"), thread.id)).lastSeq).toBeUndefined();
    expect(client.frames.filter(({ type }) => type === "ack")).toEqual([]);
  });

  it("ends at its hour: nothing is heard after it, and the alarm closes the socket", async () => {
    const { world, people } = await newTeam("owner");
    const mara = at(people, 0);
    const visitor = await newPerson();
    const end = Date.now() + 1500;
    await world.join(visitor.userId, "editor", end);
    const thread = await newThread(mara.caller, [visitor.userId]);
    const client = await connect(visitor.caller);
    await until("its end", async () => Date.now() > end, 3000);
    await say(mara.caller, thread.id, "too late for you");
    await runDurableObjectAlarm(hubOf(world.artistId));
    await until("it to be closed", async () => client.closed, 5000);
    expect(client.closed).toMatchObject({ code: 4403 });
    expect(client.frames.filter(({ type }) => type === "message")).toEqual([]);
  });

  it("a key that is revoked loses its socket, and so does a person who signs out", async () => {
    const { world, mara } = await pair();
    const program = await world.as("editor");
    const [keyed, signed] = [await connect(program), await connect(mara.caller)];
    await env.DB.prepare("UPDATE api_keys SET revoked_at = 1 WHERE artist_id = ?").bind(world.artistId).run();
    await mara.caller.post("/api/auth/logout");
    await recheck(world.artistId, null);
    await until("both to be closed", async () => keyed.closed && signed.closed, 5000);
  });

  it("the hub of another artist is another hub", async () => {
    const { mara, thread } = await pair();
    const other = await newWorld();
    const caller = {
      artistId: other.artistId,
      id: mara.id,
      role: "owner",
      sees: [],
      hidden: [],
      releases: null,
      only: null,
    };
    const own = hubOf(thread.id.replace("thr", "art"));
    expect(await own.ask(caller, "listThreads", { before: null, limit: 10 })).toMatchObject({
      problem: { code: "not_found" },
    });
  });
});
