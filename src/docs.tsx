// The home of what describes the API as a whole: its OpenAPI head, the reference page and the list of problems.

import type { ApiInfo } from "./http/registry.ts";
import { PROBLEMS } from "./kernel/problems.ts";

/** Says what the API is, for the head of its OpenAPI document. */
export function describeApi(): ApiInfo {
  return {
    title: "Artist dashboard API",
    version: "0.1.0",
    description:
      "The backend of music artists' dashboards: statements become exact, explainable earnings. Money is a decimal string; a figure that is not known is null, never nought. Sign in with a mailed link or with Spotify, or send an API key as a bearer token.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    tags: [
      { name: "Signing in", description: "Mailed links, Spotify, and sessions; there are no passwords." },
      { name: "People", description: "Who is signed in, and the artists they belong to." },
      { name: "Team", description: "Who may do what for an artist, and the keys of its programs." },
      { name: "Organisations", description: "Labels and managements, their people, and the artists they look after." },
      { name: "Messages", description: "What a team says to each other, thread by thread, live and kept." },
      { name: "Catalog", description: "Releases, recordings, works and the people behind them." },
      { name: "Statements", description: "Files from stores and distributors, and their lines." },
      { name: "Earnings", description: "What was earned, by period and by where it came from, and why." },
      { name: "Streams", description: "What was played, and how it compares with what was paid." },
      { name: "Connections", description: "What may be read of an artist elsewhere; apart from signing in." },
      { name: "Development", description: "Exists only while developing." },
    ],
  };
}

/** The reference page; its script and styles are served by the Worker itself. */
export function docsPage(): string {
  return `<!doctype html>${(
    (
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Artist dashboard API</title>
          <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" />
          <link rel="stylesheet" href="/docs/swagger-ui.css" />
        </head>
        <body>
          <div id="docs" />
          <script src="/docs/swagger-ui-bundle.js" />
          <script src="/docs/init.js" />
        </body>
      </html>
    )
  ).toString()}`;
}

const ACTORS = {
  caller: "the program that asked",
  artist: "the person it asked for",
  us: "whoever runs this service",
  upstream: "another service",
} as const;

/** The page that every problem's `type` leads to. */
export function problemsPage(): string {
  return `<!doctype html>${(
    (
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <title>Problems</title>
          <style>
            {
              "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}td,th{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top}"
            }
          </style>
        </head>
        <body>
          <h1>Problems</h1>
          <table>
            <thead>
              <tr>
                <th>Code</th>
                <th>Status</th>
                <th>Meaning</th>
                <th>Who must act</th>
                <th>Try again</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(PROBLEMS).map(([code, { status, title, actor, retry }]) => (
                <tr id={code}>
                  <td>
                    <code>{code}</code>
                  </td>
                  <td>{status}</td>
                  <td>{title}</td>
                  <td>{ACTORS[actor]}</td>
                  <td>{retry === "later" ? "later" : "no"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </body>
      </html>
    )
  ).toString()}`;
}
