// The migrations as the tools need them: their names, their statements and a fingerprint of all of them.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesUnder, root } from "./project.mjs";

const folder = join(root, "migrations");

/** Every migration in order, as { name, sql, statements }. */
export function migrationFiles() {
  return filesUnder(folder)
    .filter((name) => /^[^/]+\.sql$/.test(name))
    .map((name) => {
      const sql = readFileSync(join(folder, name), "utf8");
      return { name, sql, statements: splitStatements(sql) };
    });
}

/** Changes when any migration does. */
export function migrationsFingerprint() {
  const hash = createHash("sha256");
  for (const { name, sql } of migrationFiles()) hash.update(`${name}\n${sql}\n`);
  return hash.digest("hex");
}

/** Splits SQL text at the semicolons that end statements: not those in text, names, comments or trigger bodies. */
export function splitStatements(sql) {
  const token =
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|;|[A-Za-z_][A-Za-z0-9_]*|[^;A-Za-z_]/g;
  const statements = [];
  let [current, words, depth] = ["", [], 0];
  for (const [part] of sql.matchAll(token)) {
    if (part.startsWith("--") || part.startsWith("/*")) continue;
    if (part === ";" && depth === 0) {
      if (current.trim()) statements.push(current.trim());
      [current, words] = ["", []];
      continue;
    }
    current += part;
    if (!/^[A-Za-z_]/.test(part)) continue;
    const word = part.toUpperCase();
    words.push(word);
    const isTrigger = words[0] === "CREATE" && words.slice(1, 3).includes("TRIGGER");
    // Inside a trigger BEGIN and CASE each wait for their END.
    if (isTrigger && (word === "BEGIN" || word === "CASE")) depth += 1;
    if (isTrigger && word === "END") depth -= 1;
  }
  if (current.trim()) statements.push(current.trim());
  return statements;
}
