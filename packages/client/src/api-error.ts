import type { ErrorCode, ProblemDetails } from '@watchparty/protocol';

/** `response.unreadable`: what answered was not our API, such as a proxy with a page of its own. */
export type ApiErrorCode = ErrorCode | 'response.unreadable';

/** The server has refused a request. Decide by `code`, which never changes its meaning; `detail` is for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** Of HTTP. */
  readonly status: number;
  readonly detail: string;
  /** The refused fields, as JSON pointers into the request (`/body/name`), each with a reason. */
  readonly errors: ProblemDetails['errors'];
  /** Finds the request in the server's log. */
  readonly requestId: string | undefined;
  /** When trying again may help. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Omit<ApiError, 'name' | 'message' | 'stack' | 'cause'>) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.errors = problem.errors;
    this.requestId = problem.requestId;
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

/** No answer came: the server cannot be reached, or the connection broke. What was asked may have happened. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** Reads the problem details of an answer that is no success; whatever else it holds becomes `response.unreadable`. */
export async function apiErrorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const problem = problemOf(text);
  const retryAfter = response.headers.get('retry-after') ?? '';
  return new ApiError({
    code: problem?.code ?? 'response.unreadable',
    status: response.status,
    detail: problem?.detail ?? `The server answered ${response.status} with something that is not its API`,
    errors: problem?.errors ?? [],
    requestId: problem?.requestId ?? response.headers.get('x-request-id') ?? undefined,
    retryAfterSeconds: /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined,
  });
}

function problemOf(text: string): ProblemDetails | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isProblem = typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
    return isProblem ? (value as ProblemDetails) : undefined;
  } catch {
    return undefined;
  }
}
