import { CONFIG_KEYS, type ConfigKeyName } from '../config/index.ts';
import type { CachePolicyDeclaration } from '../kernel/cache-policy.ts';

/** `publicProfile` → `CACHE_TTL_PUBLIC_PROFILE_SECONDS`; the hot cache of messages has a name of its own. */
function settingOf(ttl: string): ConfigKeyName {
  if (ttl === 'messages') return 'MESSAGE_CACHE_TTL_SECONDS';
  const name = `CACHE_TTL_${ttl.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}_SECONDS`;
  if (!(name in CONFIG_KEYS)) throw new Error(`No setting for the TTL ${ttl}: ${name}`);
  return name as ConfigKeyName;
}

const code = (text: string): string => `\`${text}\``;

function row(policy: CachePolicyDeclaration): string {
  const { name, key, tags, ttl, freshness, maxAgeMs } = policy;
  const setting = settingOf(ttl);
  const bound = freshness === 'strict' ? 'strict' : `at most ${freshness.boundedMs / 1000} s old`;
  const fresh = maxAgeMs === undefined ? bound : `${bound} by its tags, at most ${maxAgeMs / 1000} s old in all else`;
  return `| ${[code(name), code(key), tags.map(code).join(', '), code(setting), `${CONFIG_KEYS[setting].default} s`, fresh].join(' | ')} |`;
}

/** `docs/CACHE.md`: every policy, and why what it serves is fresh. */
export function renderCachePage(policies: readonly CachePolicyDeclaration[]): string {
  return `${[
    '# The cache',
    [
      'What many people read is kept in Redis, and the copies that are used most in the process itself. Once a write has',
      'been answered, no later read on any node shows what was before it; a cached answer is as fresh as the database. It',
      'says so itself: `_cached` and `_cacheKey` in its body, `X-Cache: HIT` in its headers. Without Redis the process keeps',
      'everything itself, and answers alike.',
    ].join('\n'),
    '## What is cached',
    [
      '| Policy | Key | Ends with a change of | TTL | Default | Freshness |',
      '|---|---|---|---|---|---|',
      ...policies.map(row),
    ].join('\n'),
    [
      'An entry is found under its key, and carries the tags that its value depends on. The TTL bounds how long it is kept,',
      'not how fresh it is. Private rooms and chats are cached too, but who may see them is decided before they are served,',
      'each time: by the session and by who one is in the room, which are cached by the same rules. A session that was',
      'ended, a role that was taken away or a kick holds at the next request, on every node. A session’s entry says whose it',
      'is, in which role and until when. Passwords, tokens, their hashes and other people’s addresses are never cached.',
    ].join('\n'),
    '## Why nothing stale is served',
    [
      'The race that other caches lose: a reader loads the old row, a writer changes it and deletes the key, the reader',
      'stores the old row, and everybody is served it until it expires. Deleting keys cannot win this race; comparing',
      'versions does:',
      '',
      '1. Each tag has a version in Redis, an unrepeatable random value. A write gives its tags new versions after its commit',
      '   and before its answer.',
      '2. An entry is stored together with the versions of its tags **as they were read before its load began**.',
      '3. It may be served only if they equal the versions read **after the request began**.',
      '',
      'Let a write be answered, and a request begin after that and be served an entry. The versions that the request read',
      'include the one this write made, or a later one; the entry carries the same; so its load began after that version was',
      'there, hence after the commit, and saw the row of that write or a later one. Whoever stored what meanwhile does not',
      'matter: an entry that lost the race can be stored, and is never served. No clock is compared with another.',
      '',
      'Reading the versions costs little, because all requests of one turn of the event loop share one `MGET`, together with',
      'the rate limit’s question. An invalidation costs the same for one entry as for a hundred thousand. The rules, by number,',
      'with the tests that cite them: `packages/redis-kit/src/cache/SPEC.md`.',
    ].join('\n'),
    '## When Redis is away',
    [
      'Reads go to the database (`X-Cache: BYPASS`). Writes are answered too: the tags that they invalidate are committed',
      'with their rows in the table `outbox`. Before a node uses Redis again, whatever anybody still owes is applied; a Redis',
      'that restarted or was restored from a copy is cleared. Reads wait for Redis no longer than `REDIS_TIMEOUT_MS`.',
      '',
      'With several nodes one may be cut off from Redis while the others are not. Then its writes ask the others to apply',
      'their invalidations, and wait for that up to a second. If none of them can either, the write is answered and counted',
      '(`cache_unfenced_writes_total`), and applied as soon as anybody can. This is the only way in which something stale can',
      'be seen, for as long as it lasts; a single node never waits, for it serves nothing from a Redis that it owes something.',
      '',
      'Sessions are then looked up in PostgreSQL. With PostgreSQL away and Redis there, people whose sessions are cached are',
      'served what else is cached. With both away a signed access token is trusted by itself, for the 15 minutes that it',
      'holds, and for what any user may: nobody is an admin then.',
    ].join('\n'),
    '## Looking inside, and clearing',
    [
      '`GET /api/admin/cache/stats` tells keys, memory and hits by policy, `POST /api/admin/cache/clear` ends every entry at',
      'once; [metrics](METRICS.md) has the figures for Prometheus, the [cheat sheet](CHEATSHEET.md) the commands of',
      '`redis-cli`.',
      '',
      'How keys are counted: Redis has no command for “how many of these”, and its databases also hold sessions, limits and',
      'queues. So the keys are iterated over with `SCAN`, only when somebody asks (`GET /health` or the statistics) and for',
      'at most a twentieth of the time. Beyond 200,000 keys a sample of that size is counted and the rest estimated',
      '(`keysEstimated`). `memoryUsage` is that of the whole Redis, or without one that of this process’s copies.',
    ].join('\n'),
    'This page is written from the `*.cache.ts` of the modules by `node apps/server/src/caching/document.ts`.',
  ].join('\n\n')}\n`;
}
