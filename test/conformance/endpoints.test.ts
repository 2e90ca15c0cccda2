// Over every registered operation: who gets in, what is refused, and what each answer promises. A new operation is held to
// all of it by being registered; it only has to say in fixtures.ts what stands in its path.
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { registeredOperations } from "../../src/app.ts";
import { MATRIX, ROLES } from "../../src/team/index.ts";
import { dumpArtist } from "../harness/dump.ts";
import { resolveSchema } from "../harness/schema.ts";
import { callerWith, newPerson, nobody, ORIGIN } from "../harness/world.ts";
import {
  bodyOf,
  checked,
  comparable,
  documented,
  fixtureOf,
  guarded,
  MISSING,
  missingPath,
  newPlace,
  ofArtist,
  PREPARED,
  parametersOf,
  RAW,
  realPath,
  send,
  served,
  THINGS,
  writes,
} from "./fixtures.ts";

const NOWHERE = "art_01k9v3m6s0n8w2e4r6t8y0b1c3";

describe("the registry", () => {
  it("every operation with something in its path has a fixture for it", () => {
    for (const { path } of registeredOperations) {
      for (const name of parametersOf(path)) {
        fixtureOf(THINGS, path, name);
        fixtureOf(MISSING, path, name);
      }
    }
  });

  it("no two operations share a name", () => {
    const names = registeredOperations.map(({ operation }) => operation);
    expect(new Set(names).size).toBe(names.length);
  });

  it("the matrix of roles and the operations about an artist are the same list", () => {
    expect(Object.keys(MATRIX).sort()).toEqual(ofArtist.map(({ operation }) => operation).sort());
  });

  it("every operation has an example that succeeds for an owner", async () => {
    const place = await newPlace();
    for (const operation of registeredOperations) {
      const caller = operation.access === "public" ? nobody : place.person;
      if (operation.operation === "signOut") continue;
      const { headers, query = {} } = (await PREPARED[operation.operation]?.(place)) ?? {};
      const how = { headers: { "artist-id": place.world.artistId, ...headers }, query };
      const { status, text } = await send(caller, operation, await realPath(operation, place), how);
      expect(status, `${operation.operation}: ${text}`).toBeLessThan(400);
    }
    for (const operation of registeredOperations.filter((each) => each.operation === "signOut")) {
      expect((await send(place.person, operation, operation.path)).status).toBe(204);
    }
    vi.unstubAllGlobals();
  });
});

describe("nobody", () => {
  for (const operation of guarded) {
    it(`${operation.operation}: someone who shows nothing, or something unknown, is asked to sign in`, async () => {
      const place = await newPlace();
      const path = await realPath(operation, place);
      const unknown = [
        nobody,
        callerWith({ authorization: `Bearer ad_live_${"A".repeat(43)}_000000` }),
        callerWith({ authorization: "Basic bWFyYTptYXJh" }),
        callerWith({ authorization: "Bearer " }),
        callerWith({ cookie: "__Host-session=unknown", origin: ORIGIN }),
        callerWith({ cookie: "session=unknown", origin: ORIGIN }),
      ];
      for (const caller of unknown) {
        for (const headers of [{}, { "artist-id": place.world.artistId }]) {
          const answer = await send(caller, operation, path, { headers: headers as Record<string, string> });
          expect(answer).toMatchObject({ status: 401, json: { code: "unauthenticated" } });
          expect(answer.headers.get("www-authenticate")).toContain("Bearer");
        }
      }
    });
  }
});

describe("strangers", () => {
  for (const operation of ofArtist) {
    it(`${operation.operation}: a stranger cannot learn that an artist or a thing of it exists`, async () => {
      const [mine, theirs] = await Promise.all([newPlace(), newPlace()]);
      const path = await realPath(operation, theirs);
      const missing = missingPath(operation);
      const before = await dumpArtist(theirs.world.artistId);
      for (const caller of [mine.person, mine.owner]) {
        const named = await send(caller, operation, path, { headers: { "artist-id": theirs.world.artistId } });
        const unnamed = await send(caller, operation, path, { headers: { "artist-id": NOWHERE } });
        expect(named).toMatchObject({ status: 404, json: { code: "not_found" } });
        expect(comparable(named)).toBe(comparable(unnamed));

        if (parametersOf(operation.path).length === 0) continue;
        const own: Record<string, string>[] = [{}, { "artist-id": mine.world.artistId }];
        for (const headers of own) {
          const foreign = await send(caller, operation, path, { headers });
          expect(foreign).toMatchObject({ status: 404, json: { code: "not_found" } });
          expect(comparable(foreign)).toBe(comparable(await send(caller, operation, missing, { headers })));
        }
      }
      expect(await dumpArtist(theirs.world.artistId)).toEqual(before);
    });
  }
});

