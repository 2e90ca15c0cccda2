// Decisions: a message that everybody named signs, word for word, and that nothing changes afterwards.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ask } from "../../src/messages/ask.ts";
import {
  at,
  connect,
  listAll,
  MESSAGES,
  type Member,
  type MessageBody,
  newTeam,
  newThread,
  say,
  type ThreadBody,
} from "../harness/talk.ts";
import { type Caller, newPerson, until, type World } from "../harness/world.ts";

interface DecisionBody {
  id: string;
  status: string;
  thread: string;
  message: string;
  text: string;
  attachments: { filename: string; sha256: string; sizeBytes: number }[];
  context: { kind: string; id: string } | null;
  parties: { user: string; answer: string | null; at: string | null }[];
  proposedBy: string;
  endedAt: string | null;
  canonical: string;
  hash: string;
}

const DECISIONS = `${MESSAGES}/decisions`;
const NONE = "dec_01k9v3m6s0n8w2e4r6t8y0b1c3";

async function propose(caller: Caller, message: MessageBody, parties: readonly string[]): Promise<DecisionBody> {
  const response = await caller.post(`${MESSAGES}/${message.thread}/decisions`, { message: message.id, parties });
  if (response.status !== 201) throw new Error(`proposal: ${response.status} ${await response.text()}`);
  return response.json();
}

const answer = (caller: Caller, { id, hash }: Pick<DecisionBody, "id" | "hash">, said = "signed") =>
  caller.put(`${DECISIONS}/${id}/answer`, { answer: said, hash });

async function show(caller: Caller, id: string): Promise<DecisionBody> {
  return (await caller.get(`${DECISIONS}/${id}`)).json();
}

/** A proposal of the first of a team of three, which the other two are to sign. */
async function proposed(): Promise<{
  world: World;
  mara: Member;
  noa: Member;
  ada: Member;
  thread: ThreadBody;
  message: MessageBody;
  decision: DecisionBody;
}> {
  const { world, people } = await newTeam("owner", "manager", "label");
  const [mara, noa, ada] = [at(people, 0), at(people, 1), at(people, 2)];
  const thread = await newThread(mara.caller, [noa.id, ada.id]);
  const message = await say(mara.caller, thread.id, "Half each, from July on.");
  return { world, mara, noa, ada, thread, message, decision: await propose(mara.caller, message, [noa.id, ada.id]) };
}

async function sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function actionsOf(target: string): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT action FROM audit_log WHERE target = ? ORDER BY id")
    .bind(target)
    .all<{ action: string }>();
  return results.map(({ action }) => action);
}

