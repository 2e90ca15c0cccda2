// Digests: one mail that tells a person what they have not read, when it is due, and nothing they may not see.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { nextWindow, UNREAD_MS, windowOf } from "../../src/messages/digests/model.ts";
import { askDigests } from "../../src/messages/index.ts";
import { brokenDb, deliver, fire, quietEnv } from "../harness/doors.ts";
import { at, connect, hubOf, MESSAGES, newTeam, newThread, say } from "../harness/talk.ts";
import { newBase, newPerson, nobody, until } from "../harness/world.ts";

const MINUTELY = "* * * * *";
const HOUR_MS = 60 * 60 * 1000;
const SETTINGS = "/api/me/digests";

interface MailRow {
  subject: string;
  text: string;
  html: string;
  headers: string;
}

/** The digests that were mailed to an address; other mails have no headers of their own. */
async function mailsTo(email: string): Promise<MailRow[]> {
  const sql = "SELECT * FROM dev_mail WHERE to_address = ? AND headers <> '{}' ORDER BY id";
  return (await env.DB.prepare(sql).bind(email).all<MailRow>()).results;
}

/** Lets everything said with an artist so far lie unread for long enough, and the hub look at it. */
async function letLie(artistId: string): Promise<void> {
  await runInDurableObject(hubOf(artistId), async (_, state) => {
    state.storage.sql.exec("UPDATE messages SET at = at - ?", UNREAD_MS);
    state.storage.sql.exec("UPDATE unread SET look_at = 1 WHERE look_at IS NOT NULL");
    await state.storage.setAlarm(Date.now());
  });
  await runDurableObjectAlarm(hubOf(artistId));
}

/** Fires the minutely schedule at the beginning of some later window, and delivers what it asks for to one person. */
async function mailDue(userId: string, hours: number, times = 1): Promise<number> {
  const quiet = quietEnv();
  const hour = windowOf("hourly", Date.now()) ?? 0;
  const moment = hour + hours * HOUR_MS;
  for (let fired = 0; fired < times; fired += 1) await fire(quiet.env, MINUTELY, moment);
  const jobs = quiet.sent.filter(({ body }) => "userId" in body && body.userId === userId);
  for (const job of jobs) await deliver(quiet.env, [job]);
  return jobs.length;
}

async function waitingOf(userId: string): Promise<{ due_at: number }[]> {
  return (await env.DB.prepare("SELECT * FROM digest_waiting WHERE user_id = ?").bind(userId).all<{ due_at: number }>())
    .results;
}

async function pair() {
  const { world, people } = await newTeam("owner", "accountant");
  const [mara, noa] = [at(people, 0), at(people, 1)];
  const thread = await newThread(mara.caller, [noa.id], { subject: "Cover of Slack Tide" });
  return { world, mara, noa, thread };
}

