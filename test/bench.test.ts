import { describe, expect, it } from 'vitest';
import { alternate } from '../bench/harness/alternate.ts';
import { createSources } from '../bench/harness/answers.ts';
import { readArguments } from '../bench/harness/arguments.ts';
import type { Bench } from '../bench/harness/bench.ts';
import { plot } from '../bench/harness/plot.ts';
import { createProgress, progressLine } from '../bench/harness/progress.ts';
import { type Finding, markdownReport, merged, type Report, textReport } from '../bench/harness/report.ts';
import { figure, type Goal, type Row, verdictOf } from '../bench/harness/result.ts';
import { compare, spreadOf } from '../bench/harness/statistics.ts';
import { markdownTable, textTable } from '../bench/harness/table.ts';
import { mostInAnyWindow } from '../bench/harness/windows.ts';
import { parseWrk } from '../bench/harness/wrk.ts';

/** Twice, three times and once as fast as the peer. */
const comparison = compare([{ ours: 200, peer: 100 }, { ours: 330, peer: 110 }, { ours: 90, peer: 90 }]);
const row = (goal?: Goal, more: Partial<Row> = {}): Row => ({
  bench: 'speed', what: '64 connections', ours: 'WatchParty', peer: 'A & B <fast>', unit: 'requests/s', comparison,
  ...(goal && { goal }), ...more,
});

