import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Lets pages of other origins call (Fetch standard); `'*'`: any, but then without their cookies. */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[] | '*'): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: origins === '*' ? '*' : [...origins],
    credentials: origins !== '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'etag', 'x-cache', 'x-request-id', 'ratelimit', 'ratelimit-policy', 'retry-after', 'content-range',
      'idempotency-replayed',
      // Of uploads in several goes (tus).
      'location', 'tus-resumable', 'upload-offset', 'upload-length', 'upload-expires',
    ],
    maxAge: 600,
    // Our own OPTIONS routes answer, so that unknown addresses stay unknown.
    strictPreflight: false,
    preflightContinue: true,
  });
}
