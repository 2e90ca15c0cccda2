// Around every request: ids, bodies, problems, headers, the log line, and pages that need nobody else.
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { registeredOperations } from "../../src/app.ts";
import { stateOf } from "../../src/identity/attempts/model.ts";
import { PROBLEMS } from "../../src/kernel/problems.ts";
import { ask, brokenDb, quietEnv } from "../harness/doors.ts";
import { distrokidFile } from "../harness/files.ts";
import { callerWith, imported, newPerson, newWorld, nobody, ORIGIN } from "../harness/world.ts";

const OVERVIEW = "/api/dashboard/earnings/overview";
const STATEMENTS = "/api/dashboard/statements";

describe("bodies", () => {
  const JSON_TYPE = { "content-type": "application/json" };

  function streamed(...chunks: string[]): ReadableStream<Uint8Array> {
    let at = 0;
    return new ReadableStream({
      pull(controller) {
        const chunk = chunks[at];
        at += 1;
        if (chunk === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(chunk));
      },
    });
  }

  it("too large are refused, whether they say so or only turn out to be", async () => {
    const { caller } = await newPerson();
    const large = JSON.stringify({ name: "x".repeat(256 * 1024), currency: "USD", timeZone: "UTC" });
    const said = await caller.send("POST", "/api/artists", { body: large, headers: JSON_TYPE });
    expect(said.status).toBe(413);
    const unsaid = await caller.send("POST", "/api/artists", {
      body: streamed(...Array.from({ length: 400 }, () => " ".repeat(1024))),
      headers: JSON_TYPE,
    });
    expect(unsaid.status).toBe(413);
    expect(await unsaid.json()).toMatchObject({ code: "too_large" });
  });

  it("come in pieces, with any JSON type, and to the very limit", async () => {
    const { caller } = await newPerson();
    const body = JSON.stringify({ name: "Låt", currency: "USD", timeZone: "UTC" });
    const padded = body + " ".repeat(256 * 1024 - new TextEncoder().encode(body).length);
    for (const type of ["application/json", "APPLICATION/JSON; charset=utf-8", "application/merge-patch+json"]) {
      const response = await caller.send("POST", "/api/artists", { body: padded, headers: { "content-type": type } });
      expect(response.status, type).toBe(201);
    }
    const pieces = await caller.send("POST", "/api/artists", {
      body: streamed(...(body.match(/.{1,3}/gs) ?? [])),
      headers: JSON_TYPE,
    });
    expect(await pieces.json()).toMatchObject({ name: "Låt" });
  });

  it("that are no JSON, or of no type, say so", async () => {
    const { caller } = await newPerson();
    const untyped = await caller.send("POST", "/api/artists", { body: new Uint8Array([123, 125]) });
    expect(untyped.status).toBe(415);
    const broken = await caller.send("POST", "/api/artists", { body: '{"name":', headers: JSON_TYPE });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ code: "malformed_json" });
  });
});

describe("problems", () => {
  it("have the one shape of RFC 9457, with the path of each field that is wrong", async () => {
    const { caller } = await newPerson();
    const response = await caller.post("/api/artists", { name: "", currency: "EURO", surplus: 1 });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const body = (await response.json()) as { errors: { path: string }[] };
    expect(body).toEqual({
      type: "/docs/problems#invalid_request",
      title: PROBLEMS.invalid_request.title,
      status: 400,
      detail: expect.any(String),
      instance: response.headers.get("x-request-id"),
      code: "invalid_request",
      errors: expect.any(Array),
    });
    expect(body.errors.map(({ path }) => path).sort()).toEqual(
      ["body.currency", "body.name", "body.surplus", "body.timeZone"].sort(),
    );
  });

  it("of what is nowhere are 404, whoever asks", async () => {
    const owner = await (await newWorld()).as("owner");
    for (const caller of [nobody, owner]) {
      for (const path of ["/nowhere", "/api", "/api/dashboard", "/api/dashboard/nothing", "//", "/docs/none.js.map"]) {
        const response = await caller.get(path);
        expect(response.status, path).toBe(404);
        expect(await response.json(), path).toMatchObject({ code: "not_found" });
      }
    }
  });

  it("each have their place on the page they point to", async () => {
    const page = await (await nobody.get("/docs/problems")).text();
    for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
      expect(page).toContain(`id="${code}"`);
      expect(page).toContain(`<td>${status}</td>`);
      expect(page.replaceAll("&#39;", "'")).toContain(title);
    }
  });
});

