// Serves the stand-in for Spotify on this machine alone, for `npm run dev` without credentials.
import { createServer } from "node:http";
import { createSpotify } from "./spotify.mjs";

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
  const server = createServer((incoming, outgoing) => {
    answer(spotify, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise((ready, failed) => server.once("error", failed).listen(0, "127.0.0.1", ready));
  return {
    spotify,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => server.close(closed)),
  };
}

async function answer(spotify, incoming, outgoing) {
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
  const response = incoming.url?.startsWith("/stand-in")
    ? await control(spotify, request)
    : await spotify.answer(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function control(spotify, request) {
  if (request.method === "PUT") Object.assign(spotify.state, await request.json());
  if (request.method === "POST") spotify.revokeAll(spotify.state.user.id);
  const { secrets: _secrets, ...shown } = spotify.state;
  return Response.json(shown);
}
