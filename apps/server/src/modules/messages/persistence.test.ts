import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';
import type { Effect, Write } from '../../kernel/write.ts';
import { startPersistence } from './persistence.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp({ MESSAGE_PERSIST_INTERVAL_MS: '50' });
});
afterAll(() => server.close());

const PATIENT = { timeout: 20_000, interval: 20 };
const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

test('[DM12] What becomes hot is looked for in the database', async () => {
  const make = factoriesFor(server);
  const [admin, ben] = [await make.user(), await make.user()];
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(String((await server.ask('GET', '/metrics', { token: admin.token })).body))?.[1]);
  for (let nth = 0; nth < 3; nth += 1) {
    await server.ask('POST', '/api/messages/send', { token: admin.token, body: { receiverId: ben.id, content: 'Hot' } });
  }
  await expect.poll(() => metric('messages_hot_checked_total'), PATIENT).toBe(3);
  expect(await metric('messages_hot_missing_total')).toBe(0);
});

test('[DM12] What is not there is counted and ends in the cache; what could not be looked for is looked for again', async () => {
  const told: [number, number][] = [];
  const effects: Effect[] = [];
  const write: Write = (work) => server.db.database.transaction((tx) => work(tx, { add: (effect) => void effects.push(effect) }));
  let fails = 1;
  const { kysely } = server.db.database;
  const queries = new Proxy(kysely, {
    get(target, name, receiver) {
      if (name === 'getExecutor' && fails-- > 0) throw new Error('The database is away');
      const value = Reflect.get(target, name, receiver) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const persistence = startPersistence({ intervalMs: 10 }, {
    queries, write, log: pino({ level: 'silent' }), telemetry: { hotMessagesChecked: (checked, missing) => void told.push([checked, missing]) },
  });
  onTestFinished(() => persistence.close());
  persistence.kept([UNKNOWN_ID]);
  await expect.poll(() => effects, PATIENT).toEqual([{ kind: 'cache.invalidated', payload: { tags: [`message:${UNKNOWN_ID}`] } }]);
  expect(told).toEqual([[1, 1]]);
  expect(fails).toBeLessThan(1);
});
