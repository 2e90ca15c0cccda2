// The home of one call to a provider: authorised, paid for, read under a cap and a deadline, and its faults sorted.

import type { Ctx } from "../../db/ctx.ts";
import { jsonOf, textOf } from "../../identity/index.ts";
import type { Instant } from "../../kernel/time.ts";
import type { Purse } from "../budgets/service.ts";
import { addressOf } from "../grants/clients.ts";
import { getAccessToken } from "../grants/service.ts";
import { type Answer, type Ask, type Call, type Provider, ProviderFault } from "../provider.ts";

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** How long a limit is taken to last where the provider does not say. */
const UNSAID_MS = 60_000;
const LONGEST_SAID_MS = 26 * 3_600_000;

/** Counts what was asked. */
export interface Meter {
  requests: number;
}

/** Makes the way to ask a provider for one connection. @param most how many calls may be made */
export function askerOf(ctx: Ctx, provider: Provider, connectionId: string, purse: Purse, meter: Meter): Ask {
  let token: string | null = null;
  return async (call) => {
    token ??= await getAccessToken(ctx, connectionId);
    const first = await send(ctx, provider, call, token, purse, meter);
    if (first.status !== 401) return settled(ctx, provider, call, first, purse);
    // Tokens end early, too; a second refusal with a fresh one is the provider's trouble.
    token = await getAccessToken(ctx, connectionId, token);
    const second = await send(ctx, provider, call, token, purse, meter);
    if (second.status === 401) throw new ProviderFault("retry", `${provider.name} refuses a token it has just given.`);
    return settled(ctx, provider, call, second, purse);
  };
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function send(
  ctx: Ctx,
  provider: Provider,
  call: Call,
  token: string,
  purse: Purse,
  meter: Meter,
): Promise<Reply> {
  await purse.pay(call.costs);
  meter.requests += 1;
  const url = new URL(addressOf(ctx.settings, call.url));
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  const headers = { authorization: `${provider.oauth.word} ${token}`, accept: "application/json" };
  const { body } = call;
  const sent =
    body === undefined
      ? { headers }
      : {
          method: "POST",
          headers: { ...headers, "content-type": "application/json; charset=UTF-8" },
          body: JSON.stringify(body),
        };
  try {
    const response = await ctx.fetch(url.href, {
      ...sent,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, headers: response.headers, text: await textOf(response, MAX_ANSWER_BYTES) };
  } catch {
    // What was thrown may quote what was sent.
    throw new ProviderFault("retry", `${provider.name} does not answer.`);
  }
}

async function settled(ctx: Ctx, provider: Provider, call: Call, reply: Reply, purse: Purse): Promise<Answer> {
  const json = jsonOf(reply.text);
  const now = ctx.clock.now();
  if (reply.status === 200 && json !== undefined && provider.faultOf(200, json, now) === null)
    return { json, text: reply.text };
  const fault = faultOf(provider, reply, json, now);
  await purse.heed(fault, call.costs);
  throw fault;
}

/** Says what an answer without data means; how long to wait is heard from its body, then from `Retry-After`. */
export function faultOf(provider: Provider, reply: Reply, json: unknown, now: Instant): ProviderFault {
  const { status } = reply;
  const own = provider.faultOf(status, json, now);
  const said = retryAfter(reply.headers, now);
  const limited = own?.kind === "rate" || own?.kind === "quota";
  if (own !== null && !limited) return own;
  if (limited) return new ProviderFault(own.kind, own.message, bounded(own.until ?? said ?? now + UNSAID_MS, now));
  const answered = `${provider.name} answered with status ${status}`;
  if (status === 429) return new ProviderFault("rate", `${answered}.`, bounded(said ?? now + UNSAID_MS, now));
  if (status === 200) return new ProviderFault("retry", `${answered} and no JSON.`);
  if (status >= 500 || status === 408) return new ProviderFault("retry", `${answered}.`, said);
  return new ProviderFault("contract", `${answered}.`);
}

function bounded(until: Instant, now: Instant): Instant {
  return Math.min(Math.max(until, now + 1000), now + LONGEST_SAID_MS);
}

/**
 * Reads `Retry-After`: seconds, or a date, which is meant by the clock of who sent it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110 section 10.2.3, checked 2026-11
 */
function retryAfter(headers: Headers, now: Instant): Instant | null {
  const text = headers.get("retry-after");
  if (text === null) return null;
  if (/^\d{1,6}$/.test(text)) return now + Number(text) * 1000;
  const [at, sentAt] = [Date.parse(text), Date.parse(headers.get("date") ?? "")];
  if (Number.isNaN(at)) return null;
  return now + Math.max(0, at - (Number.isNaN(sentAt) ? now : sentAt));
}
