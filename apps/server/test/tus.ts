import { once } from 'node:events';
import { type ClientRequest, request as httpRequest } from 'node:http';

const VERSION = { 'tus-resumable': '1.0.0' };

export interface TusAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly code?: string; readonly data?: { readonly id: string; readonly offsetBytes: number; readonly url: string } } | undefined;
}

/** Speaks tus 1.0.0 as any client of that protocol does. */
export function tusFor(url: string, token: string) {
  async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array): Promise<TusAnswer> {
    const response = await fetch(`${url}${path}`, {
      method, headers: { ...VERSION, authorization: `Bearer ${token}`, ...headers }, ...(body && { body: Uint8Array.from(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : (JSON.parse(text) as TusAnswer['body']) };
  }
  const sending = (offset: number) => ({ 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' });

  return {
    ask,
    begin: (movieId: number, length: number, metadata = `filename ${Buffer.from('film.mp4').toString('base64')}`) =>
      ask('POST', `/api/movies/${movieId}/uploads`, { 'upload-length': String(length), 'upload-metadata': metadata }),
    offset: async (at: string) => Number((await ask('HEAD', at)).headers.get('upload-offset')),
    send: (at: string, offset: number, bytes: Uint8Array) => ask('PATCH', at, sending(offset), bytes),

    /** Sends only these bytes of `length`, and leaves the connection as it is. */
    async hang(at: string, offset: number, bytes: Uint8Array, length: number): Promise<ClientRequest> {
      const request = httpRequest(`${url}${at}`, {
        method: 'PATCH', headers: { ...VERSION, ...sending(offset), authorization: `Bearer ${token}`, 'content-length': length },
      });
      request.on('error', () => undefined).on('response', (response) => response.resume());
      request.flushHeaders();
      if (!request.write(bytes)) await once(request, 'drain');
      return request;
    },
  };
}
