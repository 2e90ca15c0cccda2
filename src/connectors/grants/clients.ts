// The home of this deployment's apps at providers: which settings are missing, and where a provider is reached.

import type { Ctx, Settings } from "../../db/ctx.ts";
import { keyRingOf } from "../../db/vault.ts";
import { type OAuthClient, spotifyAppOf, spotifyClientOf, spotifyOAuth } from "../../identity/index.ts";
import { Problem } from "../../kernel/problems.ts";
import type { Provider } from "../provider.ts";

/** The settings that must be made before a provider can be connected. */
export function missingSettings(settings: Settings, provider: Provider): string[] {
  const missing = provider.settings.filter((name) => settingOf(settings, provider.id, name) === null);
  return settings.vaultKeys === null ? [...missing, "VAULT_KEYS"] : missing;
}

function settingOf(settings: Settings, providerId: string, name: string): string | null {
  const app = providerId === "spotify" ? settings.spotify : settings.clients[providerId];
  return (name.endsWith("_SECRET") ? app?.clientSecret : app?.clientId) ?? null;
}

/** Gives a provider's app. @throws Problem `misconfigured` saying what to set */
export function clientOf(settings: Settings, provider: Provider): OAuthClient {
  if (provider.id === "spotify") return spotifyOAuth(spotifyClientOf(settings));
  const [missing] = missingSettings(settings, provider);
  const { clientId = null, clientSecret = null } = settings.clients[provider.id] ?? {};
  if (missing !== undefined || clientId === null) {
    const names = missingSettings(settings, provider).join(" and ");
    throw new Problem("misconfigured", {
      detail: `${provider.name} is not set up here. Make an app there, set ${names}, and register this service's address followed by ${callbackOf(provider.id)} as its redirect URI.`,
    });
  }
  const { authorizeUrl, tokenUrl, secretIn, dialect } = provider.oauth;
  return {
    name: provider.name,
    clientId,
    clientSecret,
    authorizeUrl: addressOf(settings, authorizeUrl),
    tokenUrl: addressOf(settings, tokenUrl),
    secretIn,
    settings: provider.settings,
    ...(dialect === undefined ? {} : { dialect }),
  };
}

/** Where a provider sends people back to. */
export function callbackOf(providerId: string): string {
  return `/api/integrations/${providerId}/callback`;
}

/** The whole of that address, as it is registered at the provider. @throws Problem `misconfigured` */
export function redirectUriOf({ settings }: Ctx, provider: Provider, origin: string): string {
  // Asking a person for something that could not be kept would be rude.
  keyRingOf(settings.vaultKeys);
  if (provider.id === "spotify") return spotifyAppOf(settings, origin, callbackOf("spotify")).redirectUri;
  return origin + callbackOf(provider.id);
}

/** The address of a provider, or of its stand-in: the same path below the host's name. */
export function addressOf({ standInUrl, spotify }: Settings, url: string): string {
  const { host, pathname } = new URL(url);
  if (host === "api.spotify.com") return spotify.apiUrl + pathname;
  return standInUrl === null ? url : `${standInUrl}/${host}${pathname}`;
}