describe("a store that is away", () => {
  const away = ["D1_ERROR: Network connection lost.", "D1_ERROR: D1 DB is overloaded.", "boom"];

  // A page that is the same for all; and what a signed ticket or link opens, which is read before anything is looked up.
  const withoutDatabase = new Set([
    "showGuestInvitation",
    "openMessageSocket",
    "downloadAttachment",
    "downloadMedia",
    "showDigestsOff",
    "turnDigestsOff",
  ]);

  for (const { operation, method, path, example, hasJsonBody, access } of registeredOperations) {
    if (withoutDatabase.has(operation)) {
      it(`${operation}: answers without it`, async () => {
        const concrete = path.replace(/:\w+/g, "stm_01k9v3m6s0n8w2e4r6t8y0b1c3");
        const { env: broken } = quietEnv({ DB: brokenDb("boom") });
        const query = new URLSearchParams(example.query).toString();
        const response = await ask(broken, new Request(`${ORIGIN}${concrete}?${query}`, { method }));
        await response.body?.cancel();
        expect(response.status).toBeLessThan(500);
      });
      continue;
    }
    it(`${operation}: says that it is not available and when to try again, never that it is broken`, async () => {
      const concrete = path
        .replace(":line", "2")
        .replace(":provider", "spotify")
        .replace(/:\w+/g, "stm_01k9v3m6s0n8w2e4r6t8y0b1c3");
      // Who comes back from Spotify without the cookie they left with is refused before anything is looked up.
      const isArrival = "state" in example.query;
      const query = new URLSearchParams({ ...example.query, ...(isArrival ? { state: stateOf("x") } : {}) }).toString();
      for (const message of away) {
        const { env: broken } = quietEnv({ DB: brokenDb(message) });
        const headers: Record<string, string> = hasJsonBody ? { "content-type": "application/json" } : {};
        if (access !== "public" || operation === "acceptGuestInvitation") headers["authorization"] = "Bearer ad_live_x";
        if (isArrival) headers["cookie"] = "__Host-attempt=x";
        const request = new Request(`${ORIGIN}${concrete}${query === "" ? "" : `?${query}`}`, {
          method: method.toUpperCase(),
          headers,
          ...(hasJsonBody ? { body: JSON.stringify(example.body) } : {}),
        });
        const response = await ask(broken, request);
        expect(response.status).toBe(503);
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
        const text = new TextDecoder().decode(await response.arrayBuffer());
        expect(JSON.parse(text)).toMatchObject({ code: "unavailable", instance: response.headers.get("x-request-id") });
        expect(text).not.toContain(message);
      }
    });
  }

  it("after sign-in is said to be away too, on every read of an artist", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(owner, "a.tsv", distrokidFile(3, world.artistId));
    for (const { operation, method, path, access, example } of registeredOperations) {
      if (method !== "get" || access !== "artist" || operation === "listStatementFormats") continue;
      const query = new URLSearchParams(example.query).toString();
      const named = path
        .replace(/:(?:line|number)/, "2")
        .replace(":provider", "spotify")
        .replace(/:\w+/g, id);
      const concrete = `${named}${query === "" ? "" : `?${query}`}`;
      const response = await ask(
        quietEnv({ DB: failingAfter(1), KPI: brokenKv() }).env,
        new Request(ORIGIN + concrete, { headers: owner.headers }),
      );
      await response.body?.cancel();
      // Messages lie in an object of their own, and are read without the database once it is known who asks.
      if (path.startsWith("/api/dashboard/team/messages") && response.status < 500) continue;
      expect(response.status, operation).toBe(503);
      expect(response.headers.has("retry-after"), operation).toBe(true);
    }
  });

  it("but for the quick copies costs an overview nothing but time", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, "a.tsv", distrokidFile(3, world.artistId));
    const whole = (await (await owner.get(OVERVIEW)).json()) as { last12Months: unknown };
    const request = new Request(ORIGIN + OVERVIEW, { headers: owner.headers });
    const response = await ask(quietEnv({ KPI: brokenKv() }).env, request);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(whole);
  });

  it("and holds the files: reading them is not available, and what is uploaded is not half kept", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await imported(owner, "a.tsv", distrokidFile(3, `${world.artistId} kept`));
    const { env: broken } = quietEnv({ FILES: brokenFiles() });
    const body = distrokidFile(3, `${world.artistId} sent`);
    const upload = { method: "POST", headers: { ...owner.headers, "content-type": "text/csv" }, body };
    const asked = [
      new Request(`${ORIGIN}${STATEMENTS}?filename=a.tsv`, upload),
      ...["file", "lines", "lines/2/explain"].map(
        (part) => new Request(`${ORIGIN}${STATEMENTS}/${id}/${part}`, { headers: owner.headers }),
      ),
    ];
    for (const request of asked) {
      const response = await ask(broken, request);
      expect(response.status, request.url).toBe(503);
      expect(response.headers.has("retry-after"), request.url).toBe(true);
      expect(await response.json()).toMatchObject({ code: "unavailable" });
    }
    const { data } = (await (await owner.get(STATEMENTS)).json()) as { data: { id: string }[] };
    expect(data.map((statement) => statement.id)).toEqual([id]);
  });

  function brokenFiles(): R2Bucket {
    const fail = async () => {
      throw new Error("get: We encountered an internal error. Please try again. (10001)");
    };
    return {
      put: fail,
      get: fail,
      delete: fail,
      head: fail,
      list: fail,
      createMultipartUpload: fail,
    } as unknown as R2Bucket;
  }

  /** A database that answers a number of times and then goes away. */
  function failingAfter(times: number): D1Database {
    let left = times;
    return {
      withSession: (bookmark: string) => {
        const session = env.DB.withSession(bookmark);
        return {
          prepare: (query: string) => session.prepare(query),
          getBookmark: () => session.getBookmark(),
          batch: async (statements: D1PreparedStatement[]) => {
            if (left <= 0) throw new Error("D1_ERROR: Network connection lost.");
            left -= 1;
            return session.batch(statements);
          },
        };
      },
    } as unknown as D1Database;
  }

  function brokenKv(): KVNamespace {
    const fail = async () => {
      throw new Error("KV GET failed: 500 Internal Server Error");
    };
    return { get: fail, put: fail, getWithMetadata: fail, delete: fail, list: fail } as unknown as KVNamespace;
  }
});

