import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A folder of one person's or one machine's: somebody's home, or where somebody worked. */
const MACHINE_PATH = new RegExp(
  [
    // Not inside another path or an address, but also after `file://`.
    String.raw`(?<![\w.~$})-]|[^/]/)/(?:home|Users|work|workspace|root)/`,
    // Everybody and nobody.
    String.raw`(?!(?:you|user|node|me|name|\.\.\.|…|<)(?:[/\s'"]|$))`,
    String.raw`[\w.-]+`,
  ].join(''),
  'g',
);

function machinePaths(text: string): string[] {
  return text.match(MACHINE_PATH) ?? [];
}

it.each(['see /home/anna/film.mp4', '"/Users/anna/x"', 'file:///workspace/app/x', '(/root/.npmrc)'])(
  'finds %s',
  (text) => {
    expect(machinePaths(text)).toHaveLength(1);
  },
);

it.each(['/home/you/films', 'https://example.org/home/page', './work/plan', 'team/work/plan', '/rooms/5', '$HOME/x'])(
  'lets %s be',
  (text) => {
    expect(machinePaths(text)).toEqual([]);
  },
);

it('no file of the repository names a folder of one machine', () => {
  const files = execFileSync('git', ['grep', '-I', '--name-only', '-e', ''], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && path !== 'package-lock.json' && path !== 'test/texts.test.ts');
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((path) => machinePaths(readFileSync(join(ROOT, path), 'utf8')).length > 0)).toEqual([]);
});
