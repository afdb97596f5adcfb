import { Agent, request } from 'node:http';

export interface Reply {
  readonly status: number;
  /** `X-Cache`, where it was given. */
  readonly cache: string | undefined;
  // The schemas have checked it on the server's side.
  // oxlint-disable-next-line no-explicit-any
  readonly body: any;
}

export interface HttpClient {
  /** Rejects when the server is gone before it has answered whole. */
  send(url: string, method: string, token?: string, body?: object): Promise<Reply>;
  close(): void;
}

/** Longer than any answer may take while something is down. */
const TIMEOUT_MS = 15_000;

/** Keeps connections; a third of the work that `fetch` makes of a request. */
export function createHttpClient(): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    send: (url, method, token, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request(url, {
          method, agent, timeout: TIMEOUT_MS,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
        }, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            if (!incoming.complete) return reject(new Error('The answer broke off'));
            const text = Buffer.concat(chunks).toString();
            const cache = incoming.headers['x-cache'];
            resolve({
              status: incoming.statusCode!,
              cache: typeof cache === 'string' ? cache : undefined,
              body: text === '' ? undefined : JSON.parse(text),
            });
          });
        });
        outgoing.on('error', reject);
        outgoing.on('timeout', () => outgoing.destroy(new Error('No answer in time')));
        outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}
