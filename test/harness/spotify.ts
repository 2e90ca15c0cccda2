// The home of Spotify in tests: the stand-in in its place, and a browser that goes there and comes back.
import { exports } from "cloudflare:workers";
import { vi } from "vitest";
import { createSpotify } from "../simulator/spotify.mjs";
import { ORIGIN } from "./world.ts";

/** The app of the test configuration. */
export const APP = "app-of-tests";

/** A stand-in for Spotify. */
export type Spotify = ReturnType<typeof createSpotify>;

let stood = 0;

/** Puts a stand-in where Spotify is, for everything that the Worker sends out until the test ends. */
export function standIn(options: Partial<Parameters<typeof createSpotify>[0]> = {}): Spotify {
  stood += 1;
  const user = {
    id: `listener-${stood}-${Date.now()}`,
    account_id: `acc-${stood}-${Date.now()}`,
    display_name: "Mara",
  };
  const spotify = createSpotify({ clientId: APP, seed: `${stood} ${Date.now()}`, ...options });
  Object.assign(spotify.state, { user, isAutomatic: true });
  vi.stubGlobal("fetch", async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init);
    if (!/^https:\/\/(?:accounts|api)\.spotify\.com\//.test(request.url)) throw new TypeError(`asked ${request.url}`);
    // What Spotify is sent is secret, so it must not be carried on to wherever an answer points.
    if (request.redirect !== "manual") throw new TypeError("would follow a redirect");
    return spotify.answer(request);
  });
  return spotify;
}

/** Sends requests to the Worker. */
export type Sender = (request: Request) => Promise<Response>;

/** A browser: it keeps cookies, says where its writes come from, and goes where it is sent only when told. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #send: Sender;
  readonly #origin: string;

  constructor(send: Sender = (request) => exports.default.fetch(request), origin = ORIGIN) {
    this.#send = send;
    this.#origin = origin;
  }

  /** Sends JSON. */
  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.visit(path, "POST", { "content-type": "application/json", ...headers }, JSON.stringify(body));
  }

  /** Sends a request with the cookies kept, and keeps those that are set. */
  async visit(
    path: string,
    method = "GET",
    headers: Record<string, string> = {},
    body: string | null = null,
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = new Headers({ ...(cookie === "" ? {} : { cookie }), ...headers });
    if (method !== "GET") sent.set("origin", this.#origin);
    const response = await this.#send(
      new Request(new URL(path, this.#origin), { method, headers: sent, redirect: "manual", body }),
    );
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (/Max-Age=0/.test(set)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Begins to sign in. @returns where at Spotify it was sent */
  async depart(query = ""): Promise<string> {
    const response = await this.visit(`/api/auth/spotify/login${query}`);
    if (response.status !== 302) throw new Error(`login: ${response.status} ${await response.text()}`);
    return String(response.headers.get("location"));
  }

  /** Signs in. @returns the answer to coming back */
  async signIn(spotify: Spotify, query = ""): Promise<Response> {
    return this.visit(await agree(spotify, await this.depart(query)));
  }

  /** Who is signed in. */
  async me(): Promise<{ id: string; email: string | null; name: string } | null> {
    const response = await this.visit("/api/me");
    return response.status === 200 ? response.json() : null;
  }
}

/** Goes to Spotify, where the person agrees. @returns the address they come back to */
export async function agree(spotify: Spotify, authorizeUrl: string): Promise<string> {
  const response = await spotify.answer(new Request(authorizeUrl));
  if (response.status !== 302) throw new Error(`authorize: ${response.status} ${await response.text()}`);
  return String(response.headers.get("location"));
}
