import type { Parser } from './parser.ts';

export const CONFIG_GROUPS = [
  'Server', 'Database', 'Redis', 'Cache', 'Accounts', 'Mail', 'Logs', 'Messages', 'Rate limits', 'Files', 'Schedules',
] as const;

export type ConfigGroup = (typeof CONFIG_GROUPS)[number];

export interface KeyDetails {
  readonly group: ConfigGroup;
  /** One line for a person. */
  readonly description: string;
  /** As it would stand in `.env`; `${OTHER_KEY}` stands for that key's text. */
  readonly default?: string;
  /** The default when `NODE_ENV` is `production`, where it differs. */
  readonly productionDefault?: string;
  /** For a key without a fixed default: what holds when it is not set, for a person. */
  readonly unset?: string;
  /** Never shown, and may come from the file that `KEY_FILE` names. */
  readonly secret?: true;
}

/** A setting: how it is read and documented. T is its value, undefined included when there is no default. */
export interface ConfigKey<T> extends KeyDetails {
  readonly parser: Parser<T>;
}

export function key<T>(parser: Parser<T>, details: KeyDetails & { readonly default: string }): ConfigKey<T>;
export function key<T>(parser: Parser<T>, details: KeyDetails): ConfigKey<T | undefined>;
export function key<T>(parser: Parser<T>, details: KeyDetails): ConfigKey<T | undefined> {
  return { parser, ...details };
}
