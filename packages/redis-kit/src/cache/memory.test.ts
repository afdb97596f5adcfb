import { randomBytes } from 'node:crypto';
import { describeCacheStore } from './contract-suite.ts';
import { createMemoryStore } from './stores/memory.ts';

describeCacheStore('a process’s memory', async () => ({
  open: async () => createMemoryStore(() => randomBytes(9).toString('base64url')),
  close: async () => {},
}));