describe("roles", () => {
  for (const operation of ofArtist) {
    it(`${operation.operation}: the matrix says who may, and nobody else gets in`, async () => {
      const place = await newPlace();
      const path = await realPath(operation, place);
      const before = JSON.stringify(await dumpArtist(place.world.artistId, ["api_keys"]));
      const refused = ROLES.filter((role) => !MATRIX[operation.operation]?.includes(role));
      for (const role of refused) {
        const answer = await send(await place.world.as(role), operation, path);
        expect(answer, role).toMatchObject({ status: 403, json: { code: "forbidden" } });
      }
      expect(JSON.stringify(await dumpArtist(place.world.artistId, ["api_keys"]))).toBe(before);
      for (const role of ROLES.filter((each) => !refused.includes(each))) {
        const answer = await send(await place.world.as(role), operation, path);
        expect(answer.status === 403 ? answer.text : "", role).toBe("");
      }
    });
  }

  // To speak is to change nothing of the artist's; what a viewer may say and see is decided thread by thread.
  const isTalk = ({ path }: { path: string }) => path.startsWith("/api/dashboard/team/messages");

  it("a viewer changes nothing but what they say, whether with a key or signed in", async () => {
    const place = await newPlace();
    const { userId, caller } = await newPerson();
    await place.world.join(userId, "viewer");
    // A copy of what a viewer may read anyway, and a calendar of their own that shows it, change nothing of it.
    const copies = ["createStatementExport", "createCalendarFeed", "revokeCalendarFeed"];
    const changing = writes.filter(
      (each) => each.access === "artist" && !copies.includes(each.operation) && !isTalk(each),
    );
    for (const operation of changing) {
      const path = await realPath(operation, place);
      for (const viewer of [caller, await place.world.as("viewer")]) {
        const answer = await send(viewer, operation, path);
        expect(answer, operation.operation).toMatchObject({ status: 403, json: { code: "forbidden" } });
      }
    }
  });
});

describe("requests", () => {
  for (const operation of guarded) {
    it(`${operation.operation}: a parameter it does not know is refused by name`, async () => {
      const place = await newPlace();
      const path = await realPath(operation, place);
      for (const name of ["surplus", "artistId", "artist_id", "constructor", "__proto__", "toString"]) {
        const answer = await send(place.person, operation, path, { query: Object.fromEntries([[name, "x"]]) });
        expect(answer, name).toMatchObject({ status: 400, json: { code: "invalid_request" } });
        expect(answer.json.errors, name).toContainEqual(
          expect.objectContaining({ path: `query.${name}`, code: "unknown" }),
        );
      }
    });
  }

  for (const operation of registeredOperations.filter(({ hasJsonBody }) => hasJsonBody)) {
    it(`${operation.operation}: a body that is not what it declares is refused, and says where`, async () => {
      const place = await newPlace();
      const path = await realPath(operation, place);
      const caller = operation.access === "public" ? nobody : place.person;
      const answerTo = (body: string, type?: string) =>
        send(caller, operation, path, { body, ...(type === undefined ? {} : { type }) });

      const media = (await documented(operation)).requestBody?.content["application/json"];
      const declared = media === undefined ? {} : resolveSchema(await served(), media.schema).properties;
      const slipped = [
        "surplus",
        "__proto__",
        "constructor",
        "role",
        "owner",
        "artistId",
        "artist_id",
        "id",
        "createdAt",
      ];
      for (const name of slipped.filter((each) => !Object.hasOwn(declared ?? {}, each))) {
        const example = JSON.stringify(operation.example.body);
        const answer = await answerTo(`${example.slice(0, -1)}${example === "{}" ? "" : ","}"${name}":"owner"}`);
        expect(answer, name).toMatchObject({ status: 400, json: { code: "invalid_request" } });
        expect(answer.json.errors, name).toContainEqual(expect.objectContaining({ path: `body.${name}` }));
      }
      for (const body of ["null", "[]", "1", '"x"', `[${JSON.stringify(operation.example.body)}]`]) {
        expect(await answerTo(body), body).toMatchObject({ status: 400, json: { code: "invalid_request" } });
      }
      for (const body of ["", "{", '{"a":', "{'a':1}", "NaN", "[".repeat(100_000)]) {
        expect((await answerTo(body)).json.code, body.slice(0, 9)).toBe("malformed_json");
      }
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "json",
      ]) {
        const answer = await answerTo(JSON.stringify(operation.example.body), type);
        expect(answer, type).toMatchObject({ status: 415, json: { code: "unsupported_media_type" } });
      }
      const large = await answerTo(JSON.stringify({ surplus: "x".repeat(operation.maxBodyBytes) }));
      expect(large).toMatchObject({ status: 413, json: { code: "too_large" } });
    });
  }

  for (const operation of registeredOperations) {
    it(`${operation.operation}: nonsense in the path, the query or the body is the caller's fault, never ours`, async () => {
      const place = await newPlace();
      const caller = operation.access === "public" ? nobody : place.owner;
      const nonsense = [
        "",
        "-1",
        "0",
        "1e309",
        "9".repeat(40),
        "0000-00",
        "2024-13",
        "9999-12",
        "💥",
        "'; DROP TABLE users",
      ];
      nonsense.push("\u0000", "%", "%00", "..%2f..", "x".repeat(4000), "[object Object]", "null", "true");
      const real = await realPath(operation, place);
      const { parameters = [], requestBody } = await documented(operation);
      for (const { name } of parameters.filter((each) => each.in === "query")) {
        for (const value of nonsense) await send(caller, operation, real, { query: { [name]: value } });
        const twice = `${real}?${name}=a&${name}=b&${name}=c`;
        await checked(await caller.send(operation.method.toUpperCase(), twice), operation);
      }
      for (const name of parametersOf(operation.path)) {
        for (const value of nonsense.filter((each) => each !== "")) {
          await send(caller, operation, operation.path.replace(`:${name}`, encodeURIComponent(value)));
        }
      }
      const fields = requestBody?.content["application/json"]?.example;
      for (const name of Object.keys((fields ?? {}) as object)) {
        for (const value of [null, 1, -1, 1.5, 1e300, true, [], {}, ["x"], "", ...nonsense]) {
          const body = JSON.stringify({ ...(fields as object), [name]: value });
          await send(operation.operation === "createArtist" ? place.person : caller, operation, real, { body });
        }
      }
      for (const headers of [{ "x-d1-bookmark": "nonsense" }, { "artist-id": "nonsense" }, { "idempotency-key": "" }]) {
        await send(caller, operation, real, { headers: headers as Record<string, string> });
      }
    });
  }
});

