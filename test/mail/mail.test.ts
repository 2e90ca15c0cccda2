// Mail: kept in a mailbox in development and nowhere else; what a provider does not take is sent again later.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { settingsOf } from "../../src/env.ts";
import { Problem } from "../../src/kernel/problems.ts";
import { type Mail, sendMail, sendMailOnce } from "../../src/mail/index.ts";
import { readAddress } from "../../src/mail/model.ts";
import { ask, quietEnv } from "../harness/doors.ts";
import { newBase, nobody, ORIGIN } from "../harness/world.ts";

const mail = (to: string) => ({ to, subject: "Hello", text: "Hello there", html: "<p>Hello there</p>" });

function withSettings(changes: object) {
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
  return { asked, ctx: { ...withSettings(settings), fetch: fetch as typeof globalThis.fetch } };
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
    await expect(sendMail(withSettings({ environment: "production" }), mail(to))).rejects.toMatchObject({
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

describe("Cloudflare's Email Service", () => {
  const simulated = (env as unknown as { EMAIL: SendEmail }).EMAIL;
  const off = {
    "List-Unsubscribe": "<https://dashboard.test/off>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  };

  function byCloudflare(send: SendEmail["send"]) {
    const base = withSettings({ mailer: "cloudflare", mailFrom: "Us <us@example.com>" });
    return { ...base, stores: { ...base.stores, email: { send } as SendEmail } };
  }

  it("is handed the mail once, by the very binding, with its headers and the sender's name", async () => {
    const seen: unknown[] = [];
    const send = async (message: never) => {
      seen.push(message);
      const result = await simulated.send(message);
      expect(result.messageId).not.toBe("");
      return result;
    };
    await sendMail(byCloudflare(send as SendEmail["send"]), { ...mail("cloudflare@example.com"), headers: off });
    const from = { name: "Us", email: "us@example.com" };
    expect(seen).toEqual([{ from, ...mail("cloudflare@example.com"), headers: off }]);
    const { results } = await env.DB.prepare(
      "SELECT 1 FROM dev_mail WHERE to_address = 'cloudflare@example.com'",
    ).all();
    expect(results).toEqual([]);
  });

  it("that refuses the sender is a setting to mend; an address that takes no mail is given up; all else comes again", async () => {
    const failing = (code: string) => byCloudflare(() => Promise.reject(Object.assign(new Error("no"), { code })));
    for (const code of ["E_SENDER_NOT_VERIFIED", "E_SENDER_DOMAIN_NOT_AVAILABLE"]) {
      await expect(sendMail(failing(code), mail("x@example.com"))).rejects.toMatchObject({ code: "misconfigured" });
    }
    for (const code of ["E_RECIPIENT_SUPPRESSED", "E_RECIPIENT_NOT_ALLOWED", "E_DELIVERY_FAILED"]) {
      await expect(sendMail(failing(code), mail("x@example.com"))).rejects.toMatchObject({ code: "invalid_request" });
    }
    for (const code of ["E_RATE_LIMIT_EXCEEDED", "E_DAILY_LIMIT_EXCEEDED", "E_INTERNAL_SERVER_ERROR"]) {
      await expect(sendMail(failing(code), mail("x@example.com"))).rejects.toMatchObject({ code: "unavailable" });
    }
    const { stores, ...ctx } = failing("");
    const without = { ...ctx, stores: { ...stores, email: null } };
    await expect(sendMail(without, mail("x@example.com"))).rejects.toMatchObject({ code: "misconfigured" });
  });

  it("is chosen by its binding in production, Resend by its key; in development the mailbox stays", () => {
    const { EMAIL: _, ...bare } = env as Env & { EMAIL: SendEmail };
    const mailerOf = (changes: object, given: object = env) => settingsOf({ ...given, ...changes } as Env).mailer;
    expect(mailerOf({})).toBe("mailbox");
    expect(mailerOf({ ENVIRONMENT: "production" })).toBe("cloudflare");
    expect(mailerOf({ ENVIRONMENT: "production", RESEND_API_KEY: "re_x" })).toBe("resend");
    expect(mailerOf({ ENVIRONMENT: "production" }, bare)).toBe("mailbox");
  });

  it("is told the sender as people write one", () => {
    expect(readAddress("Us <us@example.com>")).toEqual({ name: "Us", email: "us@example.com" });
    expect(readAddress('"Us, all" <us@example.com>')).toEqual({ name: "Us, all", email: "us@example.com" });
    expect(readAddress(" us@example.com ")).toBe("us@example.com");
    expect(readAddress("<us@example.com>")).toBe("us@example.com");
  });
});

describe("a mail that leaves once", () => {
  const mailsTo = async (to: string) =>
    (await env.DB.prepare("SELECT subject FROM dev_mail WHERE to_address = ?").bind(to).all()).results.length;
  const letter = (to: string) => async () => ({ mail: mail(to) as Mail, writes: [] });

  it("leaves once of many jobs at the same time; the others come again, and then find that it has left", async () => {
    const to = `${newBase().newId("message")}@example.com`;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        sendMailOnce(newBase(), to, letter(to)).catch((error: unknown) => (error as Problem).code),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "sent")).toHaveLength(1);
    expect(new Set(outcomes)).not.toContain("nothing to send");
    expect(await sendMailOnce(newBase(), to, letter(to))).toBe("sent before");
    expect(await mailsTo(to)).toBe(1);
  });

  it("that could not be sent, or that there was nothing of, may be tried again at once", async () => {
    const to = `${newBase().newId("message")}@example.com`;
    const fails = () => Promise.reject(new Problem("unavailable"));
    await expect(sendMailOnce(newBase(), to, fails)).rejects.toMatchObject({ code: "unavailable" });
    expect(await sendMailOnce(newBase(), to, async () => null)).toBe("nothing to send");
    expect(await sendMailOnce(newBase(), to, letter(to))).toBe("sent");
  });

  it("whose job was cut off is sent by another after two minutes, and not before", async () => {
    const to = `${newBase().newId("message")}@example.com`;
    const now = Date.now();
    // It has its claim once it is asked for its mail, and is never heard of again.
    await new Promise<void>((claimed) => {
      const cutOff = () => {
        claimed();
        return new Promise<never>(() => undefined);
      };
      void sendMailOnce(newBase(now), to, cutOff);
    });
    const early = sendMailOnce(newBase(now + 119_999), to, letter(to));
    await expect(early).rejects.toMatchObject({ code: "in_progress" });
    expect(await sendMailOnce(newBase(now + 120_000), to, letter(to))).toBe("sent");
    expect(await mailsTo(to)).toBe(1);
  });
});
