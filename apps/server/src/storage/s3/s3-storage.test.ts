import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeStorage, inPieces } from '../contract-suite.ts';
import { startS3Server } from '../../../test/s3-server.ts';
import { openS3Storage } from './s3-storage.ts';

const MIB = 1024 * 1024;
const tuning = { partBytes: MIB, copyBytes: MIB, retryAfterMs: [1, 1, 1] };
const deps = { clock: { now: () => Date.now() }, newId: () => randomUUID(), tuning };
const MAX = { maxBytes: 64 * MIB };

async function server(prefix?: string) {
  const made = await startS3Server(prefix);
  onTestFinished(async () => await made.close());
  return made;
}

// Small parts, so that what the suite puts arrives in one piece and in several.
for (const [name, prefix] of [['S3', ''], ['S3 below a prefix', 'party/files']] as const) {
  describeStorage(name, async () => {
    const s3 = await server(prefix);
    const storage = await openS3Storage(s3, deps);
    return { storage, leftovers: s3.leftovers, aheadBytes: 2 * MIB };
  });
}

describe('S3 as storage', () => {
  const open = async (s3: Awaited<ReturnType<typeof server>>) => {
    const storage = await openS3Storage(s3, deps);
    onTestFinished(async () => await storage.close());
    return storage;
  };

  test('ST16 a bucket that cannot be used stops the start with one line', async () => {
    const s3 = await server();
    const start = (changes: object) => openS3Storage({ ...s3, ...changes }, deps);
    await expect(start({ bucket: 'nowhere' })).rejects.toMatchObject({ name: 'StartError', message: expect.stringMatching(/no such bucket/) });
    await expect(start({ secretAccessKey: 'wrong' })).rejects.toMatchObject({ name: 'StartError', message: expect.stringMatching(/S3_SECRET_ACCESS_KEY/) });
    await s3.close();
    await expect(start({})).rejects.toMatchObject({ name: 'StartError', message: expect.stringMatching(/cannot be reached.*ECONNREFUSED/) });
  });

  test('ST17 what passes is tried again; a server that stays away is service.unavailable, a full one storage.full', async () => {
    const s3 = await server();
    const storage = await open(s3);
    const bytes = randomBytes(2 * MIB + 5);
    const seen = new Map<string, number>();
    s3.refuse = (request) => {
      seen.set(request, (seen.get(request) ?? 0) + 1);
      return seen.get(request) === 1 ? 503 : undefined;
    };
    await storage.put('a', inPieces(bytes, 100_000), MAX);
    expect((await buffer((await storage.read('a'))!)).equals(bytes)).toBe(true);
    s3.refuse = () => 503;
    await expect(storage.head('a')).rejects.toMatchObject({ code: 'service.unavailable', retryAfterSeconds: 5 });
    s3.refuse = () => 507;
    await expect(storage.put('b', inPieces(bytes, 100_000), MAX)).rejects.toMatchObject({ code: 'storage.full' });
  });

  test('ST17 an answer that got lost does not fail what was done', async () => {
    const s3 = await server();
    const storage = await open(s3);
    let lost = 0;
    s3.loseAnswer = (request) => request.startsWith('POST') && request.endsWith('?uploadId') && (lost += 1) === 1;
    const bytes = randomBytes(3 * MIB);
    const object = await storage.put('a', inPieces(bytes, 100_000), MAX);
    expect(lost).toBe(2);
    expect(await storage.head('a')).toEqual(object);
    expect((await buffer((await storage.read('a'))!)).equals(bytes)).toBe(true);
  });

  test('ST18 what was inspected in parts is the object, and nothing is left below .incoming', async () => {
    const s3 = await server();
    const storage = await open(s3);
    const bytes = randomBytes(5 * MIB + 321);
    const places = [[0, 10], [MIB - 3, 6], [3 * MIB - 1, 2 * MIB], [bytes.length - 4, 100]] as const;
    const requests: string[] = [];
    await storage.put('films/a', inPieces(bytes, 100_000), {
      ...MAX,
      inspect: async (file) => {
        s3.refuse = (request) => void requests.push(request);
        for (const [at, length] of places) {
          expect(bytes.subarray(at, at + length).equals(await file.read(at, length))).toBe(true);
        }
        expect(requests.every((request) => request.startsWith('GET /films/.incoming/'))).toBe(true);
        expect(await storage.head('films/a')).toBeUndefined();
      },
    });
    expect(requests.filter((request) => request.startsWith('GET'))).toHaveLength(6);
    expect((await buffer((await storage.read('films/a'))!)).equals(bytes)).toBe(true);
    expect(await s3.leftovers()).toBe(0);
  });

  test('ST11 sweeps what dead processes left: unjoined parts and objects that were not inspected to the end', async () => {
    const s3 = await server('party');
    const dead = await openS3Storage(s3, deps);
    const inspected = Promise.withResolvers<void>();
    const never = new Promise<void>(() => undefined);
    const silent = async function* () {
      yield randomBytes(2 * MIB);
      await never;
    };
    dead.put('a', silent(), MAX).catch(() => undefined);
    dead.put('b', inPieces(randomBytes(2 * MIB), 100_000), {
      ...MAX,
      inspect: () => {
        inspected.resolve();
        return never;
      },
    }).catch(() => undefined);
    await inspected.promise;
    await expect.poll(() => s3.leftovers()).toBe(2);

    const storage = await open(s3);
    await storage.put('kept', inPieces(Buffer.from('x'), 1), MAX);
    expect(await storage.sweep(3_600_000)).toBe(0);
    expect(await storage.sweep(-60_000)).toBe(2);
    expect(await s3.leftovers()).toBe(0);
    expect(await storage.head('kept')).toBeDefined();
    expect(await storage.freeBytes()).toBeUndefined();
  });
});
