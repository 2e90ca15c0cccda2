// The home of the pages a person meets while signing in.

import type { Child } from "hono/jsx";
import type { Call } from "../http/call.ts";
import { PROBLEMS, Problem } from "../kernel/problems.ts";

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.5rem;color:#1c1917}" +
  "h1{font-size:1.5rem}button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:.4rem;background:#1c1917;color:#fff;cursor:pointer}";

function Page({ title, children }: { title: string; children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style>{STYLE}</style>
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}

/** Writes a whole page: readable without scripts, and with nothing from elsewhere. */
export function htmlPage(title: string, children: Child): string {
  return `<!doctype html>${(<Page title={title}>{children}</Page>).toString()}`;
}

/** A form's policy also holds for where its answer leads, so the page must be allowed to go on to the dashboard. */
export function pageHeaders(homeUrl: string): Record<string, string> {
  const home = URL.canParse(homeUrl) ? ` ${new URL(homeUrl).origin}` : "";
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'${home}; base-uri 'none'; frame-ancestors 'none'`,
  };
}

/** Asks the person to go on: opening a link signs nobody in, so that mail scanners cannot use it up. */
export function signInPage(): string {
  return htmlPage(
    "Sign in",
    <>
      <p>You asked for a link to sign in. It works once.</p>
      <form method="post">
        <button type="submit">Sign in</button>
      </form>
    </>,
  );
}

/** Asks the person to go on: opening a link adds nothing, so that mail scanners cannot use it up. */
export function addressPage(): string {
  return htmlPage(
    "Add this address",
    <>
      <p>You asked to add the address this was mailed to. It works in the browser in which you are signed in.</p>
      <form method="post">
        <button type="submit">Add the address</button>
      </form>
    </>,
  );
}

/** Says that a sign-in link is on its way to the address that was invited. */
export function signInFirstPage(): string {
  return htmlPage(
    "Look into your mail",
    <p>
      To accept the invitation, sign in first: a link is on its way to the address the invitation was sent to. Open it
      in this browser, and it will lead you back here.
    </p>,
  );
}

/** Says that a link no longer works, and what to do. */
export function linkExpiredPage(): string {
  return htmlPage(
    "This link no longer works",
    <p>It has been used, or its ten minutes are over. Ask for a new one where you wanted to sign in.</p>,
  );
}

/**
 * Answers a browser that something goes wrong for with a page; a program gets the problem as everywhere.
 *
 * @param log the request's line of log, which names the problem either way
 */
export async function problemPageOr(
  request: Request,
  log: Call["log"],
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (problem) {
    const isBrowser = request.headers.get("accept")?.includes("text/html") === true;
    if (!isBrowser || !(problem instanceof Problem)) throw problem;
    log["problem"] = problem.code;
    if (problem.cause instanceof Error) log["cause"] = problem.cause.message;
    const headers = new Headers({ "content-type": "text/html; charset=utf-8", "content-security-policy": PAGE_POLICY });
    if (problem.status === 503) headers.set("retry-after", String(problem.retryAfterSeconds ?? 5));
    return new Response(problemPage(problem), { status: problem.status, headers });
  }
}

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

function problemPage({ code, detail }: Problem): string {
  return `<!doctype html>${(
    (
      <Page title={PROBLEMS[code].title}>
        <p>{detail ?? "Begin again where you came from."}</p>
        <p>
          <small>{code}</small>
        </p>
      </Page>
    )
  ).toString()}`;
}
