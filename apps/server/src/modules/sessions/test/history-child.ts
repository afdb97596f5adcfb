/** A whole node without HTTP requests: does with its sessions what its parent says, and ends when that has gone. */
import { pino } from 'pino';
import { loadConfig } from '../../../config/index.ts';
import { Problem } from '../../../kernel/problem.ts';
import { compose } from '../../../main/compose.ts';
import type { Act, Reply } from './history-nodes.ts';

const config = loadConfig({ env: process.env, cwd: process.env['DATA_DIR']! });
const { sessions, write } = await compose(config, {
  log: pino({ level: 'silent' }), progress: () => {}, onLost: () => {}, passwordCost: { memoryKiB: 64, passes: 1 },
});

const ACTS: { readonly [K in Act['act']]: (act: Extract<Act, { act: K }>) => Promise<unknown> } = {
  open: ({ userId, client }) => write((tx, effects) => sessions.createSession(tx, effects, userId, client)),
  authenticate: ({ token }) => sessions.identity.authenticate(token),
  list: async ({ userId }) => (await sessions.getUserActiveSessions(userId)).map(({ id }) => id),
  refresh: ({ token, client }) => sessions.refresh(write, token, client),
  end: ({ sessionId }) => sessions.end(write, sessionId),
  revoke: ({ userId, sessionId }) => sessions.revoke(write, { userId, sessionId }),
  revokeOthers: ({ userId, sessionId }) => sessions.revokeOthers(write, { userId, sessionId }),
  endAll: ({ userId }) => write((tx, effects) => sessions.endAll(tx, effects, userId)),
};

async function replyTo(act: Act): Promise<Reply> {
  try {
    return { value: (await (ACTS[act.act] as (act: Act) => Promise<unknown>)(act)) ?? null };
  } catch (error) {
    if (error instanceof Problem) return { refused: error.code, detail: error.detail };
    return { failed: String(error) };
  }
}

process.on('disconnect', () => process.exit());
process.on('message', ({ id, act }: { id: number; act: Act }) => {
  void replyTo(act).then((reply) => process.send?.({ id, reply }));
});
process.send?.('ready');
