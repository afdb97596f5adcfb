import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERROR_CODES } from '@watchparty/protocol';
import { expect, it } from 'vitest';

const SERVER = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENT = readFileSync(join(SERVER, '../../../docs/ERRORS.md'), 'utf8');
const codes = Object.entries(ERROR_CODES).map(([code, { status }]) => ({ code, status }));

/** The document's rows, with the heading that each stands under. */
function documented(): { code: string; status: number; noun: string; meaning: string; remedy: string }[] {
  let noun = '';
  return DOCUMENT.split('\n').flatMap((line) => {
    noun = /^## (.+)$/.exec(line)?.[1] ?? noun;
    const [, code, status, meaning = '', remedy = ''] = /^\| `([^`]+)` \| (\d+) \| (.*) \| (.*) \|$/.exec(line) ?? [];
    return code === undefined ? [] : [{ code, status: Number(status), noun, meaning, remedy }];
  });
}

it('docs/ERRORS.md has each code once, with its status, under its noun, with a meaning and a remedy, and no other', () => {
  const rows = documented();
  const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1);
  expect(rows.map(({ code, status }) => ({ code, status })).toSorted(byCode)).toEqual(codes.toSorted(byCode));
  for (const { code, noun, meaning, remedy } of rows) {
    expect({ code, noun }).toEqual({ code, noun: code.split('.')[0] });
    for (const text of [meaning, remedy]) expect(text, code).toMatch(/^\S.*[.:]$/);
  }
});

it('each code is one that some part of the server answers with', () => {
  const files = readdirSync(SERVER, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !/(^|\/)test\//.test(path),
  );
  const source = files.map((path) => readFileSync(join(SERVER, path), 'utf8')).join('\n');
  expect(codes.filter(({ code }) => !source.includes(`'${code}'`)).map(({ code }) => code)).toEqual([]);
});

it('a code is its noun and a name, in small letters, and a refusal', () => {
  for (const { code, status } of codes) {
    expect(code).toMatch(/^[a-z]+\.[a-z]+(?:_[a-z]+)*$/);
    expect(status, code).toBeGreaterThanOrEqual(400);
    expect(status, code).toBeLessThan(600);
  }
});
