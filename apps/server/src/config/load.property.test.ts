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

/** Loads; a file named by `…_FILE` holds its own path. True: accepted, false: refused by a StartError. */
function accepted(env: Record<string, string>, dotEnv: string): boolean {
  const readFile = (path: string): string => (path === '/somewhere/.env' ? dotEnv : path);
  try {
    const config = loadConfig({ env, cwd: '/somewhere', readFile, keepSecret: () => 'kept' });
    JSON.stringify(describeConfig(config));
    return true;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const lines = error.message.split('\n');
    // One printable line for each: control characters of what was given are escaped.
    expect(lines.every((line) => /^[A-Z.][\w., ]*: [^\u0000-\u001f]+$/.test(line))).toBe(true);
    return false;
  }
}

it('throws nothing but StartErrors, whatever is given', () => {
  fc.assert(fc.property(environment, fc.string(), (env, dotEnv) => {
    accepted(env, dotEnv);
  }), { numRuns: 3000 });
});

it('reads .env with the same care', () => {
  fc.assert(fc.property(environment, (env) => {
    accepted({}, Object.entries(env).map(([name, text]) => `${name}=${JSON.stringify(text)}`).join('\n'));
  }), { numRuns: 1000 });
});