describe('the statistics', () => {
  it('take the middle of the runs, or the mean of the two in the middle', () => {
    expect(spreadOf([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100 });
    expect(spreadOf([4, 1, 2, 100])).toEqual({ median: 3, min: 1, max: 100 });
  });

  it('take ratios run by run, and their median: not the ratio of the medians', () => {
    expect(comparison.ratio).toEqual({ median: 2, min: 1, max: 3 });
    expect([comparison.runs, comparison.ours.median, comparison.peer.median]).toEqual([3, 200, 100]);
    const drifting = compare([{ ours: 10, peer: 1 }, { ours: 20, peer: 40 }, { ours: 30, peer: 60 }]);
    expect(drifting.ratio.median).toBe(0.5);
  });

  it.each([[[]], [[1, Number.NaN]], [[Infinity]]])('have none for %j', (values) => {
    expect(() => spreadOf(values)).toThrow(RangeError);
  });

  it('let both sides take turns in going first', async () => {
    const order: string[] = [];
    const side = (name: string, value: number) => async () => {
      order.push(name);
      return value;
    };
    const { ratio } = await alternate(3, { ours: side('ours', 6), peer: side('peer', 2) });
    expect(order.join(' ')).toBe('ours peer peer ours ours peer');
    expect(ratio).toEqual({ median: 3, min: 3, max: 3 });
  });
});

describe('a goal', () => {
  it.each<[Goal, boolean, string]>([
    [{ of: 'ratio', atLeast: 2 }, true, '≥ 2 ×'],
    [{ of: 'ratio', atLeast: 2.1, aim: 3 }, false, '≥ 2.1 × (aim: 3)'],
    [{ of: 'ratio', atMost: 2 }, true, '≤ 2 ×'],
    [{ of: 'ratio', atMost: 1.9 }, false, '≤ 1.9 ×'],
    // Of ours every run counts, not their median.
    [{ of: 'ours', atMost: 330 }, true, '≤ 330 requests/s'],
    [{ of: 'ours', atMost: 329 }, false, '≤ 329 requests/s'],
    [{ of: 'ours', atLeast: 91 }, false, '≥ 91 requests/s'],
  ])('%j: %s', (goal, ok, wanted) => {
    expect(verdictOf(row(goal))).toMatchObject({ ok, wanted });
  });

  it('is missed by a figure that is not what it claims to be', () => {
    expect(verdictOf(row({ of: 'ratio', atLeast: 2 }, { invalid: 'nothing was cached' }))).toMatchObject({
      ok: false, got: '2 ×, but nothing was cached',
    });
  });

  it('is not told of a row that has none', () => expect(verdictOf(row())).toBeUndefined());
});

it.each([
  [0, '0'], [1, '1'], [0.0123, '0.0123'], [0.6, '0.60'], [1.5, '1.50'], [12.34, '12.3'], [123.4, '123'],
  [81_234.5, '81,235'], [1_234_567, '1,234,567'],
])('%d is written as %s', (value, text) => expect(figure(value)).toBe(text));

describe('the tables', () => {
  const cells = [['What', 'Rate:'], ['one', '5'], ['a | b', '1,000']];

  it('stand in columns', () => {
    expect(textTable(cells)).toBe('What    Rate\n─────  ─────\none        5\na | b  1,000\n');
  });

  it('are Markdown', () => {
    expect(markdownTable(cells)).toBe(
      '| What   |  Rate |\n|--------|------:|\n| one    |     5 |\n| a \\| b | 1,000 |\n',
    );
  });
});

describe('a plot', () => {
  const slow = row({ of: 'ratio', atLeast: 4 });
  const fast = row({ of: 'ratio', atLeast: 2 });
  const svg = plot('Speed, at "last"', [slow, fast]);

  /** Where the dots stand. */
  const dots = (text: string) => [...text.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"[^>]*fill="(.*?)"/g)];

  it('is whole, and says what it shows, with every text escaped', () => {
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
    expect(svg).toContain('<title>Speed, at &quot;last&quot;</title>');
    expect(svg).toContain('WatchParty to A &amp; B &lt;fast&gt;');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const opened = [...svg.matchAll(/<(\w+)(?=[ >])/g)].length;
    expect([...svg.matchAll(/<\/\w+>|\/>/g)].length).toBe(opened);
  });

  it('has a dot for each row, and another colour for a missed goal', () => {
    const [first, second] = dots(svg);
    expect(first![1]).toBe(second![1]);
    expect(first![2]).not.toBe(second![2]);
    expect(first![3]).not.toBe(second![3]);
  });

  it('stands on a logarithmic axis: twice as fast is as far from once as from four times', () => {
    const at = (ratio: number) => Number(dots(plot('', [1, 2, 4].map((factor) =>
      row(undefined, { comparison: compare([{ ours: factor, peer: 1 }]) }))))[Math.log2(ratio)]![1]);
    expect(at(2) - at(1)).toBeCloseTo(at(4) - at(2), 0);
    expect(at(2)).toBeGreaterThan(at(1));
  });
});

describe('the progress', () => {
  it('tells by how long the steps took how long the rest will take', () => {
    const line = progressLine({ doneSeconds: 50, totalSeconds: 200, elapsedMs: 100_000, what: 'speed' });
    expect(line).toBe(`${'█'.repeat(7)}${'░'.repeat(21)}  25 %  5:00 left  speed`);
  });

  it('goes by the plan at first', () => {
    const line = progressLine({ doneSeconds: 1, totalSeconds: 61, elapsedMs: 30_000, what: '' });
    expect(line).toContain('1:00 left');
  });

  it('is a line now and then where there is no terminal', () => {
    let nowMs = 0;
    let written = '';
    const progress = createProgress({
      write: (text) => (written += text), tty: false, now: () => nowMs, totalSeconds: 100,
    });
    for (let step = 0; step < 100; step += 1) {
      progress.step(`step ${step}`, 1);
      nowMs += 1000;
    }
    progress.close();
    const lines = written.trimEnd().split('\n');
    expect(lines).toHaveLength(20);
    expect(lines[1]).toMatch(/ {3}5 % {2}1:35 left {2}step 5$/);
  });
});

describe('a report', () => {
  const finding: Finding = {
    name: 'speed', title: 'How fast it is', notes: ['speed: as it is'],
    date: '2026-11-20T12:00:00.000Z',
    options: { runs: 3, seconds: 2, quick: false },
    machine: { cpu: 'A processor', cores: 2, memoryGiB: 8, system: 'Linux 6', pinned: true, versions: { node: '24.0.0' } },
    rows: [row({ of: 'ratio', atLeast: 2 }), row({ of: 'ratio', atLeast: 4 }), row()],
  };
  const report: Report = { outcomes: [finding] };

  it('shows figures, spreads and goals at a terminal', () => {
    const text = textReport(report);
    expect(text).toMatch(/64 connections +WatchParty +A & B <fast> +2 × \[1\.\.3\] +200 +100 +requests\/s/);
    expect(text).toMatch(/speed, 64 connections: WatchParty to A & B <fast> +≥ 2 × +2 × +ok/);
    expect(text).toMatch(/≥ 4 × +2 × +missed/);
    expect(text).toContain('1 of 2 goals are met, 1 missed');
  });

  it('names date, machine and versions, and shows the plot, in Markdown', () => {
    const text = markdownReport(report);
    for (const part of ['2026-11-20', '3 runs of 2 s', '2 × A processor', 'node 24.0.0', '![How fast it is](speed.svg)']) {
      expect(text).toContain(part);
    }
  });
});

describe('figures that are kept', () => {
  const found = (name: string, date: string): Finding => ({
    name, title: name, notes: [], rows: [], date, options: { runs: 5, seconds: 3, quick: false },
    machine: { cpu: '', cores: 2, memoryGiB: 8, system: '', pinned: true, versions: {} },
  });

  it('take the place of older ones of the same bench, beside those of others; benches that are no more go', () => {
    const before = { outcomes: [found('gone', '1'), found('two', '1'), found('one', '1')] };
    const { outcomes } = merged(before, { outcomes: [found('two', '2'), found('three', '2')] }, ['one', 'two', 'three', 'four']);
    expect(outcomes.map(({ name, date }) => `${name} ${date}`)).toEqual(['one 1', 'two 2', 'three 2']);
  });
});

describe('the arguments', () => {
  const bench = (name: string): Bench => ({
    name, title: name, plan: () => 1, run: () => Promise.reject(new Error('Not to be run')),
  });
  const read = (...args: string[]) => {
    const { chosen, options, keep } = readArguments(args, [bench('one'), bench('two')]);
    return [chosen.map(({ name }) => name).join(' '), options.runs, options.seconds, options.quick, ...(keep ? ['keep'] : [])];
  };

  it('choose all benches, or those named, in their own order', () => {
    expect(read()).toEqual(['one two', 5, 3, false]);
    expect(read('two', 'one', '--runs', '7')).toEqual(['one two', 7, 3, false]);
    expect(read('one', '--keep')).toEqual(['one', 5, 3, false, 'keep']);
    expect(read('--quick', 'two', '--seconds', '9')).toEqual(['two', 2, 9, true]);
  });

  it.each([
    ['three', 'There is no bench "three"; there are one, two'],
    ['--runs=0', '--runs must be a whole number from 1 to 1000, not "0"'],
    ['--fast', "Unknown option '--fast'"],
  ])('%s is refused in one line', (argument, message) => {
    expect(() => read(argument)).toThrow(message);
  });
});

describe('what wrk prints', () => {
  const good = 'Running 3s test @ http://x\n  1 threads and 64 connections\nRequests/sec:  81234.56\nTransfer/sec: 1MB\n';

  it('is a rate', () => expect(parseWrk(0, good, 'http://x')).toBe(81_234.56));

  it.each([
    [1, 'unable to connect to x:1 Connection refused\n'],
    [0, `${good}  Non-2xx or 3xx responses: 5\n`],
    [0, `  Socket errors: connect 0, read 3, write 0, timeout 0\n${good}`],
    [0, 'Requests/sec:      0.00\n'],
  ])('is no figure when something failed (%d, %j)', (code, output) => {
    expect(() => parseWrk(code, output, 'http://x')).toThrow('http://x');
  });
});

it('Admissions count to a window only when they lie in it for certain', () => {
  const at = (askedMs: number, answeredMs = askedMs) => ({ askedMs, answeredMs });
  expect(mostInAnyWindow([], 100)).toBe(0);
  expect(mostInAnyWindow([at(0), at(90), at(100), at(150), at(185)], 100)).toBe(4);
  expect(mostInAnyWindow([at(0), at(50, 101), at(60, 100)], 100)).toBe(2);
});

describe('where answers came from', () => {
  const sourcesOf = (...from: (string | undefined)[]) => {
    const sources = createSources();
    for (const cache of from) sources.add({ body: Buffer.alloc(0), cache });
    return sources.summary('HIT');
  };
  const hits = (count: number) => Array.from({ length: count }, () => 'HIT');

  it('is told, and makes a figure worthless when it is not where they should come from', () => {
    expect(sourcesOf(...hits(95), 'MISS', 'BYPASS', undefined, 'MISS', 'MISS')).toEqual({
      text: '95 of 100 samples say X-Cache: HIT', invalid: undefined,
    });
    const { text, invalid } = sourcesOf(...hits(9), 'BYPASS');
    expect(invalid).toBe(`only ${text}`);
    expect(sourcesOf().invalid).toBeDefined();
  });
});
