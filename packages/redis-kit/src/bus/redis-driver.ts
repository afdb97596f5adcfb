import type { RedisClient, RedisConnection } from '../redis/index.ts';
import type { BusDriver, BusListener } from './types.ts';

interface Deps {
  /** Fails fast. */
  readonly publisher: Pick<RedisConnection, 'client'>;
  /** Used for nothing else: Redis takes few other commands on it. */
  readonly subscriber: Pick<RedisConnection, 'client' | 'status' | 'onChange'>;
  /** The channel in Redis: nodes with the same name hear one another. */
  readonly name?: string;
}

const RETRY_MS = 500;

/** Over Redis or Valkey, standalone or a cluster. Its connections belong to who opened them. */
export function createRedisBusDriver({ publisher, subscriber, name = 'bus' }: Deps): BusDriver {
  const [speaks, hears] = [publisher.client, subscriber.client];
  if (speaks === undefined || hears === undefined) {
    throw new TypeError('createRedisBusDriver needs connections to Redis');
  }
  let listener: BusListener | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Counts connections, so that what belongs to an earlier one changes nothing. */
  let connection = 0;

  function up(client: RedisClient): void {
    const mine = (connection += 1);
    clearTimeout(timer);
    client.subscribe(name).then(
      () => mine === connection && listener?.connected(),
      () => {
        // Gone again, which will be told; or refused, and then nobody tells.
        if (mine === connection && listener !== undefined) timer = setTimeout(() => up(client), RETRY_MS).unref();
      },
    );
  }

  function down(error?: Error): void {
    connection += 1;
    listener?.disconnected(error);
  }

  const onMessage = (channel: string, text: string): void => {
    if (channel === name) listener?.message(text);
  };
  const onClose = (): void => down();

  return {
    listen(to) {
      listener = to;
      hears.on('message', onMessage);
      // Also for the first attempt: `onChange` tells of what comes and goes, not of what was never there.
      hears.on('close', onClose);
      subscriber.onChange((status, error) => (status === 'connected' ? listener && up(hears) : down(error)));
      if (subscriber.status() === 'connected') up(hears);
    },
    async publish(text) {
      await speakerOf(speaks).publish(name, text);
    },
    reconnect() {
      // Without the goodbye that a dead line would never answer.
      if ('nodes' in hears) hears.disconnect(true);
      else hears.stream?.destroy();
    },
    async close() {
      listener = undefined;
      clearTimeout(timer);
      hears.off('message', onMessage);
      hears.off('close', onClose);
      // Not waited for: with Redis away it would take until the connection is closed.
      if (subscriber.status() === 'connected') hears.unsubscribe(name).catch(() => undefined);
    },
  };
}

/** In a cluster always the same master as long as it is there: over several, messages would overtake one another. */
function speakerOf(client: RedisClient): Pick<RedisClient, 'publish'> {
  if (!('nodes' in client)) return client;
  const [first] = client.nodes('master').toSorted((a, b) => idOf(a.options).localeCompare(idOf(b.options)));
  return first ?? client;
}

const idOf = ({ host, port }: { host?: string | undefined; port?: number | undefined }): string => `${host}:${port}`;
