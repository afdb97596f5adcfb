import type { Bench, Options, Outcome } from './bench.ts';
import type { Machine } from './machine.ts';
import { figure, type Row, type Verdict, verdictOf } from './result.ts';
import { type Cells, markdownTable, textTable } from './table.ts';

/** What one bench found, when, how and where. */
export interface Finding extends Outcome, Pick<Bench, 'name' | 'title'> {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly options: Options;
  readonly machine: Machine;
}

/** Of one run, or of several that each measured other benches: ratios hold within a bench only. */
export interface Report {
  readonly outcomes: readonly Finding[];
}

/** What was found before, with what was found now in its place, in the order of `names`; benches that are no more are left out. */
export function merged(before: Report, now: Report, names: readonly string[]): Report {
  const findings = new Map([...before.outcomes, ...now.outcomes].map((finding) => [finding.name, finding]));
  return { outcomes: names.flatMap((name) => findings.get(name) ?? []) };
}

const spread = ({ median, min, max }: { median: number; min: number; max: number }): string =>
  `${figure(median)} × [${figure(min)}..${figure(max)}]`;

function cellsOf(rows: readonly Row[]): Cells {
  return [
    ['What', 'Ours', 'Peer', 'Ours to the peer’s [all runs]:', 'Ours:', 'The peer’s:', 'Unit'],
    ...rows.map(({ what, ours, peer, unit, comparison }) => [
      what, ours, peer, spread(comparison.ratio), figure(comparison.ours.median), figure(comparison.peer.median), unit,
    ]),
  ];
}

export const verdictsOf = ({ outcomes }: Report): Verdict[] =>
  outcomes.flatMap(({ rows }) => rows.map(verdictOf)).filter((verdict) => verdict !== undefined);

const goalCells = (verdicts: readonly Verdict[]): Cells => [
  ['Goal', 'Wanted:', 'Got:', ''],
  ...verdicts.map(({ text, wanted, got, ok }) => [text, wanted, got, ok ? 'ok' : 'missed']),
];

/** For a terminal. */
export function textReport(report: Report): string {
  return [
    ...report.outcomes.flatMap(({ title, rows, notes }) =>
      [title, '', textTable(cellsOf(rows)), ...notes, ...(notes.length > 0 ? [''] : [])]),
    'Goals', '', textTable(goalCells(verdictsOf(report))),
    `${counted(verdictsOf(report))}\n`,
  ].join('\n');
}

/** For bench/results/latest.md, beside one plot per bench. */
export function markdownReport(report: Report): string {
  return [
    '# What the bench found',
    '',
    'Written by `npm run bench`; [the bench’s README](../README.md) says what is measured, and why it is fair.',
    '',
    '## Goals',
    '',
    `${counted(verdictsOf(report))}.`,
    '',
    markdownTable(goalCells(verdictsOf(report))),
    ...report.outcomes.flatMap(({ name, title, rows, notes, ...how }) => [
      `## ${title}`, '', `![${title}](${name}.svg)`, '', markdownTable(cellsOf(rows)),
      ...[...notes, ...circumstances(how)].map((note) => `- ${note}`), '',
    ]),
  ].join('\n').trimEnd().concat('\n');
}

function circumstances({ date, options: { runs, seconds }, machine }: Pick<Finding, 'date' | 'options' | 'machine'>): string[] {
  const { cpu, cores, memoryGiB, system, pinned, versions } = machine;
  return [
    `${date}, ${runs} runs of ${seconds} s for each figure, ours and the peer’s taking turns; ${cores} × ${cpu}, ${memoryGiB} GiB, ${system}; ${
      pinned ? 'what is measured on one core, load and Redis on another' : 'not pinned to cores: expect wide spreads'}`,
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', '),
  ];
}

function counted(verdicts: readonly Verdict[]): string {
  const met = verdicts.filter(({ ok }) => ok).length;
  const missed = verdicts.length - met;
  return missed === 0 ? `All ${met} goals are met` : `${met} of ${verdicts.length} goals are met, ${missed} missed`;
}
