import { expect, it } from 'vitest';
import { check, type Step } from './check.ts';

const step = (name: string, script: string): Step => ({ name, args: ['--eval', script] });

it('writes one line for each step, what a failed one said, and counts', async () => {
  const lines: string[] = [];
  const counted = await check((line) => lines.push(line), {
    steps: [
      step('sound', "console.log('silence')"),
      step('broken', "console.log('here.ts:1 is wrong'); console.error('and here'); process.exit(3)"),
      step('crashed', "process.kill(process.pid, 'SIGKILL')"),
    ],
  });
  expect(counted).toEqual({ passed: 1, failed: 2 });
  expect(lines.toSorted().map((line) => line.replace(/\d+\.\d s/, 'n s'))).toEqual([
    '✓ sound (n s)\n',
    '✗ broken (n s)\nhere.ts:1 is wrong\nand here\n',
    '✗ crashed (n s)\n\n',
  ]);
});

it('runs the steps side by side', async () => {
  // Each waits for the other's file: one after the other they would never end.
  const meet = (mine: string, other: string) =>
    `const fs = require('node:fs'), os = require('node:os'), path = require('node:path');
     const at = (name) => path.join(os.tmpdir(), 'watchparty-check-${process.pid}-' + name);
     fs.writeFileSync(at('${mine}'), '');
     const timer = setInterval(() => { if (fs.existsSync(at('${other}'))) { clearInterval(timer);
       setTimeout(() => fs.rmSync(at('${other}')), 200); } }, 5);`;
  const counted = await check(() => undefined, { steps: [step('a', meet('a', 'b')), step('b', meet('b', 'a'))] });
  expect(counted).toEqual({ passed: 2, failed: 0 });
});
