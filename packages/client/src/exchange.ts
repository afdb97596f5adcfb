import { apiErrorOf, NetworkError } from './api-error.ts';

export type Fetch = typeof globalThis.fetch;

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its leading slash; values in it are encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt, for a stream can be sent only once. */
  readonly body?: () => NonNullable<RequestInit['body']>;
  /** `body` can be made only once. */
  readonly bodyOnce?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** One request, one answer. Throws `ApiError` for a refusal, `NetworkError` for none, the signal's reason if aborted. */
export type Exchange = (request: Request, accessToken?: string) => Promise<Response>;

export function createExchange(baseUrl: string, fetch: Fetch): Exchange {
  return async ({ method, path, headers, body, signal }, accessToken) => {
    const content = body?.();
    let response: Response;
    try {
      response = await fetch(`${baseUrl}${path}`, {
        method,
        // The refresh cookie is for this server only, and only where it was asked for.
        credentials: 'include',
        headers: { ...headers, ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }) },
        ...(content !== undefined && { body: content }),
        ...(content instanceof ReadableStream && { duplex: 'half' }),
        ...(signal !== undefined && { signal }),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new NetworkError('The server did not answer', { cause });
    }
    // A film that has not changed (304) is no refusal.
    if (!response.ok && response.status !== 304) throw await apiErrorOf(response);
    return response;
  };
}

/** The JSON of a success. */
export async function jsonOf<T>(response: Response, signal?: AbortSignal): Promise<T> {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new NetworkError('The answer broke off', { cause });
  }
  try {
    return JSON.parse(text) as T;
  } catch {
    throw await apiErrorOf(new Response(text, { status: response.status, headers: response.headers }));
  }
}
