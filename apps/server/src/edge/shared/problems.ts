import { inspect } from 'node:util';
import { ERROR_CODES, type ErrorCode, type ProblemDetails } from '@watchparty/protocol';
import { databaseProblem } from '../../db/index.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';

/** Fastify's own refusals, by their code. */
const FRAMEWORK_CODES = new Map<unknown, ErrorCode>(Object.entries({
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.media_type_unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request.body_malformed',
  FST_ERR_BAD_URL: 'request.invalid',
  FST_ERR_MAX_PARAM_LENGTH: 'route.not_found',
} as const));

/**
 * Turns whatever was thrown into the problem to answer with. What is not foreseen becomes `service.internal`
 * and is logged in full; its own words never leave the server.
 */
export function toProblem(error: unknown, log: Log): Problem {
  try {
    return classified(error, log);
  } catch (err) {
    // Frozen errors cannot be logged as they are, and some cannot even be read.
    log.error({ reason: String(err), error: inspect(error, { depth: 1 }) }, 'A request failed with an unusual error');
    return new Problem('service.internal');
  }
}

function classified(error: unknown, log: Log): Problem {
  if (error instanceof Problem) {
    if (error.status >= 500) log.warn({ err: error.cause ?? error, code: error.code }, error.message);
    return error;
  }
  const foreseen = databaseProblem(error);
  if (foreseen !== undefined) {
    log.warn({ err: error, code: foreseen.code }, 'The database could not serve a request');
    return foreseen;
  }
  if (isConstraintViolation(error)) {
    log.warn({ err: error }, 'A write met a constraint that no module foresaw');
    return new Problem('request.conflict', { cause: error });
  }
  const code = frameworkCode(error);
  if (code !== undefined) return new Problem(code, { cause: error });
  log.error({ err: error }, 'A request failed unexpectedly');
  return new Problem('service.internal', { cause: error });
}

/** Something a write refers to has gone, or something of that name has come, between our look and the write. */
const isConstraintViolation = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && (error.code === '23503' || error.code === '23505');

function frameworkCode(error: unknown): ErrorCode | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return FRAMEWORK_CODES.get(error.code);
}

export function problemBody(problem: Problem, requestId: string): ProblemDetails {
  return {
    success: false,
    type: `/api/docs/errors#${problem.code}`,
    title: ERROR_CODES[problem.code].title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    errors: problem.errors.map(({ field, message }) => ({ field, message })),
    requestId,
  };
}

/** RFC 6750 §3. */
const CHALLENGES: Partial<Record<ErrorCode, string>> = { 'auth.token_invalid': 'Bearer error="invalid_token"' };

export function problemHeaders(problem: Problem): Record<string, string> {
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...(problem.status === 401 && { 'www-authenticate': CHALLENGES[problem.code] ?? 'Bearer' }),
    ...(problem.retryAfterSeconds !== undefined && { 'retry-after': String(problem.retryAfterSeconds) }),
    ...problem.headers,
  };
}
