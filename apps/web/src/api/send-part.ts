import { ApiError, NetworkError, type SendPart } from '@watchparty/client';
import type { ProblemDetails } from '@watchparty/protocol';
import type { Session } from '../session/session.ts';

/** Sends parts of a film as `fetch` cannot in browsers: telling how much of them is on its way. */
export const sendPartOf = (session: Pick<Session, 'http' | 'tokens'>): SendPart => async (upload, offset, bytes, { signal, onSent }) => {
  // A token that has expired is renewed here, not after a part that took minutes.
  await session.http.accounts.profile({ signal });
  const held = await session.tokens.get();
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    const settle = (settling: () => void) => (): void => {
      signal.removeEventListener('abort', stop);
      settling();
    };
    request.open('PATCH', upload.url);
    const headers = {
      accept: 'application/json', 'tus-resumable': '1.0.0', 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream',
      ...(held !== undefined && { authorization: `Bearer ${held.accessToken}` }),
    };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
    request.addEventListener('load', settle(() => {
      const arrived = request.getResponseHeader('upload-offset');
      if (request.status === 204 && arrived !== null) resolve(Number(arrived));
      else reject(refusal(request));
    }));
    request.addEventListener('error', settle(() => reject(new NetworkError('The server did not answer'))));
    request.addEventListener('abort', settle(() => reject(signal.reason as Error)));
    signal.addEventListener('abort', stop);
    request.send(bytes);
  });
};

function refusal({ status, responseText }: XMLHttpRequest): ApiError {
  const problem = parsed(responseText);
  return new ApiError({
    code: problem?.code ?? 'response.unreadable', status, detail: problem?.detail ?? `The server answered ${status}`,
    errors: problem?.errors ?? [], requestId: problem?.requestId, retryAfterSeconds: undefined,
  });
}

function parsed(text: string): ProblemDetails | undefined {
  try {
    return JSON.parse(text) as ProblemDetails;
  } catch {
    return undefined;
  }
}
