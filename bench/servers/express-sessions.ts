/**
 * What is written today for signed-in requests: Express 5, jsonwebtoken, express-rate-limit on Redis by user, and the
 * session from Redis by ioredis. It holds the profile too, so that no database is asked.
 * Usage: node express-sessions.ts <file with the body> <Redis> <file for the tokens> <users>
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import express, { type RequestHandler, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { type RedisReply, RedisStore } from 'rate-limit-redis';
import { announce } from './announce.ts';

interface Session {
  readonly userId: number;
  readonly profile: object;
}
const sessionOf = (response: Response): Session => response.locals['session'] as Session;

const [, , bodyFile = '', redisUrl = '', tokenFile = '', users = '1'] = process.argv;
const { data } = JSON.parse(readFileSync(bodyFile, 'utf8')) as { data: object };
const redis = new Redis(redisUrl);
const secret = randomBytes(32);

const tokens: string[] = [];
for (let userId = 1; userId <= Number(users); userId += 1) {
  const sid = randomUUID();
  const session: Session = { userId, profile: { ...data, id: userId } };
  await redis.set(`express-session:${sid}`, JSON.stringify(session), 'EX', 14 * 24 * 60 * 60);
  tokens.push(jwt.sign({ sid }, secret, { algorithm: 'HS256', subject: String(userId), expiresIn: '1h' }));
}
writeFileSync(tokenFile, tokens.map((token) => `${token}\n`).join(''));

const signedIn = (): RequestHandler => async (request, response, next) => {
  const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
  let sid: unknown;
  try {
    const payload = jwt.verify(token, secret, { algorithms: ['HS256'] });
    sid = typeof payload === 'object' ? payload['sid'] : undefined;
  } catch {
    response.status(401).json({ success: false });
    return;
  }
  const session = await redis.get(`express-session:${String(sid)}`);
  if (session === null) {
    response.status(401).json({ success: false });
    return;
  }
  response.locals['session'] = JSON.parse(session) as Session;
  next();
};

const app = express();
app.set('trust proxy', 1);
app.use(signedIn());
app.use(
  rateLimit({
    windowMs: 15 * 60 * 1000,
    limit: 1_000_000_000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (_request, response) => String(sessionOf(response).userId),
    store: new RedisStore({
      prefix: 'express-limit:',
      sendCommand: (command: string, ...args: string[]) => redis.call(command, ...args) as Promise<RedisReply>,
    }),
  }),
);
app.get('/api/auth/profile', (_request, response) => {
  response.json({ success: true, data: sessionOf(response).profile });
});

const server = createServer(app);
server.listen(0, '127.0.0.1', () => announce(server));