describe("a message that everybody named signs", () => {
  it("becomes a decision: its words, files, thread's object and signers are what the hash says, to anybody who computes it", async () => {
    const { people } = await newTeam("owner", "accountant");
    const [mara, noa] = [at(people, 0), at(people, 1)];
    const upload = await mara.caller.upload("a.tsv", "Reporting Date\tSale Month\n");
    const context = { kind: "statement", id: ((await upload.json()) as { id: string }).id };
    const thread = await newThread(mara.caller, [noa.id], { context });
    const file = { body: "the split sheet", headers: { "content-length": "15" } };
    const sent = await mara.caller.send("POST", `${MESSAGES}/attachments?filename=split.txt`, file);
    const { id: attachment } = (await sent.json()) as { id: string };
    const message = await say(mara.caller, thread.id, "Half each — “for good”.", { attachments: [attachment] });
    const decision = await propose(mara.caller, message, [noa.id, mara.id, noa.id]);
    const parties = [mara.id, noa.id].sort();
    const files = [{ filename: "split.txt", sha256: await sha256("the split sheet"), sizeBytes: 15 }];
    expect(decision).toMatchObject({ status: "proposed", context, attachments: files, proposedBy: mara.id });
    expect(decision.parties).toEqual(parties.map((user) => ({ user, answer: null, at: null })));
    expect(await sha256(decision.canonical)).toBe(decision.hash);
    const { seq, text } = message;
    expect(JSON.parse(decision.canonical)).toEqual({
      attachments: files,
      context,
      message: message.id,
      parties,
      sender: mara.id,
      seq,
      text,
      thread: thread.id,
    });
    expect(Object.keys(JSON.parse(decision.canonical))).toEqual(Object.keys(JSON.parse(decision.canonical)).sort());
    expect(await (await answer(noa.caller, decision)).json()).toMatchObject({ status: "proposed", endedAt: null });
    const last = (await (await answer(mara.caller, decision)).json()) as DecisionBody;
    expect(last).toMatchObject({ id: decision.id, status: "decided", hash: decision.hash });
    expect(last.parties.every((party) => party.answer === "signed" && party.at !== null)).toBe(true);
    expect(last.endedAt).not.toBeNull();
    for (const { caller } of [mara, noa]) {
      expect(await show(caller, decision.id)).toEqual(last);
      for (const query of ["", `?thread=${thread.id}`]) {
        expect(await (await caller.get(DECISIONS + query)).json()).toEqual({ data: [last], nextCursor: null });
      }
      expect(at(await listAll(caller, thread.id), 0).decision).toBe(decision.id);
    }
    expect(await actionsOf(decision.id)).toEqual(["decision.propose", "decision.sign", "decision.sign"]);
  });

  it("is decided once, also when all sign at the same time, and everybody who takes part hears of each signature once", async () => {
    const roles = ["owner", "admin", "manager", "label", "editor", "viewer", "viewer", "viewer"] as const;
    const { people } = await newTeam(...roles);
    const mara = at(people, 0);
    const ids = people.map(({ id }) => id);
    const thread = await newThread(mara.caller, ids.slice(1));
    const client = await connect(mara.caller);
    const decision = await propose(mara.caller, await say(mara.caller, thread.id, "All in?"), ids);
    const answers = await Promise.all(
      people.flatMap(({ caller }) => [answer(caller, decision), answer(caller, decision)]),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const done = await show(mara.caller, decision.id);
    expect(done.status).toBe("decided");
    await client.hear("that it is decided", ({ type, status }) => type === "decision" && status === "decided");
    const told = client.frames.filter(({ type }) => type === "decision");
    expect(told.filter(({ status }) => status === "decided")).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({ id: decision.id, thread: thread.id, signed: [...ids].sort() });
    const counts = told.map(({ signed }) => signed?.length ?? -1);
    expect(counts).toEqual([...new Set(counts)].sort((one, other) => one - other));
    const { results } = await env.DB.prepare("SELECT party FROM decision_answers WHERE decision_id = ?")
      .bind(decision.id)
      .all();
    expect(results).toHaveLength(ids.length);
    expect(await actionsOf(decision.id)).toHaveLength(1 + ids.length);
  });

  it("is signed by who is named, by their session, to the very words, once; a stranger learns nothing", async () => {
    const { world, mara, noa, decision } = await proposed();
    expect((await answer(mara.caller, decision)).status).toBe(403);
    const other = { id: decision.id, hash: decision.hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) };
    expect(await (await answer(noa.caller, other)).json()).toMatchObject({ code: "stale" });
    for (let times = 0; times < 3; times += 1) expect((await answer(noa.caller, decision)).status).toBe(200);
    expect((await answer(noa.caller, decision, "declined")).status).toBe(409);
    expect(await actionsOf(decision.id)).toEqual(["decision.propose", "decision.sign"]);
    const { userId, caller } = await newPerson();
    await world.join(userId, "admin");
    const bare = async (response: Response) => ({ ...((await response.json()) as object), instance: "" });
    expect(await bare(await caller.get(`${DECISIONS}/${decision.id}`))).toEqual(
      await bare(await caller.get(`${DECISIONS}/${NONE}`)),
    );
    expect(await bare(await answer(caller, decision))).toEqual(
      await bare(await answer(caller, { ...other, id: NONE })),
    );
    expect(await (await caller.get(DECISIONS)).json()).toMatchObject({ data: [] });
    const words = await say(mara.caller, decision.thread, "And by a program?");
    const program = { message: words.id, parties: ["key_01k9v3m6s0n8w2e4r6t8y0b1c3"] };
    expect((await mara.caller.post(`${MESSAGES}/${words.thread}/decisions`, program)).status).toBe(400);
  });
});

