import type { RedisConnection } from '../redis/index.ts';
import { keySlot } from './key-slot.ts';
import type { ScriptSender } from './types.ts';

/**
 * Sends with what else the connection's turn sends. Redis gets a script's hash, and its text only when it does not
 * know it (after a restart, a failover or `SCRIPT FLUSH`).
 */
export function createScriptSender(connection: Pick<RedisConnection, 'client' | 'turn' | 'onChange'>): ScriptSender {
  const { client, turn, onChange } = connection;
  if (client === undefined) throw new TypeError('createScriptSender needs a connection to Redis');
  return {
    atTurnEnd: (collect) => turn.add(collect),
    grown: () => turn.grown(),
    onBack: (listener) => onChange((status) => status === 'connected' && listener()),
    async script({ lua, sha1 }, keys, args) {
      try {
        return await client.callBuffer('EVALSHA', sha1, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return client.callBuffer('EVAL', lua, keys.length, ...keys, ...args);
      }
    },
    ...(client.isCluster && { slotOf: keySlot }),
  };
}
