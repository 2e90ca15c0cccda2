// The home of the list of providers: a new one is a file beside this and a line here.

import type { Provider } from "../provider.ts";
import { SOUNDCLOUD } from "./soundcloud.ts";
import { SPOTIFY } from "./spotify.ts";
import { TIKTOK } from "./tiktok.ts";
import { YOUTUBE } from "./youtube.ts";

/** The ids of the providers that can be connected. */
export const PROVIDER_IDS = ["soundcloud", "spotify", "tiktok", "youtube"] as const;

/** One of {@link PROVIDER_IDS}. */
export type ProviderId = (typeof PROVIDER_IDS)[number];

/** All providers, by id. */
export const PROVIDERS: Readonly<Record<ProviderId, Provider>> = {
  soundcloud: SOUNDCLOUD,
  spotify: SPOTIFY,
  tiktok: TIKTOK,
  youtube: YOUTUBE,
};

/** Gives the provider of a stored connection. @throws Error for a name that no version of this service has written */
export function providerOf(id: string): Provider {
  const provider = (PROVIDERS as Readonly<Record<string, Provider>>)[id];
  if (provider === undefined) throw new Error(`no provider ${id}`);
  return provider;
}
