import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { historyHandlers, SCHEMA, seeded } from './test/history.ts';
import { startNode, testDatabase } from './test/support.ts';

const deep = process.env['WATCHPARTY_DEEP'] === '1';
const KILLS = deep ? 120 : 8;
const seed = Number(process.env['WATCHPARTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const children = new Set<ChildProcess>();
afterEach(async () => {
  await Promise.all([...children].map((child) => end(child, 'SIGKILL')));
});

async function end(child: ChildProcess, signal?: 'SIGKILL'): Promise<void> {
  const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  if (signal === undefined) child.stdin!.end();
  else child.kill(signal);
  await exited;
  children.delete(child);
}

async function startWriter(url: string, name: string, writerSeed: number): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./test/writer.ts', import.meta.url));
  const child = spawn(process.execPath, [script, url, name, String(writerSeed)], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.add(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as [string?];
  if (line !== 'ready') throw new Error(`The writer did not start (exit ${child.exitCode}), seed ${seed}`);
  return child;
}

test(`[OB1] [OB2] [OB4] [OB7] Two nodes write and relay while being killed (seed ${seed}, ${KILLS} kills)`, { timeout: 300_000 }, async () => {
  const random = seeded(seed);
  const db = await testDatabase();
  const client = new pg.Client({ connectionString: db.connectionString });
  await client.connect();
  try {
    await client.query(SCHEMA);
    let started = 0;
    const start = () => startWriter(db.connectionString, `node${(started += 1)}`, seed + started);
    const nodes = await Promise.all([start(), start()]);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(20 + random() * 250);
      const victim = random() < 0.5 ? 0 : 1;
      await end(nodes[victim], 'SIGKILL');
      nodes[victim] = await start();
    }
    // One ends in order, the other not; a third finishes what both have left.
    await end(nodes[0]);
    expect(nodes[0].exitCode).toBe(0);
    await end(nodes[1], 'SIGKILL');
    const calm = () => 1;
    const { outbox, database } = await startNode(db, [], {});
    const left = await outbox.figures();
    const { outbox: last } = await startNode(db, historyHandlers(database, 'last', calm), { maxAttempts: 6 });
    await expect.poll(() => last.figures(), { timeout: 30_000 }).toMatchObject({ pending: 0 });

    const changes = await all<{ id: string; key: string | null; n: number; kind: string; poison: boolean }>(client,
      'select id, key, n, kind, poison from history_changes');
    const applied = await all<{ at: number; id: string }>(client, 'select at::int, id from history_applied order by at');
    const firstAt = new Map<string, number>();
    for (const { at, id } of applied) if (!firstAt.has(id)) firstAt.set(id, at);

    const sound = changes.filter((change) => !change.poison);
    const poison = changes.filter((change) => change.poison);
    // OB2: nothing committed is missing. OB1: nothing else was applied.
    expect(sound.filter(({ id }) => !firstAt.has(id))).toEqual([]);
    expect([...firstAt.keys()].filter((id) => !sound.some((change) => change.id === id))).toEqual([]);
    // OB4: first applications of a key are in the order of its commits.
    const keyed = Map.groupBy(sound.filter(({ key }) => key !== null), ({ key }) => key);
    for (const [key, ofKey] of keyed) {
      const inOrder = ofKey.toSorted((a, b) => a.n - b.n).map(({ id }) => ({ id, at: firstAt.get(id)! }));
      const early = inOrder.filter(({ at }, index) => index > 0 && at < inOrder[index - 1]!.at);
      expect(early, `key ${key}, seed ${seed}`).toEqual([]);
    }
    // OB7: poison is set aside, and counted.
    expect(await last.figures()).toEqual({ pending: 0, oldestSeconds: 0, failed: poison.length });
    const again = applied.length - firstAt.size;
    process.stdout.write(
      `outbox: ${changes.length} effects, ${left.pending} left by the killed, ${again} applied again, ${poison.length} poison\n`,
    );
    // A history that shows nothing must not pass for a proof.
    expect(sound.length).toBeGreaterThan(KILLS * 10);
    expect(keyed.size).toBe(5);
  } finally {
    await client.end();
  }
});

async function all<T>(client: pg.Client, text: string): Promise<T[]> {
  return (await client.query(text)).rows as T[];
}
