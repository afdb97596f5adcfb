import { setTimeout as sleep } from 'node:timers/promises';
import type { Queries } from '../../db/index.ts';
import type { Log } from '../../kernel/log.ts';
import type { MessageTelemetry } from '../../kernel/telemetry.ts';
import type { Write } from '../../kernel/write.ts';
import { invalidated } from '../../kernel/cache-policy.ts';
import * as repo from './messages.repo.ts';

interface Settings {
  readonly intervalMs: number;
}

interface Deps {
  readonly queries: Queries;
  readonly write: Write;
  readonly telemetry: MessageTelemetry;
  readonly log: Log;
}

export interface Persistence {
  /** These have been made hot, and are to be looked for. */
  kept(ids: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * The persistence worker: each interval it makes sure that what this process has made hot since the last one is in the
 * database. What is not there ends in the cache at once, is counted and logged; the rest ends by itself. DM12
 */
export function startPersistence({ intervalMs }: Settings, { queries, write, telemetry, log }: Deps): Persistence {
  const closing = new AbortController();
  let waiting = new Set<string>();

  async function check(): Promise<void> {
    if (waiting.size === 0) return;
    const ids = [...waiting];
    waiting = new Set();
    try {
      const missing = await repo.missing(queries, ids);
      telemetry.hotMessagesChecked(ids.length, missing.length);
      if (missing.length === 0) return;
      log.error({ ids: missing }, 'Messages were in the hot cache and not in the database');
      await write(async (_tx, effects) => effects.add(invalidated(...missing.map((id) => `message:${id}`))));
    } catch (err) {
      log.warn({ err }, 'What is hot could not be looked for in the database; it is tried again');
      for (const id of ids) waiting.add(id);
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: closing.signal, ref: false }).catch(() => {});
      if (!closing.signal.aborted) await check();
    }
  }
  const running = run();

  return {
    kept(ids) {
      for (const id of ids) waiting.add(id);
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
