// The home of how a refusal is said over HTTP: RFC 9457 problem details, one shape for every error.

import { z } from "zod";
import { PROBLEMS, Problem, type ProblemCode, problemType } from "../kernel/problems.ts";

/** The body of every answer that is not a success. */
export const ProblemBody = z
  .object({
    type: z.string().meta({ description: "Where this kind of problem is explained." }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional().meta({ description: "What is wrong this time, for a person." }),
    instance: z.string().meta({ description: "The request id, as in the header x-request-id." }),
    code: z.string().meta({ description: "The stable word a program may branch on." }),
    errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details." });

/** Gives the body of a problem, as it goes out. */
export function problemBody(problem: Problem, requestId: string): z.infer<typeof ProblemBody> {
  return {
    type: problemType(problem.code),
    title: PROBLEMS[problem.code].title,
    status: problem.status,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    instance: requestId,
    code: problem.code,
    errors: [...problem.errors],
  };
}

/** Renders a problem as the answer to a request. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const headers = new Headers({ "content-type": "application/problem+json" });
  const retryAfter = problem.retryAfterSeconds ?? (problem.status === 503 || problem.status === 429 ? 5 : null);
  if (retryAfter !== null) headers.set("retry-after", String(retryAfter));
  if (problem.status === 401) headers.set("www-authenticate", 'Bearer realm="dashboard"');
  return new Response(JSON.stringify(problemBody(problem, requestId)), { status: problem.status, headers });
}

/** Makes a problem of anything that was thrown; what is not ours becomes `internal`, its cause kept for the log. */
export function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("internal", { cause: error });
}

/** Declares the problems an operation may answer with, grouped by status, for its OpenAPI description. */
export function problemAnswers(codes: readonly ProblemCode[]): Record<string, object> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers: Record<string, object> = {};
  for (const [status, group] of [...byStatus].sort(([a], [b]) => a - b)) {
    const examples = group.map((code) => [
      code,
      {
        summary: PROBLEMS[code].title,
        value: { ...problemBody(new Problem(code), "req_01k9v3m6s0n8w2e4r6t8y0u2i4"), errors: [] },
      },
    ]);
    answers[status] = {
      description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(" "),
      content: { "application/problem+json": { schema: ProblemBody, examples: Object.fromEntries(examples) } },
    };
  }
  // What any operation may meet besides: too many requests, a fault of ours.
  answers["default"] = {
    description: "Any other problem, in the same shape.",
    content: { "application/problem+json": { schema: ProblemBody } },
  };
  return answers;
}
