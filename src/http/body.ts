// The home of request bodies: JSON read whole under a cap, and refused in words when it is not JSON.

import { Problem } from "../kernel/problems.ts";

/** The bytes a JSON body may have, where an operation does not say otherwise. */
export const MAX_JSON_BYTES = 256 * 1024;

/**
 * Reads a JSON body.
 *
 * chanfana would take unreadable JSON for `{}` and then complain of missing fields, so bodies are read here first.
 * @throws Problem `unsupported_media_type`, `too_large`, `malformed_json`
 */
export async function readJson(request: Request, maxBytes: number = MAX_JSON_BYTES): Promise<{ value: unknown }> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(type)) {
    throw new Problem("unsupported_media_type", { detail: "Send the body as application/json." });
  }
  const text = await readText(request, maxBytes);
  try {
    return { value: JSON.parse(text) };
  } catch (cause) {
    throw new Problem("malformed_json", { detail: cause instanceof Error ? cause.message : "", cause });
  }
}

/** Reads a body as UTF-8 text. @throws Problem `too_large` */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(await new Blob(chunks).arrayBuffer());
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("too_large", { detail: `The body may have ${maxBytes} bytes.` });
}
