import type { NearbyEvent, NearbyQuery } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import { cellsBetween, placeGrid } from './discovery-grid.ts';
import { eventView } from './events.views.ts';
import * as repo from './nearby.repo.ts';

const DAY_MS = 86_400_000;
const LONGEST_WINDOW_MS = 366 * DAY_MS;
/**
 * How far is looked at once, and then further while too few are found: small enough for a town full of events, and so few
 * steps that an empty sea costs no more. Measured in docs/decisions/0023-nearby-and-trending.md.
 */
const REACHES_KM = [20, 60, 180, 500];

interface Deps {
  readonly queries: Queries;
  readonly clock: Clock;
}

/** ED1–ED5 */
export function createNearby({ queries, clock }: Deps) {
  /** In growing circles: what is nearer than the last one reached is whole and in order. */
  async function publicOnes(around: repo.Around, withoutOwners: readonly number[]): Promise<repo.FoundRow[]> {
    const { centre, radiusKm, after, limit } = around;
    const found = new Map<number, repo.FoundRow>();
    let beyondKm = -1;
    for (const reach of REACHES_KM) {
      if (after !== undefined && reach <= after.distanceKm && reach < radiusKm) continue;
      const toKm = Math.min(reach, radiusKm);
      const cells = cellsBetween(placeGrid, centre, beyondKm, toKm);
      // An event that is moved between two looks is found once.
      for (const row of await repo.nearestIn(queries, cells, around, withoutOwners)) found.set(row.id, row);
      const nearest = sorted([...found.values()]).slice(0, limit);
      if (toKm === radiusKm || (nearest.length === limit && nearest.at(-1)!.distance_km <= toKm)) return nearest;
      beyondKm = toKm;
    }
    return [];
  }

  return {
    async nearby(actor: Actor | undefined, query: NearbyQuery): Promise<{ items: NearbyEvent[]; nextCursor: string | null }> {
      const { lat, lng, radiusKm = 50, scope = 'public', limit = 20 } = query;
      const window = windowOf(query, clock.now());
      const around = {
        centre: { lat, lng }, radiusKm, from: new Date(window.fromMs), to: new Date(window.toMs),
        after: foundOf(query.cursor), limit: limit + 1,
      };
      const rows = scope === 'public'
        ? await publicOnes(around, [])
        : await visibleTo(viewerOf(actor), around);
      const items = rows.slice(0, limit).map(foundView);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last ? `${last.distanceKm}_${last.id}` : null };
    },
  };

  async function visibleTo(viewerId: number, around: repo.Around): Promise<repo.FoundRow[]> {
    const [theirs, open] = await Promise.all([
      repo.nearestOf(queries, viewerId, around),
      repo.blockedWith(queries, viewerId).then((blocked) => publicOnes(around, blocked)),
    ]);
    // What has just become public, or is public no more, may have been found by both.
    return sorted([...new Map([...open, ...theirs].map((row) => [row.id, row])).values()]).slice(0, around.limit);
  }
}

const foundView = (row: repo.FoundRow): NearbyEvent => ({ ...eventView(row), distanceKm: row.distance_km });

function viewerOf(actor: Actor | undefined): number {
  if (actor === undefined) throw new Problem('auth.required');
  if (actor.guestOf !== undefined) throw new Problem('auth.guest_forbidden');
  return actor.userId;
}

const sorted = (rows: repo.FoundRow[]): repo.FoundRow[] =>
  rows.toSorted((a, b) => a.distance_km - b.distance_km || a.id - b.id);

/** ED3 */
function windowOf({ from, to }: NearbyQuery, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Math.max(nowMs, from === undefined ? nowMs : Date.parse(from));
  const toMs = to === undefined ? fromMs + 30 * DAY_MS : Date.parse(to);
  if (!(toMs >= fromMs)) throw new Problem('events.times_invalid', { detail: '`to` is before `from`, or past' });
  if (toMs - fromMs > LONGEST_WINDOW_MS) throw new Problem('events.times_invalid', { detail: 'Between `from` and `to` is more than a year' });
  return { fromMs, toMs };
}

function foundOf(cursor: string | undefined): repo.Found | undefined {
  if (cursor === undefined) return undefined;
  const [, distance, id] = /^(\d{1,3}(?:\.\d{1,24})?(?:e-\d{1,2})?)_(\d{1,10})$/.exec(cursor) ?? [];
  if (distance === undefined || Number(id) > 2_147_483_647) throw new Problem('events.cursor_invalid');
  return { distanceKm: Number(distance), id: Number(id) };
}
