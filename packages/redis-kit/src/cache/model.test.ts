import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MODEL = fileURLToPath(new URL('../../model/cache.pml', import.meta.url));

/** The longest search takes 7 s of a core of its own; this is for machines that are slower, or busy. */
const timeoutMs = 120_000;

const execute = promisify(execFile);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchparty-model-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Search {
  readonly report: string;
  /** Distinct states that were visited. */
  readonly states: number;
}

interface Bounds {
  /** Of one run of the model. */
  readonly steps: number;
  /** gcc's level: the higher, the longer it compiles and the faster it searches. */
  readonly optimize: 1 | 2;
}

/** Searches the model with `names` defined, and writes a line with what it took. */
async function search(title: string, names: readonly string[], { steps, optimize }: Bounds): Promise<Search> {
  const inFolder = { cwd: folder, timeout: timeoutMs };
  await execute('spin', ['-a', ...names.map((name) => `-D${name}`), MODEL], inFolder);
  await execute('cc', [`-O${optimize}`, '-w', '-DSAFETY', '-DSFH', '-DMEMLIM=4000', '-o', 'pan', 'pan.c'], inFolder);
  const startedMs = performance.now();
  const { stdout: report } = await execute(join(folder, 'pan'), [`-m${steps}`, '-w24'], inFolder);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const states = Number(/(\d+) states, stored/.exec(report)?.[1]);
  process.stdout.write(`${title}: ${states.toLocaleString('en')} states, ${seconds} s\n`);
  return { report, states };
}

const RESTARTS = ['RESTART', 'WRITERS=1'];

describe('the protocol of strict reads, searched to the end', { timeout: timeoutMs }, () => {
  it.each([
    ['[CA1] [CA2] [CA3] [CA4] [CA5] [CA6] no read shows less than what was answered before it began', [], 1_000_000],
    ['[CA9] [CA11] nor after the server came back with old data', RESTARTS, 3_000_000],
  ])('%s', async (title, names, leastStates) => {
    const { report, states } = await search(title, names, { steps: 100_000, optimize: 2 });
    expect(report).toMatch(/errors: 0$/m);
    expect(report).not.toMatch(/not completed|search depth too small|out of memory/);
    expect(states).toBeGreaterThan(leastStates);
    // Each step of the model is taken somewhere: nothing holds because it does not happen.
    const unreached = [...report.matchAll(/, state \d+, "(.*)"$/gm)].map(([, step]) => step);
    expect(new Set(unreached)).toEqual(new Set(['-end-']));
  });
});

describe('finds a stale read with', { timeout: timeoutMs }, () => {
  it.each([
    ['[CA2] the check off', 'NO_CHECK', []],
    ['[CA1] the versions read after the load', 'VERSION_AFTER_LOAD', []],
    ['[CA1] an entry and its versions read as two values', 'TWO_VALUES', []],
    ['[CA3] counters for versions, and an eviction', 'COUNTERS', []],
    ['[CA3] missing equal to missing', 'MISSING_EQUALS_MISSING', []],
    ['[CA4] the invalidation before the commit', 'INVALIDATED_BEFORE_COMMIT', []],
    ['[CA4] the answer before the invalidation', 'ANSWERED_BEFORE_INVALIDATION', []],
    ['[CA5] a batch joined that was sent already', 'JOINS_SENT_BATCH', []],
    ["[CA6] another read's load in flight taken without comparing", 'ANY_LOAD_IN_FLIGHT', []],
    ['[CA9] no new root after a restart with old data', 'NO_NEW_ROOT', RESTARTS],
    ['[CA9] the server marked as known before it has its new root', 'MARKED_BEFORE_NEW_ROOT', RESTARTS],
    ['[CA11] the store used before the server is compared', 'USED_UNCHECKED', RESTARTS],
  ])('%s', async (title, mutant, names) => {
    const { report } = await search(title, [mutant, 'PLAIN', ...names], { steps: 150, optimize: 1 });
    expect(report).toMatch(/^pan:1: assertion violated \(\(.*-1\)>=read\[r\]\.floor\)/m);
  });
});
