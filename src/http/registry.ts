// The home of the list of operations: registering one puts it into the router, the document and the conformance suite.

import { fromHono } from "chanfana";
import type { Hono } from "hono";
import type { HttpEnv } from "./call.ts";
import type { EndpointClass, Operation } from "./endpoint.ts";

/** Adds an operation to the API. */
export type Register = (endpoint: EndpointClass) => void;

/** What describes the API as a whole in its OpenAPI document. */
export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly license: { readonly name: string; readonly identifier: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
}

/** The API over a Hono router: what registers operations, and the list of those registered. */
export interface Api {
  readonly register: Register;
  readonly operations: readonly Operation[];
}

/** Lays chanfana over a router, with our problems instead of its envelopes and our own reference page. */
export function openApi(app: Hono<HttpEnv>, info: ApiInfo): Api {
  const operations: Operation[] = [];
  const router = fromHono(app, {
    docs_url: null,
    redoc_url: null,
    openapi_url: "/openapi.json",
    openapiVersion: "3.1",
    passthroughErrors: true,
    generateOperationIds: false,
    schema: {
      info: { title: info.title, version: info.version, description: info.description, license: info.license },
      servers: [{ url: "/", description: "This deployment" }],
      tags: [...info.tags],
    },
  });
  router.registry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key of one artist.",
  });
  router.registry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "__Host-session",
    description: "The session cookie of a person.",
  });
  const register: Register = (endpoint) => {
    operations.push(endpoint.facts);
    router[endpoint.facts.method](endpoint.facts.path, endpoint);
  };
  return { register, operations };
}
