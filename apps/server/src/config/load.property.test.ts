import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StartError } from '../kernel/start-error.ts';
import { CONFIG_KEY_NAMES, keyOf } from './keys.ts';
import { describeConfig, loadConfig } from './index.ts';

const fragments = fc.constantFrom(
  'redis://', 'rediss://u:p@', 'postgres://', 's3://', 'http://', 'https://', 'a.example', ':6379', '/0', '%', '%zz',
  '@', '[::1]', '*', ',', '1', '-1', '16GiB', '1e9', 'true', 'off', '~', '.', '/', '<', '>', '"', "'", '#', '\n', '\0',
  '${PORT}',
);
const given = fc.oneof(
  fc.string(), fc.string({ unit: 'binary' }), fc.array(fragments, { maxLength: 6 }).map((parts) => parts.join('')),
);
const names = CONFIG_KEY_NAMES.flatMap((name) => (keyOf(name).secret ? [name, `${name}_FILE`] : [name]));
const environment = fc.dictionary(fc.constantFrom(...names), given, { maxKeys: 12 });

const LINE = /^[A-Z.][\w., ]*: [^\u0000-\u001f]+$/;

/**
 * Loads; a file named by `…_FILE` holds its own path. True: accepted, or refused by a StartError in which each
 * line is printable (control characters of what was given are escaped).
 */
function holds(env: Record<string, string>, dotEnv: string): boolean {
  const readFile = (path: string): string => (path === '/somewhere/.env' ? dotEnv : path);
  try {
    const config = loadConfig({ env, cwd: '/somewhere', readFile, keepSecret: () => 'kept' });
    JSON.stringify(describeConfig(config));
    return true;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return error.message.split('\n').every((line) => LINE.test(line));
  }
}

it('throws nothing but StartErrors, whatever is given', () => {
  const property = fc.property(environment, fc.string(), holds);
  expect(() => fc.assert(property, { numRuns: 3000 })).not.toThrow();
});

it('reads .env with the same care', () => {
  const property = fc.property(environment, (env) =>
    holds({}, Object.entries(env).map(([name, text]) => `${name}=${JSON.stringify(text)}`).join('\n')));
  expect(() => fc.assert(property, { numRuns: 1000 })).not.toThrow();
});
