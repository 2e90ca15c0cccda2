// ROOM identity: people, how they sign in, and their sessions.
//
// Owns: users, sessions, single-use sign-in links, and the form of API keys. Promises: no passwords; every token has
// 256 random bits and only its SHA-256 is stored. Never: knows an artist or a role; that is team's.

export {
  type ApiKeySecret,
  hashSecret,
  newApiKeySecret,
  newToken,
  normaliseEmail,
  TOKEN_BYTES,
  tokenFrom,
} from "./model.ts";
export { htmlPage, pageHeaders } from "./pages.tsx";
export { registerIdentity } from "./routes.ts";
export { mailSignInLink, requestSignIn } from "./service.ts";
export { sessions, users } from "./tables.ts";
