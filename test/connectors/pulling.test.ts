// Pulling through a connection, from a browser's consent to the figures: with the real doors, queue and database.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askRun } from "../../src/connectors/runs/service.ts";
import { ask, deliver, fire, quietEnv } from "../harness/doors.ts";
import { dumpAll } from "../harness/dump.ts";
import { Browser } from "../harness/spotify.ts";
import { connect, type Stores } from "../harness/stores.ts";
import { newPerson, newWorld, until, type World } from "../harness/world.ts";
import { createStores } from "../simulator/stores.mjs";

const PATH = "/api/dashboard/integrations/connections";

let stores: Stores;
let made = 0;
beforeEach(() => {
  made += 1;
  stores = createStores({ seed: `pulling ${made}` });
  for (const accounts of Object.values(stores.accounts)) accounts.state.isAutomatic = true;
  vi.stubGlobal("fetch", stores.fetch);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

interface ConnectionBody {
  readonly id: string;
  readonly provider: string;
  readonly status: string;
  readonly reason: string | null;
  readonly authorizeUrl: string;
  readonly nextRunAt: string | null;
}
interface RunBody {
  readonly id: string;
  readonly status: string;
  readonly night: string | null;
  readonly requests: number;
  readonly written: number;
  readonly resumeAt: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

async function member(world: World): Promise<Browser> {
  const { userId, caller } = await newPerson();
  await world.join(userId, "owner");
  const browser = new Browser();
  browser.cookies.set("__Host-session", String(caller.headers["cookie"]).replace("__Host-session=", ""));
  return browser;
}

async function connectBy(browser: Browser, provider: string): Promise<string> {
  const begun = (await (await browser.post(PATH, { provider })).json()) as ConnectionBody;
  const consent = await stores.answer(new Request(begun.authorizeUrl));
  const back = await browser.visit(String(consent.headers.get("location")));
  expect(back.status).toBe(302);
  return begun.id;
}

async function runsOf(browser: Browser, id: string): Promise<RunBody[]> {
  return ((await (await browser.visit(`${PATH}/${id}/runs`)).json()) as { data: RunBody[] }).data;
}

const over = (browser: Browser, id: string) =>
  until("the run to be over", async () => {
    const [run] = await runsOf(browser, id);
    return run !== undefined && ["succeeded", "failed", "waiting"].includes(run.status) ? run : null;
  });

async function shown(browser: Browser, id: string): Promise<ConnectionBody> {
  return (await browser.visit(`${PATH}/${id}`)).json();
}

describe("a connection", () => {
  it("is authorised in a browser, read at once, shows its days and leaves the days that are not worked out", async () => {
    const browser = await member(await newWorld());
    const id = await connectBy(browser, "youtube");
    expect(await over(browser, id)).toMatchObject({ status: "succeeded", error: null });
    expect(await shown(browser, id)).toMatchObject({ provider: "youtube", status: "active", reason: null });
    const channel = stores.truthOf("youtube", "youtube-listener");
    const now = Date.now();
    const last = channel.workedOut(now);
    const query = `granularity=day&from=${last}&to=${new Date(now).toISOString().slice(0, 10)}`;
    const { data } = (await (await browser.visit(`/api/dashboard/streams?${query}`)).json()) as {
      data: { period: string; plays: number | null; status: string }[];
    };
    const today = data.at(-1);
    if (today !== undefined && today.period > last)
      expect(today).toMatchObject({ plays: null, status: "not_yet_reported" });
    const kept = await env.DB.prepare(
      "SELECT day, (SELECT sum(j.value->>3) FROM play_packs p, json_each(p.cells_json) j WHERE p.artist_id = d.artist_id AND p.day = d.day AND p.cut = 'territory') AS plays FROM play_days d WHERE artist_id = (SELECT artist_id FROM provider_grants WHERE id = ?)",
    )
      .bind(id)
      .all<{ day: string; plays: number | null }>();
    expect(kept.results.length).toBeGreaterThan(20);
    for (const { day, plays } of kept.results)
      expect({ day, plays: plays ?? 0 }).toEqual({ day, plays: channel.truth(day, now).views });
  });

  it("is read when it is asked for; asked twice it is one run, and a second time there is no news", async () => {
    const browser = await member(await newWorld());
    const id = await connectBy(browser, "spotify");
    expect(await over(browser, id)).toMatchObject({ status: "succeeded" });
    const ask = async () => (await (await browser.post(`${PATH}/${id}/sync`, undefined)).json()) as { run: string };
    const [one, other] = [await ask(), await ask()];
    expect((await runsOf(browser, id)).map((run) => run.id)).toContain(other.run);
    const again = await until("the second run", async () => {
      const run = (await runsOf(browser, id)).find((each) => each.id === one.run);
      return run?.status === "succeeded" ? run : null;
    });
    expect(again.written).toBe(0);
    const state = await (
      await browser.visit(`${PATH}/${id}/runs/${one.run}`, "GET", { accept: "text/event-stream" })
    ).text();
    expect(state).toContain('"status":"succeeded"');
  });

  it("whose store is away waits, says so, and reports nothing in the place of what it does not know", async () => {
    const world = await newWorld();
    const browser = await member(world);
    stores.state.away.add("soundcloud");
    const id = await connect(await world.ctx(), stores, "soundcloud");
    const { env: quiet } = quietEnv();
    const run = await env.DB.prepare("SELECT id FROM connection_runs WHERE connection_id = ?")
      .bind(id)
      .first<{ id: string }>();
    const body = { artistId: world.artistId, connectionId: id, runId: run?.id ?? "" };
    for (let delivery = 0; delivery < 3; delivery += 1)
      await deliver(quiet, [{ id: `job_${delivery}`, kind: "connector.sync", body }]);
    expect((await runsOf(browser, id))[0]).toMatchObject({
      status: "waiting",
      resumeAt: expect.any(String),
      error: { code: "provider_unavailable" },
    });
    expect(await shown(browser, id)).toMatchObject({ status: "degraded", reason: expect.stringContaining("503") });
    const days = await env.DB.prepare("SELECT 1 FROM play_days WHERE artist_id = ?").bind(world.artistId).all();
    expect(days.results).toEqual([]);
    stores.state.away.clear();
    await deliver(quiet, [{ id: "job_x", kind: "connector.sync", body }]);
    expect(await shown(browser, id)).toMatchObject({ status: "active", reason: null });
  });

  it("that is told to slow down says until when, and does not ask before", async () => {
    const world = await newWorld();
    const browser = await member(world);
    stores.state.faults["soundcloud"] = ["busy"];
    const id = await connect(await world.ctx(), stores, "soundcloud");
    const { env: quiet } = quietEnv();
    const run = await env.DB.prepare("SELECT id FROM connection_runs WHERE connection_id = ?")
      .bind(id)
      .first<{ id: string }>();
    const body = { artistId: world.artistId, connectionId: id, runId: run?.id ?? "" };
    await deliver(quiet, [{ id: "job_a", kind: "connector.sync", body }]);
    const limited = await shown(browser, id);
    expect(limited.status).toBe("rate_limited");
    expect(Date.parse(String(limited.nextRunAt)) - Date.now()).toBeGreaterThan(40_000);
    const asked = stores.state.calls.length;
    await deliver(quiet, [{ id: "job_b", kind: "connector.sync", body }]);
    expect(stores.state.calls.length).toBe(asked);
    await env.DB.prepare("DELETE FROM provider_budgets WHERE provider = 'soundcloud'").run();
  });

  it("of a provider whose secret is taken away is disabled and says what to set; the others go on", async () => {
    const world = await newWorld();
    const browser = await member(world);
    await connect(await world.ctx(), stores, "soundcloud");
    await connect(await world.ctx(), stores, "youtube");
    const { env: changed } = quietEnv({ SOUNDCLOUD_CLIENT_SECRET: undefined } as Partial<Env>);
    const other = new Browser((request) => ask(changed, request));
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    const { data, providers } = (await (await other.visit(PATH)).json()) as {
      data: ConnectionBody[];
      providers: { id: string; configured: boolean }[];
    };
    expect(data.find(({ provider }) => provider === "soundcloud")).toMatchObject({
      status: "disabled",
      reason: expect.stringContaining("SOUNDCLOUD_CLIENT_SECRET"),
      nextRunAt: null,
    });
    expect(data.find(({ provider }) => provider === "youtube")).toMatchObject({ status: "active" });
    expect(providers.filter(({ configured }) => !configured).map(({ id }) => id)).toEqual(["soundcloud"]);
    const refusal = await other.post(PATH, { provider: "soundcloud" });
    expect(await refusal.json()).toMatchObject({
      code: "misconfigured",
      detail: expect.stringContaining("SOUNDCLOUD_CLIENT_SECRET"),
    });
  });

  it("disconnected leaves no token anywhere, ends its runs, and keeps or erases its days as asked", async () => {
    const lines: unknown[][] = [];
    for (const method of ["log", "info", "warn", "error", "debug"] as const)
      vi.spyOn(console, method).mockImplementation((...line: unknown[]) => void lines.push(line));
    for (const data of ["keep", "erase"]) {
      const world = await newWorld();
      const browser = await member(world);
      const id = await connectBy(browser, "youtube");
      expect(await over(browser, id)).toMatchObject({ status: "succeeded" });
      await browser.post(`${PATH}/${id}/sync`, undefined);
      expect((await browser.visit(`${PATH}/${id}?data=${data}`, "DELETE")).status).toBe(202);
      expect((await browser.visit(`${PATH}/${id}/runs`)).status).toBe(404);
      const left = () =>
        env.DB.prepare(
          "SELECT (SELECT count(*) FROM play_rollups WHERE artist_id = ?1) AS rollups, (SELECT count(*) FROM measure_days WHERE artist_id = ?1) AS measures, (SELECT count(*) FROM connection_runs WHERE artist_id = ?1) AS runs",
        )
          .bind(world.artistId)
          .first<{ rollups: number; measures: number; runs: number }>();
      if (data === "keep") expect(await left()).toMatchObject({ rollups: expect.any(Number), runs: 0 });
      else {
        await until("the days to be erased", async () => {
          const now = await left();
          return now?.rollups === 0 && now.measures === 0;
        });
      }
    }
    const places = `${await dumpAll()} ${JSON.stringify(lines)}`;
    expect(stores.accounts["youtube"]?.state.secrets.length).toBeGreaterThan(4);
    for (const secret of stores.accounts["youtube"]?.state.secrets ?? []) expect(places.includes(secret)).toBe(false);
  });

  it("costs a bounded number of rows, batches and calls in a night, with news and without", async () => {
    const logged: string[] = [];
    const world = await newWorld();
    const { env: quiet } = quietEnv();
    const figures: Record<string, object> = {};
    for (const store of ["soundcloud", "youtube"] as const) {
      const id = await connect(await world.ctx(), stores, store);
      for (const round of ["first", "restated", "quiet"]) {
        if (round !== "first") {
          // As if the last reading were yesterday's.
          await env.DB.prepare("UPDATE connection_streams SET read_at = read_at - 86400000 WHERE connection_id = ?")
            .bind(id)
            .run();
          await askRun(await world.ctx(), id);
        }
        if (round === "restated" && store === "soundcloud") {
          const row = await env.DB.prepare("SELECT memory_json FROM connection_streams WHERE connection_id = ?")
            .bind(id)
            .first<{ memory_json: string }>();
          const { totals } = JSON.parse(row?.memory_json ?? "{}") as { totals: Record<string, [number, number]> };
          const before = Object.fromEntries(
            Object.entries(totals).map(([urn, [plays, downloads]]) => [urn, [plays - 7, downloads]]),
          );
          await env.DB.prepare("UPDATE connection_streams SET memory_json = ? WHERE connection_id = ?")
            .bind(JSON.stringify({ totals: before }), id)
            .run();
        }
        const calls = stores.state.calls.length;
        // Some of what is kept is taken as if the store had said otherwise, so that a night has news.
        if (round === "restated")
          await env.DB.prepare(
            "UPDATE play_packs SET cells_json = replace(cells_json, ',0,0]', ',1,0]') WHERE artist_id = ? AND day IN (SELECT day FROM play_days WHERE artist_id = ?1 ORDER BY day DESC LIMIT 2)",
          )
            .bind(world.artistId)
            .run();
        const heard = vi.spyOn(console, "log").mockImplementation((line: string) => void logged.push(line));
        for (let delivery = 0; delivery < 5; delivery += 1) {
          const open = await env.DB.prepare(
            "SELECT id FROM connection_runs WHERE connection_id = ? AND status IN ('queued', 'running')",
          )
            .bind(id)
            .first<{ id: string }>();
          if (open === null) break;
          const body = { artistId: world.artistId, connectionId: id, runId: open.id };
          await deliver(quiet, [{ id: `job_${id}_${round}_${delivery}`, kind: "connector.sync", body }]);
        }
        heard.mockRestore();
        const lines = logged.splice(0).flatMap((line) => {
          const said = JSON.parse(line) as { job?: string; rowsWritten: number; rowsRead: number; roundTrips: number };
          return said.job === "connector.sync" ? [said] : [];
        });
        for (const { rowsWritten, roundTrips } of lines) {
          expect(rowsWritten).toBeLessThanOrEqual(8000);
          expect(roundTrips).toBeLessThanOrEqual(80);
        }
        const sum = (name: "rowsWritten" | "rowsRead" | "roundTrips") =>
          lines.reduce((total, line) => total + line[name], 0);
        figures[`${store} ${round}`] = {
          deliveries: lines.length,
          calls: stores.state.calls.length - calls,
          rowsWritten: sum("rowsWritten"),
          rowsRead: sum("rowsRead"),
          batches: sum("roundTrips"),
        };
      }
    }
    expect(figures["soundcloud quiet"]).toMatchObject({ deliveries: 1 });
    console.log(`BENCH ${JSON.stringify(figures)}`);
  });

  it("is planned once a night, however often and by whomever the schedules fire, and by the next hour if they did not", async () => {
    const world = await newWorld();
    const id = await connect(await world.ctx(), stores, "soundcloud");
    const { env: quiet, sent } = quietEnv();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const at = Date.parse(`${tomorrow}T00:35:00Z`);
    await Promise.all([fire(quiet, "35 * * * *", at), fire(quiet, "35 * * * *", at), fire(quiet, "35 * * * *", at)]);
    const plans = sent.filter(({ kind }) => kind === "connector.plan");
    expect(plans).toHaveLength(3);
    await Promise.all(plans.map((job) => deliver(quiet, [job])));
    await Promise.all(plans.map((job) => deliver(quiet, [job])));
    const runs = await env.DB.prepare("SELECT count(*) AS n FROM connection_runs WHERE connection_id = ? AND night = ?")
      .bind(id, tomorrow)
      .first();
    expect(runs).toEqual({ n: 1 });
    expect(sent.filter((job) => job.kind === "connector.sync" && job.body.connectionId === id)).toHaveLength(1);
  });
});
