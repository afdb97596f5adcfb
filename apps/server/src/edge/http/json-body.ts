import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../kernel/problem.ts';
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

/** Deeper than any body of ours; keeps this walk and the validators off the stack's end. */
const MAX_DEPTH = 32;
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Throws on what could not be stored or could change an object's nature. `field` is the JSON pointer of `value`. */
export function refuseUnsafe(value: unknown, field: string): void {
  const path: string[] = [];
  const reason = unsafe(value, path);
  if (reason === undefined) return;
  const pointer = [field, ...path].map((step) => step.slice(0, 100)).join('/');
  const shown = pointer.toWellFormed().replaceAll('\0', '\uFFFD');
  throw new Problem('request.invalid', { errors: [{ field: shown, message: reason }] });
}

/**
 * Why `value` is refused, with the way to it in `path`; undefined when it is not. A body may hold half a million values:
 * nothing is made for them.
 */
function unsafe(value: unknown, path: string[]): string | undefined {
  if (typeof value === 'string') return unsafeText(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= MAX_DEPTH) return 'is nested too deeply';
  const list = Array.isArray(value);
  for (const name in value) {
    const ofName = list ? undefined : unsafeName(name);
    if (ofName !== undefined) return ofName;
    path.push(name);
    const reason = unsafe((value as Record<string, unknown>)[name], path);
    if (reason !== undefined) return reason;
    path.pop();
  }
  return undefined;
}

const unsafeName = (name: string): string | undefined =>
  FORBIDDEN_NAMES.has(name) ? `must not have a field named ${name}` : unsafeText(name);

function unsafeText(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain the NUL character';
  if (!text.isWellFormed()) return 'must not contain half of a surrogate pair';
  return undefined;
}
