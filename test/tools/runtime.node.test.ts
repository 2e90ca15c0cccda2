// What the kill tests rest on: a runtime that is killed has kept everything that it had acknowledged.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startRuntime } from "./runtime.mjs";

it("a SIGKILL loses nothing that D1, R2 or KV had acknowledged, and the same folder starts again", async () => {
  const persist = mkdtempSync(join(tmpdir(), "runtime-"));
  try {
    const first = await startRuntime({ persist });
    const database = await first.mf.getD1Database("DB");
    await database.exec("CREATE TABLE kept (word TEXT NOT NULL) STRICT");
    for (let at = 0; at < 20; at += 1) await database.prepare("INSERT INTO kept VALUES (?)").bind(`word ${at}`).run();
    await (await first.mf.getR2Bucket("FILES")).put("kept", "object");
    await (await first.mf.getKVNamespace("KPI")).put("kept", "value");
    await first.kill();
    await expect(fetch(`${first.url}/health`)).rejects.toThrow();

    const second = await startRuntime({ persist });
    const count = await (await second.mf.getD1Database("DB")).prepare("SELECT count(*) AS n FROM kept").first("n");
    const object = await (await second.mf.getR2Bucket("FILES")).get("kept");
    const value = await (await second.mf.getKVNamespace("KPI")).get("kept");
    expect([count, await object?.text(), value]).toEqual([20, "object", "value"]);
    expect(second.workerdPid).not.toBe(first.workerdPid);
    await second.stop();
  } finally {
    rmSync(persist, { recursive: true, force: true });
  }
});
