// The home of watching long work: a resource comes again as a server-sent event whenever it changes, until it is at rest.

/** A resource as it is at one moment. */
export interface Moment {
  /** Its JSON, as a plain reading of it would give. */
  readonly state: string;
  /** Whether nothing more happens to it by itself. */
  readonly isAtRest: boolean;
}

const TICK_MS = 1000;
/** Five minutes; whoever still waits asks again. */
const MOST_TICKS = 300;

/** Answers with a resource's states. @param look reads it anew; what it throws ends the answer */
export function eventsOf(name: string, look: () => Promise<Moment>): Response {
  let sent = "";
  let ticks = 0;
  const events = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        if (ticks > 0) await scheduler.wait(TICK_MS);
        const { state, isAtRest } = await look();
        ticks += 1;
        const isNews = state !== sent;
        if (isNews) controller.enqueue(new TextEncoder().encode(`event: ${name}\ndata: ${state}\n\n`));
        sent = state;
        if (isAtRest || ticks === MOST_TICKS) return controller.close();
        if (isNews) return;
      }
    },
  });
  return new Response(events, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}

/** Tells whether a request asks for events. */
export function wantsEvents(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/event-stream") ?? false;
}
