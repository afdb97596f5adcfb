import type { ConfigKeyName, ConfigValues } from './keys.ts';

/** What the rules between keys look at. `given` tells whether a key was set by a person. */
export interface RuleInput {
  readonly values: ConfigValues;
  readonly given: (name: ConfigKeyName) => boolean;
}

const SECRET_MIN_BYTES = 32;

/** One line for each of `names` that is set although it can have no effect without `needed`. */
const without = ({ given }: RuleInput, needed: ConfigKeyName, names: readonly ConfigKeyName[]): string[] =>
  given(needed) ? [] : names.filter(given).map((name) => `${name}: it needs ${needed}, which is not set`);

function redisRules(input: RuleInput): string[] {
  const { given } = input;
  const ways = (['REDIS_URL', 'REDIS_HOST', 'REDIS_CLUSTER_NODES'] as const).filter(given);
  if (ways.length > 1) return [`${ways.join(', ')}: these exclude one another; give one`];
  const parts = (['REDIS_PORT', 'REDIS_PASSWORD', 'REDIS_DB'] as const).filter(given);
  switch (ways[0]) {
    case 'REDIS_HOST':
      return [];
    case 'REDIS_URL':
      return parts.map((name) => `${name}: REDIS_URL is set and holds this already; give one of the two`);
    case 'REDIS_CLUSTER_NODES':
      return parts.filter((name) => name !== 'REDIS_PASSWORD')
        .map((name) => `${name}: it has no meaning beside REDIS_CLUSTER_NODES; remove it`);
    default:
      return [
        ...without(input, 'REDIS_HOST', parts),
        ...(given('CACHE_REDIS_URL') ? ['CACHE_REDIS_URL: it needs REDIS_URL (or REDIS_HOST), which is not set'] : []),
      ];
  }
}

function mailRules(input: RuleInput): string[] {
  const { given } = input;
  if (!given('SMTP_HOST')) {
    const pair = (['EMAIL_USER', 'EMAIL_PASSWORD'] as const).filter((name) => !given(name));
    return [
      ...without(input, 'SMTP_HOST', ['SMTP_PORT', 'SMTP_SECURE', 'SMTP_USER', 'SMTP_PASSWORD']),
      ...(pair.length === 1 ? [`${pair[0]}: it is missing; Gmail needs both EMAIL_USER and EMAIL_PASSWORD`] : []),
    ];
  }
  return [...without(input, 'SMTP_USER', ['SMTP_PASSWORD']), ...without(input, 'SMTP_PASSWORD', ['SMTP_USER'])];
}

const S3_KEYS = ['S3_ENDPOINT', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;

function storageRules({ values, given }: RuleInput): string[] {
  if (values.STORAGE_URL.kind === 's3') {
    return (['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const).filter((name) => !given(name))
      .map((name) => `${name}: it is not set; STORAGE_URL=s3://… needs it`);
  }
  return S3_KEYS.filter(given).map((name) => `${name}: it has no meaning unless STORAGE_URL is s3://…; remove it`);
}

function productionRules({ values, given }: RuleInput): string[] {
  if (values.NODE_ENV !== 'production') return [];
  const errors: string[] = [];
  if (!given('JWT_SECRET')) {
    const hint = 'openssl rand -base64 48';
    errors.push(`JWT_SECRET: it is not set; production needs ${SECRET_MIN_BYTES} bytes or more (${hint})`);
  } else if (values.JWT_SECRET !== undefined && Buffer.byteLength(values.JWT_SECRET) < SECRET_MIN_BYTES) {
    errors.push(`JWT_SECRET: the given value is too short; production needs ${SECRET_MIN_BYTES} bytes or more`);
  }
  if (values.JWT_SECRET_PREVIOUS?.some((secret) => Buffer.byteLength(secret) < SECRET_MIN_BYTES) === true) {
    errors.push(`JWT_SECRET_PREVIOUS: one of the given values is too short; production needs ${SECRET_MIN_BYTES} bytes or more`);
  }
  if (values.CORS_ORIGINS === '*') errors.push('CORS_ORIGINS: "*" is refused in production; list the origins');
  return errors;
}

/** Rules that concern more than one key. One line for each that is broken. */
export function brokenRules(input: RuleInput): string[] {
  return [
    ...redisRules(input),
    ...mailRules(input),
    ...productionRules(input),
    ...storageRules(input),
  ];
}

/** Combinations that work but are seldom meant. */
export function doubts({ values, given }: RuleInput): string[] {
  if (values.NODE_ENV !== 'production') return [];
  const lines: string[] = [];
  if (!given('PUBLIC_URL')) lines.push(`PUBLIC_URL: it is not set, links in mails lead to ${values.PUBLIC_URL}`);
  if (values.TRUST_PROXY === true) {
    lines.push('TRUST_PROXY: true believes everybody, rate limits can be evaded; give 1 or the address of the proxy');
  }
  return lines;
}
