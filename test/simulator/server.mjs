// Serves the stand-ins for Spotify and for the other stores on this machine alone, for `npm run dev` without credentials.
import { createServer } from "node:http";
import { createSpotify } from "./spotify.mjs";
import { createStores } from "./stores.mjs";

/** The app that the stand-in knows. */
export const CLIENT_ID = "stand-in-for-spotify";

/**
 * Starts it on a free port of 127.0.0.1; it ends with this process.
 *
 * `GET /stand-in` shows its state and `PUT /stand-in` changes it: who is signed in there, who may use the app, what goes
 * wrong next; `POST /stand-in/revoke` takes back everything that the present user has allowed.
 * @param {object} [options] as of `createSpotify`
 */
export async function serveSpotify(options = {}) {
  const spotify = createSpotify({ clientId: CLIENT_ID, ...options });
  const served = await serve((request) =>
    new URL(request.url).pathname.startsWith("/stand-in") ? control(spotify, request) : spotify.answer(request),
  );
  return { spotify, ...served };
}

const DAY_MS = 86_400_000;

/**
 * Starts the other stores on a free port of 127.0.0.1, each under its host's name: `/api.soundcloud.com/me`.
 *
 * `GET /stand-in` shows their state and `PUT /stand-in` changes it: how often calls fail, which store is away;
 * `POST /stand-in/days` lets a day pass there and says what time it is then.
 * @param {object} [options] as of `createStores`
 */
export async function serveStores(options = {}) {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const stores = createStores({ now, seed: "dev", ...options });
  const served = await serve(async (request) => {
    const url = new URL(request.url);
    if (url.pathname === "/stand-in/days" && request.method === "POST") {
      aheadMs += DAY_MS;
      return Response.json({ now: now() });
    }
    if (url.pathname.startsWith("/stand-in")) {
      if (request.method === "PUT") Object.assign(stores.state, await request.json());
      const { calls, away, ...state } = stores.state;
      return Response.json({ ...state, calls: calls.length, away: [...away], now: now() });
    }
    return stores.answer(new Request(`https:/${url.pathname}${url.search}`, request));
  });
  return { stores, ...served };
}

/** @param {(request: Request) => Promise<Response>} reply */
async function serve(reply) {
  const server = createServer((incoming, outgoing) => {
    answer(reply, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise((ready, failed) => server.once("error", failed).listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => server.close(closed)),
  };
}

async function answer(reply, incoming, outgoing) {
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    signal: gone.signal,
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
  });
  const response = await reply(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function control(spotify, request) {
  if (request.method === "PUT") Object.assign(spotify.state, await request.json());
  if (request.method === "POST") spotify.revokeAll(spotify.state.user.id);
  const { secrets: _secrets, ...shown } = spotify.state;
  return Response.json(shown);
}
