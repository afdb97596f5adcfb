import type { Config } from './config.ts';
import { MASK, maskUrls } from './mask.ts';

const SECRET_FIELD = /password|secret/i;

function masked(value: unknown, field: string): unknown {
  if (typeof value === 'string') return SECRET_FIELD.test(field) ? MASK : maskUrls(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item, name)]));
}

/** The configuration for a log line: the same tree, secrets and the passwords inside URLs masked, warnings left out. */
export function describeConfig(config: Config): Record<string, unknown> {
  const { warnings: _warnings, ...rest } = config;
  return masked(rest, '') as Record<string, unknown>;
}
