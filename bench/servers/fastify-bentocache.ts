/**
 * Fastify 5 and BentoCache with both levels and the bus, as its documentation sets them up. No rate limit.
 * Usage: node fastify-bentocache.ts <file with the body> <Redis>
 */
import { readFileSync } from 'node:fs';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { fastify } from 'fastify';
import { Redis } from 'ioredis';
import { announce } from './announce.ts';

const [, , bodyFile = '', redisUrl = ''] = process.argv;
const answer = JSON.parse(readFileSync(bodyFile, 'utf8')) as object;
const { hostname: host, port } = new URL(redisUrl);

const bento = new BentoCache({
  default: 'multitier',
  prefix: 'bento-http',
  stores: {
    multitier: bentostore()
      .useL1Layer(memoryDriver({ maxSize: '10mb' }))
      .useL2Layer(redisDriver({ connection: new Redis(redisUrl) }))
      .useBus(redisBusDriver({ connection: { host, port: Number(port) } })),
  },
});

const app = fastify({ logger: { level: 'warn' } });
app.get('/api/rooms', () =>
  bento.getOrSet({ key: 'rooms:page:1:limit:10', ttl: '5m', factory: async () => answer }));

await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server);
