// The home of the endpoints by which a person proves an address of theirs.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { Problem } from "../../kernel/problems.ts";
import { addressPage, linkExpiredPage, pageHeaders } from "../pages.tsx";
import { confirmAddress, isAddressLinkLive, requestAddress } from "./service.ts";

const tag = "Signing in";
const params = z.strictObject({ token: z.string().min(1).max(100) });
const example = { params: { token: "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } };

const RequestAddress = endpoint({
  operation: "requestAddress",
  method: "post",
  path: "/api/me/email",
  tag,
  summary: "Ask for a link that proves an address",
  description:
    "For a person who signed in with Spotify and has no address here: mailed invitations can be accepted once there is one. The link works once, for 10 minutes, and for this person alone.",
  access: "signedIn",
  body: z.strictObject({ email: z.email().max(254) }).meta({ id: "AddressRequest" }),
  answers: { 202: { description: "A link is on its way.", schema: z.object({}) } },
  problems: ["forbidden", "conflict"],
  example: { body: { email: "mara@example.com" } },
  idempotencyKey: false,
  handle: async ({ ctx, body, request }) => requestAddress(ctx, body.email, new URL(request.url).origin),
  present: () => ({ status: 202, body: {} }),
});

const ShowAddress = endpoint({
  operation: "showAddress",
  method: "get",
  path: "/api/me/email/:token",
  tag,
  summary: "Open a link that proves an address",
  description: "Shows a page that asks to go on; changes nothing.",
  access: "public",
  params,
  answers: { 200: { description: "A page with one button.", mediaType: "text/html" } },
  problems: ["link_expired"],
  example,
  handle: async ({ ctx, params: named, request }) => {
    const headers = pageHeaders(ctx.settings.homeUrl);
    if (await isAddressLinkLive(ctx, named.token)) return { page: addressPage(), status: 200, headers };
    if (!request.headers.get("accept")?.includes("text/html")) throw new Problem("link_expired");
    return { page: linkExpiredPage(), status: 410, headers };
  },
  present: ({ page, status, headers }) => new Response(page, { status, headers }),
});

const ConfirmAddress = endpoint({
  operation: "confirmAddress",
  method: "post",
  path: "/api/me/email/:token",
  tag,
  summary: "Add an address to one's account",
  description: "Uses the link up. Only the person who asked for it can, signed in in this browser.",
  access: "signedIn",
  params,
  answers: { 303: { description: "The address is yours. Goes on to the dashboard." } },
  problems: ["forbidden", "conflict", "link_expired"],
  example,
  idempotencyKey: false,
  handle: async ({ ctx, params: named }) => {
    await confirmAddress(ctx, named.token);
    return ctx.settings.homeUrl;
  },
  present: (location) => ({ status: 303, headers: { location } }),
});

/** Adds proving an address to the API. */
export function registerAddresses(register: Register): void {
  register(RequestAddress);
  register(ShowAddress);
  register(ConfirmAddress);
}
