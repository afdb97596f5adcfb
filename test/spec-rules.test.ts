import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** `- **OB1** …` or `| ST1 | …`: how a SPEC.md states a rule. */
const STATED = /^(?:- \*\*|\| *)([A-Z]{2,3}\d+)\b/gm;
/** `'[OB1] [OB2] …'` or `'ST3 ST5 …'`: how a title cites the rules it proves. */
const CITING_TITLE = /['"`]((?:\[?[A-Z]{2,3}\d+\]?,? )+)/g;

const TESTS = '{*.test.ts,*.test.tsx,contract-suite.ts}';

const stated = (spec: string): string[] => [...spec.matchAll(STATED)].map((match) => match[1]!);
const cited = (test: string): string[] => [...test.matchAll(CITING_TITLE)].flatMap((match) => match[1]!.match(/[A-Z]{2,3}\d+/g)!);

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const specs = globSync('{apps/server/src,packages/*/src}/**/SPEC.md', { cwd: ROOT });

it.each([
  ['- **OB1** An effect\n- **OB12** Other', ['OB1', 'OB12']],
  ['| Rule | |\n|---|---|\n| ST1 | What |', ['ST1']],
  ['Only in passing: OB1', []],
])('finds the rules that %j states', (spec, ids) => {
  expect(stated(spec)).toEqual(ids);
});

it.each([
  ["test('[OB1] [OB2] A write', …", ['OB1', 'OB2']],
  ['it.each(rows)(`ST3 ST5 shows ${all}`', ['ST3', 'ST5']],
  ["test('A write of OB1'", []],
])('finds the rules that %j cites', (test, ids) => {
  expect(cited(test)).toEqual(ids);
});

it('there are rules to prove', () => {
  expect(specs.length).toBeGreaterThan(3);
});

it('each rule has an id of its own', () => {
  const all = specs.flatMap((path) => stated(read(path)));
  expect(all.filter((rule, index) => all.indexOf(rule) !== index)).toEqual([]);
});

it('no test cites a rule that is not stated', () => {
  const all = new Set(specs.flatMap((path) => stated(read(path))));
  const unknown = globSync(`{apps/server/src,packages/*/src}/**/${TESTS}`, { cwd: ROOT }).flatMap((path) =>
    cited(read(path)).filter((rule) => !all.has(rule)).map((rule) => `${path}: ${rule}`));
  expect(unknown).toEqual([]);
});

describe.each(specs)('%s', (path) => {
  const folder = join(ROOT, dirname(path));

  it('has rules, each proven by a test beside it', () => {
    const rules = stated(read(path));
    const citations = new Set(globSync(`**/${TESTS}`, { cwd: folder }).flatMap((test) => cited(readFileSync(join(folder, test), 'utf8'))));
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter((rule) => !citations.has(rule))).toEqual([]);
  });
});
