// Writes the table of statement formats in README.md from their declarations: `npm run readme`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FORMATS } from "../../src/statements/formats/registry.ts";
import { main, root } from "./project.mjs";

const BEGIN = "<!-- formats: written by `npm run readme` -->";
const END = "<!-- /formats -->";

const ASKED = {
  currency: "currency",
  period: "days",
  title: "title",
  artist: "artist",
  refunds: "refunds",
};

/** The table, one row a format in the order in which they are listed to people. */
export function formatTable() {
  const rows = FORMATS.map(({ id, name, measures, evidence, sample, asks }) => {
    const asked = asks.map((each) => ASKED[each]).join(", ");
    return `| \`${id}\` | ${name} | ${measures} | ${evidence} | ${sample ? "yes" : "no"} | ${asked} |`;
  });
  return [
    "| format | file | tells | evidence | sample | may ask |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** A document with the table in its place. @throws Error where it has no place for it */
export function withFormatTable(text) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`README.md has no place between ${BEGIN} and ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n${formatTable()}\n${text.slice(end)}`;
}

await main(import.meta.url, () => {
  const path = join(root, "README.md");
  writeFileSync(path, withFormatTable(readFileSync(path, "utf8")));
  console.log(`Wrote the table of ${FORMATS.length} formats into README.md.`);
});
