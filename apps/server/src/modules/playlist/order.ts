/** What decides the place of a film. */
export interface Placed {
  readonly id: string;
  /** As it was put, from 0. */
  readonly position: number;
  readonly votes: number;
}

export type Sorting = 'manual' | 'votes';

/** As the playlist is shown and played: as they were put, or most votes first. PL1 */
export const inOrder = <T extends Placed>(items: readonly T[], sorting: Sorting): T[] =>
  items.toSorted((a, b) => (sorting === 'votes' ? b.votes - a.votes : 0) || a.position - b.position);

/**
 * The ids after `id` was put before `beforeId` (null: at the end); everything else keeps its order. Undefined where one
 * of them is not there. PL3
 */
export function moved(ids: readonly string[], id: string, beforeId: string | null): string[] | undefined {
  if (!ids.includes(id)) return undefined;
  if (id === beforeId) return [...ids];
  const others = ids.filter((other) => other !== id);
  const at = beforeId === null ? others.length : others.indexOf(beforeId);
  return at === -1 ? undefined : others.toSpliced(at, 0, id);
}
