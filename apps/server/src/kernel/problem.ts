import { ERROR_CODES, type ErrorCode } from '@watchparty/protocol';

/** One refused field: a JSON pointer into the request part (`/body/name`, `/query/page`) and why. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface ProblemOptions {
  /** What happened, for a person; the registry's title when left out. Never a driver's message. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * The one way to refuse a request: thrown in modules with a code of the registry
 * (`packages/protocol/src/error-codes.ts`), turned into problem details once, at the edge.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    const { status, title } = ERROR_CODES[code];
    super(options.detail ?? title, { cause: options.cause });
    this.code = code;
    this.status = status;
    this.detail = options.detail ?? title;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }
}
