/** `npm run bench [-- name …] [--runs 5] [--seconds 3] [--quick] [--keep]`: see README.md. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureTools, ToolMissing } from '../scripts/tools.ts';
import { cacheCold } from './benches/cache-cold.ts';
import { cacheHits } from './benches/cache-hits.ts';
import { cacheTags } from './benches/cache-tags.ts';
import { chat } from './benches/chat.ts';
import { friends } from './benches/friends.ts';
import { httpCached } from './benches/http-cached.ts';
import { httpDatabase } from './benches/http-database.ts';
import { httpProfile } from './benches/http-profile.ts';
import { images } from './benches/images.ts';
import { jobs } from './benches/jobs.ts';
import { limiter } from './benches/limiter.ts';
import { live } from './benches/live.ts';
import { messages } from './benches/messages.ts';
import { nearby } from './benches/nearby.ts';
import { register } from './benches/register.ts';
import { rsvp } from './benches/rsvp.ts';
import { skew } from './benches/skew.ts';
import { trending } from './benches/trending.ts';
import { readArguments, UsageError } from './harness/arguments.ts';
import type { Bench, Context, Outcome } from './harness/bench.ts';
import { takeCores } from './harness/cores.ts';
import { describeMachine } from './harness/machine.ts';
import { RESULTS, ROOT } from './harness/paths.ts';
import { plot } from './harness/plot.ts';
import { createProgress } from './harness/progress.ts';
import { type Finding, markdownReport, merged, type Report, textReport } from './harness/report.ts';
import { CHROMIUM, FFMPEG, REDIS, WRK } from './harness/tools.ts';

const BENCHES: readonly Bench[] = [httpCached, httpProfile, httpDatabase, cacheHits, cacheTags, cacheCold, limiter, jobs, chat, messages, rsvp, friends, nearby, trending, register, images, live, skew];
/** Fewer make no median that anybody should rely on. */
const LEAST_RUNS = 5;

/** As shells tell it. */
const INTERRUPTED = 130;

const write = (text: string): void => void process.stdout.write(text);

async function main(): Promise<void> {
  const { chosen, options, keep } = readArguments(process.argv.slice(2), BENCHES);
  await ensureTools([REDIS, WRK, ...(chosen.includes(skew) ? [CHROMIUM, FFMPEG] : [])], {
    env: process.env,
    mayInstall: process.getuid?.() === 0 && existsSync('/etc/debian_version'),
    write: (line) => write(`${line}\n`),
  });
  const cores = takeCores();
  const progress = createProgress({
    write, tty: process.stdout.isTTY, now: () => performance.now(),
    totalSeconds: chosen.reduce((sum, bench) => sum + bench.plan(options), 0),
  });
  const machine = await describeMachine(cores.pinned);
  const outcomes: Finding[] = [];
  try {
    for (const bench of chosen) {
      const outcome = await runBench(bench, { ...options, cores, step: progress.step });
      outcomes.push({ name: bench.name, title: bench.title, ...outcome, date: new Date().toISOString(), options, machine });
    }
  } finally {
    progress.close();
  }
  const report: Report = { outcomes };
  write(`\n${textReport(report)}`);
  // Only what was measured in earnest may stand for the project.
  const keeps = (keep || chosen.length === BENCHES.length) && options.runs >= LEAST_RUNS && !options.quick;
  const folder = keeps ? RESULTS : join(ROOT, '.cache/bench');
  save(folder, keeps ? merged(kept(), report, BENCHES.map(({ name }) => name)) : report);
  write(`Written to ${relative(process.cwd(), folder)}\n`);
}

/** Everything that the bench has opened is closed again, the newest first, also after Ctrl+C. */
async function runBench(bench: Bench, rest: Omit<Context, 'defer' | 'folder'>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'watchparty-bench-'));
  const closes: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const closeAll = async (): Promise<void> => {
    for (const close of closes.toReversed()) await close();
  };
  let closing: Promise<void> | undefined;
  const interrupt = (): void => void (closing ??= closeAll().finally(() => process.exit(INTERRUPTED)));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await chmod(folder, 0o755);
    return await bench.run({ ...rest, folder, defer: (close) => closes.push(close) });
  } finally {
    // What fails because it was interrupted waits here for the exit.
    await (closing ??= closeAll());
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function kept(): Report {
  const file = join(RESULTS, 'latest.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : { outcomes: [] };
}

function save(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'latest.md'), markdownReport(report));
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  for (const { name, title, rows } of report.outcomes) writeFileSync(join(folder, `${name}.svg`), plot(title, rows));
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (!(error instanceof ToolMissing || error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
