// Guests: a person from outside in one thread, let in by a mailed link, and shown out.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { deliver, jobsOf, quietEnv } from "../harness/doors.ts";
import {
  at,
  connect,
  knock,
  listAll,
  MESSAGES,
  type MessageBody,
  newTeam,
  newThread,
  say,
  type ThreadBody,
  ticketOf,
} from "../harness/talk.ts";
import { type Caller, newPerson, nobody, ORIGIN, until } from "../harness/world.ts";

const GUEST = "/api/messages/guest";

async function invited() {
  const { world, people } = await newTeam("owner", "editor");
  const [mara, noa] = [at(people, 0), at(people, 1)];
  const thread = await newThread(mara.caller, [noa.id]);
  const ada = await newPerson();
  const response = await mara.caller.post(`${MESSAGES}/${thread.id}/guests`, { email: ada.email.toUpperCase() });
  expect(response.status).toBe(201);
  const guest = (await response.json()) as { id: string; status: string };
  expect(guest.status).toBe("pending");
  return { world, mara, noa, ada, thread, guest, token: await mailed(ada.email) };
}

/** The token in the latest mail to an address. */
function mailed(email: string): Promise<string> {
  return until(`an invitation to ${email}`, async () => {
    const row = await env.DB.prepare("SELECT text FROM dev_mail WHERE to_address = ? ORDER BY id DESC")
      .bind(email)
      .first<{ text: string }>();
    return /guest\/invitations\/([\w-]+)/.exec(row?.text ?? "")?.[1] ?? null;
  });
}

const accept = (caller: Caller, token: string) => caller.post(`${GUEST}/invitations/${token}`);

describe("an invitation", () => {
  it("lets the person of its address in, whose accepting it twice changes nothing, and is kept as a hash alone", async () => {
    const { ada, thread, token, mara } = await invited();
    const kept = await env.DB.prepare("SELECT * FROM message_guests WHERE thread_id = ?").bind(thread.id).all();
    expect(JSON.stringify(kept.results)).not.toContain(token);
    expect((await nobody.post(`${GUEST}/invitations/${token}`)).status).toBe(401);
    const wrong = await newPerson();
    expect((await accept(wrong.caller, token)).status).toBe(410);
    for (let times = 0; times < 2; times += 1) {
      const answer = await accept(ada.caller, token);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ status: "accepted", userId: ada.userId, thread: thread.id });
    }
    const { guests, participants } = (await (await mara.caller.get(`${MESSAGES}/${thread.id}`)).json()) as ThreadBody;
    expect(guests).toEqual([ada.userId]);
    expect(participants).not.toContain(ada.userId);
  });

  it("that is over or taken back lets nobody in, and is mailed once", async () => {
    const { world, ada, thread, guest, token, mara } = await invited();
    const body = { artistId: world.artistId, guestId: guest.id, origin: "https://dashboard.test" };
    await deliver(quietEnv().env, [{ id: `job_${guest.id}`, kind: "mail.guest_invitation", body }]);
    expect(await mailed(ada.email)).toBe(token);
    const endAt = (at: number) =>
      env.DB.prepare("UPDATE message_guests SET expires_at = ? WHERE id = ?").bind(at, guest.id).run();
    await endAt(Date.now());
    expect((await accept(ada.caller, token)).status).toBe(410);
    await endAt(Date.now() + 60_000);
    expect((await mara.caller.delete(`${MESSAGES}/${thread.id}/guests/${guest.id}`)).status).toBe(204);
    expect((await accept(ada.caller, token)).status).toBe(410);
  });

  it("leaves once when two deliveries of its job meet, and the link that left works", async () => {
    const { people } = await newTeam("owner");
    const mara = at(people, 0);
    const thread = await newThread(mara.caller);
    const ada = await newPerson();
    const url = `${ORIGIN}${MESSAGES}/${thread.id}/guests`;
    const { jobs } = await jobsOf(mara.caller, "POST", url, { email: ada.email });
    const [job] = jobs;
    const ids = Array.from({ length: 12 }, (_, n) => `job_${ada.userId}_${n}`);
    const outcomes = await Promise.all(ids.map((id) => deliver(quietEnv().env, [{ ...job, id }])));
    // Who lost comes again, and then finds that it has left.
    const retried = outcomes.flatMap(({ retried: again }) => again);
    expect(retried.length).toBeLessThan(ids.length);
    await Promise.all(ids.map((id) => deliver(quietEnv().env, [{ ...job, id }])));
    const { results } = await env.DB.prepare("SELECT 1 FROM dev_mail WHERE to_address = ?").bind(ada.email).all();
    expect(results).toHaveLength(1);
    expect((await accept(ada.caller, await mailed(ada.email))).status).toBe(200);
  });

  it("leads a browser that is not signed in through a mailed link and back, and then in", async () => {
    const { ada, token, mara, thread } = await invited();
    const path = `${GUEST}/invitations/${token}`;
    const html = { accept: "text/html" };
    const browser = { ...html, origin: ORIGIN };
    expect((await nobody.send("POST", path, { headers: { ...html, origin: "https://evil.test" } })).status).toBe(403);
    const asked = await nobody.send("POST", path, { headers: browser });
    expect(asked.status).toBe(202);
    expect(await asked.text()).toContain("sign in first");
    const back = asked.headers.get("set-cookie") ?? "";
    const link = await until("a link to sign in", async () => {
      const row = await env.DB.prepare("SELECT text FROM dev_mail WHERE to_address = ? ORDER BY id DESC")
        .bind(ada.email)
        .first<{ text: string }>();
      return row?.text.includes("invitations") ? null : new URL(/https:\S+/.exec(row?.text ?? "")?.[0] ?? "").pathname;
    });
    const signedIn = await nobody.send("POST", link, {
      headers: { origin: ORIGIN, cookie: back.slice(0, back.indexOf(";")) },
    });
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get("location")).toBe(path);
    const session = signedIn.headers.getSetCookie().find((each) => each.startsWith("__Host-session=")) ?? "";
    const cookie = session.slice(0, session.indexOf(";"));
    const accepted = await nobody.send("POST", path, { headers: { ...browser, cookie } });
    expect(accepted.status).toBe(303);
    expect(accepted.headers.get("location")).toBe("/docs");
    const { guests } = (await (await mara.caller.get(`${MESSAGES}/${thread.id}`)).json()) as ThreadBody;
    expect(guests).toEqual([ada.userId]);
    const unknown = await nobody.send("POST", `${GUEST}/invitations/${"x".repeat(43)}`, { headers: browser });
    expect(unknown.status).toBe(410);
    expect(unknown.headers.get("content-type")).toContain("text/html");
  });

  it("is for the owner, admins and managers to give", async () => {
    const { noa, thread } = await invited();
    expect((await noa.caller.post(`${MESSAGES}/${thread.id}/guests`, { email: "x@example.com" })).status).toBe(403);
  });
});

