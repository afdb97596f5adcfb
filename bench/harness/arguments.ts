import { parseArgs } from 'node:util';
import type { Bench, Options } from './bench.ts';

/** What a person typed makes no sense; the message is the one line to show. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `[name …] [--runs 5] [--seconds 3] [--quick] [--keep]`. No name: all benches. */
export function readArguments(
  args: readonly string[], benches: readonly Bench[],
): { chosen: Bench[]; options: Options; keep: boolean } {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`There is no bench "${unknown}"; there are ${benches.map(({ name }) => name).join(', ')}`);
  }
  const { quick, keep } = values;
  return {
    keep,
    chosen: benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    options: {
      quick,
      runs: number('--runs', values.runs, quick ? 2 : 5),
      seconds: number('--seconds', values.seconds, quick ? 1 : 3),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { runs: { type: 'string' }, seconds: { type: 'string' }, quick: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function number(name: string, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw new UsageError(`${name} must be a whole number from 1 to 1000, not "${text}"`);
}
