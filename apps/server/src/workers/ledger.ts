import type { JobLedger } from '@watchparty/redis-kit/jobs';
import type { Queries } from '../db/index.ts';
import { createBatcher } from '../kernel/batcher.ts';
import * as repo from './jobs.repo.ts';

export interface Ledger extends JobLedger {
  /** Settles when nothing is under way. */
  idle(): Promise<void>;
}

interface Question {
  readonly id: string;
  readonly about: 'open' | 'done';
}

type Answer = { readonly open: ReadonlyMap<string, { readonly payload: unknown }> } | { readonly error: unknown };

/** A job can wait for it. At a thousand mails a second each statement is for five that begin and five that end. */
const PAUSE_MS = 5;
/** Four times what lies between two words of a node that lives. */
const HEARD_FOR_MS = 4000;

/**
 * The table `jobs`. What runs side by side is begun and recorded by one statement after another, each for all who ask
 * meanwhile: with one of its own for every job, half of the time went into them. Under load they are PAUSE_MS apart, for
 * without a pause most were for a single job.
 */
export function createLedger(queries: Queries): Ledger {
  // While the database was away nobody could say or record anything: all get the time to do so now.
  let unsureUntilMs = -Infinity;
  const wasAway = (): void => void (unsureUntilMs = performance.now() + HEARD_FOR_MS);

  const asked = createBatcher<Question, Answer>(async (questions) => {
    const idsOf = (about: Question['about']) => questions.filter((question) => question.about === about).map(({ id }) => id);
    try {
      const rows = await repo.exchange(queries, idsOf('done'), idsOf('open'));
      return { open: new Map(rows.map((row) => [row.id, row])) };
    } catch (error) {
      wasAway();
      return { error };
    }
  }, { pauseMs: PAUSE_MS });
  async function ask(question: Question): Promise<{ readonly payload: unknown } | undefined> {
    const answer = await asked.add([question]);
    if ('error' in answer) throw answer.error;
    return answer.open.get(question.id);
  }

  const heard = createBatcher<string, { readonly running: ReadonlySet<string> } | { readonly error: unknown }>(async (ids) => {
    try {
      return { running: new Set(await repo.saidRunning(queries, ids, HEARD_FOR_MS)) };
    } catch (error) {
      wasAway();
      return { error };
    }
  });

  return {
    open: ({ id }) => ask({ id, about: 'open' }),
    done: async ({ id }) => void (await ask({ id, about: 'done' })),
    failed: ({ id }, error) => repo.fail(queries, id, error.message.slice(0, 2000).replaceAll('\0', '')),
    async sayRunning(ids) {
      try {
        await repo.sayRunning(queries, ids);
      } catch (error) {
        wasAway();
        throw error;
      }
    },
    async saidRunning({ id }) {
      const answer = await heard.add([id]);
      if ('error' in answer) throw answer.error;
      return answer.running.has(id) || performance.now() < unsureUntilMs;
    },
    async idle() {
      await asked.idle();
      await heard.idle();
    },
  };
}
