// Mail: kept in a mailbox in development and nowhere else; what a provider does not take is sent again later.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Problem } from "../../src/kernel/problems.ts";
import { sendMail } from "../../src/mail/index.ts";
import { ask, quietEnv } from "../harness/doors.ts";
import { newBase, nobody, ORIGIN } from "../harness/world.ts";

const mail = (to: string) => ({ to, subject: "Hello", text: "Hello there", html: "<p>Hello there</p>" });

function settingsOf(changes: object) {
  const base = newBase();
  return { ...base, settings: { ...base.settings, ...changes } };
}

function byResend(answer: () => Promise<Response>) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: unknown, init: unknown) => {
    asked.push({ url: String(url), init: init as RequestInit });
    return answer();
  };
  const settings = { mailer: "resend", resendApiKey: "re_secret", mailFrom: "Us <us@example.com>" } as const;
  return { asked, ctx: { ...settingsOf(settings), fetch: fetch as typeof globalThis.fetch } };
}

describe("the mailbox of development", () => {
  it("shows what would have been sent, newest first", async () => {
    const to = `${newBase().newId("message")}@example.com`;
    await sendMail(newBase(), mail(to));
    await sendMail(newBase(Date.now() + 1), { ...mail(to), subject: "Again" });
    const { data } = (await (await nobody.get("/dev/mail")).json()) as { data: { to: string; subject: string }[] };
    expect(data.filter((each) => each.to === to)).toMatchObject([
      { to, subject: "Again", text: "Hello there", html: "<p>Hello there</p>", at: expect.stringMatching(/Z$/) },
      { to, subject: "Hello" },
    ]);
    expect(data.length).toBeLessThanOrEqual(50);
  });

  it("does not exist in production, and no mail is kept there", async () => {
    const { env: production } = quietEnv({ ENVIRONMENT: "production" });
    const response = await ask(production, new Request(`${ORIGIN}/dev/mail`));
    expect(response.status).toBe(404);
    const to = `${newBase().newId("message")}@example.com`;
    await expect(sendMail(settingsOf({ environment: "production" }), mail(to))).rejects.toMatchObject({
      code: "misconfigured",
    });
    const { results } = await env.DB.prepare("SELECT 1 FROM dev_mail WHERE to_address = ?").bind(to).all();
    expect(results).toEqual([]);
  });
});

describe("Resend", () => {
  it("is handed the mail once, and nothing is kept here", async () => {
    const { asked, ctx } = byResend(async () => Response.json({ id: "x" }));
    await sendMail(ctx, mail("resend@example.com"));
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toBe("https://api.resend.com/emails");
    expect(asked[0]?.init.headers).toMatchObject({ authorization: "Bearer re_secret" });
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({
      from: "Us <us@example.com>",
      ...mail("resend@example.com"),
      to: ["resend@example.com"],
    });
    const { results } = await env.DB.prepare("SELECT 1 FROM dev_mail WHERE to_address = 'resend@example.com'").all();
    expect(results).toEqual([]);
  });

  it("that does not answer, or not well, is tried again later; one that refuses our key is a missing setting", async () => {
    const fails = async (answer: () => Promise<Response>): Promise<unknown> =>
      sendMail(byResend(answer).ctx, mail("x@example.com")).then(
        () => null,
        (error: unknown) => error,
      );
    const away = async (): Promise<Response> => {
      throw new TypeError("network connection lost");
    };
    for (const answer of [
      away,
      async () => new Response("", { status: 500 }),
      async () => new Response("", { status: 429 }),
    ]) {
      expect(await fails(answer)).toMatchObject({ code: "unavailable" });
    }
    for (const status of [401, 403]) {
      const error = await fails(async () => new Response("re_secret is wrong", { status }));
      expect(error).toMatchObject({ code: "misconfigured" });
      expect(error).toBeInstanceOf(Problem);
      expect(String((error as Problem).detail)).not.toContain("re_secret");
    }
  });
});