describe("a deployment that lacks a setting", () => {
  it("names it, and tells nothing of those it has", async () => {
    for (const [changes, named] of [
      [{ SIGNING_KEY: "short-secret" }, "SIGNING_KEY"],
      [{ SIGNING_KEY: undefined }, "SIGNING_KEY"],
      [{ ENVIRONMENT: "staging" }, "ENVIRONMENT"],
    ] as const) {
      const { env: lacking } = quietEnv(changes as unknown as Partial<Env>);
      const response = await ask(lacking, new Request(`${ORIGIN}/api/me`));
      expect(response.status).toBe(503);
      const text = new TextDecoder().decode(await response.arrayBuffer());
      expect(JSON.parse(text)).toMatchObject({ code: "misconfigured", detail: expect.stringContaining(named) });
      expect(text).not.toContain("short-secret");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });
});

describe("the log", () => {
  async function linesOf(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      await work();
      return log.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
    } finally {
      log.mockRestore();
    }
  }

  it("has one line for each request, with what it cost and no secret", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    let id = "";
    const lines = await linesOf(async () => {
      id = String((await owner.get(`${STATEMENTS}?limit=3`)).headers.get("x-request-id"));
    });
    const mine = lines.filter((line) => line["id"] === id);
    expect(mine).toEqual([
      {
        kind: "request",
        id,
        method: "GET",
        path: STATEMENTS,
        status: 200,
        ms: expect.any(Number),
        rowsRead: expect.any(Number),
        rowsWritten: 0,
        roundTrips: 2,
        operation: "listStatements",
        actor: "apiKey",
        artist: world.artistId,
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain(String(owner.headers["authorization"]).slice(7));
  });

  it.each(["/api/auth/email/", "/api/exports/"])(
    "leaves the secret of a link to %s out, whatever is done with it",
    async (base) => {
      const token = "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ";
      const lines = await linesOf(async () => {
        for (const method of ["GET", "POST", "DELETE", "HEAD"]) await nobody.send(method, base + token);
        await nobody.get(`${base}${token}?surplus=${token}`);
        await nobody.get(`${base}${token}/`);
      });
      expect(lines).toHaveLength(6);
      expect(JSON.stringify(lines)).not.toContain(token);
      for (const line of lines) expect(line["path"]).toBe(`${base}…`);
    },
  );

  it("holds the cause of a fault that the answer keeps to itself", async () => {
    const owner = await (await newWorld()).as("owner");
    let answer = "";
    const lines = await linesOf(async () => {
      const { env: broken } = quietEnv({ DB: brokenDb("D1_ERROR: no such table: secrets: SQLITE_ERROR") });
      const response = await ask(broken, new Request(ORIGIN + STATEMENTS, { headers: owner.headers }));
      expect(response.status).toBe(500);
      answer = await response.text();
    });
    expect(answer).not.toMatch(/secrets|SQLITE|at /);
    expect(JSON.parse(answer)).toMatchObject({ code: "internal" });
    expect(lines[0]).toMatchObject({ problem: "internal", cause: expect.stringContaining("no such table: secrets") });
  });
});

describe("request ids", () => {
  it("are ours, new for each request, and never the caller's", async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await nobody.get("/health", { "x-request-id": "req_chosen" });
        return response.headers.get("x-request-id");
      }),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^req_[0-9a-z]{26}$/);
  });
});

