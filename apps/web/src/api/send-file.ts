import { ApiError, NetworkError, type Progress, type TokenStore } from '@watchparty/client';
import type { ProblemDetails } from '@watchparty/protocol';

interface Sending {
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  readonly body: Blob | FormData;
  readonly tokens: TokenStore;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends a file and tells how far it is, which `fetch` cannot in browsers. Answers the `data` of a success; rejects as the
 * client does. The token should be fresh: nothing is sent again.
 */
export async function sendFile<T>({ method, path, body, tokens, onProgress, signal }: Sending): Promise<T> {
  const held = await tokens.get();
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    const settle = (settling: () => void) => (): void => {
      signal.removeEventListener('abort', stop);
      settling();
    };
    request.open(method, path);
    request.setRequestHeader('accept', 'application/json');
    if (held !== undefined) request.setRequestHeader('authorization', `Bearer ${held.accessToken}`);
    if (body instanceof Blob) request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.addEventListener('progress', ({ loaded, total, lengthComputable }) =>
      onProgress({ sentBytes: loaded, totalBytes: lengthComputable ? total : undefined }));
    request.addEventListener('load', settle(() => {
      const answer = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300 && answer !== undefined && 'data' in answer) resolve(answer.data as T);
      else reject(refusal(request.status, answer));
    }));
    request.addEventListener('error', settle(() => reject(new NetworkError('The server did not answer'))));
    request.addEventListener('abort', settle(() => reject(signal.reason as Error)));
    signal.addEventListener('abort', stop);
    request.send(body);
  });
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function refusal(status: number, answer: Record<string, unknown> | undefined): ApiError {
  const problem = answer as ProblemDetails | undefined;
  return new ApiError({
    code: problem?.code ?? 'response.unreadable', status, detail: problem?.detail ?? `The server answered ${status}`,
    errors: problem?.errors ?? [], requestId: problem?.requestId, retryAfterSeconds: undefined,
  });
}
