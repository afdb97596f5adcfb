import type { ProblemDetails } from '@watchparty/protocol';
import type { Static, TSchema } from 'typebox';
import { ApiError } from '../api-error.ts';
import { read } from './reading.ts';

/** Problem details as they come in acknowledgements and refused handshakes, there without headers. */
export function apiErrorIn(value: unknown): ApiError | undefined {
  if (typeof value !== 'object' || value === null || !('code' in value) || !('detail' in value)) return undefined;
  const problem = value as ProblemDetails & { readonly retryAfterSeconds?: number };
  return new ApiError({
    code: problem.code,
    status: problem.status,
    detail: problem.detail,
    errors: problem.errors ?? [],
    requestId: problem.requestId,
    retryAfterSeconds: problem.retryAfterSeconds,
  });
}

/** The data of an acknowledgement; throws `ApiError` for a refusal, and for what is no answer of our API. */
export function dataOf<R extends TSchema>(reply: R, answer: unknown): Static<R> {
  if (typeof answer === 'object' && answer !== null && 'success' in answer && answer.success === true && 'data' in answer) {
    const data = read(reply, answer.data);
    if (data !== undefined) return data;
  }
  throw apiErrorIn(answer) ?? new ApiError({
    code: 'response.unreadable', status: 200, detail: 'The server acknowledged with something that is not its API',
    errors: [], requestId: undefined, retryAfterSeconds: undefined,
  });
}
