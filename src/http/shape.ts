// The home of holding what was sent to the shape it is to have.

import type { z } from "zod";
import { type FieldError, Problem } from "../kernel/problems.ts";

/**
 * Reads a part of a request by its shape.
 *
 * @throws Problem `invalid_request`, with the path of each field that does not fit
 */
export function parsePart<S extends z.ZodType>(part: "path" | "query" | "body", shape: S, value: unknown): z.output<S> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: [part, ...issue.path.map(String), key].join("."),
        code: "unknown",
        message: part === "query" ? "is not a parameter of this operation" : "is not a field of this body",
      }));
    }
    return [{ path: [part, ...issue.path.map(String)].join("."), code: issue.code, message: issue.message }];
  });
  const first = errors[0];
  throw new Problem("invalid_request", { errors, ...(first ? { detail: `${first.path} ${first.message}` } : {}) });
}
