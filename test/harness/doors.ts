// The home of knocking at the Worker's doors by hand: jobs and schedules, with a queue that only remembers.
import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../src/index.ts";
import type { JobMessage } from "../../src/jobs/messages.ts";

/** The bindings, with a queue that keeps what is sent instead of delivering it. */
export interface QuietEnv {
  readonly env: Env;
  readonly sent: JobMessage[];
}

/** The bindings as they are, but nothing sent is ever delivered; `changes` replaces single bindings. */
export function quietEnv(changes: Partial<Env> = {}): QuietEnv {
  const sent: JobMessage[] = [];
  const sendBatch = async (messages: Iterable<{ body: JobMessage }>) => {
    for (const { body } of messages) sent.push(body);
  };
  return { env: { ...env, JOBS: { sendBatch } as unknown as Env["JOBS"], ...changes }, sent };
}

let deliveries = 0;

/** Delivers messages through the queue door; says of each whether it was acknowledged or is to come again. */
export async function deliver(
  to: Env,
  bodies: readonly unknown[],
  attempts = 1,
): Promise<{ acked: string[]; retried: { msgId: string; delaySeconds: number | undefined }[] }> {
  const messages = bodies.map((body) => {
    deliveries += 1;
    return { id: `message-${deliveries}`, timestamp: new Date(), attempts, body: body as JobMessage };
  });
  const batch = createMessageBatch<JobMessage>("artist-dashboard-jobs", messages);
  const execution = createExecutionContext();
  const delays = new Map<string, number | undefined>();
  // The result does not say how long a message is to wait, so it is heard here.
  const heard = batch.messages.map((message) => ({
    id: message.id,
    timestamp: message.timestamp,
    attempts: message.attempts,
    body: message.body,
    ack: () => message.ack(),
    retry: (options?: QueueRetryOptions) => {
      delays.set(message.id, options?.delaySeconds);
      message.retry(options);
    },
  }));
  await worker.queue({ ...batch, queue: batch.queue, messages: heard } as MessageBatch<JobMessage>, to, execution);
  const result = await getQueueResult(batch, execution);
  const retried = result.retryMessages.map(({ msgId }) => ({ msgId, delaySeconds: delays.get(msgId) }));
  return { acked: [...result.explicitAcks], retried };
}

/** Fires a schedule. */
export async function fire(to: Env, cron: string, at: number = Date.now()): Promise<void> {
  const execution = createExecutionContext();
  await worker.scheduled(createScheduledController({ cron, scheduledTime: new Date(at) }), to, execution);
  await waitOnExecutionContext(execution);
}

/** Sends a request to the HTTP door with the bindings given. */
export async function ask(to: Env, request: Request): Promise<Response> {
  const execution = createExecutionContext();
  const response = await worker.fetch(request, to, execution);
  await waitOnExecutionContext(execution);
  return response;
}

/** Sends a change as one caller, and says which jobs its commit asked for; none of them is delivered. */
export async function jobsOf(
  caller: { readonly headers: Record<string, string> },
  method: string,
  url: string,
  body?: unknown,
): Promise<{ status: number; jobs: { kind: string; body: unknown }[] }> {
  const { env: quiet, sent } = quietEnv();
  const headers = { ...caller.headers, "if-match": "*", "content-type": "application/json" };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const response = await ask(quiet, new Request(url, init));
  await response.body?.cancel();
  return { status: response.status, jobs: sent.map(({ kind, body: asked }) => ({ kind, body: asked })) };
}

/** A database that fails whatever is asked of it. */
export function brokenDb(message = "D1_ERROR: Network connection lost."): D1Database {
  const statement = { bind: () => statement, raw: fail, all: fail, run: fail, first: fail };
  async function fail(): Promise<never> {
    throw new Error(message);
  }
  const session = { prepare: () => statement, batch: fail, getBookmark: () => null };
  return { ...session, withSession: () => session, exec: fail, dump: fail } as unknown as D1Database;
}
