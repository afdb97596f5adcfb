import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '@watchparty/redis-kit/test/history';
import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import type { Room } from '@watchparty/protocol';
import { startTestApp, type TestApp } from './app.ts';
import { factoriesFor, type TestUser } from './factories.ts';
import { type Balancer, openBalancer } from './live-balancer.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const NODES = [0, 1] as const;
export type NodeNumber = (typeof NODES)[number];

/** Two nodes, each a process of its own, on one real PostgreSQL and one real Redis, behind one address. */
export interface LiveWorld {
  readonly balancer: Balancer;
  readonly redis: TestRedis;
  readonly users: readonly TestUser[];
  readonly rooms: readonly Room[];
  /** By SIGKILL; does nothing to one that is down. */
  kill(node: NodeNumber): Promise<void>;
  /** The node that most connections lead to. */
  busiest(): NodeNumber;
  /** Starts those that are down. */
  startAll(): Promise<void>;
  /** Of what they printed, what is not well. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

interface Settings {
  readonly random: Random;
  readonly people: number;
  readonly rooms: number;
}

export async function openLiveWorld({ random, people, rooms }: Settings): Promise<LiveWorld> {
  // What was written is there again after a kill.
  const redis = await startRedis(['--appendonly', 'yes']);
  const env = {
    ROLE: 'web', REDIS_URL: redis.url, JWT_SECRET: randomBytes(32).toString('hex'), RATE_LIMIT_LIVE_MAX: '0', LIVE_CONNECTIONS_ADDRESS_MAX: '0',
  };
  // Passwords cost nothing there.
  const app = await startTestApp(env);
  const cast = await castOf(app, people, rooms);
  await app.app.close();

  const balancer = await openBalancer(random);
  const dataDirs = await Promise.all(NODES.map(() => mkdtemp(join(tmpdir(), 'watchparty-live-'))));
  const running = new Map<NodeNumber, { readonly server: ServerProcess; url: string }>();
  const printed: string[] = [];

  const point = (): void => balancer.nodes([...running.values()].flatMap(({ url }) => url || []));

  async function start(node: NodeNumber): Promise<void> {
    const server = startServer(dataDirs[node]!, { env: { ...env, DATABASE_URL: app.db.connectionString, NODE_ENV: 'test', LOG_LEVEL: 'info' } });
    const one = { server, url: '' };
    running.set(node, one);
    one.url = await server.ready();
    point();
  }

  async function kill(node: NodeNumber): Promise<void> {
    const one = running.get(node);
    if (one === undefined) return;
    running.delete(node);
    one.server.child.kill('SIGKILL');
    await one.server.ended;
    printed.push(...one.server.lines);
    point();
  }

  const world: LiveWorld = {
    balancer, redis, ...cast, kill,
    busiest: () => [...running].toSorted(([, one], [, other]) => balancer.load(other.url) - balancer.load(one.url))[0]![0],
    startAll: async () => void (await Promise.all(NODES.filter((node) => !running.has(node)).map(start))),
    complaints: () => [...printed, ...[...running.values()].flatMap(({ server }) => server.lines)].flatMap(complaintIn),
    async close() {
      await Promise.all(NODES.map(kill));
      await balancer.close();
      await redis.stop();
      await app.db.drop();
      await Promise.all([app.dataDir, ...dataDirs].map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
  try {
    await world.startAll();
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}

function complaintIn(line: string): string[] {
  if (!line.startsWith('{')) return [line];
  const { level, time, module, msg, err } = JSON.parse(line) as Record<string, unknown> & { readonly err?: { readonly message: string } };
  return level === 'info' ? [] : [`${String(time)} ${String(level)} ${String(module)}: ${String(msg)} ${err?.message ?? ''}`];
}

/** People, spread over rooms in which everybody may command a film of two hours. */
async function castOf(app: TestApp, people: number, count: number): Promise<{ users: TestUser[]; rooms: Room[] }> {
  const make = factoriesFor(app);
  const users: TestUser[] = [];
  for (let nth = 0; nth < people; nth += 10) {
    users.push(...(await Promise.all(Array.from({ length: Math.min(10, people - nth) }, (_, one) => make.user({ username: `person-${nth + one}` })))));
  }
  const rooms: Room[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const movie = await make.movie(users[nth]!, { durationSeconds: 7200 });
    rooms.push(await make.room(users[nth]!, { movieId: movie.id, maxParticipants: 1000, playbackControl: 'everyone' }));
  }
  return { users, rooms };
}
