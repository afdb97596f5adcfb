/** `node program.ts a b`: the arguments, of which `count` must be there. */
export function programArguments(count: number): string[] {
  const given = process.argv.slice(2);
  if (given.length < count) throw new Error(`${process.argv[1]} needs ${count} arguments`);
  return given;
}

/** The program's result, for the bench that started it. */
export const tell = (result: unknown): void => void process.stdout.write(`${JSON.stringify(result)}\n`);
