import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import Type from 'typebox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { request } from '../../../test/app.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres.ts';
import { runSql } from '../../../test/postgres-template.ts';
import { jsonRoute } from '../../kernel/route.ts';
import { createIdempotency } from './idempotency.ts';
import { type Edge, startEdge } from './test/edge.ts';
import { expectProblem } from './test/problem-shape.ts';
import { addThing, attempt, countThings, SECRET, writeTo } from './test/things.ts';

const CHILD = fileURLToPath(new URL('test/idempotent-child.ts', import.meta.url));
const log = pino({ level: 'silent' });
const LOCK_MS = 60_000;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ poolSize: 10 });
});
afterAll(() => db.drop());
beforeEach(() => runSql(db.connectionString, 'truncate setup_tokens, idempotency_keys'));

const create = (secret = SECRET, lockMs = LOCK_MS) =>
  createIdempotency({ queries: db.database.kysely, secret, log }, lockMs);
const run = (given: Parameters<typeof attempt>[1] = {}, idempotency = create()) =>
  idempotency.run(attempt(db.database, given), (write) => write(addThing));
const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no refusal',
    (error: { code?: string }) => error.code,
  );
const things = () => countThings(db.database.kysely);
const endLocks = () =>
  runSql(db.connectionString, `update idempotency_keys set locked_until = now() - interval '1 ms'`);

describe('the same key', () => {
  it('with the same request gets the first answer again, and nothing is done twice', async () => {
    const first = await run();
    expect(first).toMatchObject({ status: 201, data: { token: expect.stringContaining('token-') }, replayed: false });
    expect(await run()).toEqual({ ...first, replayed: true });
    expect(await run({ request: { body: { password: 'hunter2' } } })).toEqual({ ...first, replayed: true });
    expect(await things()).toBe(1);
  });

  it('does not care for the order of fields', async () => {
    const first = await run({ request: { body: { a: 1, b: [{ c: 2, d: 3 }] } } });
    expect(await run({ request: { body: { b: [{ d: 3, c: 2 }], a: 1 } } })).toEqual({ ...first, replayed: true });
  });

  it('with another request is refused', async () => {
    await run({ request: { body: { list: [1, 2] } } });
    for (const list of [[2, 1], [1], ['1', 2], null]) {
      expect(await code(run({ request: { body: { list } } }))).toBe('idempotency.key_reused');
    }
    expect(await things()).toBe(1);
  });

  it('of other people, or on another route, is another key', async () => {
    const answers = await Promise.all([
      run(),
      run({ scope: 'user:2' }),
      run({ scope: 'anonymous' }),
      run({ routeId: 'other' }),
    ]);
    expect(new Set(answers.map(({ data }) => (data as { token: string }).token)).size).toBe(4);
  });

  it.each(['', ' ', 'with space', 'ü', 'x'.repeat(256), 'a\tb'])('must be plain (%j is not)', async (key) => {
    expect(await code(run({ key }))).toBe('request.invalid');
    expect(await things()).toBe(0);
  });
});

