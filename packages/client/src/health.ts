import type { ApiHealth, Health } from '@watchparty/protocol';
import type { Caller, CallOptions } from './caller.ts';

export function healthCalls({ data, json, send }: Caller) {
  return {
    /** Whether the API runs. */
    api: ({ signal }: CallOptions = {}): Promise<ApiHealth> =>
      json({ method: 'GET', path: '/api/health', signal, signedIn: false }),

    /** The parts the server rests on. */
    parts: ({ signal }: CallOptions = {}): Promise<Health> =>
      json({ method: 'GET', path: '/health', signal, signedIn: false }),

    /** Resolves when this node should get requests; `service.unavailable` while it should not. */
    ready: ({ signal }: CallOptions = {}): Promise<{ readonly ready: true }> =>
      data({ method: 'GET', path: '/health/ready', signal, signedIn: false }),

    /** The node's figures in Prometheus' text format, for administrators and callers in its own network. */
    async metrics({ signal }: CallOptions = {}): Promise<string> {
      const response = await send({ method: 'GET', path: '/metrics', signal }, { repeatable: true });
      return response.text();
    },
  };
}
