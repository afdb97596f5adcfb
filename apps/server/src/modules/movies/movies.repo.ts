import { type ExpressionBuilder, type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';
import type { PageRequest } from '../../kernel/page.ts';

export type MovieRow = Selectable<Tables['movies']>;
export type NewMovie = Insertable<Tables['movies']>;
export type MovieChanges = Updateable<Tables['movies']>;

export async function insert(tx: Tx, movie: NewMovie): Promise<MovieRow> {
  return tx.insertInto('movies').values(movie).returningAll().executeTakeFirstOrThrow();
}

export async function find(db: Queries, id: number): Promise<MovieRow | undefined> {
  return db.selectFrom('movies').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locks the row until the transaction ends. */
export async function lock(tx: Tx, id: number): Promise<MovieRow | undefined> {
  return tx.selectFrom('movies').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function update(tx: Tx, id: number, changes: MovieChanges): Promise<MovieRow> {
  return tx.updateTable('movies').set(changes).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
}

export async function remove(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('movies').where('id', '=', id).execute();
}

/** Public movies, newest first; reads `movies_public_idx`. */
export async function listPublic(db: Queries, { page, limit }: PageRequest): Promise<{ rows: MovieRow[]; total: number }> {
  const [rows, { total }] = await Promise.all([
    db.selectFrom('movies').selectAll().where('visibility', '=', 'public')
      .orderBy('id', 'desc').limit(limit).offset((page - 1) * limit).execute(),
    db.selectFrom('movies').select((eb) => eb.fn.countAll<number>().as('total')).where('visibility', '=', 'public')
      .executeTakeFirstOrThrow(),
  ]);
  return { rows, total };
}

/** One owner's movies, newest first; reads `movies_owner_idx`. */
export async function listOwned(db: Queries, ownerId: number, { page, limit }: PageRequest): Promise<{ rows: MovieRow[]; total: number }> {
  const [rows, { total }] = await Promise.all([
    db.selectFrom('movies').selectAll().where('owner_id', '=', ownerId)
      .orderBy('id', 'desc').limit(limit).offset((page - 1) * limit).execute(),
    db.selectFrom('movies').select((eb) => eb.fn.countAll<number>().as('total')).where('owner_id', '=', ownerId)
      .executeTakeFirstOrThrow(),
  ]);
  return { rows, total };
}

interface Abandoned {
  /** Those of one go. */
  readonly before: Date;
  /** Those in several goes. */
  readonly resumableBefore: Date;
  readonly limit: number;
}

/** Uploads that nobody can still be sending. Locks the rows; those that somebody else holds are left out. */
export async function lockAbandonedUploads(tx: Tx, { before, resumableBefore, limit }: Abandoned): Promise<MovieRow[]> {
  const isResumable = (eb: ExpressionBuilder<Tables, 'movies'>) => eb.exists(
    eb.selectFrom('movie_uploads as u').select('u.id').whereRef('u.movie_id', '=', 'movies.id')
      .where(sql<boolean>`movies.pending_file_key = 'movies/' || u.movie_id || '/' || u.id`));
  return tx.selectFrom('movies').selectAll().where('pending_file_key', 'is not', null).where('pending_since', '<', before)
    .where((eb) => eb.or([eb('pending_since', '<', resumableBefore), eb.not(isResumable(eb))]))
    .limit(limit).forUpdate().skipLocked().execute();
}
