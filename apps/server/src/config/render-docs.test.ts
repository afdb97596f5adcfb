import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { CONFIG_KEY_NAMES, type ConfigKeyName } from './keys.ts';
import { renderConfigurationPage, renderEnvExample } from './render-docs.ts';
import { readValues } from './values.ts';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** `.env.example` with its settings made real. */
const uncommented = (): Record<string, string | undefined> =>
  parseEnv(read('.env.example').replaceAll(/^# (?=[A-Z][A-Z0-9_]*=)/gm, ''));

it('.env.example holds every setting, and nothing else', () => {
  expect(Object.keys(uncommented()).toSorted()).toEqual([...CONFIG_KEY_NAMES].toSorted());
});

it('.env.example leaves everything commented out', () => {
  expect(parseEnv(read('.env.example'))).toEqual({});
});

it('.env.example shows the real defaults', () => {
  const shown = Object.entries(uncommented()).filter(([, text]) => text !== '') as [ConfigKeyName, string][];
  expect(readValues(new Map(shown))).toEqual(readValues(new Map()));
});

it('.env.example is as `node apps/server/src/config/document.ts` writes it', () => {
  expect(read('.env.example')).toBe(renderEnvExample());
});

it('docs/CONFIGURATION.md is as `node apps/server/src/config/document.ts` writes it', () => {
  expect(read('docs/CONFIGURATION.md')).toBe(renderConfigurationPage());
});
