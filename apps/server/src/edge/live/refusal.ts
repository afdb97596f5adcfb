import type { ProblemDetails } from '@watchparty/protocol';
import type { Problem } from '../../kernel/problem.ts';
import { problemBody } from '../shared/index.ts';

/** The problem details of HTTP, and what stands in a header there. */
export type Refusal = ProblemDetails & { readonly retryAfterSeconds?: number };

export function refusal(problem: Problem, requestId: string): Refusal {
  const { retryAfterSeconds } = problem;
  return { ...problemBody(problem, requestId), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}
