import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { createMemoryStore, createRedisStore } from '@watchparty/redis-kit/cache';
import { type Bus, createBus, createMemoryBusLine, createRedisBusDriver } from '@watchparty/redis-kit/bus';
import { createPostgresJobDriver, createRedisJobDriver, type JobDriver } from '@watchparty/redis-kit/jobs';
import {
  createMemoryRateLimitDriver, createRateLimiter, createRedisRateLimitDriver, createScriptSender, type RateLimitDriver,
} from '@watchparty/redis-kit/rate-limit';
import { openRedis, type RedisConnection } from '@watchparty/redis-kit/redis';
import { createCaching, createInvalidationNews } from '../caching/index.ts';
import type { Config } from '../config/index.ts';
import { type Database, migrate, openDatabase, openQueuePool, takeSingleNodeLock } from '../db/index.ts';
import { createHttpServer, type HttpServer, type Limiters, type WebApp } from '../edge/http/index.ts';
import { createLive, createLoneLine, createRedisLine, type Line, liveReferenceRoutes } from '../edge/live/index.ts';
import { createImages } from '../images/index.ts';
import { CACHE_INVALIDATED } from '../kernel/cache-policy.ts';
import { systemClock } from '../kernel/clock.ts';
import type { JobHandler } from '../kernel/job.ts';
import type { Log } from '../kernel/log.ts';
import type { Queues } from '../kernel/queues.ts';
import type { Write } from '../kernel/write.ts';
import { createFileMailer, createMailDelivery, createSmtpMailer, type Mailer } from '../mail/index.ts';
import {
  accountJobs, type Accounts, accountsRoutes, createAccounts, createAnalytics, createAttempts, createDeviceCookies, createPasswordRule,
  createPasswords, createPeople, createPictures,
  defaultPasswordCost, type PasswordCost, peopleRoutes, pictureJobs, type Pictures, picturesRoutes,
} from '../modules/accounts/index.ts';
import { auditRoutes, createAudit } from '../modules/audit/index.ts';
import { type Chat, chatLive, chatRoutes, countMessagesOfDay, createChat, createChatCleanup } from '../modules/chat/index.ts';
import {
  createDiscovery, createReminderWatch, createEvents, discoveryRoutes, eventJobs, type Events, eventsRoutes,
} from '../modules/events/index.ts';
import { createFriends, type Friends, friendsLive, friendsRoutes, openPresence } from '../modules/friends/index.ts';
import {
  createFilmUploads, createMovieFiles, createMovies, createPosters, createStreaming, createStreamUrls, createSubtitles, movieEffects, type MovieFiles, type Movies, moviesRoutes,
} from '../modules/movies/index.ts';
import { createHot, createMessages, messageJobs, type Messages, messagesLive, messagesRoutes, startPersistence } from '../modules/messages/index.ts';
import { createNotices, noticesRoutes } from '../modules/notices/index.ts';
import { createPlaylists, createPlaylistWatch, playlistLive, playlistRoutes, type Playlists } from '../modules/playlist/index.ts';
import {
  BOARD_PATH, boardRoutes, createBoardSignIn, createCacheAdmin, createCounters, createMetrics, createOperations,
  createQueueAdmin, createReports, openBoard, operationsRoutes, queuesRoutes, startFigures,
} from '../modules/operations/index.ts';
import {
  AttendanceBook, createLiveRooms, createRoomCleanup, createRoomNews, createRooms, defaultRoomTimings, openAttendanceLine, roomJobs,
  type Rooms, roomsLive, roomsRoutes, type RoomTimings,
} from '../modules/rooms/index.ts';
import {
  createRevocations, createSessionCleanup, createSessions, createSessionStatistics, refreshCookies, type Revocations,
  SESSION_SECONDS, type Sessions, sessionsRoutes,
} from '../modules/sessions/index.ts';
import { createOutbox, type Outbox } from '../outbox/index.ts';
import { createStorage, openS3Storage } from '../storage/index.ts';
import { createWorkers } from '../workers/index.ts';
import { createCards } from './cards.ts';
import { type Closing, createClosing } from './closing.ts';
import { warnOfEviction } from './eviction.ts';
import { startHousekeeping } from './housekeeping.ts';
import { jobDeclarations } from './jobs.ts';
import { cachePolicies } from './policies.ts';