describe("methods", () => {
  const paths = [...new Set(registeredOperations.map(({ path }) => path))];
  const methodsOf = (concrete: string) =>
    registeredOperations
      .filter(({ path }) => new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`).test(concrete))
      .map(({ method }) => method.toUpperCase());

  for (const path of paths) {
    it(`${path}: a method it does not have is refused with those it has`, async () => {
      const concrete = path.replace(/:line/, "2").replace(/:\w+/g, "x");
      const allowed = new Set(methodsOf(concrete));
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((each) => !allowed.has(each))) {
        const answer = await checked(await nobody.send(method, concrete), null);
        expect(answer, method).toMatchObject({ status: 405, json: { code: "method_not_allowed" } });
        const said = new Set(
          answer.headers
            .get("allow")
            ?.split(", ")
            .filter((each) => each !== "HEAD"),
        );
        expect(said, method).toEqual(allowed);
      }
    });
  }

  for (const operation of registeredOperations.filter(({ method }) => method === "get")) {
    it(`${operation.operation}: HEAD answers as GET does, without the body`, async () => {
      const place = await newPlace();
      const caller = operation.access === "public" ? nobody : place.owner;
      const query = new URLSearchParams(operation.example.query).toString();
      const path = `${await realPath(operation, place)}${query === "" ? "" : `?${query}`}`;
      const head = await caller.send("HEAD", path);
      const get = await caller.get(path);
      expect(head.status).toBe(get.status);
      expect((await head.arrayBuffer()).byteLength).toBe(0);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
      await get.body?.cancel();
    });
  }
});

describe("writes with a cookie", () => {
  for (const operation of writes) {
    it(`${operation.operation}: another site's page cannot have a person do it`, async () => {
      const place = await newPlace();
      const path = await realPath(operation, place);
      const before = await dumpArtist(place.world.artistId);
      const cookie = String(place.person.headers["cookie"]);
      const origins = [
        undefined,
        "null",
        "",
        "https://evil.test",
        "http://dashboard.test",
        "https://dashboard.test.evil.test",
      ];
      origins.push("https://sub.dashboard.test", "https://dashboard.test:8443");
      for (const origin of origins) {
        const caller = callerWith({ cookie, ...(origin === undefined ? {} : { origin }) });
        const answer = await send(caller, operation, path);
        expect(answer, String(origin)).toMatchObject({ status: 403, json: { code: "origin_refused" } });
      }
      expect(await dumpArtist(place.world.artistId)).toEqual(before);
      expect((await place.person.get("/api/me")).status).toBe(200);
    });
  }
});