describe("what was signed", () => {
  it("nothing changes in the database: not a decision, not an answer, and not an open proposal's words", async () => {
    const { noa, ada, mara, message, decision, thread } = await proposed();
    await answer(noa.caller, decision);
    await answer(ada.caller, decision);
    const open = await propose(mara.caller, await say(mara.caller, thread.id, "And this?"), [noa.id]);
    const dump = async () =>
      JSON.stringify([
        (await env.DB.prepare("SELECT * FROM decisions WHERE thread_id = ? ORDER BY id").bind(thread.id).all()).results,
        (await env.DB.prepare("SELECT * FROM decision_answers WHERE decision_id = ?").bind(decision.id).all()).results,
      ]);
    const before = await dump();
    const { results: columns } = await env.DB.prepare("SELECT name FROM pragma_table_info('decisions')").all<{
      name: string;
    }>();
    expect(columns.length).toBeGreaterThan(9);
    const attempts = [
      ...columns.flatMap(({ name }) =>
        [decision.id, open.id].map((id) => `UPDATE decisions SET ${name} = ${name} || '0' WHERE id = '${id}'`),
      ),
      ...[decision.id, open.id].map((id) => `DELETE FROM decisions WHERE id = '${id}'`),
      `UPDATE decisions SET status = 'withdrawn', ended_at = 1 WHERE id = '${decision.id}'`,
      `UPDATE decisions SET status = 'decided', ended_at = 1 WHERE id = '${open.id}'`,
      `INSERT OR REPLACE INTO decisions SELECT artist_id, id, thread_id, message_id, '{}', hash, 'proposed', proposed_by,
        proposed_at, NULL FROM decisions WHERE id = '${decision.id}'`,
      `INSERT INTO decisions SELECT artist_id, '${NONE}', thread_id, message_id, content, hash, 'decided', proposed_by,
        proposed_at, 1 FROM decisions WHERE id = '${decision.id}'`,
      `UPDATE decision_answers SET answer = 'declined' WHERE decision_id = '${decision.id}'`,
      `DELETE FROM decision_answers WHERE decision_id = '${decision.id}'`,
      `INSERT OR REPLACE INTO decision_answers SELECT artist_id, decision_id, party, 'declined', hash, at
        FROM decision_answers WHERE decision_id = '${decision.id}'`,
      `INSERT INTO decision_answers SELECT artist_id, id, '${ada.id}', 'signed', hash, 1 FROM decisions WHERE id = '${open.id}'`,
      `INSERT INTO decision_answers SELECT artist_id, id, '${noa.id}', 'signed', 'other', 1 FROM decisions
        WHERE id = '${open.id}'`,
    ];
    for (const sql of attempts) await expect(env.DB.prepare(sql).run(), sql).rejects.toThrow();
    expect(await dump()).toBe(before);
    expect((await mara.caller.delete(`${DECISIONS}/${decision.id}`)).status).toBe(409);
    const path = `${MESSAGES}/${thread.id}/messages/${message.id}`;
    expect((await mara.caller.patch(path, { text: "A third" })).status).toBe(409);
    expect((await mara.caller.delete(path)).status).toBe(409);
    expect(await dump()).toBe(before);
  });

  it("stays readable when the signers have left, to whoever may see the thread", async () => {
    const { mara, noa, ada, decision, thread } = await proposed();
    await answer(noa.caller, decision);
    await answer(ada.caller, decision);
    await mara.caller.patch(`${MESSAGES}/${thread.id}/participants`, { remove: [noa.id, ada.id] });
    expect(await show(mara.caller, decision.id)).toMatchObject({ status: "decided", text: "Half each, from July on." });
    expect((await noa.caller.get(`${DECISIONS}/${decision.id}`)).status).toBe(404);
  });
});

