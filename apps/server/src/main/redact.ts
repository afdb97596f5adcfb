import { stdSerializers } from 'pino';

const MASK = '[redacted]';
const MAX_DEPTH = 6;

const SECRET_WORDS = 'authorization|cookie|password|passwd|secret|token|apikey';

/** Compared without capitals, `-` and `_`, at the end: `access_token`, `Set-Cookie` and `SMTP_PASSWORD` are found too. */
const SECRET_NAME = new RegExp(`(?:${SECRET_WORDS})s?$`);

/** Whether a field is hidden. Booleans (`hasPassword`) say nothing that must be. */
const isSecret = (name: string, value: unknown): boolean =>
  value !== undefined && value !== null && typeof value !== 'boolean'
  && SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ''));

/** The value without secrets. `above` are the objects that it lies in. */
function clean(value: unknown, above: readonly object[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length >= MAX_DEPTH) return '[too deep]';
  const inside = [...above, value];
  if (value instanceof Error) return cleanFields(stdSerializers.err(value), inside);
  if (Array.isArray(value)) return value.map((item) => clean(item, inside));
  // What knows how to write itself (dates, URLs) does so; of other instances (sockets, clients) only the kind is shown.
  if ('toJSON' in value) return value;
  const prototype = Object.getPrototypeOf(value) as object | null;
  const plain = prototype === null || prototype === Object.prototype || 'raw' in value;
  return plain ? cleanFields(value, inside) : `[${value.constructor.name}]`;
}

const cleanFields = (fields: object, inside: readonly object[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) =>
    [name, isSecret(name, value) ? MASK : clean(value, inside)]));

/**
 * The fields of a log line without secrets, at any depth: passwords, tokens, cookies, authorization headers.
 * `req` and `res` are left to their serializers, which show no headers.
 */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'req' || name === 'res') shown[name] = value;
    else shown[name] = isSecret(name, value) ? MASK : clean(value, [fields]);
  }
  return shown;
}

const IN_URL = new RegExp([
  /(\/api\/calendar\/)[^\s/?#"'\\]+/,
  /([a-z][a-z0-9+.-]*:\/\/[^\s/?#@:"\\]*:)[^\s/?#"\\]+@/,
  /([?&][\w-]*(?:token|password|secret|signature|invite)=)[^&\s"'\\]+/,
].map((pattern) => pattern.source).join('|'), 'gi');

/** A text field with a secret's name, in JSON. */
const FIELD = new RegExp(String.raw`("[\w-]*(?:${SECRET_WORDS})s?":)"(?:[^"\\]|\\.)*"`, 'gi');

/**
 * A finished line without what `redact` does not get to see: secrets inside URLs (in messages and stacks too), in the
 * fields that a child logger is bound to, and in what wrote itself as JSON.
 */
export const redactLine = (line: string): string =>
  line
    .replace(IN_URL, (_whole, calendar: string | undefined, login: string | undefined, parameter: string) =>
      login === undefined ? `${calendar ?? parameter}${MASK}` : `${login}${MASK}@`)
    .replace(FIELD, `$1"${MASK}"`);
