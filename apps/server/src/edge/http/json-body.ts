import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../kernel/problem.ts';

/**
 * Reads JSON bodies: UTF-8 only (RFC 8259; a replacement character would change what people wrote), no
 * `__proto__` or `constructor.prototype` keys, and no text that PostgreSQL cannot hold. A body that does not
 * arrive within `arrivalTimeoutMs` is refused, so that slow senders cannot hold memory.
 */
export function parseJsonBodies(app: FastifyInstance, arrivalTimeoutMs: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (_request, body, done) => {
      try {
        done(null, parseJson(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (request.routeOptions.config.streamedBody !== true && hasBody(request.headers)) {
      const timer = setTimeout(() => {
        // The body reader listens for this and refuses the request; destroying the stream would take the answer along.
        request.raw.emit('error', new Problem('request.timeout', { headers: { connection: 'close' } }));
      }, arrivalTimeoutMs);
      payload.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    }
    done(null, payload);
  });
}

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw new Problem('request.body_malformed', { detail: 'The body is not valid UTF-8' });
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new Problem('request.body_malformed', { detail: 'The body is not valid JSON', cause });
  }
  refuseUnsafe(value, '/body', 0);
  return value;
}

/** Deeper than any body of ours; keeps this walk and the validators off the stack's end. */
const MAX_DEPTH = 32;

/** Throws on what could not be stored or could change an object's nature. */
export function refuseUnsafe(value: unknown, field: string, depth: number): void {
  if (typeof value === 'string') return refuseUnsafeText(value, field);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw new Problem('request.invalid', { detail: 'The body is nested too deeply' });
  for (const [key, item] of Object.entries(value)) {
    refuseUnsafeText(key, field);
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
      throw new Problem('request.invalid', { errors: [{ field, message: `must not have a field named ${key}` }] });
    }
    refuseUnsafe(item, `${field}/${key}`, depth + 1);
  }
}

function refuseUnsafeText(text: string, field: string): void {
  if (text.includes('\u0000')) {
    throw new Problem('request.invalid', { errors: [{ field, message: 'must not contain the NUL character' }] });
  }
  if (!text.isWellFormed()) {
    throw new Problem('request.invalid', { errors: [{ field, message: 'must not contain half of a surrogate pair' }] });
  }
}
