import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/SECURITY.md');

/** The requirements of levels 1 and 2 in ASVS 5.0.0, by section. */
const ASVS = `
1.1: 1-2; 1.2: 1-9; 1.3: 1-11; 1.4: 1-3; 1.5: 1-2
2.1: 1-3; 2.2: 1-3; 2.3: 1-4; 2.4: 1
3.2: 1-2; 3.3: 1-4; 3.4: 1-6; 3.5: 1-5; 3.7: 1-2
4.1: 1-3; 4.2: 1; 4.3: 1-2; 4.4: 1-4
5.1: 1; 5.2: 1-3; 5.3: 1-2; 5.4: 1-3
6.1: 1-3; 6.2: 1-12; 6.3: 1-4; 6.4: 1-4; 6.5: 1-5; 6.6: 1-3; 6.8: 1-4
7.1: 1-3; 7.2: 1-4; 7.3: 1-2; 7.4: 1-5; 7.5: 1-2; 7.6: 1-2
8.1: 1-2; 8.2: 1-3; 8.3: 1; 8.4: 1
9.1: 1-3; 9.2: 1-4
10.1: 1-2; 10.2: 1-2; 10.3: 1-4; 10.4: 1-11; 10.5: 1-5; 10.6: 1-2; 10.7: 1-3
11.1: 1-2; 11.2: 1-3; 11.3: 1-3; 11.4: 1-4; 11.5: 1; 11.6: 1
12.1: 1-3; 12.2: 1-2; 12.3: 1-4
13.1: 1; 13.2: 1-5; 13.3: 1-2; 13.4: 1-5
14.1: 1-2; 14.2: 1-4; 14.3: 1-3
15.1: 1-3; 15.2: 1-3; 15.3: 1-7
16.1: 1; 16.2: 1-5; 16.3: 1-4; 16.4: 1-3; 16.5: 1-3
17.1: 1; 17.2: 1-4; 17.3: 1-2
`;

function numbers(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

const required = ASVS.trim().split(/[;\n]\s*/).flatMap((line) => {
  const [section, list = ''] = line.split(': ');
  return numbers(list).map((number) => `${section}.${number}`);
});

interface Row {
  readonly id: string;
  readonly here: string;
  readonly proof: string;
}

const rows: Row[] = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, id, here, proof]) => ({ id: id!, here: here!, proof: proof! }));
const notApplying = [...page.slice(page.indexOf('## What does not apply')).matchAll(/\d+\.\d+\.\d+/g)].map(([id]) => id);

const tests = globSync('{apps,packages,test,scripts,bench}/**/*.test.ts', { cwd: ROOT })
  .filter((path) => !path.includes('node_modules'));
const named = [...page.matchAll(/`([\w.-]+\.test\.ts)` “([^”]+)”/g)].map(([, file, title]) => ({ file: file!, title: title! }));

/** What is wrong with a mention of a test; undefined: it is there. */
function fault({ file, title }: { readonly file: string; readonly title: string }): string | undefined {
  const found = tests.filter((path) => basename(path) === file);
  if (found.length !== 1) return `${file} is there ${found.length} times`;
  const quoted = read(found[0]!).split('\n').filter((line) => /['"`]/.test(line));
  return quoted.some((line) => line.includes(title)) ? undefined : `${file} has no “${title}”`;
}

const rules = new Set(globSync('{apps/server/src,packages/*/src}/**/SPEC.md', { cwd: ROOT }).flatMap((path) =>
  [...read(path).matchAll(/^(?:- \*\*|\| *)([A-Z]{2,3}\d+)\b/gm)].map(([, rule]) => rule!)));
const citedIn = (text: string): string[] => text.match(/\b[A-Z]{2}\d+\b/g) ?? [];

describe('docs/SECURITY.md', () => {
  it('has each requirement of level 2 once, met, not met or not applying', () => {
    expect(required).toHaveLength(253);
    expect([...rows.map(({ id }) => id), ...notApplying].toSorted()).toEqual(required.toSorted());
  });

  it('names tests that are there', () => {
    expect(named.length).toBeGreaterThan(60);
    expect(named.map(fault).filter((wrong) => wrong !== undefined)).toEqual([]);
  });

  it('cites rules that are stated', () => {
    const cited = rows.flatMap(({ proof }) => citedIn(proof));
    expect(cited.length).toBeGreaterThan(80);
    expect(cited.filter((rule) => !rules.has(rule))).toEqual([]);
  });

  it('proves what it says is met, but for documents and what is the operator’s', () => {
    const proofs = /^(?:(?:matrix|hostile|[A-Z]{2}\d+|`[\w.-]+` “[^”]+”|—)(?:, |$))+$/;
    expect(rows.filter(({ proof }) => !proofs.test(proof))).toEqual([]);
    expect(rows.filter(({ proof }) => proof === '—').length / rows.length).toBeLessThan(0.15);
  });

  it.each([
    { file: 'nobody.test.ts', title: 'x' }, { file: 'security.test.ts', title: ['no', 'such', 'title'].join('-') },
  ])('holds $file for wrong', (mention) => {
    expect(fault(mention)).toBeDefined();
  });
});