export interface App {
  /** Undefined in the role `worker`, which serves no requests. */
  readonly http: HttpServer | undefined;
  readonly write: Write;
  readonly outbox: Outbox;
  readonly accounts: Accounts;
  readonly pictures: Pictures;
  readonly sessions: Sessions;
  readonly revocations: Revocations;
  readonly movies: Movies;
  readonly movieFiles: MovieFiles;
  readonly friends: Friends;
  readonly rooms: Rooms;
  readonly chat: Chat;
  readonly messages: Messages;
  readonly playlists: Playlists;
  readonly events: Events;
  readonly queues: Queues;
  /** Drains and closes everything, the database last. */
  close(): Promise<void>;
}

interface Deps {
  readonly log: Log;
  /** Tells a person at a terminal what a slow start is doing. */
  readonly progress: (line: string) => void;
  /** The node must stop: another one has taken its place. */
  readonly onLost: () => void;
  /** Hashing as costly as production's makes test suites slow. */
  readonly passwordCost?: PasswordCost;
  /** What browsers get, and at which addresses; left out: nothing. */
  readonly web?: { readonly app: WebApp; readonly paths: readonly string[] } | undefined;
  /** A suite has no half minute to wait for a host. */
  readonly roomTimings?: Partial<RoomTimings>;
}

const BODY_LIMIT_BYTES = 1024 * 1024;
const DRAIN_TIMEOUT_MS = 10_000;

