import { type Kysely, sql } from 'kysely';
import Type from 'typebox';
import type { Database } from '../../db/index.ts';
import type { Write } from '../../kernel/write.ts';
import { EffectUnavailable, effectKind, type EffectHandler } from '../index.ts';

/** Tables of a made-up business: accounts whose changes have effects, and what came of those. */
export const SCHEMA = `
  create table history_accounts (key text primary key, n integer not null default 0);
  create table history_changes (id text primary key, key text, n integer, kind text not null, poison boolean not null);
  create table history_applied (at bigint generated always as identity, id text not null, key text, n integer, node text not null);
`;

const Change = Type.Object(
  { id: Type.String(), key: Type.Union([Type.String(), Type.Null()]), n: Type.Integer(), poison: Type.Boolean() },
  { additionalProperties: false },
);
type Change = Type.Static<typeof Change>;

const waiting = effectKind('history.waiting', Change, { answerWaits: true });
const background = effectKind('history.background', Change, { answerWaits: false });
const other = effectKind('history.other', Change, { answerWaits: false });
const KINDS = [waiting, background, other] as const;

/** Mulberry32: the same numbers in [0, 1) for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each payload is one row of `history_applied`; poison never passes, and now and then the target is away or a call fails half-way. */
export function historyHandlers(database: Database, node: string, random: () => number): EffectHandler[] {
  // Its own types: the tables of a test are not the product's.
  const db = database.kysely as unknown as Kysely<Record<string, never>>;
  async function apply(payloads: readonly Change[]): Promise<void> {
    if (random() < 0.05) throw new EffectUnavailable('away for a moment');
    const failsAt = random() < 0.05 ? Math.floor(random() * payloads.length) : -1;
    for (const [index, { id, key, n, poison }] of payloads.entries()) {
      if (poison || index === failsAt) throw new Error(poison ? 'poison' : 'bad luck');
      await sql`insert into history_applied (id, key, n, node) values (${id}, ${key}, ${n}, ${node})`.execute(db);
    }
  }
  return KINDS.map((kind) => kind.handler(apply));
}

const KEYS = ['a', 'b', 'c', 'd', 'e'];

/** One write with one to three effects, some keyed; some writes change their minds at the end. */
export async function writeOnce(write: Write, name: string, random: () => number): Promise<void> {
  await write(async (tx, effects) => {
    const count = 1 + Math.floor(random() * 3);
    const keys = Array.from({ length: count }, () => (random() < 0.6 ? KEYS[Math.floor(random() * KEYS.length)]! : null));
    // In order, so that two writes never wait for each other.
    const held = new Map<string, number>();
    for (const key of [...new Set(keys)].filter((one) => one !== null).toSorted()) {
      const { rows } = await sql<{ n: number }>`
        insert into history_accounts as a (key, n) values (${key}, 1)
        on conflict (key) do update set n = a.n + 10 returning n`.execute(tx);
      held.set(key, rows[0]!.n);
    }
    for (const [index, key] of keys.entries()) {
      const n = key === null ? 0 : held.get(key)! + index;
      const kind = KINDS[Math.floor(random() * KINDS.length)]!;
      const change: Change = { id: `${name}.${index}`, key, n, poison: random() < 0.02 };
      await sql`insert into history_changes (id, key, n, kind, poison)
        values (${change.id}, ${key}, ${n}, ${kind.kind}, ${change.poison})`.execute(tx);
      effects.add(kind.of(change, key ?? undefined));
    }
    if (random() < 0.1) throw new ChangedMind();
  });
}

export class ChangedMind extends Error {}
