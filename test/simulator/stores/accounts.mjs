// The home of a store's accounts: who agreed to what, codes and tokens, single-use where the store has them so.
const CODE_LIFE_MS = 60_000;
const STANDARD = { clientId: "client_id", hasPkce: true, refusedStatus: 400 };

/**
 * Makes the accounts of one store.
 *
 * @param {object} options
 * @param {string} options.store
 * @param {() => number} options.now
 * @param {string} options.seed
 * @param {boolean} options.isRotating whether a refresh token is spent by its first use
 * @param {number} [options.accessSeconds]
 * @param {{ clientId: string, hasPkce: boolean, refusedStatus: number }} [options.dialect]
 */
export function createAccounts({ store, now, seed, isRotating, accessSeconds = 3600, dialect = STANDARD }) {
  let drawn = 0;
  const token = async (kind) => {
    drawn += 1;
    return `${kind}-${store}-${(await digest(`${seed} ${store} ${kind} ${drawn}`)).slice(0, 32)}`;
  };
  const state = {
    /** Who is in front of the browser. */
    user: `${store}-listener`,
    isAutomatic: false,
    /** @type {string[]} */
    secrets: [],
    /** Refreshes at work at this moment, and the most there ever were, by user. @type {Map<string, number>} */
    refreshing: new Map(),
    mostRefreshing: 0,
    refreshes: 0,
  };
  const codes = new Map();
  const accesses = new Map();
  const refreshes = new Map();

  async function issue(grant, keepsRefresh = false) {
    const access = await token("access");
    accesses.set(access, { grant, until: now() + accessSeconds * 1000 });
    state.secrets.push(access);
    const body = { access_token: access, token_type: "Bearer", expires_in: accessSeconds, scope: grant.scope };
    if (keepsRefresh) return body;
    const refresh = await token("refresh");
    refreshes.set(refresh, grant);
    state.secrets.push(refresh);
    return { ...body, refresh_token: refresh };
  }

  async function agree(asks, isAgreed) {
    const back = new URL(asks.get("redirect_uri"));
    if (isAgreed) {
      const code = await token("code");
      state.secrets.push(code);
      codes.set(code, {
        redirectUri: asks.get("redirect_uri"),
        challenge: asks.get("code_challenge"),
        until: now() + CODE_LIFE_MS,
        grant: { user: state.user, scope: asks.get("scope") ?? "", isRevoked: false },
      });
      back.searchParams.set("code", code);
    } else back.searchParams.set("error", "access_denied");
    back.searchParams.set("state", asks.get("state") ?? "");
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  async function redeem(form) {
    const held = codes.get(form.get("code"));
    codes.delete(form.get("code"));
    if (held === undefined || held.until <= now() || held.redirectUri !== form.get("redirect_uri")) return refused();
    const verifier = form.get("code_verifier") ?? "";
    if (dialect.hasPkce && (await digest(verifier)) !== held.challenge) return refused();
    return Response.json(await issue(held.grant));
  }

  async function refresh(form) {
    const grant = refreshes.get(form.get("refresh_token"));
    if (grant === undefined || grant.isRevoked) return refused();
    if (isRotating) refreshes.delete(form.get("refresh_token"));
    const atWork = (state.refreshing.get(grant.user) ?? 0) + 1;
    state.refreshes += 1;
    state.refreshing.set(grant.user, atWork);
    state.mostRefreshing = Math.max(state.mostRefreshing, atWork);
    // Long enough for another to come in between.
    await new Promise((resolve) => setTimeout(resolve, 1));
    state.refreshing.set(grant.user, (state.refreshing.get(grant.user) ?? 1) - 1);
    return Response.json(await issue(grant, !isRotating));
  }

  const refused = (error = "invalid_grant") =>
    Response.json({ error, error_description: "refused" }, { status: dialect.refusedStatus });

  return {
    state,
    /** Gives tokens to a user without a browser. */
    give: (user) => issue({ user, scope: "", isRevoked: false }),
    /** Where a browser is asked whether it agrees. */
    authorize(url) {
      const asks = url.searchParams;
      if (asks.has("decision")) return agree(asks, asks.get("decision") === "agree");
      if (state.isAutomatic) return agree(asks, true);
      const fields = [...asks].map(
        ([name, value]) => `<input type="hidden" name="${text(name)}" value="${text(value)}">`,
      );
      const page = `<!doctype html><title>Stand-in for ${store}</title><h1>Stand-in for ${store}</h1><form>${fields.join("")}
<button name="decision" value="agree">Agree</button><button name="decision" value="cancel">Cancel</button></form>`;
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    },
    /** Answers at the token endpoint. */
    async token(request) {
      const form = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
      if (dialect !== STANDARD && !form.has(dialect.clientId)) return refused("invalid_client");
      if (form.get("grant_type") === "authorization_code") return redeem(form);
      return form.get("grant_type") === "refresh_token" ? refresh(form) : refused("unsupported_grant_type");
    },
    /** Who an access token belongs to; null: nobody any more. */
    userOf(request) {
      const held = accesses.get(request.headers.get("authorization")?.replace(/^\w+ /, ""));
      return held === undefined || held.until <= now() || held.grant.isRevoked ? null : held.grant.user;
    },
    /** Takes back all that a user has allowed. */
    revoke(user) {
      for (const grant of refreshes.values()) if (grant.user === user) grant.isRevoked = true;
      for (const held of accesses.values()) if (held.grant.user === user) held.until = 0;
    },
    /** Lets every access token end now. */
    expire() {
      for (const held of accesses.values()) held.until = 0;
    },
  };
}

/** SHA-256 as base64url. */
async function digest(input) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(input)));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

function text(value) {
  return value.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