describe("pages", () => {
  it("/health says that the Worker is up without asking any store", async () => {
    const response = await ask(quietEnv({ DB: brokenDb() }).env, new Request(`${ORIGIN}/health`));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok" });
  });

  it("/docs needs nobody but the Worker: every script, style and image it names is served by it", async () => {
    const root = await nobody.get("/");
    expect(root.status).toBe(302);
    expect(root.headers.get("location")).toBe("/docs");
    const page = await nobody.get("/docs");
    expect(page.headers.get("content-type")).toContain("text/html");
    const html = await page.text();
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]));
    expect(named.length).toBeGreaterThan(2);
    for (const path of named) {
      const asset = await nobody.get(path);
      expect(asset.status, path).toBe(200);
      expect(asset.headers.get("x-content-type-options"), path).toBe("nosniff");
      const text = new TextDecoder().decode(await asset.arrayBuffer());
      expect(text.length, path).toBeGreaterThan(50);
      if (path.endsWith("init.js")) expect(text).toContain("/openapi.json");
    }
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  });

  it("/openapi.json names every operation that is registered, and no other", async () => {
    const document = (await (await nobody.get("/openapi.json")).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const documented = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(documented.sort()).toEqual(registeredOperations.map(({ operation }) => operation).sort());
  });
});

describe("reading again", () => {
  it("an overview that has not changed costs no body, until the next statement is booked", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, "a.tsv", distrokidFile(3, `${world.artistId} a`));
    const first = await owner.get(OVERVIEW);
    const etag = String(first.headers.get("etag"));
    expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    await first.body?.cancel();
    for (const match of [etag, `"other", ${etag}`]) {
      const same = await owner.get(OVERVIEW, { "if-none-match": match });
      expect(same.status).toBe(304);
      expect(await same.text()).toBe("");
      expect(same.headers.get("etag")).toBe(etag);
      expect(same.headers.get("cache-control")).toBe("private, no-cache");
    }
    await imported(owner, "b.tsv", distrokidFile(4, `${world.artistId} b`));
    const changed = await owner.get(OVERVIEW, { "if-none-match": etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get("etag")).not.toBe(etag);
    await changed.body?.cancel();
  });

  it("one artist's tag says nothing of another's overview", async () => {
    const [one, two] = [await newWorld(), await newWorld()];
    const first = await (await one.as("owner")).get(OVERVIEW);
    await first.body?.cancel();
    const other = await (await two.as("owner")).get(OVERVIEW, { "if-none-match": String(first.headers.get("etag")) });
    expect(other.status).toBe(200);
    await other.body?.cancel();
  });

  it("the database's bookmark is given, taken back, and nonsense in its place does no harm", async () => {
    const owner = await (await newWorld()).as("owner");
    const first = await owner.get(STATEMENTS);
    const bookmark = String(first.headers.get("x-d1-bookmark"));
    expect(bookmark.length).toBeGreaterThan(10);
    for (const sent of [bookmark, "nonsense", "first-unconstrained", "", "x".repeat(5000)]) {
      const response = await owner.get(STATEMENTS, { "x-d1-bookmark": sent });
      expect(response.status, sent.slice(0, 20)).toBe(200);
      await response.body?.cancel();
    }
    expect((await nobody.get("/health")).headers.has("x-d1-bookmark")).toBe(false);
  });

  it("a key wins over a cookie, and neither works in the other's place", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const key = String(owner.headers["authorization"]).slice(7);
    expect((await callerWith({ cookie: `__Host-session=${key}` }).get("/api/me")).status).toBe(401);
    const { caller } = await newPerson();
    const both = callerWith({ ...caller.headers, ...owner.headers });
    expect(await (await both.get("/api/me")).json()).toMatchObject({ email: null });
    const session = String(caller.headers["cookie"]).slice("__Host-session=".length);
    expect((await callerWith({ authorization: `Bearer ${session}` }).get("/api/me")).status).toBe(401);
  });
});
