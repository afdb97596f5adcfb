import { randomBytes } from 'node:crypto';
import type { Database, Queries } from '../../../db/index.ts';
import type { Write } from '../../../kernel/write.ts';

export const SECRET = new TextEncoder().encode('a secret of the tests');

/** A change that can be counted: a row of the simplest table there is. */
export async function addThing(tx: Queries): Promise<{ token: string }> {
  const token = `token-${randomBytes(8).toString('hex')}`;
  await tx.insertInto('setup_tokens').values({ token_hash: Buffer.from(token) }).execute();
  return { token };
}

export async function countThings(queries: Queries): Promise<number> {
  return (await queries.selectFrom('setup_tokens').select('token_hash').execute()).length;
}

export const writeTo = (database: Database): Write => (work) =>
  database.transaction((tx) => work(tx, { add: () => undefined }));

interface Given {
  readonly key?: string;
  readonly scope?: string;
  readonly routeId?: string;
  readonly request?: unknown;
}

export const attempt = (database: Database, given: Given = {}) => ({
  scope: 'user:1', routeId: 'addThing', key: 'a-key', request: { body: { password: 'hunter2' } }, ...given, status: 201,
  write: writeTo(database),
});