describe("a proposal", () => {
  it("holds its message still, over HTTP and over a socket; refused by one it lets go, and may be made anew", async () => {
    const { mara, noa, ada, message, decision, thread } = await proposed();
    const path = `${MESSAGES}/${thread.id}/messages/${message.id}`;
    expect(await (await mara.caller.patch(path, { text: "A third" })).json()).toMatchObject({
      code: "message_settled",
    });
    expect((await mara.caller.delete(path)).status).toBe(409);
    const client = await connect(mara.caller);
    for (const frame of [{ type: "edit", text: "A third" }, { type: "delete" }]) {
      const refusals = client.frames.filter(({ code }) => code === "message_settled").length;
      client.say({ ...frame, thread: thread.id, message: message.id });
      await until("a refusal", async () =>
        client.frames.filter(({ code }) => code === "message_settled").length > refusals ? true : null,
      );
    }
    const again = await ada.caller.post(`${MESSAGES}/${thread.id}/decisions`, {
      message: message.id,
      parties: [ada.id],
    });
    expect(await again.json()).toMatchObject({ code: "conflict" });
    await answer(noa.caller, decision);
    expect(await (await answer(ada.caller, decision, "declined")).json()).toMatchObject({ status: "declined" });
    await client.hear("that it came to nothing", ({ type, status }) => type === "decision" && status === "declined");
    await client.hear("its message, free", ({ type, id, decision: of }) => {
      return type === "message" && id === message.id && of === null;
    });
    expect(await (await answer(mara.caller, decision)).json()).toMatchObject({ code: "forbidden" });
    expect((await mara.caller.patch(path, { text: "A third each" })).status).toBe(200);
    const anew = await propose(mara.caller, message, [noa.id]);
    expect(anew).toMatchObject({ text: "A third each", status: "proposed" });
    expect(anew.id).not.toBe(decision.id);
    expect(anew.hash).not.toBe(decision.hash);
    const stale = await answer(noa.caller, { id: anew.id, hash: decision.hash });
    expect(stale.status).toBe(412);
    expect((await show(noa.caller, decision.id)).parties.map((party) => party.answer).sort()).toEqual([
      "declined",
      "signed",
    ]);
  });

  it("is taken back by who made it, or an owner or admin, before all have signed, and by nobody else", async () => {
    const { mara, noa, ada, decision, thread } = await proposed();
    expect((await noa.caller.delete(`${DECISIONS}/${decision.id}`)).status).toBe(403);
    await answer(noa.caller, decision);
    for (let times = 0; times < 2; times += 1) {
      const taken = await mara.caller.delete(`${DECISIONS}/${decision.id}`);
      expect(await taken.json()).toMatchObject({ status: "withdrawn" });
    }
    expect(await (await answer(ada.caller, decision)).json()).toMatchObject({ code: "decision_closed" });
    expect((await answer(noa.caller, decision)).status).toBe(200);
    expect((await show(ada.caller, decision.id)).status).toBe("withdrawn");
    expect(await actionsOf(decision.id)).toEqual(["decision.propose", "decision.sign", "decision.withdraw"]);
    const hers = await propose(noa.caller, await say(noa.caller, thread.id, "Mine"), [ada.id]);
    expect((await mara.caller.delete(`${DECISIONS}/${hers.id}`)).status).toBe(200);
  });

  it("of many at once, and after one that was cut off half-way, one is kept", async () => {
    const { world, mara, noa, ada, thread } = await proposed();
    const message = await say(mara.caller, thread.id, "This?");
    const caller = {
      artistId: world.artistId,
      id: mara.id,
      role: "owner",
      sees: [],
      hidden: [],
      releases: null,
      only: null,
    };
    const left = await ask(await world.ctx(), caller, "holdMessage", { thread: thread.id, message: message.id });
    const input = (parties: string[]) => ({ message: message.id, parties });
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        mara.caller.post(`${MESSAGES}/${thread.id}/decisions`, input(n % 2 === 0 ? [noa.id] : [noa.id, ada.id])),
      ),
    );
    expect(made.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 11 }, () => 409)]);
    const kept = (await made.find(({ status }) => status === 201)?.json()) as DecisionBody;
    expect(kept.id).toBe(left.decision);
    expect(await show(noa.caller, kept.id)).toEqual(kept);
  });

  it("cannot be signed by a member who was removed before; it stays open until it is taken back", async () => {
    const { world, mara, noa, ada, decision } = await proposed();
    await answer(noa.caller, decision);
    await env.DB.prepare("DELETE FROM memberships WHERE artist_id = ? AND user_id = ?")
      .bind(world.artistId, ada.id)
      .run();
    const headers = { "artist-id": world.artistId };
    const body = { answer: "signed", hash: decision.hash };
    expect((await ada.caller.put(`${DECISIONS}/${decision.id}/answer`, body, headers)).status).toBe(404);
    expect(await show(mara.caller, decision.id)).toMatchObject({ status: "proposed" });
    expect((await mara.caller.delete(`${DECISIONS}/${decision.id}`)).status).toBe(200);
  });

  it("names people who take part and see what the thread is about, and a message that still has words", async () => {
    const { people } = await newTeam("owner", "accountant", "editor");
    const [mara, noa, ada] = [at(people, 0), at(people, 1), at(people, 2)];
    const upload = await mara.caller.upload("a.tsv", "Reporting Date\tSale Month\n");
    const context = { kind: "statement", id: ((await upload.json()) as { id: string }).id };
    const thread = await newThread(mara.caller, [noa.id, ada.id], { context });
    const message = await say(mara.caller, thread.id, "So?");
    const stranger = await newPerson();
    const path = `${MESSAGES}/${thread.id}/decisions`;
    for (const party of [ada.id, stranger.userId]) {
      const refused = await mara.caller.post(path, { message: message.id, parties: [noa.id, party] });
      expect(await refused.json()).toMatchObject({ code: "participant_unknown" });
    }
    expect((await mara.caller.post(path, { message: message.id, parties: [] })).status).toBe(400);
    await mara.caller.delete(`${MESSAGES}/${thread.id}/messages/${message.id}`);
    const empty = await mara.caller.post(path, { message: message.id, parties: [noa.id] });
    expect(await empty.json()).toMatchObject({ code: "message_settled" });
    const elsewhere = await newThread(mara.caller, [noa.id]);
    const other = await say(mara.caller, elsewhere.id, "So?");
    expect((await mara.caller.post(path, { message: other.id, parties: [noa.id] })).status).toBe(404);
  });

  it("is signed by a guest of the thread too, who sees those they are named in and no others", async () => {
    const { world, mara, noa, thread } = await proposed();
    const ada = await newPerson();
    const invited = await mara.caller.post(`${MESSAGES}/${thread.id}/guests`, { email: ada.email });
    expect(invited.status).toBe(201);
    const token = await until("the invitation", async () => {
      const row = await env.DB.prepare("SELECT text FROM dev_mail WHERE to_address = ?").bind(ada.email).first<{
        text: string;
      }>();
      return /invitations\/([\w-]+)/.exec(row?.text ?? "")?.[1] ?? null;
    });
    const guest = "/api/messages/guest";
    // The token is in the mail a moment before its hash is kept.
    await until("to be in", async () => (await ada.caller.post(`${guest}/invitations/${token}`)).status === 200);
    const decision = await propose(mara.caller, await say(mara.caller, thread.id, "With Ada"), [ada.userId, noa.id]);
    const shown = (await (await ada.caller.get(`${guest}/${thread.id}/decisions`)).json()) as { data: DecisionBody[] };
    expect(shown.data).toEqual([decision]);
    const path = `${guest}/${thread.id}/decisions/${decision.id}/answer`;
    const body = { answer: "signed", hash: decision.hash };
    expect((await ada.caller.put(path, body)).status).toBe(200);
    expect((await answer(noa.caller, decision)).status).toBe(200);
    expect(await show(mara.caller, decision.id)).toMatchObject({ status: "decided" });
    expect((await ada.caller.get(`${DECISIONS}/${decision.id}`, { "artist-id": world.artistId })).status).toBe(404);
  });
});
