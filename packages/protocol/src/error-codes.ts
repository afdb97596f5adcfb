/**
 * Every code a client can meet in problem details (RFC 9457), with its HTTP status and title.
 * A code's prefix is the noun it belongs to. Codes are never renamed or used for something else.
 * `docs/ERRORS.md` documents each; a test holds the two together.
 */
export const ERROR_CODES = {
  'request.invalid': { status: 400, title: 'The request does not fit its schema' },
  'request.body_malformed': { status: 400, title: 'The body cannot be read' },
  'request.body_too_large': { status: 413, title: 'The body is too large' },
  'request.media_type_unsupported': { status: 415, title: 'This content type is not accepted here' },
  'request.timeout': { status: 408, title: 'The request took too long to arrive' },
  'request.aborted': { status: 499, title: 'The client went away before the answer' },
  'route.not_found': { status: 404, title: 'There is nothing at this address' },
  'route.method_not_allowed': { status: 405, title: 'This address does not answer to this method' },
  'page.past_end': { status: 404, title: 'There is no such page' },
  'auth.required': { status: 401, title: 'Sign in first' },
  'auth.token_invalid': { status: 401, title: 'The access token is not valid' },
  'auth.forbidden': { status: 403, title: 'You may not do this' },
  'movies.file_container_unsupported': { status: 415, title: 'Only mp4 and webm files can be played here' },
  'movies.file_codec_unsupported': { status: 415, title: 'Browsers cannot play what this file is encoded with' },
  'movies.file_unreadable': { status: 422, title: 'The file cannot be read as a video' },
  'movies.file_truncated': { status: 422, title: 'The file is not complete' },
  'movies.file_too_large': { status: 413, title: 'The file is too large' },
  'idempotency.key_reused': { status: 422, title: 'This Idempotency-Key was used for another request' },
  'idempotency.in_flight': { status: 409, title: 'The first request with this Idempotency-Key is still under way' },
  'storage.full': { status: 507, title: 'The server has no room left to store this' },
  'service.unavailable': { status: 503, title: 'The service cannot answer right now' },
  'service.internal': { status: 500, title: 'Something went wrong on the server' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
