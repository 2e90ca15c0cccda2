// Proving an address: who came without one gets one by a mailed link, for themselves alone, and can then be invited by mail.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Caller, newPerson, newWorld, nobody, until } from "../harness/world.ts";

const ADDRESS = "/api/me/email";

/** A person as Spotify signs them in: nobody has verified an address of theirs. */
async function newcomer(): Promise<{ userId: string; caller: Caller; email: string }> {
  const { userId, caller, email } = await newPerson();
  await env.DB.prepare("UPDATE users SET email = NULL WHERE id = ?").bind(userId).run();
  return { userId, caller, email: `proved-${email}` };
}

async function pathTo(email: string, subject: string): Promise<string> {
  const text = await until(`a mail to ${email}`, async () => {
    const row = await env.DB.prepare("SELECT text FROM dev_mail WHERE to_address = ? AND subject LIKE ?")
      .bind(email, `%${subject}%`)
      .first<{ text: string }>();
    return row?.text ?? null;
  });
  return new URL(/https:\S+/.exec(text)?.[0] ?? "").pathname;
}

async function linkFor(caller: Caller, email: string): Promise<string> {
  expect((await caller.post(ADDRESS, { email })).status).toBe(202);
  return pathTo(email.toLowerCase(), "address");
}

const addressOf = async (caller: Caller) => ((await (await caller.get("/api/me")).json()) as { email: string }).email;
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe("a person without an address", () => {
  it("adds one by a mailed link, once, and then accepts what was mailed to it", async () => {
    const [world, { caller, email }] = [await newWorld(), await newcomer()];
    const owner = await world.as("owner");
    expect((await owner.post("/api/dashboard/team/invitations", { email, role: "viewer" })).status).toBe(201);
    const invitation = await pathTo(email, "Glass Harbor");
    const token = invitation.slice(invitation.lastIndexOf("/") + 1);
    expect((await caller.post("/api/auth/invitations/accept", { token })).status).toBe(403);

    const path = await linkFor(caller, email.toUpperCase());
    for (let look = 0; look < 3; look += 1) {
      const page = await nobody.get(path, { accept: "text/html" });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain("Add the address");
    }
    expect(await addressOf(caller)).toBeNull();
    const added = await caller.post(path);
    expect(added.status).toBe(303);
    expect(await addressOf(caller)).toBe(email);
    expect((await nobody.get(path)).status).toBe(410);
    expect(await codeOf(await caller.post(path))).toBe("link_expired");
    expect((await caller.post("/api/auth/invitations/accept", { token })).status).toBe(200);
    expect((await caller.get("/api/dashboard/statements")).status).toBe(200);
  });

  it("gets nobody else's: a link works for who asked for it, adds and does not sign in, and no address is two people's", async () => {
    const [mara, noa, ada] = [await newcomer(), await newcomer(), await newPerson()];
    const path = await linkFor(mara.caller, mara.email);
    expect((await nobody.post(path)).status).toBe(401);
    expect(await codeOf(await noa.caller.post(path))).toBe("link_expired");
    const asSignIn = path.replace("/me/email/", "/auth/email/");
    expect(await codeOf(await nobody.post(asSignIn))).toBe("link_expired");
    const taken = await noa.caller.post(await linkFor(noa.caller, ada.email));
    expect(await codeOf(taken)).toBe("conflict");
    expect(await addressOf(noa.caller)).toBeNull();
    expect((await mara.caller.post(path)).status).toBe(303);
  });

  it("is neither a key nor somebody who has one, and a link is over after its ten minutes", async () => {
    const [world, ada, noa] = [await newWorld(), await newPerson(), await newcomer()];
    expect(await codeOf(await ada.caller.post(ADDRESS, { email: "other@example.com" }))).toBe("conflict");
    expect((await (await world.as("owner")).post(ADDRESS, { email: "other@example.com" })).status).toBe(403);
    const path = await linkFor(noa.caller, noa.email);
    await env.DB.prepare("UPDATE email_links SET expires_at = ? WHERE email = ?").bind(Date.now(), noa.email).run();
    expect(await codeOf(await noa.caller.post(path))).toBe("link_expired");
    expect((await nobody.get(path, { accept: "text/html" })).status).toBe(410);
  });

  it("asked for by two links at once is given one address", async () => {
    const { caller, email } = await newcomer();
    const links = [await linkFor(caller, email), await linkFor(caller, `second-${email}`)];
    const answers = await Promise.all(links.map((path) => caller.post(path)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(await addressOf(caller)).toMatch(/^(second-)?proved-/);
  });
});
