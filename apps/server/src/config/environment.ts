import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { CONFIG_KEY_NAMES, keyOf, type ConfigKeyName } from './keys.ts';
import { quote } from './mask.ts';
import { nearMiss } from './near-miss.ts';

/** Reads a file as UTF-8; throws as `fs.readFileSync` does. */
export type ReadFile = (path: string) => string;

/** The texts that were given, before any is understood. */
export interface Environment {
  readonly texts: ReadonlyMap<ConfigKeyName, string>;
  /** Every key that was set, those included whose file could not be read. */
  readonly given: ReadonlySet<ConfigKeyName>;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

export interface EnvironmentOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly readFile: ReadFile;
}

const isSecret = (name: ConfigKeyName): boolean => keyOf(name).secret === true;
const FILE_KEYS: readonly string[] = CONFIG_KEY_NAMES.filter(isSecret).map((name) => `${name}_FILE`);
const ALL_KEYS: readonly string[] = [...CONFIG_KEY_NAMES, ...FILE_KEYS];
const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === '';

/** The cause of a failed file operation without its path: `ENOENT` said in words where it is a usual one. */
function fileTrouble(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'it cannot be read';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'this user may not read it',
    EISDIR: 'it is a folder',
  };
  return words[code] ?? code;
}

function readDotEnv(options: EnvironmentOptions, errors: string[]): Readonly<Record<string, string | undefined>> {
  try {
    const text = options.readFile(resolve(options.cwd, '.env'));
    return parseEnv(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') errors.push(`.env: ${fileTrouble(error)}`);
    return {};
  }
}

function dotEnvWarnings(dotEnv: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(dotEnv).filter((name) => !ALL_KEYS.includes(name)).flatMap((name) => {
    const bare = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : '';
    if (ALL_KEYS.includes(bare)) return [`.env: ${name} is ignored, only secrets may come from a file; set ${bare}`];
    const meant = nearMiss(name, ALL_KEYS);
    return meant === undefined ? [] : [`.env: ${name} is not a setting; did you mean ${meant}?`];
  });
}

/**
 * Puts together what the process was given, `.env` in the working directory (the process's own
 * environment wins) and the files that `…_FILE` names. A blank value counts as none, wherever it stands.
 */
export function readEnvironment(options: EnvironmentOptions): Environment {
  const errors: string[] = [];
  const dotEnv = readDotEnv(options, errors);
  const given = (name: string): string | undefined => {
    const own = Object.hasOwn(options.env, name) ? options.env[name] : undefined;
    const written = Object.hasOwn(dotEnv, name) ? dotEnv[name] : undefined;
    return [own, written].find((text) => !isBlank(text));
  };

  const secretText = (name: ConfigKeyName): string | undefined => {
    const fileKey = `${name}_FILE`;
    const text = given(name);
    const path = given(fileKey)?.trim();
    if (path === undefined) return text;
    if (text !== undefined) {
      errors.push(`${fileKey}: ${name} is set too; give one of the two`);
      return undefined;
    }
    try {
      const content = options.readFile(resolve(options.cwd, path)).replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
      if (!isBlank(content)) return content;
      errors.push(`${fileKey}: the file ${quote(path)} is empty`);
    } catch (error) {
      errors.push(`${fileKey}: the file ${quote(path)} cannot be read: ${fileTrouble(error)}`);
    }
    return undefined;
  };

  const texts = new Map<ConfigKeyName, string>();
  const names = new Set<ConfigKeyName>();
  for (const name of CONFIG_KEY_NAMES) {
    if (given(name) ?? (isSecret(name) && given(`${name}_FILE`))) names.add(name);
    const text = isSecret(name) ? secretText(name) : given(name)?.trim();
    if (text !== undefined) texts.set(name, text);
  }
  return { texts, given: names, errors, warnings: dotEnvWarnings(dotEnv) };
}
