// Puts the files of the reference page, the fonts of statements and the program that checks bundles where the assets
// binding serves them: .dist/assets.
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { listFonts } from "./fonts.mjs";
import { dist, filesUnder, main, readIfThere, root } from "./project.mjs";

const initialiser = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", validatorUrl: null, deepLinking: true });\n`;

const reference = {
  "docs/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
  "docs/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
  "docs/favicon-32x32.png": "swagger-ui-dist/favicon-32x32.png",
  "docs/LICENSE": "swagger-ui-dist/LICENSE",
  "favicon.ico": "swagger-ui-dist/favicon-32x32.png",
};

/** Our own files; what a bundle carries is the very file that is tested. */
const own = { "export/verify.mjs": "test/tools/verify-bundle.mjs" };

/** Builds the assets; what is already right is left alone, what does not belong is removed. */
export function buildAssets() {
  const target = join(dist, "assets");
  const source = join(root, "node_modules");
  const fonts = listFonts(source);
  const copies = { ...reference, ...fonts.copies };
  const written = { "docs/init.js": initialiser, "fonts/catalogue.json": fonts.catalogue };
  const wanted = new Set([...Object.keys(copies), ...Object.keys(own), ...Object.keys(written)]);
  for (const file of filesUnder(target)) if (!wanted.has(file)) rmSync(join(target, file));
  const originals = [
    ...Object.entries(copies).map(([to, from]) => [to, join(source, from)]),
    ...Object.entries(own).map(([to, from]) => [to, join(root, from)]),
  ];
  for (const [to, original] of originals) {
    const copy = join(target, to);
    const isCurrent =
      existsSync(copy) &&
      statSync(copy).size === statSync(original).size &&
      statSync(copy).mtimeMs >= statSync(original).mtimeMs;
    if (isCurrent) continue;
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(original, copy);
  }
  for (const [to, text] of Object.entries(written))
    if (readIfThere(join(target, to)) !== text) writeFileSync(join(target, to), text);
}

await main(import.meta.url, buildAssets);
