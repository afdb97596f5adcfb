import { expect, it } from 'vitest';
import { StartError } from '../../kernel/start-error.ts';
import { startEdge } from './test/edge.ts';

it('says in one line why it cannot listen, and leaves nothing open', async () => {
  const first = await startEdge([]);
  try {
    const second = startEdge([], { settings: { port: Number(new URL(first.url).port) } });
    await expect(second).rejects.toThrow(StartError);
    await expect(second).rejects.toThrow(/^PORT: cannot listen on 127\.0\.0\.1:\d+: another program uses this port/);
    await expect(startEdge([], { settings: { host: '203.0.113.1' } })).rejects.toThrow(
      /^HOST: cannot listen on 203\.0\.113\.1:0: /,
    );
  } finally {
    await first.close();
  }
});