describe("a digest", () => {
  it("lists threads, counts, senders and first lines of all one's artists, with links, and can be turned off from the mail", async () => {
    const { world, mara, noa, thread } = await pair();
    const other = await newTeam("owner");
    await other.world.join(noa.id, "viewer");
    const host = at(other.people, 0).caller;
    const elsewhere = await newThread(host, [noa.id], { subject: "Tour" });
    await say(mara.caller, thread.id, "Is this the one?\nOr that?");
    await say(mara.caller, thread.id, "Well?");
    await say(host, elsewhere.id, "Berlin is booked");
    await Promise.all([letLie(world.artistId), letLie(other.world.artistId)]);
    expect(await mailsTo(noa.email)).toEqual([]);
    expect(await mailDue(noa.id, 1)).toBe(1);
    const [mail] = await mailsTo(noa.email);
    expect(mail?.subject).toBe("3 unread messages in 2 threads");
    const headers = JSON.parse(mail?.headers ?? "") as Record<string, string>;
    const [, off] = /^<(https:\/\/dashboard\.test\/api\/messages\/digests\/off\/[\w-]+)>$/.exec(
      String(headers["List-Unsubscribe"]),
    ) ?? [null, ""];
    expect(headers["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");
    for (const body of [mail?.text, mail?.html.replaceAll("&amp;", "&")]) {
      for (const part of [
        "Glass Harbor",
        "Cover of Slack Tide",
        "2 unread from Mara",
        "Is this the one?",
        "Tour",
        "1 unread from Mara",
        "Berlin is booked",
        `https://dashboard.test/docs?artist=${world.artistId}&thread=${thread.id}`,
        off,
      ]) {
        expect(body).toContain(part);
      }
      expect(body).not.toContain("Or that?");
      expect(body).not.toContain("Well?");
    }
    expect(await mailsTo(mara.email)).toEqual([]);
    expect(await waitingOf(noa.id)).toEqual([]);
  });

  it("leaves once for a person and a window, however often it is asked for, delivered, and at once", async () => {
    const { world, mara, noa, thread } = await pair();
    await say(mara.caller, thread.id, "Well?");
    await letLie(world.artistId);
    const window = (windowOf("hourly", Date.now()) ?? 0) + HOUR_MS;
    const body = { userId: noa.id as `usr_${string}`, window };
    const deliveries = Array.from({ length: 12 }, (_, n) =>
      deliver(quietEnv().env, [{ id: `job_${noa.id}_${n}`, kind: "mail.digest", body }]),
    );
    const outcomes = await Promise.all(deliveries);
    expect(outcomes.some(({ acked }) => acked.length === 1)).toBe(true);
    expect(await mailsTo(noa.email)).toHaveLength(1);
    await deliver(quietEnv().env, [{ id: `job_${noa.id}`, kind: "mail.digest", body }]);
    expect(await mailDue(noa.id, 1, 3)).toBe(0);
    expect(await mailsTo(noa.email)).toHaveLength(1);
  });

  it("that two schedules ask for at the same time leaves once", async () => {
    const { world, mara, noa, thread } = await pair();
    await say(mara.caller, thread.id, "Well?");
    await letLie(world.artistId);
    const moment = (windowOf("hourly", Date.now()) ?? 0) + HOUR_MS;
    const [one, other] = [quietEnv(), quietEnv()];
    await Promise.all([fire(one.env, MINUTELY, moment), fire(other.env, MINUTELY, moment)]);
    const jobs = [...one.sent, ...other.sent].filter(({ body }) => "userId" in body && body.userId === noa.id);
    expect(jobs.length).toBeGreaterThan(0);
    await Promise.all(jobs.map((job) => deliver(one.env, [job])));
    expect(await mailsTo(noa.email)).toHaveLength(1);
  });

  it("repeats nothing an earlier one told, and tells nothing that was read, deleted, muted or blocked meanwhile", async () => {
    const { world, mara, noa, thread } = await pair();
    await say(mara.caller, thread.id, "first");
    await letLie(world.artistId);
    await mailDue(noa.id, 1);
    await say(mara.caller, thread.id, "second");
    await letLie(world.artistId);
    await mailDue(noa.id, 2);
    const [, second] = await mailsTo(noa.email);
    expect(second?.subject).toBe("1 unread message in “Cover of Slack Tide”");
    expect(second?.text).toContain("second");
    expect(second?.text).not.toContain("first");

    const { seq } = await say(mara.caller, thread.id, "read");
    const gone = await newThread(mara.caller, [noa.id]);
    const { id } = await say(mara.caller, gone.id, "deleted");
    const muted = await newThread(mara.caller, [noa.id]);
    await say(mara.caller, muted.id, "muted");
    await letLie(world.artistId);
    expect(await waitingOf(noa.id)).toHaveLength(1);
    await noa.caller.post(`${MESSAGES}/${thread.id}/read`, { seq });
    await mara.caller.delete(`${MESSAGES}/${gone.id}/messages/${id}`);
    await noa.caller.put(`${MESSAGES}/${muted.id}/mute`, { isMuted: true });
    expect(await mailDue(noa.id, 3)).toBe(1);
    expect(await mailsTo(noa.email)).toHaveLength(2);
    expect(await waitingOf(noa.id)).toEqual([]);

    await say(mara.caller, thread.id, "blocked");
    await letLie(world.artistId);
    await noa.caller.put(`${MESSAGES}/blocks/${mara.id}`);
    await mailDue(noa.id, 4);
    expect(await mailsTo(noa.email)).toHaveLength(2);
  });

  it("is for what has lain unread for a quarter of an hour: what was just said waits, and is not lost", async () => {
    const { world, mara, noa, thread } = await pair();
    await say(mara.caller, thread.id, "old");
    await letLie(world.artistId);
    await say(mara.caller, thread.id, "new");
    await mailDue(noa.id, 1);
    const [mail] = await mailsTo(noa.email);
    expect(mail?.text).toContain("old");
    expect(mail?.text).not.toContain("new");
    await letLie(world.artistId);
    await mailDue(noa.id, 2);
    expect((await mailsTo(noa.email))[1]?.text).toContain("new");
  });
});

describe("what a digest shows", () => {
  it("is what one may see when it is sent: nothing to who was removed, taken out, limited, or lost sight of the object", async () => {
    const upload = async (caller: { upload: (name: string, file: string) => Promise<Response> }) =>
      ((await (await caller.upload("a.tsv", "Reporting Date\tSale Month\n")).json()) as { id: string }).id;
    type Pair = Awaited<ReturnType<typeof pair>>;
    const losses: Record<string, (of: Pair) => Promise<unknown>> = {
      removed: ({ world, noa }) =>
        env.DB.prepare("DELETE FROM memberships WHERE artist_id = ? AND user_id = ?")
          .bind(world.artistId, noa.id)
          .run(),
      "over by itself": ({ noa }) =>
        env.DB.prepare("UPDATE memberships SET until = 1 WHERE user_id = ?").bind(noa.id).run(),
      "limited to releases": ({ noa }) =>
        env.DB.prepare("UPDATE memberships SET scope_json = ? WHERE user_id = ?")
          .bind('{"kind":"release","releaseIds":["rel_x"]}', noa.id)
          .run(),
      "taken out": ({ mara, noa, thread }) =>
        mara.caller.patch(`${MESSAGES}/${thread.id}/participants`, { remove: [noa.id] }),
      "without sight": ({ noa }) =>
        env.DB.prepare("UPDATE memberships SET role = 'marketer' WHERE user_id = ?").bind(noa.id).run(),
    };
    for (const [name, lose] of Object.entries(losses)) {
      const { world, people } = await newTeam("owner", "accountant");
      const [mara, noa] = [at(people, 0), at(people, 1)];
      const context = { kind: "statement", id: await upload(mara.caller) };
      const thread = await newThread(mara.caller, [noa.id], { context });
      await say(mara.caller, thread.id, "nine cents too many");
      await letLie(world.artistId);
      expect(await waitingOf(noa.id), name).toHaveLength(1);
      await lose({ world, mara, noa, thread });
      expect(await mailDue(noa.id, 1), name).toBe(1);
      expect(await mailsTo(noa.email), name).toEqual([]);
      expect(await waitingOf(noa.id), name).toEqual([]);
    }
  });

  it("comes to a guest with a link of their own, and to none who was shown out", async () => {
    const { world, mara, thread } = await pair();
    const guests = await Promise.all([newPerson(), newPerson()]);
    const invited = await Promise.all(
      guests.map(async ({ email, caller }) => {
        const response = await mara.caller.post(`${MESSAGES}/${thread.id}/guests`, { email });
        const { id } = (await response.json()) as { id: string };
        await until("the guest to be in", async () => {
          const row = await env.DB.prepare("SELECT text FROM dev_mail WHERE to_address = ?").bind(email).first<{
            text: string;
          }>();
          const token = /invitations\/([\w-]+)/.exec(row?.text ?? "")?.[1];
          if (token === undefined) return null;
          return (await caller.post(`/api/messages/guest/invitations/${token}`)).status === 200;
        });
        return id;
      }),
    );
    await say(mara.caller, thread.id, "welcome");
    await letLie(world.artistId);
    const [ada, bo] = [at(guests, 0), at(guests, 1)];
    await mara.caller.delete(`${MESSAGES}/${thread.id}/guests/${at(invited, 1)}`);
    await mailDue(ada.userId, 1);
    await mailDue(bo.userId, 1);
    const [mail] = await mailsTo(ada.email);
    expect(mail?.text).toContain(`https://dashboard.test/docs?as=guest&thread=${thread.id}`);
    expect(mail?.text).toContain("welcome");
    expect(await mailsTo(bo.email)).toEqual([]);
  });

  it("is text, whatever people write: it ends no line of a header, and no tag of the page", async () => {
    const { world, mara, noa } = await pair();
    const subject = '<script>"x"</script> & Bcc:';
    const thread = await newThread(mara.caller, [noa.id], { subject });
    await say(mara.caller, thread.id, `<img src=x onerror=alert(1)>\r\nBcc: x@example.com ${"👩‍🎤".repeat(200)}`);
    await letLie(world.artistId);
    await mailDue(noa.id, 1);
    const [mail] = await mailsTo(noa.email);
    expect(mail?.subject).not.toMatch(/[\r\n]/);
    expect(mail?.html).not.toContain("<script>");
    expect(mail?.html).not.toContain("<img");
    expect(mail?.html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(mail?.text).not.toContain("Bcc: x@example.com");
  });
});

describe("how often", () => {
  it("is each hour unless one says otherwise; a window begins at its hour, a day at seven UTC", async () => {
    const noon = Date.UTC(2026, 8, 1, 12, 7, 30);
    expect(windowOf("instant", noon)).toBe(Date.UTC(2026, 8, 1, 12, 5));
    expect(nextWindow("instant", noon)).toBe(Date.UTC(2026, 8, 1, 12, 10));
    expect(windowOf("hourly", noon)).toBe(Date.UTC(2026, 8, 1, 12));
    expect(nextWindow("hourly", noon)).toBe(Date.UTC(2026, 8, 1, 13));
    expect(nextWindow("hourly", Date.UTC(2026, 8, 1, 13))).toBe(Date.UTC(2026, 8, 1, 14));
    expect(windowOf("daily", noon)).toBe(Date.UTC(2026, 8, 1, 7));
    expect(windowOf("daily", Date.UTC(2026, 8, 1, 6, 59))).toBe(Date.UTC(2026, 7, 31, 7));
    expect(nextWindow("daily", noon)).toBe(Date.UTC(2026, 8, 2, 7));
    expect([windowOf("off", noon), nextWindow("off", noon)]).toEqual([null, null]);
    const { caller } = await newPerson();
    expect(await (await caller.get(SETTINGS)).json()).toEqual({ frequency: "hourly" });
    for (const frequency of ["daily", "instant", "off"]) {
      expect(await (await caller.put(SETTINGS, { frequency })).json()).toEqual({ frequency });
      expect(await (await caller.get(SETTINGS)).json()).toEqual({ frequency });
    }
  });

  it("is changed for what waits already too, and a key has none", async () => {
    const { world, mara, noa, thread } = await pair();
    await say(mara.caller, thread.id, "Well?");
    await letLie(world.artistId);
    const hourly = at(await waitingOf(noa.id), 0).due_at;
    expect(hourly % HOUR_MS).toBe(0);
    await noa.caller.put(SETTINGS, { frequency: "daily" });
    expect(at(await waitingOf(noa.id), 0).due_at % (24 * HOUR_MS)).toBe(7 * HOUR_MS);
    await noa.caller.put(SETTINGS, { frequency: "off" });
    expect(await waitingOf(noa.id)).toEqual([]);
    await say(mara.caller, thread.id, "Well?");
    await letLie(world.artistId);
    expect(await waitingOf(noa.id)).toEqual([]);
    expect((await (await world.as("owner")).get(SETTINGS)).status).toBe(403);
  });
});

describe("the link that turns digests off", () => {
  it("does so for a mail program that has nothing but it, at once and for good; opening it changes nothing", async () => {
    const { world, mara, noa, thread } = await pair();
    await say(mara.caller, thread.id, "Well?");
    await letLie(world.artistId);
    await mailDue(noa.id, 1);
    const [mail] = await mailsTo(noa.email);
    const off = new URL(/https:\S+\/off\/\S+/.exec(mail?.text ?? "")?.[0] ?? "").pathname;
    const page = await nobody.get(off, { accept: "text/html" });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<form method="post">');
    expect(await (await noa.caller.get(SETTINGS)).json()).toEqual({ frequency: "hourly" });
    const oneClick = {
      body: "List-Unsubscribe=One-Click",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    };
    for (let times = 0; times < 2; times += 1) {
      const answer = await nobody.send("POST", off, oneClick);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe("");
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
    expect(await (await noa.caller.get(SETTINGS)).json()).toEqual({ frequency: "off" });
    const browser = await nobody.send("POST", off, { headers: { accept: "text/html", origin: "null" } });
    expect(await browser.text()).toContain("These mails are off");
    await say(mara.caller, thread.id, "And now?");
    await letLie(world.artistId);
    await mailDue(noa.id, 2);
    expect(await mailsTo(noa.email)).toHaveLength(1);
    const { results } = await env.DB.prepare("SELECT action FROM audit_log WHERE target = ?").bind(noa.id).all();
    expect(results).toEqual([{ action: "digest.change" }]);
  });

  it("altered or made up works for nobody, and opens nothing else", async () => {
    const token = "A".repeat(100);
    expect((await nobody.post(`/api/messages/digests/off/${token}`)).status).toBe(404);
    const { world, mara, noa, thread } = await pair();
    await say(mara.caller, thread.id, "Well?");
    await letLie(world.artistId);
    await mailDue(noa.id, 1);
    const off = /off\/([\w-]+)/.exec((await mailsTo(noa.email))[0]?.text ?? "")?.[1] ?? "";
    const altered = off.slice(0, -1) + (off.endsWith("A") ? "B" : "A");
    expect((await nobody.post(`/api/messages/digests/off/${altered}`)).status).toBe(404);
    for (const path of [`/api/auth/email/${off}`, `/api/messages/file?token=${off}`, `/api/auth/invitations/${off}`]) {
      expect((await nobody.get(path)).status, path).toBeGreaterThanOrEqual(400);
    }
    expect(await (await noa.caller.get(SETTINGS)).json()).toEqual({ frequency: "hourly" });
  });
});

describe("looking at what lies unread", () => {
  it("happens a quarter of an hour after something was said, by HTTP or a socket, and not before", async () => {
    const { world, mara, noa, thread } = await pair();
    const alarm = () => runInDurableObject(hubOf(world.artistId), (_, state) => state.storage.getAlarm());
    const client = await connect(mara.caller);
    const lookAt = () =>
      runInDurableObject(hubOf(world.artistId), (_, state) => {
        return state.storage.sql.exec<{ look_at: number | null }>("SELECT look_at FROM unread").one().look_at;
      });
    expect(await lookAt()).toBeNull();
    const before = Date.now();
    client.say({ type: "send", thread: thread.id, clientId: "1", text: "Well?" });
    await client.hear("ack", ({ type }) => type === "ack");
    const first = Number(await until("the look to be set", lookAt));
    expect(first).toBeGreaterThanOrEqual(before + UNREAD_MS);
    expect(first).toBeLessThanOrEqual(Date.now() + UNREAD_MS);
    await say(noa.caller, thread.id, "Well!");
    expect(await lookAt()).toBe(first);
    expect(Number(await alarm())).toBeLessThanOrEqual(first);
    await runDurableObjectAlarm(hubOf(world.artistId));
    expect(await waitingOf(noa.id)).toEqual([]);
    await letLie(world.artistId);
    expect(await waitingOf(noa.id)).toHaveLength(1);
    expect(await lookAt()).toBeNull();
  });

  it("is made again when the database was away", async () => {
    const { world, mara, noa, thread } = await pair();
    await say(mara.caller, thread.id, "Well?");
    await runInDurableObject(hubOf(world.artistId), async (hub, state) => {
      state.storage.sql.exec("UPDATE messages SET at = at - ?", UNREAD_MS);
      state.storage.sql.exec("UPDATE unread SET look_at = 1");
      const inside = hub as unknown as { env: Env; alarm(): Promise<void> };
      const whole = inside.env;
      inside.env = { ...whole, DB: brokenDb() };
      await inside.alarm();
      inside.env = whole;
      const { look_at: again } = state.storage.sql.exec<{ look_at: number }>("SELECT look_at FROM unread").one();
      expect(again).toBeGreaterThan(Date.now());
    });
    expect(await waitingOf(noa.id)).toEqual([]);
    await letLie(world.artistId);
    expect(await waitingOf(noa.id)).toHaveLength(1);
  });
});

it("says nothing of a thread about what is under embargo to those without the right, and what it missed once that is lifted", async () => {
  const { world, people } = await newTeam("owner", "editor", "viewer");
  const [mara, noa, ada] = [at(people, 0), at(people, 1), at(people, 2)];
  const releases = "/api/dashboard/catalog/releases";
  const made = await mara.caller.post(releases, { title: "Zugzwanglied", type: "single" });
  const { id } = (await made.json()) as { id: string };
  await mara.caller.put(`${releases}/${id}/embargo`, { until: "lift" });
  const about = { subject: "Zugzwanglied, when?", context: { kind: "release", id } };
  const thread = await newThread(mara.caller, [noa.id, ada.id], about);
  await say(mara.caller, thread.id, "Quietly");
  await letLie(world.artistId);
  for (const { id: userId } of [noa, ada]) await mailDue(userId, 1);
  expect(await mailsTo(noa.email)).toHaveLength(1);
  expect(await mailsTo(ada.email)).toEqual([]);
  await mara.caller.delete(`${releases}/${id}/embargo`);
  await say(mara.caller, thread.id, "Aloud");
  await letLie(world.artistId);
  await mailDue(ada.id, 2);
  const [mail] = await mailsTo(ada.email);
  expect(mail?.text).toContain("Zugzwanglied, when?");
  expect(mail?.text).toContain("2 unread from Mara");
});

it("without an address of its own or a mailer the service asks for no digests, and they wait", async () => {
  const { world, mara, noa, thread } = await pair();
  await say(mara.caller, thread.id, "Well?");
  await letLie(world.artistId);
  const base = newBase(Date.now() + 2 * HOUR_MS);
  for (const changes of [{ publicUrl: null }, { environment: "production" } as const]) {
    expect(await askDigests({ ...base, settings: { ...base.settings, ...changes } })).toBe(0);
  }
  expect(await waitingOf(noa.id)).toHaveLength(1);
  expect(await mailDue(noa.id, 1)).toBe(1);
});
