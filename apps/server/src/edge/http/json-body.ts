import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../kernel/problem.ts';
import { refuseUnsafe } from '../shared/index.ts';
import { type Continues, hasBody } from './unread-body.ts';

/**
 * Reads JSON bodies: UTF-8 only (RFC 8259; a replacement character would change what people wrote), no
 * `__proto__` or `constructor` keys, and no text that PostgreSQL cannot hold. Of a name that comes twice the last
 * value counts, and is the one that is checked. A body that does not arrive within `arrivalTimeoutMs` is refused,
 * so that slow senders cannot hold memory.
 */
export function parseJsonBodies(app: FastifyInstance, arrivalTimeoutMs: number, continues: Continues): void {
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
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (!isParsed(request)) return done(null, payload);
    const refused = refusedByHeaders(request);
    if (refused !== undefined) return done(refused);
    const timer = setTimeout(() => {
      // The body's reader listens for this as long as it reads; destroying the stream would take the answer along.
      if (request.raw.listenerCount('error') > 0) request.raw.emit('error', new Problem('request.timeout'));
    }, arrivalTimeoutMs);
    payload.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    continues.proceed(request.raw, reply.raw);
    done(null, payload);
  });
}

/** The framework ignores the body of a GET, and hands that of an upload on. */
const isParsed = ({ method, headers, routeOptions }: FastifyRequest): boolean =>
  !['GET', 'HEAD', 'TRACE'].includes(method) && routeOptions.config.streamedBody !== true && hasBody(headers);

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/** What can be refused before the first byte is asked for. JSON comes as it is, in UTF-8. */
function refusedByHeaders({ headers, routeOptions }: FastifyRequest): Problem | undefined {
  const type = headers['content-type'] ?? '';
  if (!JSON_TYPE.test(type)) return unsupported('Send JSON, as application/json');
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') return unsupported('Send JSON in UTF-8');
  const coding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (coding !== 'identity') {
    return unsupported('Send the body without a content encoding', { 'accept-encoding': 'identity' });
  }
  const limit = routeOptions.bodyLimit;
  return Number(headers['content-length']) > limit ? tooLarge(limit) : undefined;
}

const unsupported = (detail: string, headers: Readonly<Record<string, string>> = {}): Problem =>
  new Problem('request.media_type_unsupported', { detail, headers });

const tooLarge = (limitBytes: number): Problem =>
  new Problem('request.body_too_large', { detail: `A body may have ${limitBytes} bytes here` });

export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw new Problem('request.body_malformed', { detail: 'The body is not valid UTF-8' });
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new Problem('request.body_malformed', { detail: 'The body is not valid JSON', cause });
  }
  refuseUnsafe(value, '/body');
  return value;
}
