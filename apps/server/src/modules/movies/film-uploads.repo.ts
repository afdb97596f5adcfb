import { sql, type Selectable } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type UploadRow = Selectable<Tables['movie_uploads']>;
/** With what the movie says of it. */
export type FoundUpload = UploadRow & {
  readonly title: string; readonly file_key: string | null; readonly pending_file_key: string | null; readonly pending_since: Date | null;
};

const joined = (db: Queries) =>
  db.selectFrom('movie_uploads as u').innerJoin('movies as m', 'm.id', 'u.movie_id')
    .selectAll('u').select(['m.title', 'm.file_key', 'm.pending_file_key', 'm.pending_since']);

export async function find(db: Queries, movieId: number, id: string): Promise<FoundUpload | undefined> {
  return joined(db).where('u.movie_id', '=', movieId).where('u.id', '=', id).executeTakeFirst();
}

/** One person's unfinished uploads, newest first; reads `movie_uploads_user_idx`. */
export async function listUnfinished(db: Queries, userId: number, limit: number): Promise<FoundUpload[]> {
  return joined(db).where('u.user_id', '=', userId).where('u.finished_at', 'is', null)
    .orderBy('u.created_at', 'desc').limit(limit).execute();
}

/** The movie has one upload: an earlier one makes room. The movie's row is locked. */
export async function replace(tx: Tx, row: Pick<UploadRow, 'id' | 'movie_id' | 'user_id' | 'length_bytes' | 'file_name' | 'fingerprint' | 'created_at'>): Promise<void> {
  await remove(tx, row.movie_id);
  await tx.insertInto('movie_uploads').values(row).execute();
}

export async function remove(tx: Tx, movieId: number): Promise<void> {
  await tx.deleteFrom('movie_uploads').where('movie_id', '=', movieId).execute();
}

/**
 * Takes or renews the right to write: nobody else's lease may be running. By the database's clock, which all nodes
 * share. The movie is told that the upload is alive.
 */
export async function lease(tx: Tx, id: string, writer: string, seconds: number): Promise<boolean> {
  const taken = await tx.updateTable('movie_uploads')
    .set({ writer, writer_until: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('writer', 'is', null), eb('writer', '=', writer), eb('writer_until', '<', sql<Date>`now()`)]))
    .returning('movie_id').executeTakeFirst();
  return taken !== undefined;
}

export async function release(tx: Tx, id: string, writer: string): Promise<void> {
  await tx.updateTable('movie_uploads').set({ writer: null, writer_until: null })
    .where('id', '=', id).where('writer', '=', writer).execute();
}

export async function finish(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.updateTable('movie_uploads').set({ finished_at: at, writer: null, writer_until: null }).where('id', '=', id).execute();
}

/** Rows that say nothing any more: finished long ago, or of an upload that another has taken the place of. */
export async function removeOld(tx: Tx, before: Date): Promise<number> {
  const { numDeletedRows } = await tx.deleteFrom('movie_uploads as u').using('movies as m').whereRef('m.id', '=', 'u.movie_id')
    .where((eb) => eb.or([
      eb('u.finished_at', '<', before),
      eb.and([
        eb('u.finished_at', 'is', null),
        sql<boolean>`m.pending_file_key is distinct from 'movies/' || u.movie_id || '/' || u.id`,
      ]),
    ]))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