describe("repeated requests", () => {
  const repeatable = registeredOperations.filter(({ takesIdempotencyKey }) => takesIdempotencyKey);

  /** What a caller has done so far, by the audit. */
  async function doneBy(userId: string): Promise<number | undefined> {
    const row = await env.DB.prepare("SELECT count(*) AS n FROM audit_log WHERE actor = ?")
      .bind(`user:${userId}`)
      .first<{ n: number }>();
    return row?.n;
  }

  /** Another value of the same form: an address stays one, and an id an id. */
  function otherValue(value: unknown): unknown {
    if (typeof value === "boolean") return !value;
    const text = String(value);
    if (text.includes("@")) return `x${text}`;
    return /^[a-z]{3}_[0-9a-z]{26}$/.test(text)
      ? text.replace(/.$/, (last) => (last === "0" ? "1" : "0"))
      : `${text} x`;
  }

  /** The example with one field changed. */
  function otherBody(body: unknown): string {
    const [first, ...rest] = Object.entries(body as Record<string, unknown>);
    if (first === undefined) throw new Error("an example body without a field");
    const [name, value] = first;
    return JSON.stringify({ [name]: otherValue(value), ...Object.fromEntries(rest) });
  }

  for (const operation of repeatable) {
    it(`${operation.operation}: the same key and body have one effect and one answer; another body is refused`, async () => {
      const place = await newPlace();
      const path = await realPath(operation, place);
      const headers = { "idempotency-key": "same", "artist-id": place.world.artistId };
      const before = Number(await doneBy(place.userId));
      const first = await send(place.person, operation, path, { headers });
      expect(first.status, first.text).toBeLessThan(300);
      expect(first.headers.has("idempotent-replayed")).toBe(false);
      const again = await send(place.person, operation, path, { headers });
      if (again.json?.code === "secret_already_shown") {
        expect(again.status).toBe(409);
        const { key, url } = JSON.parse(first.text);
        expect(key ?? url).toBeTruthy();
        const kept = await env.DB.prepare("SELECT body FROM idempotency_keys WHERE actor = ?")
          .bind(`user:${place.userId}`)
          .first();
        expect(kept).toEqual({ body: null });
      } else {
        expect(again.status).toBe(first.status);
        expect(again.text).toBe(first.text);
        expect(again.headers.get("location")).toBe(first.headers.get("location"));
        expect(again.headers.get("idempotent-replayed")).toBe("true");
      }
      const other = await send(place.person, operation, path, { headers, body: otherBody(bodyOf(operation)) });
      expect(other).toMatchObject({ status: 422, json: { code: "idempotency_key_reused" } });
      expect(await doneBy(place.userId)).toBe(before + 1);
    });

    it(`${operation.operation}: of many at once with one key, one takes effect and all answer it`, async () => {
      const place = await newPlace();
      const path = await realPath(operation, place);
      const headers = { "idempotency-key": "race", "artist-id": place.world.artistId };
      const before = Number(await doneBy(place.userId));
      const answers = await Promise.all(
        Array.from({ length: 25 }, () => send(place.person, operation, path, { headers })),
      );
      expect(await doneBy(place.userId)).toBe(before + 1);
      const firsts = answers.filter((answer) => answer.status < 300 && !answer.headers.has("idempotent-replayed"));
      expect(firsts).toHaveLength(1);
      for (const answer of answers) {
        if (answer.json?.code === "secret_already_shown") continue;
        expect(answer.text).toBe(firsts[0]?.text);
      }
    });

    it(`${operation.operation}: a request that was refused may be made again with its key, and a key is its caller's own`, async () => {
      const place = await newPlace();
      const path = await realPath(operation, place);
      const headers = { "idempotency-key": "second thoughts", "artist-id": place.world.artistId };
      const refused = await send(place.person, operation, path, { headers, body: '{"surplus":1}' });
      expect(refused.status).toBe(400);
      expect((await send(place.person, operation, path, { headers })).status).toBeLessThan(300);

      const stranger = await newPlace();
      const own = { ...headers, "artist-id": stranger.world.artistId };
      const answer = await send(stranger.person, operation, await realPath(operation, stranger), { headers: own });
      expect(answer.headers.has("idempotent-replayed")).toBe(false);
      expect(answer.status).toBeLessThan(300);
      for (const key of ["x".repeat(256)]) {
        const long = await send(place.person, operation, path, { headers: { ...headers, "idempotency-key": key } });
        expect(long).toMatchObject({ status: 400, json: { code: "invalid_request" } });
      }
    });
  }

  it("every raw body has an operation, so none is left over from one that is gone", () => {
    const names = registeredOperations.map(({ operation }) => operation);
    for (const name of Object.keys(RAW)) expect(names).toContain(name);
  });
});
