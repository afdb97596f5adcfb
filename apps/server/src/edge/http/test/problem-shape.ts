import { ProblemDetails } from '@watchparty/protocol';
import { Compile } from 'typebox/compile';
import { expect } from 'vitest';

const shape = Compile(ProblemDetails);

interface Given {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

/** That an answer is problem details of just this code, in type, shape and headers. */
export function expectProblem(answer: Given, status: number, code: string): void {
  const { headers } = answer;
  const header = (name: string) => (headers instanceof Headers ? headers.get(name) : headers[name]);
  const body = (typeof answer.body === 'string' ? JSON.parse(answer.body) : answer.body) as ProblemDetails;
  expect({ status: answer.status, code: body.code }).toEqual({ status, code });
  expect(shape.Errors(body)).toEqual([]);
  expect(body.status).toBe(status);
  expect(body.type).toBe(`/api/docs/errors#${code}`);
  expect(header('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(header('cache-control')).toBe('no-store');
  expect(header('x-request-id')).toBe(body.requestId);
  expect(header('x-content-type-options')).toBe('nosniff');
  expect(header('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
}
