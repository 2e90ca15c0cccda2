// ROOM identity: people, how they sign in, and their sessions.
//
// Owns: users, sessions, single-use sign-in links, authorizations under way, what is said to Spotify's accounts service,
// and the form of API keys. Promises: no passwords; every token has 256 random bits and only its SHA-256 is stored; of
// signing in elsewhere no token is kept. Never: knows an artist or a role; that is team's.

export { mailAddressLink } from "./addresses/service.ts";
export { ATTEMPT_COOKIE } from "./attempts/model.ts";
export { type Attempt, getAttempt } from "./attempts/service.ts";
export {
  type ApiKeySecret,
  attemptCookie,
  hashSecret,
  newApiKeySecret,
  newToken,
  normaliseEmail,
  TOKEN_BYTES,
  tokenFrom,
} from "./model.ts";
export {
  GrantRefused,
  jsonOf,
  type OAuthClient,
  type OAuthDialect,
  type OAuthTokens,
  refreshTokens,
  textOf,
} from "./oauth/client.ts";
export { type Arrival, arrive, type Departure, depart } from "./oauth/service.ts";
export { htmlPage, pageHeaders, problemPageOr, signInFirstPage } from "./pages.tsx";
export { registerIdentity } from "./routes.ts";
export { mailSignInLink, requestSignIn } from "./service.ts";
export { spotifyAppOf, spotifyClientOf, spotifyOAuth } from "./spotify/provider.ts";
export { CALLBACK_PROBLEMS, CallbackQuery } from "./spotify/schema.ts";
export { arriveFromSpotify } from "./spotify/service.ts";
export { sessions, users } from "./tables.ts";
