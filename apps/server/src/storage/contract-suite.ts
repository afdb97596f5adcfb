import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ObjectKeyError, ObjectOffsetError, ObjectTooLargeError, StorageClosedError } from './errors.ts';
import type { ByteRange, Storage } from './storage.ts';

export interface StorageUnderTest {
  readonly storage: Storage;
  /** How many unfinished uploads lie there, by the driver's own look at what it stores into. */
  leftovers(): Promise<number>;
  /** How far the source may be read ahead of what is written. */
  readonly aheadBytes: number;
}

type ReadAll = (key: string, range?: ByteRange) => Promise<Buffer | undefined>;

const MAX = { maxBytes: 10 * 1024 * 1024 };

/** The rules of SPEC.md that hold for every driver. `create` gives an empty storage, cleared away after the test. */
export function describeStorage(name: string, create: () => Promise<StorageUnderTest>): void {
  const setUp = async (): Promise<StorageUnderTest & { read: ReadAll }> => {
    const made = await create();
    onTestFinished(async () => await made.storage.close());
    const read: ReadAll = async (key, range) => {
      const stream = await made.storage.read(key, range);
      return stream && (await buffer(stream));
    };
    return { ...made, read };
  };
  describe(`storage contract: ${name}`, () => {
    test('ST1 gives back what was put, whole and in ranges', async () => {
      const { storage, read } = await setUp();
      const bytes = randomBytes(3 * 1024 * 1024 + 17);
      const object = await storage.put('movies/12/a.mp4', inPieces(bytes, 65_536), MAX);
      expect(object).toMatchObject({ key: 'movies/12/a.mp4', sizeBytes: bytes.length });
      expect((await read('movies/12/a.mp4'))?.equals(bytes)).toBe(true);
      const last = bytes.length - 1;
      for (const [start, end] of [[0, 0], [1, 70_000], [last, last], [5, last + 100]] as const) {
        expect((await read('movies/12/a.mp4', { start, end }))?.equals(bytes.subarray(start, end + 1))).toBe(true);
      }
    });

    test('ST1 keeps an empty object, and pieces of any size', async () => {
      const { storage, read } = await setUp();
      expect((await storage.put('empty', inPieces(Buffer.alloc(0), 1), MAX)).sizeBytes).toBe(0);
      expect(await read('empty')).toEqual(Buffer.alloc(0));
      const bytes = randomBytes(3000);
      await storage.put('small', inPieces(bytes, 7), MAX);
      expect((await read('small'))?.equals(bytes)).toBe(true);
    });

    test('ST1 says undefined for what is not there', async () => {
      const { storage } = await setUp();
      await storage.put('movies/12/a.mp4', inPieces(Buffer.from('x'), 1), MAX);
      for (const key of ['movies/12/b.mp4', 'movies/12', 'movies/12/a.mp4/b']) {
        expect(await storage.head(key)).toBeUndefined();
        expect(await storage.read(key)).toBeUndefined();
      }
    });

    test('ST2 shows nothing until it is complete, then all of it', async () => {
      const { storage, read } = await setUp();
      const { source, push, end } = byHand();
      const putting = storage.put('a', source, MAX);
      await push(Buffer.alloc(2 * 1024 * 1024, 1));
      await push(Buffer.from('end'));
      expect(await storage.head('a')).toBeUndefined();
      end();
      await putting;
      expect((await read('a'))?.length).toBe(2 * 1024 * 1024 + 3);
    });

    test('ST2 replaces under the hands of a reader without disturbing it', async () => {
      const { storage, read } = await setUp();
      const old = randomBytes(2 * 1024 * 1024);
      await storage.put('a', inPieces(old, 65_536), MAX);
      const reader = await storage.read('a');
      await storage.put('a', inPieces(Buffer.from('new'), 3), MAX);
      expect(reader && (await buffer(reader)).equals(old)).toBe(true);
      expect(await read('a')).toEqual(Buffer.from('new'));
    });

    test('ST3 leaves nothing of a source that fails', async () => {
      const { storage, leftovers } = await setUp();
      const failure = new Error('the connection broke');
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.alloc(2 * 1024 * 1024);
        throw failure;
      };
      await expect(storage.put('a', failing(), MAX)).rejects.toBe(failure);
      expect(await storage.head('a')).toBeUndefined();
      expect(await leftovers()).toBe(0);
    });

    test('ST3 ends at once when aborted, even while the source is silent', async () => {
      const { storage, leftovers } = await setUp();
      const { source, push } = byHand();
      const controller = new AbortController();
      const putting = storage.put('a', source, { ...MAX, signal: controller.signal });
      putting.catch(() => undefined);
      await push(Buffer.alloc(2 * 1024 * 1024));
      controller.abort(new Error('gone away'));
      await expect(putting).rejects.toThrow('gone away');
      expect(await storage.head('a')).toBeUndefined();
      expect(await leftovers()).toBe(0);
    });

    test('ST3 does not begin when it is already aborted', async () => {
      const { storage, leftovers } = await setUp();
      const signal = AbortSignal.abort(new Error('too late'));
      await expect(storage.put('a', inPieces(Buffer.from('x'), 1), { ...MAX, signal })).rejects.toThrow('too late');
      expect(await leftovers()).toBe(0);
    });

    test('ST3 ST5 shows all bytes to inspect, and discards what it refuses', async () => {
      const { storage, leftovers } = await setUp();
      const bytes = randomBytes(1_500_000);
      await storage.put('a', inPieces(Buffer.from('before'), 6), MAX);
      const refusal = new Error('not a film');
      const putting = storage.put('a', inPieces(bytes, 65_536), {
        ...MAX,
        inspect: async (file) => {
          expect(file.sizeBytes).toBe(bytes.length);
          expect(Buffer.from(await file.read(0, 10))).toEqual(bytes.subarray(0, 10));
          expect(Buffer.from(await file.read(1_499_990, 100))).toEqual(bytes.subarray(1_499_990));
          expect((await file.read(2_000_000, 10)).byteLength).toBe(0);
          expect((await storage.head('a'))?.sizeBytes).toBe(6);
          throw refusal;
        },
      });
      await expect(putting).rejects.toBe(refusal);
      expect((await storage.head('a'))?.sizeBytes).toBe(6);
      expect(await leftovers()).toBe(0);
    });

    test('ST4 takes exactly maxBytes, and stops at one more', async () => {
      const { storage, leftovers } = await setUp();
      await storage.put('a', inPieces(Buffer.alloc(1000), 100), { maxBytes: 1000 });
      let pieces = 0;
      let ended = false;
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        try {
          while (true) {
            pieces += 1;
            yield Buffer.alloc(100);
          }
        } finally {
          ended = true;
        }
      };
      await expect(storage.put('b', endless(), { maxBytes: 1000 })).rejects.toThrow(ObjectTooLargeError);
      expect({ pieces, ended }).toEqual({ pieces: 11, ended: true });
      expect(await storage.head('b')).toBeUndefined();
      expect(await leftovers()).toBe(0);
    });

    test('ST6 reports progress, and reads no further ahead than it writes', async () => {
      const { storage, aheadBytes } = await setUp();
      const piece = 256 * 1024;
      let given = 0;
      let written = 0;
      let lead = 0;
      const source = async function* (): AsyncGenerator<Uint8Array> {
        for (let index = 0; index < 32; index += 1) {
          lead = Math.max(lead, given - written);
          given += piece;
          yield Buffer.alloc(piece);
        }
      };
      await storage.put('a', source(), {
        ...MAX,
        onProgress: (bytes) => {
          expect(bytes).toBeGreaterThan(written);
          written = bytes;
        },
      });
      expect(written).toBe(32 * piece);
      expect(lead).toBeLessThanOrEqual(aheadBytes);
    });

    test.each([
      '', '/', '/a', 'a/', 'a//b', '.', '..', '../a', 'a/../b', 'a/..', './a', '.incoming/x', 'a/.b', 'a.', 'a/-',
      'A', 'a b', 'a\\b', 'a:b', 'a\0b', 'a\nb', 'a%2fb', 'é', 'C:\\a', 'file:///a', 'a'.repeat(129),
      `${'a/'.repeat(300)}a`,
    ])('ST8 refuses the key %j everywhere', async (key) => {
      const { storage, leftovers } = await setUp();
      await expect(storage.put(key, inPieces(Buffer.from('x'), 1), MAX)).rejects.toThrow(ObjectKeyError);
      await expect(storage.head(key)).rejects.toThrow(ObjectKeyError);
      await expect(storage.read(key)).rejects.toThrow(ObjectKeyError);
      await expect(storage.delete(key)).rejects.toThrow(ObjectKeyError);
      expect(await leftovers()).toBe(0);
    });

    test('ST8 takes every ordinary key', async () => {
      const { storage, read } = await setUp();
      for (const key of ['a', '0', `movies/12/${randomUUID()}.mp4`, 'a/b/c/d/e', 'a_b-c.d..e', 'x'.repeat(128)]) {
        await storage.put(`${key}/0`, inPieces(Buffer.from(key), 5), MAX);
        expect(await read(`${key}/0`)).toEqual(Buffer.from(key));
      }
    });

    test('ST9 changes the etag with each put and nothing else', async () => {
      const { storage } = await setUp();
      const tags = new Set<string>();
      for (let index = 0; index < 20; index += 1) {
        const put = await storage.put('a', inPieces(Buffer.from('same'), 4), MAX);
        expect(put.etag).toMatch(/^[0-9a-f]{16,}$/);
        expect(await storage.head('a')).toEqual(put);
        expect(await storage.head('a')).toEqual(put);
        tags.add(put.etag);
      }
      expect(tags.size).toBe(20);
    });

    test('ST10 deletes once and again, and lets readers finish', async () => {
      const { storage } = await setUp();
      const bytes = randomBytes(2 * 1024 * 1024);
      await storage.put('a/b', inPieces(bytes, 65_536), MAX);
      const reader = await storage.read('a/b');
      await storage.delete('a/b');
      await storage.delete('a/b');
      await storage.delete('never/was');
      expect(await storage.head('a/b')).toBeUndefined();
      expect(reader && (await buffer(reader)).equals(bytes)).toBe(true);
    });

    test('ST11 does not sweep an upload that is running', async () => {
      const { storage, read } = await setUp();
      const { source, push, end } = byHand();
      const putting = storage.put('a', source, MAX);
      await push(Buffer.from('slow'));
      expect(await storage.sweep(-1000)).toBe(0);
      end();
      await putting;
      expect(await read('a')).toEqual(Buffer.from('slow'));
    });

    test('ST12 close ends running uploads, and the storage refuses further work', async () => {
      const { storage, leftovers } = await setUp();
      const { source, push } = byHand();
      const putting = storage.put('a', source, MAX);
      putting.catch(() => undefined);
      await push(Buffer.alloc(2 * 1024 * 1024));
      await storage.close();
      expect(await leftovers()).toBe(0);
      await expect(putting).rejects.toThrow(StorageClosedError);
      const refused = [
        async () => await storage.put('b', inPieces(Buffer.from('x'), 1), MAX),
        async () => await storage.head('a'),
        async () => await storage.read('a'),
        async () => await storage.delete('a'),
        async () => await storage.freeBytes(),
        async () => await storage.sweep(0),
      ];
      for (const call of refused) await expect(call()).rejects.toThrow(StorageClosedError);
      await storage.close();
    });

    test('ST19 goes on where it was, in goes of any size, and shows nothing before it is complete', async () => {
      const { storage, read } = await setUp();
      const bytes = randomBytes(5 * 1024 * 1024 + 4321);
      const all = { maxBytes: bytes.length };
      expect((await storage.arrived('a/b')).sizeBytes).toBe(0);
      let at = 0;
      for (const size of [1, 10_000, 3 * 1024 * 1024, 77, 1024 * 1024 - 78, bytes.length]) {
        const go = bytes.subarray(at, at + size);
        expect(await storage.append('a/b', at, inPieces(go, 65_536), all)).toBe(at + go.length);
        at += go.length;
        const arrived = await storage.arrived('a/b');
        expect(arrived.sizeBytes).toBe(at);
        expect(Buffer.from(await arrived.read(Math.max(0, at - 5), 10))).toEqual(bytes.subarray(Math.max(0, at - 5), at));
      }
      expect(await storage.head('a/b')).toBeUndefined();
      let seen = Buffer.alloc(0);
      const inspect = async (file: { read(start: number, length: number): Promise<Uint8Array> }): Promise<void> => {
        seen = Buffer.concat([await file.read(0, 2 * 1024 * 1024), await file.read(2 * 1024 * 1024, bytes.length)]);
      };
      const object = await storage.complete('a/b', { inspect });
      expect(seen.equals(bytes)).toBe(true);
      expect(object).toMatchObject({ key: 'a/b', sizeBytes: bytes.length });
      expect((await read('a/b'))?.equals(bytes)).toBe(true);
      // The answer may have got lost, before or after what was left has been cleared away.
      expect(await storage.complete('a/b', {})).toMatchObject({ sizeBytes: bytes.length });
      await storage.discard('a/b');
      await storage.discard('a/b');
      expect((await storage.arrived('a/b')).sizeBytes).toBe(0);
      expect(await storage.complete('a/b', { inspect })).toEqual(await storage.head('a/b'));
      expect((await read('a/b'))?.equals(bytes)).toBe(true);
    });

    test('ST19 keeps what had come when a source fails or is aborted', async () => {
      const { storage } = await setUp();
      const bytes = randomBytes(2 * 1024 * 1024 + 99);
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield* inPieces(bytes.subarray(0, 1_500_000), 10_000);
        throw new Error('the connection broke');
      };
      await expect(storage.append('a', 0, failing(), MAX)).rejects.toThrow('the connection broke');
      expect((await storage.arrived('a')).sizeBytes).toBe(1_500_000);
      const { source, push } = byHand();
      const controller = new AbortController();
      const going = storage.append('a', 1_500_000, source, { ...MAX, signal: controller.signal });
      going.catch(() => undefined);
      await push(Uint8Array.from(bytes.subarray(1_500_000, 1_500_007)));
      controller.abort(new Error('gone away'));
      await expect(going).rejects.toThrow('gone away');
      const arrived = await storage.arrived('a');
      expect(arrived.sizeBytes).toBe(1_500_007);
      expect(Buffer.from(await arrived.read(0, 3_000_000)).equals(bytes.subarray(0, 1_500_007))).toBe(true);
    });

    test('ST19 takes bytes back behind the offset, and refuses a gap or one byte too many', async () => {
      const { storage, read } = await setUp();
      const bytes = randomBytes(3_000_000);
      await storage.append('a', 0, inPieces(bytes, 65_536), MAX);
      expect(await storage.append('a', 1_200_000, inPieces(Buffer.from('end'), 3), MAX)).toBe(1_200_003);
      await expect(storage.append('a', 1_200_004, inPieces(Buffer.from('x'), 1), MAX)).rejects.toThrow(ObjectOffsetError);
      const over = storage.append('a', 1_200_003, inPieces(Buffer.from('1234'), 1), { maxBytes: 1_200_006 });
      await expect(over).rejects.toThrow(ObjectTooLargeError);
      await storage.complete('a', {});
      expect((await read('a'))?.equals(Buffer.concat([bytes.subarray(0, 1_200_000), Buffer.from('end123')]))).toBe(true);
      await storage.append('b', 0, inPieces(bytes, 65_536), MAX);
      expect(await storage.append('b', 0, inPieces(Buffer.alloc(0), 1), MAX)).toBe(0);
      expect((await storage.arrived('b')).sizeBytes).toBe(0);
      await expect(storage.complete('never', {})).rejects.toThrow(ObjectOffsetError);
    });

    test('ST19 ST11 what inspect refuses stays apart until it is discarded, and no sweep takes it', async () => {
      const { storage, leftovers } = await setUp();
      await storage.append('a', 0, inPieces(randomBytes(2_500_000), 65_536), MAX);
      const refused = storage.complete('a', { inspect: () => Promise.reject(new Error('not a film')) });
      await expect(refused).rejects.toThrow('not a film');
      expect(await storage.head('a')).toBeUndefined();
      await storage.sweep(-60_000);
      expect((await storage.arrived('a')).sizeBytes).toBe(2_500_000);
      await storage.discard('a');
      expect((await storage.arrived('a')).sizeBytes).toBe(0);
      expect(await leftovers()).toBe(0);
    });

    test('ST1 many at once do not disturb one another', async () => {
      const { storage, read, leftovers } = await setUp();
      const all = Array.from({ length: 40 }, (_, index) => {
        return { key: `k/${index % 7}/${index}`, bytes: randomBytes(50_000 + index) };
      });
      await Promise.all(all.map(async ({ key, bytes }) => await storage.put(key, inPieces(bytes, 4096), MAX)));
      for (const { key, bytes } of all) expect((await read(key))?.equals(bytes)).toBe(true);
      expect(await leftovers()).toBe(0);
    });
  });
}

/** `bytes` in pieces of `size`, each in memory of its own. */
export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
}

/** A source that gives what is pushed; `push` resolves when the piece behind it is asked for, and so awaited. */
function byHand(): { source: AsyncIterable<Uint8Array>; push: (bytes: Uint8Array) => Promise<void>; end: () => void } {
  let asked = Promise.withResolvers<void>();
  let answer = Promise.withResolvers<IteratorResult<Uint8Array>>();
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    asked.resolve();
    return await answer.promise;
  };
  return {
    source: { [Symbol.asyncIterator]: () => ({ next }) },
    push: async (bytes) => {
      await asked.promise;
      const { resolve } = answer;
      asked = Promise.withResolvers();
      answer = Promise.withResolvers();
      resolve({ done: false, value: bytes });
      await asked.promise;
    },
    end: () => answer.resolve({ done: true, value: undefined }),
  };
}