describe('when the first request', () => {
  it('is under way, others are told to wait', async () => {
    const answer = await create().run(attempt(db.database), async (write) => {
      expect(await code(run())).toBe('idempotency.in_flight');
      expect(await code(run({ request: 'other' }))).toBe('idempotency.key_reused');
      return write(addThing);
    });
    expect(await run()).toEqual({ ...answer, replayed: true });
  });

  it('fails, the key is free again, for any request', async () => {
    const idempotency = create();
    await expect(idempotency.run(attempt(db.database), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(
      idempotency.run(attempt(db.database), (write) =>
        write(async (tx) => {
          await addThing(tx);
          throw new Error('rolled back');
        }),
      ),
    ).rejects.toThrow('rolled back');
    expect(await things()).toBe(0);
    expect(await run({ request: 'other' })).toMatchObject({ replayed: false });
  });

  it('is answered without a change, that answer is kept too', async () => {
    const idempotency = create();
    await idempotency.run(attempt(db.database), async () => ({ token: 'as before' }));
    expect(await run()).toMatchObject({ data: { token: 'as before' }, replayed: true });
    expect(await things()).toBe(0);
  });

  it('commits and is told that it failed, the next gets its answer', async () => {
    const broken = {
      ...attempt(db.database),
      write: (async (work) => {
        await writeTo(db.database)(work);
        throw new Error('the connection broke after the commit');
      }) as ReturnType<typeof writeTo>,
    };
    await expect(create().run(broken, (write) => write(addThing))).rejects.toThrow('after the commit');
    expect(await run()).toMatchObject({ replayed: true });
    expect(await things()).toBe(1);
  });

  it('outlives its lock, whoever took the key over wins, and nothing is done twice', async () => {
    const late = create().run(attempt(db.database), async (write) => {
      await endLocks();
      expect(await run()).toMatchObject({ replayed: false });
      return write(addThing);
    });
    expect(await code(late)).toBe('idempotency.in_flight');
    expect(await things()).toBe(1);
    expect(await run()).toMatchObject({ replayed: true });
  });

  it('outlives its lock and then fails, it does not free the key of its successor', async () => {
    const late = create().run(attempt(db.database), async () => {
      await endLocks();
      await create().run(attempt(db.database), async (write) => {
        expect(await code(create().run(attempt(db.database), () => Promise.reject(new Error('x'))))).toBe(
          'idempotency.in_flight',
        );
        return write(addThing);
      });
      throw new Error('late');
    });
    await expect(late).rejects.toThrow('late');
    expect(await run()).toMatchObject({ replayed: true });
    expect(await things()).toBe(1);
  });
});

describe('a process killed', () => {
  async function kill(when: string): Promise<void> {
    const child = spawn(process.execPath, [CHILD, db.connectionString, when], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
  }

  it('before the commit has done nothing: once its lock has run out, a retry does it', async () => {
    await kill('before the commit');
    expect(await things()).toBe(0);
    expect(await code(run())).toBe('idempotency.in_flight');
    await endLocks();
    expect(await run()).toMatchObject({ replayed: false });
    expect(await things()).toBe(1);
  });

  it('between the commit and the answer has left the answer to the retry', async () => {
    await kill('after the commit');
    expect(await things()).toBe(1);
    expect(await run()).toMatchObject({ data: { token: expect.stringContaining('token-') }, replayed: true });
    expect(await things()).toBe(1);
  });
});

describe('what is stored', () => {
  it('gives away neither the key nor the answer nor the request', async () => {
    const { data } = await run();
    const [row] = await db.database.kysely.selectFrom('idempotency_keys').selectAll().execute();
    const columns = Object.values(row!).filter((value) => Buffer.isBuffer(value));
    const stored = Buffer.concat(columns).toString('latin1');
    for (const word of ['a-key', 'hunter2', (data as { token: string }).token]) expect(stored).not.toContain(word);
    // A hash that anyone could make would let passwords be guessed.
    const guess = createHash('sha256').update('{"body":{"password":"hunter2"}}').digest();
    expect(stored).not.toContain(guess.toString('latin1'));
  });

  it('under another secret cannot be shown, and is not done again', async () => {
    await run();
    const other = create(new TextEncoder().encode('another secret'));
    expect(await code(run({}, other))).toBe('idempotency.answer_lost');
    expect(await code(run({ request: 'other' }, other))).toBe('idempotency.answer_lost');
    expect(await things()).toBe(1);
  });

  it('is forgotten after a day', async () => {
    await run();
    await run({ key: 'new' });
    await runSql(db.connectionString, `update idempotency_keys set created_at = now() - interval '25 hours'`);
    await run({ key: 'newer' });
    expect(await run()).toMatchObject({ replayed: false });
    expect(await create().sweep()).toBe(1);
    expect(await create().sweep()).toBe(0);
    expect(await run({ key: 'newer' })).toMatchObject({ replayed: true });
  });
});

describe('over HTTP', () => {
  let edge: Edge;
  beforeEach(async () => {
    edge = await startEdge(
      [
        jsonRoute({
          method: 'POST',
          path: '/things',
          id: 'addThing',
          tag: 'Test',
          access: 'user',
          summary: 'Adds',
          status: 201,
          idempotent: true,
          body: Type.Object({ name: Type.String() }),
          response: Type.Object({ token: Type.String() }),
          handle: ({ write }) => write(addThing),
        }),
      ],
      { queries: db.database.kysely, write: writeTo(db.database) },
    );
  });
  afterEach(() => edge.close());
  const post = (key: string, body: unknown = { name: 'a' }, token = 'user') =>
    request(`${edge.url}/things`, 'POST', { token, body, headers: { 'idempotency-key': key } });

  it('a replay says so and is otherwise the same', async () => {
    const [first, second] = [await post('k'), await post('k')];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect([first, second].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expectProblem(await post('k', { name: 'b' }), 422, 'idempotency.key_reused');
    expectProblem(await post(''), 400, 'request.invalid');
    expect((await post('k', { name: 'a' }, 'other')).headers.get('idempotency-replayed')).toBeNull();
  });

  it('without a key each request is its own', async () => {
    const post2 = () => request(`${edge.url}/things`, 'POST', { token: 'user', body: { name: 'a' } });
    await Promise.all([post2(), post2()]);
    expect(await things()).toBe(2);
  });

  it('of 50 at once one is done, and the others wait or see its answer', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('same')));
    const done = answers.filter(
      ({ status, headers }) => status === 201 && headers.get('idempotency-replayed') === null,
    );
    expect(done).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === 201) expect(answer.body).toEqual(done[0]!.body);
      else {
        expectProblem(answer, 409, 'idempotency.in_flight');
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
    }
    expect(await things()).toBe(1);
  });
});