/** The only place that chooses drivers: builds the whole server from its configuration, in order, and closes it in reverse. */
export async function compose(config: Config, deps: Deps): Promise<App> {
  const { log, progress } = deps;
  const clock = systemClock;
  const secret = new TextEncoder().encode(config.auth.jwtSecret);
  const counters = createCounters();
  const closing = createClosing(log);
  try {
    const database = await openDatabase(
      {
        url: config.database.kind === 'url' ? config.database.url : undefined,
        dataDir: config.dataDir,
        poolSize: config.database.poolSize,
        statementTimeoutMs: config.database.statementTimeoutMs,
      },
      { log, progress },
    );
    closing.add('database', () => database.close());
    if (config.redis.kind === 'none') {
      const lock = await takeSingleNodeLock(database, { onLost: deps.onLost, log });
      closing.add('single-node lock', () => lock.release());
    }
    await migrate(database, { log, progress });
    const queries = database.kysely;

    const redis = openRedis(config.cache.redis);
    redis.onChange((status, error) => log.warn({ module: 'redis', err: error }, `Redis ${status}`));
    closing.add('redis', () => redis.close());
    // Queues, sessions and streams: the cache's Redis too, unless it has one of its own.
    const mainRedis = isDeepStrictEqual(config.redis, config.cache.redis) ? redis : openRedis(config.redis);
    if (mainRedis !== redis) closing.add('main redis', () => mainRedis.close());
    warnOfEviction(mainRedis, log.child({ module: 'redis' }));
    const files = { clock, newId: randomUUID };
    const storage = config.storage.kind === 'folder'
      ? createStorage(config.storage.folder, files) : await openS3Storage(config.storage, files);
    closing.add('storage', () => storage.close());

    const bus = openBus(config, { name: 'watchparty:bus', connection: mainRedis, log: log.child({ module: 'bus' }), closing });
    const news = createInvalidationNews({ bus, policies: cachePolicies, log: log.child({ module: 'cache' }) });
    const caching = createCaching({
      store: redis.client === undefined ? createMemoryStore() : createRedisStore(redis), turn: redis.turn, clock,
      ttlSeconds: config.cache.ttlSeconds,
      log: log.child({ module: 'cache' }),
      pending: () => outbox.pending(CACHE_INVALIDATED),
      takeUp: () => outbox.drain(),
      publish: news.publish,
    });
    closing.add('cache', () => caching.cache.close());
    await news.hear(caching.cache);
    closing.add('news of the cache', async () => news.close());
    const jobs = createWorkers({
      declarations: jobDeclarations, driver: await openJobDriver(config, { database, log, closing }), database,
      telemetry: counters.telemetry, log: log.child({ module: 'workers' }),
    });
    closing.add('queues', () => jobs.close());
    const revocations = await createRevocations({ bus, log: log.child({ module: 'sessions' }) });
    closing.add('revocations', () => revocations.close());
    const nodeName = randomUUID();
    const live = createLive({ ...config.http, ...config.live }, {
      line: openLine(config, { connection: mainRedis, node: nodeName, log: log.child({ module: 'live' }), closing }), node: nodeName,
      write: (work) => outbox.write(work), takeUp: () => void outbox.drain(),
      log: log.child({ module: 'live' }), telemetry: counters.telemetry,
    });
    closing.add('live line', () => live.close());
    // What nodes tell one another of rooms; most of it others have no use for, so on a line of its own.
    const roomsBus = openBus(config, { name: 'watchparty:rooms', connection: mainRedis, log: log.child({ module: 'rooms' }), closing });
    const roomNews = await createRoomNews({ bus: roomsBus, write: (work) => outbox.write(work), log: log.child({ module: 'rooms' }) });
    closing.add('news of rooms', () => roomNews.close());
    const outbox: Outbox = await createOutbox({
      database, handlers: [...movieEffects(storage), caching.handler, ...jobs.effects, ...revocations.effects, ...roomNews.effects, ...live.effects], clock, log: log.child({ module: 'outbox' }),
      onUnfenced: counters.telemetry.unfencedWrite,
    });
    closing.add('outbox', () => outbox.close());

    const limitDriver = redis.client === undefined
      ? createMemoryRateLimitDriver({ clock })
      : createRedisRateLimitDriver({
        sender: createScriptSender(redis), clock, log: log.child({ module: 'rate-limit' }),
        ...(config.cache.redis.kind !== 'none' && { timeoutMs: config.cache.redis.timeoutMs }),
      });
    closing.add('rate limits', () => limitDriver.close());

    const mailLog = log.child({ module: 'mail' });
    const mailer = createMailer(config, mailLog);
    closing.add('mail', () => mailer.close());
    const delivery = createMailDelivery({ mailer, log: mailLog, masksAddresses: config.production });

    const audit = createAudit({ queries, retentionDays: config.auth.auditRetentionDays, clock });
    const sessions = createSessions({
      queries, secret, previousSecrets: config.auth.previousJwtSecrets.map((text) => new TextEncoder().encode(text)),
      clock, reads: caching.reads, write: outbox.write, audit, log: log.child({ module: 'sessions' }),
    });
    closing.add('sessions', () => sessions.close());
    const notices = createNotices({ queries, clock });
    const passwords = createPasswords(deps.passwordCost ?? defaultPasswordCost);
    const accounts = createAccounts(
      {
        production: config.production, registration: config.auth.registration, adminEmail: config.auth.adminEmail,
        publicUrl: config.http.publicUrl,
      },
      {
        queries, passwords, passwordRule: createPasswordRule({ production: config.production }), sessions, delivery, clock,
        log: log.child({ module: 'accounts' }),
        invitations: { roomOf: (token) => rooms.roomOfInvite(token) },
        attempts: createAttempts({ windowMs: config.rateLimit.windowMs, max: config.rateLimit.authMax }, { driver: limitDriver }),
        deviceCookies: createDeviceCookies({ publicUrl: config.http.publicUrl, secret }), audit,
      },
    );
    const images = createImages();
    const pictures = createPictures({
      queries, images, storage, write: outbox.write, newName: () => randomBytes(16).toString('hex'), clock, log: log.child({ module: 'accounts' }),
    });
    const presence = await openPresence({ queries, bus: roomsBus, live: live.live, nodeId: nodeName, log: log.child({ module: 'friends' }) });
    closing.add('presence', () => presence.close());
    const friends = createFriends({
      queries, reads: caching.reads, notices, isOnline: (userId) => presence.book.isOnline(userId), clock,
      events: {
        async peopleParted(tx, effects, parting) {
          await events.peopleParted(tx, effects, parting);
          await messages.peopleParted(tx, effects, parting);
        },
      },
    });
    // Movies and rooms ask each other questions; the module order is movies ← rooms, so movies get theirs through here.
    const movies: Movies = createMovies({
      queries, clock,
      rooms: {
        isIn: (userId, movieId) => rooms.isInRoomPlaying(userId, movieId),
        async movieRemoved(tx, effects, movieId) {
          await rooms.movieRemoved(tx, effects, movieId);
          await playlists.movieRemoved(tx, effects, movieId);
        },
      },
    });
    const roomTimings = { ...defaultRoomTimings, ...deps.roomTimings };
    const attendance = new AttendanceBook();
    const attendanceLine = await openAttendanceLine({ book: attendance, bus: roomsBus, nodeId: randomUUID(), timings: roomTimings.attendance });
    closing.add('attendance', () => attendanceLine.close());
    const rooms: Rooms = createRooms({
      attendance, waits: roomTimings.watch, write: outbox.write,
      events: { roomRemoved: (tx, effects, roomId) => events.roomRemoved(tx, effects, roomId) },
      queries, passwords, publicUrl: config.http.publicUrl, clock, movies, notices, reads: caching.reads, delivery,
      log: log.child({ module: 'rooms' }),
    });
    const events: Events = createEvents({
      queries, write: outbox.write, reads: caching.reads, notices, rooms, publicUrl: config.http.publicUrl,
      newSecret: () => randomBytes(32).toString('base64url'), clock,
    });
    const discovery = createDiscovery({ queries, write: outbox.write, reads: caching.reads, clock, log: log.child({ module: 'events' }) });
    const persistence = startPersistence({ intervalMs: config.messages.persistIntervalMs }, {
      queries, write: outbox.write, telemetry: counters.telemetry, log: log.child({ module: 'messages' }),
    });
    closing.add('persistence of messages', () => persistence.close());
    const messages: Messages = createMessages({
      queries, pictures, write: outbox.write, clock,
      hot: createHot({ queries, reads: caching.reads, log: log.child({ module: 'messages' }), onKept: persistence.kept }),
    });
    const chat = createChat({ queries, rooms, notices, write: outbox.write, clock });
    const playlists: Playlists = createPlaylists({
      queries, rooms, movies, clock,
      watchers: {
        watching: (roomId) => attendance.everybody(roomId).filter(({ player }) => player?.free !== true).map(({ userId }) => userId),
      },
    });
    const liveRooms = createLiveRooms({
      queries, rooms, movies, attendance, news: roomNews, live: live.live, write: outbox.write,
      recentMessages: (actor, roomId, lastSeq) => chat.recent(actor, roomId, lastSeq),
      hearsOthers: () => roomsBus.connected(), onReport: counters.telemetry.playerReported, watch: roomTimings.watch,
      clock, log: log.child({ module: 'rooms' }),
    });
    closing.add('live rooms', () => liveRooms.close());
    const playlistWatch = createPlaylistWatch({
      playlists, rooms: liveRooms, movies, write: outbox.write, clock, log: log.child({ module: 'playlist' }),
      onAttendance: (changed) => attendance.listen((roomId, _userId, change) => {
        if (change !== 'figures') changed(roomId);
      }),
    });
    closing.add('playlists', () => playlistWatch.close());
    const movieFiles = createMovieFiles({
      movies, storage, maxBytes: config.storage.uploadMaxBytes, clock, log: log.child({ module: 'movies' }),
    });

    const filmUploads = createFilmUploads({
      movies, queries, storage, write: outbox.write, maxBytes: config.storage.uploadMaxBytes, nodeId: nodeName, clock, log: log.child({ module: 'movies' }),
    });

    const posters = createPosters({
      movies, images, storage, write: outbox.write, newName: () => randomBytes(16).toString('hex'), clock, log: log.child({ module: 'movies' }),
    });

    const reports = createReports({ queries, countMessagesOfDay, clock, log: log.child({ module: 'operations' }) });
    // One for each of main/jobs.ts.
    const jobHandlers: readonly JobHandler[] = [
      ...accountJobs({ resets: accounts, delivery, publicUrl: config.http.publicUrl, log: log.child({ module: 'accounts' }) }),
      ...pictureJobs({ queries, images, storage, clock }),
      ...messageJobs({ queries, pictures }),
      ...roomJobs({ rooms, delivery, log: log.child({ module: 'rooms' }) }),
      ...eventJobs({ queries, notices, rooms, delivery, publicUrl: config.http.publicUrl, clock, log: log.child({ module: 'events' }) }),
      ...createSessionCleanup({ clock, log: log.child({ module: 'sessions' }) }),
      ...createRoomCleanup({ queries, attendance, clock, log: log.child({ module: 'rooms' }) }),
      ...createChatCleanup({ queries, clock, log: log.child({ module: 'chat' }) }),
      ...reports.handlers,
    ];
    const workers = jobs.start({
      write: outbox.write,
      work: config.role === 'web'
        ? undefined
        : { handlers: jobHandlers, schedules: config.schedules.enabled ? { timeZone: config.schedules.timeZone } : undefined },
    });
    closing.add('workers', () => workers.close());
    if (config.role !== 'web' && config.schedules.enabled) {
      const reminders = createReminderWatch({ queries, write: outbox.write, clock, log: log.child({ module: 'events' }) });
      closing.add('reminders', () => reminders.close());
    }

    const cacheAdmin = createCacheAdmin({
      cache: caching.cache, policies: cachePolicies, clock, log: log.child({ module: 'operations' }),
    });
    closing.add('cache administration', () => cacheAdmin.close());
    const metrics = createMetrics({
      counters, cache: caching.cache, policies: cachePolicies.map(({ name }) => name), database, outbox,
      queues: workers.queues,
      connections: { cache: redis, ...(mainRedis !== redis && { main: mainRedis }) },
    });

    let http: HttpServer | undefined;
    if (config.role !== 'worker') {
      const figures = startFigures({ node: nodeName, host: hostname() }, {
        counters, cache: caching.cache, queues: workers.queues, liveRooms: () => [...attendance.roomsHere()].length, clock,
      });
      closing.add('figures', () => figures.close());
      const cookies = refreshCookies({ ...config.http, maxAgeSeconds: SESSION_SECONDS });
      const liveModules = [friendsLive(presence.book), roomsLive(liveRooms), chatLive({ chat, rooms, live: live.live, clock }), messagesLive({ messages, live: live.live, clock }), playlistLive({ playlists, watch: playlistWatch })];
      const streaming = createStreaming({ files: movieFiles, storage, urls: createStreamUrls(secret), clock });
      http = await createHttpServer(
        { ...config.http, bodyLimitBytes: BODY_LIMIT_BYTES, drainTimeoutMs: DRAIN_TIMEOUT_MS },
        {
          routes: [
            ...operationsRoutes(createOperations({ database, redis, cache: cacheAdmin, metrics, figures, clock })),
            ...auditRoutes(audit),
            ...accountsRoutes({ accounts, refreshCookie: cookies.set }),
            ...peopleRoutes({ people: createPeople({ queries, reads: caching.reads, circles: friends }), analytics: createAnalytics({ queries, clock }) }),
            ...picturesRoutes({ pictures, storage }),
            ...sessionsRoutes({ sessions, statistics: createSessionStatistics({ queries, clock }), cookies }),
            ...noticesRoutes(notices),
            ...friendsRoutes(friends),
            ...moviesRoutes({ movies, files: movieFiles, uploads: filmUploads, posters, subtitles: createSubtitles({ movies, queries, clock }), streaming }),
            ...roomsRoutes(rooms),
            ...chatRoutes(chat),
            ...messagesRoutes(messages),
            ...playlistRoutes(playlists),
            ...eventsRoutes(events),
            ...discoveryRoutes(discovery),
            ...queuesRoutes({ queues: createQueueAdmin({ queues: workers.queues, clock }), reports }),
          ],
          pages: [...liveReferenceRoutes(liveModules), ...boardRoutes({
            board: openBoard(workers.queues),
            signIn: createBoardSignIn({ path: BOARD_PATH, publicUrl: config.http.publicUrl }, { accounts, sessions, clock }),
          })],
          web: deps.web && { ...deps.web, cards: createCards({ reads: caching.reads, rooms, movies, events }) },
          identity: sessions.identity,
          write: outbox.write,
          queries,
          cache: caching.cache,
          cacheTtlSeconds: config.cache.ttlSeconds,
          limiters: createLimiters(config.rateLimit, limitDriver),
          telemetry: counters.telemetry,
          secret, clock,
          onServer: (server) => live.open(server, {
            modules: liveModules, identity: sessions.identity, sessions, revocations, write: outbox.write,
            limiters: createLiveLimiters(config.rateLimit, limitDriver),
          }),
          log: log.child({ module: 'http' }),
        },
      );
      closing.add('http', () => http!.close());
      closing.add('live connections', () => live.drain());
      const upkeep = discovery.start();
      closing.add('lists of events', () => upkeep.close());
    }
    const housekeeping = startHousekeeping({
      log: log.child({ module: 'housekeeping' }),
      tasks: {
        'abandoned uploads': () => movieFiles.sweep(outbox.write),
        'posters that nobody sees': () => posters.sweep(outbox.write),
        'notes of ended uploads': () => filmUploads.sweep(outbox.write),
        'pictures that nobody uses': () => pictures.sweep(outbox.write),
        'guests who have gone': () => accounts.sweepGuests(outbox.write),
        'answered friend requests': () => friends.sweepRequests(outbox.write),
        'old audit events': () => audit.sweep(outbox.write),
        'old notices': () => notices.sweep(outbox.write),
        'rows of ended jobs': () => workers.sweep(),
        ...(http !== undefined && { 'old idempotency keys': () => http.idempotency.sweep() }),
      },
    });
    closing.add('housekeeping', () => housekeeping.close());

    return { http, write: outbox.write, outbox, accounts, pictures, sessions, revocations, friends, movies, movieFiles, rooms, chat, messages, playlists, events, queues: workers.queues, close: closing.close };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

/** What nodes tell one another; a node without Redis is alone. */
function openBus(
  config: Config,
  { name, connection, log, closing }: { readonly name: string; readonly connection: RedisConnection; readonly log: Log; readonly closing: Closing },
): Bus {
  if (config.redis.kind === 'none') {
    const bus = createBus({ driver: createMemoryBusLine().open(), log });
    closing.add(name, () => bus.close());
    return bus;
  }
  const subscriber = openRedis(config.redis, { profile: 'subscriber' });
  closing.add(`redis of ${name}`, () => subscriber.close());
  const bus = createBus({ driver: createRedisBusDriver({ publisher: connection, subscriber, name }), log });
  closing.add(name, () => bus.close());
  return bus;
}

/** What nodes tell one another's live connections. */
function openLine(
  config: Config,
  { connection, node, log, closing }: {
    readonly connection: RedisConnection; readonly node: string; readonly log: Log; readonly closing: Closing;
  },
): Line {
  if (config.redis.kind === 'none') return createLoneLine();
  const reader = openRedis(config.redis, { profile: 'worker' });
  closing.add('redis of live connections', () => reader.close());
  return createRedisLine({ publisher: connection, reader, key: 'watchparty:live', node, log });
}

/** The queues live in Redis, or with everything else in PostgreSQL. */
async function openJobDriver(
  config: Config, { database, log, closing }: { readonly database: Database; readonly log: Log; readonly closing: Closing },
): Promise<JobDriver> {
  if (config.redis.kind === 'none') {
    const { pool, close } = openQueuePool(database, log.child({ module: 'workers' }));
    closing.add('pool of the queues', close);
    return createPostgresJobDriver({ pool });
  }
  const connection = openRedis(config.redis, { profile: 'worker' });
  closing.add('redis of the queues', () => connection.close());
  return createRedisJobDriver({ connection });
}

function createLimiters({ windowMs, anonymousMax, userMax, authMax }: Config['rateLimit'], driver: RateLimitDriver): Limiters {
  const limiter = (prefix: string, max: number) => createRateLimiter({ windowMs, max, prefix }, { driver });
  return { anonymous: limiter('anonymous', anonymousMax), user: limiter('user', userMax), auth: limiter('auth', authMax) };
}

function createLiveLimiters({ windowMs, anonymousMax, liveMaxPerMinute }: Config['rateLimit'], driver: RateLimitDriver) {
  return {
    events: createRateLimiter({ windowMs: 60_000, max: liveMaxPerMinute, prefix: 'live' }, { driver }),
    strangers: createRateLimiter({ windowMs, max: anonymousMax, prefix: 'live-strangers' }, { driver }),
  };
}

function createMailer({ mail, http }: Config, log: Log): Mailer {
  const sender = { from: mail.from, host: new URL(http.publicUrl).hostname };
  return mail.kind === 'smtp'
    ? createSmtpMailer({ ...sender, server: mail })
    : createFileMailer({ ...sender, folder: mail.folder }, { log });
}
