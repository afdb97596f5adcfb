import type { Selectable } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

type Row = Selectable<Tables['movie_subtitles']>;
export type SubtitlesRow = Omit<Row, 'body'>;

const SHOWN = ['id', 'movie_id', 'language', 'label', 'cue_count', 'created_at'] as const;

/** Reads `movie_subtitles_movie_idx`. */
export async function list(db: Queries, movieId: number): Promise<SubtitlesRow[]> {
  return db.selectFrom('movie_subtitles').select(SHOWN).where('movie_id', '=', movieId).orderBy('id').execute();
}

export async function body(db: Queries, movieId: number, id: number): Promise<string | undefined> {
  const row = await db.selectFrom('movie_subtitles').select('body').where('id', '=', id).where('movie_id', '=', movieId).executeTakeFirst();
  return row?.body;
}

export async function insert(tx: Tx, row: Omit<Row, 'id'>): Promise<SubtitlesRow> {
  return tx.insertInto('movie_subtitles').values(row).returning(SHOWN).executeTakeFirstOrThrow();
}

/** False: there were none. */
export async function remove(tx: Tx, movieId: number, id: number): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('movie_subtitles').where('id', '=', id).where('movie_id', '=', movieId).executeTakeFirst();
  return numDeletedRows > 0n;
}
