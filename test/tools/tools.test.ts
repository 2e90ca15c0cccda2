// The parts of the tools that could be wrong without anybody noticing.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { scheduleNames } from "./cron.mjs";
import { hashApiKey, isApiKey, newApiKey } from "./keys.mjs";
import { splitStatements } from "./migrations.mjs";

it("a new API key carries a checksum that one wrong character breaks", () => {
  const key = newApiKey();
  expect(key).toMatch(/^ad_live_[A-Za-z0-9_-]{43}_[0-9a-f]{6}$/);
  expect(isApiKey(key)).toBe(true);
  expect(isApiKey(`ad_live_${key[8] === "A" ? "B" : "A"}${key.slice(9)}`)).toBe(false);
  expect(newApiKey()).not.toBe(key);
});

it("a key is stored as the SHA-256 of its whole text", () => {
  expect(hashApiKey("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

it("SQL is split at the semicolons that end statements only", () => {
  const sql = `-- one; comment
    CREATE TABLE a (x TEXT DEFAULT 'a;b''c', "y;z" INTEGER); /* ; */
    CREATE TRIGGER t BEFORE UPDATE ON a BEGIN
      SELECT CASE WHEN new.x = 'BEGIN' THEN RAISE(ABORT, 'no; never') END;
      DELETE FROM a;
    END;
    INSERT INTO a VALUES (CASE 1 WHEN 1 THEN 'x' END, 2)`;
  expect(splitStatements(sql).map((statement) => statement.split(/\s+/).slice(0, 2).join(" "))).toEqual([
    "CREATE TABLE",
    "CREATE TRIGGER",
    "INSERT INTO",
  ]);
});

it("the schedules that can be run by hand are those of wrangler.toml", () => {
  const toml = readFileSync(resolve(import.meta.dirname, "../../wrangler.toml"), "utf8");
  const crons = /^crons\s*=\s*\[([^\]]*)\]/m
    .exec(toml)?.[1]
    ?.match(/"[^"]+"/g)
    ?.map((text) => text.slice(1, -1));
  expect(Object.values(scheduleNames).sort()).toEqual(crons?.sort());
});
