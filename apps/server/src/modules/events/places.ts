import { Problem } from '../../kernel/problem.ts';
import type { EventRow, Place } from './events.repo.ts';

/** Where a list by start goes on, from the cursor that the page before gave. */
export function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, ms, id] = /^(\d{1,14})\.(\d{1,10})$/.exec(cursor) ?? [];
  if (ms === undefined || Number(id) > 2_147_483_647) throw new Problem('events.cursor_invalid');
  return { at: new Date(Number(ms)), id: Number(id) };
}

/** Of one row more than the page holds, if there are so many: the page, and where the next begins. */
export function pageAfter<R extends EventRow, V>(
  rows: readonly R[], limit: number, view: (row: R) => V,
): { items: V[]; nextCursor: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(view), nextCursor: rows.length > limit && last ? `${last.starts_at.getTime()}.${last.id}` : null };
}
