// The home of zod as the Worker carries it: the library without its messages in fifty languages and its compiler, which a
// bundler cannot leave out on its own, because the name `z` hands on everything. `wrangler.toml` puts this in its place.

import * as z from "./zod-parts.ts";

export * from "./zod-parts.ts";
export { z };
