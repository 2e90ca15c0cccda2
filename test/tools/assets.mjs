// Puts the files of the reference page where the assets binding serves them: .dist/assets.
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dist, filesUnder, main, readIfThere, root } from "./project.mjs";

const initialiser = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", validatorUrl: null, deepLinking: true });\n`;

const copies = {
  "docs/swagger-ui-bundle.js": "swagger-ui-bundle.js",
  "docs/swagger-ui.css": "swagger-ui.css",
  "docs/favicon-32x32.png": "favicon-32x32.png",
  "docs/LICENSE": "LICENSE",
  "favicon.ico": "favicon-32x32.png",
};

/** Builds the assets; what is already right is left alone, what does not belong is removed. */
export function buildAssets() {
  const target = join(dist, "assets");
  const source = join(root, "node_modules/swagger-ui-dist");
  const wanted = new Set([...Object.keys(copies), "docs/init.js"]);
  for (const file of filesUnder(target)) if (!wanted.has(file)) rmSync(join(target, file));
  for (const [to, from] of Object.entries(copies)) {
    const [original, copy] = [join(source, from), join(target, to)];
    const isCurrent =
      existsSync(copy) &&
      statSync(copy).size === statSync(original).size &&
      statSync(copy).mtimeMs >= statSync(original).mtimeMs;
    if (isCurrent) continue;
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(original, copy);
  }
  if (readIfThere(join(target, "docs/init.js")) !== initialiser)
    writeFileSync(join(target, "docs/init.js"), initialiser);
}

await main(import.meta.url, buildAssets);
