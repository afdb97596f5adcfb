/**
 * What is written today: Express 5, express-rate-limit on Redis, and a middleware that keeps answers in Redis as JSON.
 * Usage: node express.ts <file with the body> <Redis>
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import express, { type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Redis } from 'ioredis';
import { type RedisReply, RedisStore } from 'rate-limit-redis';
import { announce } from './announce.ts';

const [, , bodyFile = '', redisUrl = ''] = process.argv;
const { success, data } = JSON.parse(readFileSync(bodyFile, 'utf8')) as { success: boolean; data: unknown };
const redis = new Redis(redisUrl);

const cached = (ttlSeconds: number): RequestHandler => async (request, response, next) => {
  const key = `express-cache:${request.originalUrl}`;
  const hit = await redis.get(key);
  if (hit !== null) {
    response.json({ ...(JSON.parse(hit) as object), _cached: true, _cacheKey: key });
    return;
  }
  const json = response.json.bind(response);
  response.json = (body: unknown) => {
    void redis.set(key, JSON.stringify(body), 'EX', ttlSeconds);
    return json(body);
  };
  next();
};

const app = express();
app.set('trust proxy', 1);
app.use(
  rateLimit({
    windowMs: 15 * 60 * 1000,
    limit: 1_000_000_000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    store: new RedisStore({
      prefix: 'express-limit:',
      sendCommand: (command: string, ...args: string[]) => redis.call(command, ...args) as Promise<RedisReply>,
    }),
  }),
);
app.get('/api/rooms', cached(300), (_request, response) => {
  response.json({ success, data });
});

const server = createServer(app);
server.listen(0, '127.0.0.1', () => announce(server));
