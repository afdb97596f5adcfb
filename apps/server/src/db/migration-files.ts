import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from '../kernel/start-error.ts';

export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  /** The file's name: `0001_accounts.sql`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, whatever the line endings of the checkout. */
  readonly checksum: string;
}

const FILE_NAME = /^(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/;

/** Reads `NNNN_noun.sql` in order; `StartError` for a gap, a duplicate or a name that does not fit. */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(FILE_NAME.exec(name)?.[1]);
      if (!version) throw new StartError(`The migration file ${name} must be named like 0001_noun.sql.`);
      if (version <= index) throw new StartError(`Two migration files have the number of ${name}.`);
      if (version > index + 1) throw new StartError(`A migration file is missing before ${name}.`);
      const sql = (await readFile(path.join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
      return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
