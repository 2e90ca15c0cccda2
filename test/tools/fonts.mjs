// Which font files the PDF of a statement is set in, and the catalogue that says which characters each was cut for.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Family → the parts of it that are used: named ones, or "numbered" for the many small files a family of Chinese characters
 * is cut into. Scripts whose letters must be reordered (as Devanagari) are left out: set letter by letter they could not be read.
 */
const families = {
  "noto-sans": ["latin", "latin-ext", "vietnamese", "cyrillic", "cyrillic-ext", "greek", "greek-ext"],
  "noto-sans-hebrew": ["hebrew"],
  "noto-sans-thai": ["thai"],
  "ibm-plex-sans-arabic": ["arabic"],
  "noto-sans-sc": "numbered",
  "biz-udgothic": "numbered",
  "nanum-gothic": "numbered",
};

/** The files to copy, as target → source below `node_modules`, and the text of the catalogue. */
export function listFonts(modules) {
  const copies = {
    "fonts/noto-sans-latin-bold.woff": "@fontsource/noto-sans/files/noto-sans-latin-700-normal.woff",
  };
  const catalogue = {};
  for (const [family, wanted] of Object.entries(families)) {
    const folder = `@fontsource/${family}`;
    copies[`fonts/${family}-LICENSE.txt`] = `${folder}/LICENSE`;
    const ranges = JSON.parse(readFileSync(join(modules, folder, "unicode.json"), "utf8"));
    const parts = wanted === "numbered" ? Object.keys(ranges).filter((part) => /^\[\d+\]$/.test(part)) : wanted;
    for (const part of parts) {
      const name = `${family}-${part.replace(/[[\]]/g, "")}`;
      copies[`fonts/${name}.woff`] = `${folder}/files/${name}-400-normal.woff`;
      catalogue[name] = ranges[part].replaceAll("U+", "").toLowerCase();
    }
  }
  return { copies, catalogue: `${JSON.stringify(catalogue)}\n` };
}
