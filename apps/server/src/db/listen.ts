import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import type { Subscription } from './database.ts';
import { openPersistentSession } from './persistent-session.ts';

interface ListenOptions {
  readonly connectionString: string;
  readonly log: Log;
  readonly channel: string;
  readonly onNotify: (payload: string) => void;
  readonly onReconnect: (() => void) | undefined;
}

export async function openListener(options: ListenOptions): Promise<Subscription> {
  const { channel, log, onNotify, onReconnect } = options;
  return openPersistentSession({
    connectionString: options.connectionString,
    name: `watchparty listen ${channel}`.slice(0, 63),
    log,
    async setUp(client) {
      client.on('notification', ({ payload }) => {
        try {
          onNotify(payload ?? '');
        } catch (error) {
          log.error({ err: error, channel }, 'a notification could not be handled');
        }
      });
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    },
    ...(onReconnect ? { onReconnect } : {}),
  });
}