describe("a guest", () => {
  it("sees the one thread and speaks in it, and nothing else: not what it is about, not the team, not the artist", async () => {
    const { world, mara, noa, ada, token } = await invited();
    const upload = await mara.caller.upload("a.tsv", "Reporting Date\tSale Month\n");
    const { id } = (await upload.json()) as { id: string };
    const thread = await newThread(mara.caller, [noa.id], { context: { kind: "statement", id } });
    const other = await newThread(mara.caller, [noa.id]);
    await env.DB.prepare("UPDATE message_guests SET thread_id = ? WHERE artist_id = ?")
      .bind(thread.id, world.artistId)
      .run();
    await accept(ada.caller, token);
    await say(mara.caller, thread.id, "welcome");
    const shown = (await (await ada.caller.get(`${GUEST}/${thread.id}`)).json()) as ThreadBody;
    expect(shown).toMatchObject({ id: thread.id, context: null, unread: 1, guests: [ada.userId] });
    const list = (await (await ada.caller.get(`${GUEST}/${thread.id}/messages`)).json()) as { data: MessageBody[] };
    expect(list.data.map(({ text }) => text)).toEqual(["welcome"]);
    const sent = await ada.caller.post(`${GUEST}/${thread.id}/messages`, { clientId: "a", text: "thank you" });
    expect(sent.status).toBe(201);
    expect((await noa.caller.get(`${MESSAGES}/${thread.id}`)).status).toBe(404);
    expect((await listAll(mara.caller, thread.id)).at(-1)).toMatchObject({ sender: ada.userId, text: "thank you" });
    expect((await ada.caller.get(`${GUEST}/${other.id}`)).status).toBe(404);
    for (const path of [
      MESSAGES,
      `${MESSAGES}/${thread.id}`,
      "/api/dashboard/statements",
      "/api/dashboard/team/audit",
    ]) {
      expect((await ada.caller.get(path, { "artist-id": world.artistId })).status, path).toBe(404);
    }
    const strangers = [`${GUEST}/${thread.id}`, `${GUEST}/thr_01k9v3m6s0n8w2e4r6t8y0b1c3`];
    const answers = await Promise.all(strangers.map(async (path) => (await noa.caller.get(path)).json()));
    expect({ ...(answers[0] as object), instance: "" }).toEqual({ ...(answers[1] as object), instance: "" });
  });

  it("hears that thread alone over a socket, which closes when they are shown out", async () => {
    const { mara, noa, ada, thread, guest, token } = await invited();
    await accept(ada.caller, token);
    const other = await newThread(mara.caller, [noa.id]);
    const client = await connect(ada.caller, "", `${GUEST}/${thread.id}/ticket`);
    expect(client.frames[0]).toMatchObject({ type: "hello", threads: [{ id: thread.id }] });
    await say(mara.caller, other.id, "of the team");
    await say(mara.caller, thread.id, "for the guest");
    await client.hear("it", ({ type, text }) => type === "message" && text === "for the guest");
    client.say({ type: "send", thread: thread.id, clientId: "a", text: "heard" });
    await client.hear("ack", ({ type }) => type === "ack");
    client.say({ type: "send", thread: other.id, clientId: "b", text: "and there?" });
    await client.hear("a refusal", ({ code }) => code === "not_found");
    expect(client.frames.filter(({ type }) => type === "message").every((frame) => frame.thread === thread.id)).toBe(
      true,
    );
    const ticket = await ticketOf(ada.caller, `${GUEST}/${thread.id}/ticket`);
    expect((await mara.caller.delete(`${MESSAGES}/${thread.id}/guests/${guest.id}`)).status).toBe(204);
    await until("the socket to close", async () => client.closed, 5000);
    expect(client.closed).toMatchObject({ code: 4403 });
    expect((await knock(ticket)).status).toBe(401);
    expect((await ada.caller.get(`${GUEST}/${thread.id}`)).status).toBe(404);
    await say(mara.caller, thread.id, "they are gone");
  });

  it("gets a link to a file of the thread", async () => {
    const { mara, ada, thread, token } = await invited();
    await accept(ada.caller, token);
    const file = { body: "Cover", headers: { "content-length": "5" } };
    const upload = await mara.caller.send("POST", `${MESSAGES}/attachments?filename=a.txt`, file);
    const { id } = (await upload.json()) as { id: string };
    await say(mara.caller, thread.id, "see", { attachments: [id] });
    const link = (await (await ada.caller.get(`${GUEST}/${thread.id}/attachments/${id}`)).json()) as { url: string };
    expect(await (await nobody.get(link.url)).text()).toBe("Cover");
  });
});
