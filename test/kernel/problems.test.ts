import { describe, expect, it } from "vitest";

import { PROBLEMS, Problem, type ProblemCode, problemType } from "../../src/kernel/problems.ts";

const codes = Object.keys(PROBLEMS) as ProblemCode[];

describe("the error table", () => {
  it.each(codes)("%s is a slug with an error status and a sentence for people", (code) => {
    const { status, title } = PROBLEMS[code];
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z][^.]+$/);
  });

  it("links every code to a place of its own in the documentation", () => {
    expect(problemType("not_found")).toBe("/docs/problems#not_found");
    expect(new Set(codes.map(problemType)).size).toBe(codes.length);
  });

  it("lets faults on our side be retried and refusals of what was sent not", () => {
    for (const code of codes) {
      const { status, retry } = PROBLEMS[code];
      if (status >= 500) expect(retry, code).toBe("later");
      if (status === 400 || status === 422) expect(retry, code).toBe("never");
    }
  });
});

describe("a problem", () => {
  it("carries what the table and its thrower say", () => {
    const cause = new Error("socket");
    const errors = [{ path: "body.title", code: "too_long", message: "At most 200 characters" }];
    const problem = new Problem("unavailable", { detail: "Come back soon", errors, retryAfterSeconds: 5, cause });
    expect(problem).toBeInstanceOf(Error);
    expect(problem).toMatchObject({
      name: "Problem",
      code: "unavailable",
      status: 503,
      detail: "Come back soon",
      errors,
      retryAfterSeconds: 5,
      cause,
    });
  });

  it("says nothing that it was not told", () => {
    const problem = new Problem("not_found");
    expect(problem.status).toBe(404);
    expect(problem.detail).toBeUndefined();
    expect(problem.errors).toEqual([]);
    expect(problem.retryAfterSeconds).toBeUndefined();
    expect(problem.cause).toBeUndefined();
  });
});
