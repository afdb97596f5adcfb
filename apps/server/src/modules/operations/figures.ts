import type { Figures as FiguresView, FiguresQuery } from '@watchparty/protocol';
import type { Cache } from '@watchparty/redis-kit/cache';
import type { Clock } from '../../kernel/clock.ts';
import type { Queues } from '../../kernel/queues.ts';
import { createPoints, type Outside, type Point, type PointDeps } from './figure-points.ts';
import { figureColumns } from './figures.views.ts';

export interface FigureSettings {
  /** A UUID, new with each start. */
  readonly node: string;
  readonly host: string;
  readonly intervalMs?: number;
}

interface Deps extends Pick<PointDeps, 'counters' | 'liveRooms'> {
  readonly cache: Pick<Cache, 'stats' | 'own' | 'figures'>;
  readonly queues: Pick<Queues, 'stats'>;
  readonly clock: Clock;
}

export interface Figures {
  /** What is younger than `after`, if that is of this node. */
  read(query: FiguresQuery): FiguresView;
  close(): Promise<void>;
}

const INTERVAL_MS = 5000;
const POINTS = 720;

/**
 * This node's last hour, in memory. Each few seconds one point is taken of what is counted anyway; what lies in stores is
 * asked for meanwhile and shown by the next point, so that a store that is away holds nothing up. FG1–FG4
 */
export function startFigures({ node, host, intervalMs = INTERVAL_MS }: FigureSettings, { counters, cache, queues, liveRooms, clock }: Deps): Figures {
  const startedMs = clock.now();
  const take = createPoints({ counters, cache, liveRooms, usage: usageOfProcess }, startedMs);
  const points: Point[] = [];
  const nothing: Outside = { queues: undefined, cacheMemoryBytes: undefined };
  let found: Outside = nothing;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    const [stats, memory] = await Promise.allSettled([queues.stats(), cache.figures()]);
    found = {
      queues: stats.status === 'fulfilled' ? Object.values(stats.value) : undefined,
      cacheMemoryBytes: memory.status === 'fulfilled' ? memory.value.memoryBytes : undefined,
    };
  }
  const askMeanwhile = (): void => void (asking ??= ask().finally(() => (asking = undefined)));

  function tick(): void {
    points.push(take(clock.now(), found));
    if (points.length > POINTS) points.shift();
    // What is not answered until the next point is not known then.
    found = nothing;
    askMeanwhile();
  }

  askMeanwhile();
  const timer = setInterval(tick, intervalMs);
  return {
    read({ node: known, after }) {
      const since = known === node ? (after ?? -1) : -1;
      return {
        node, host, startedAt: new Date(startedMs).toISOString(),
        intervalSeconds: intervalMs / 1000, spanSeconds: (POINTS * intervalMs) / 1000,
        ...figureColumns(points.filter(({ atMs }) => atMs > since)),
      };
    },
    async close() {
      clearInterval(timer);
      await asking;
    },
  };
}

function usageOfProcess(): { residentBytes: number; cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
}
