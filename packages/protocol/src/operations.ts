import Type from 'typebox';
import { Time } from './text.ts';

/** `GET /api/health`, sent exactly like this, without the envelope. */
export const ApiHealth = Type.Object(
  {
    success: Type.Literal(true),
    message: Type.Literal('WatchParty API is running'),
    redis: Type.Enum(['connected', 'disconnected', 'disabled']),
    timestamp: Time,
  },
  { additionalProperties: false, title: 'ApiHealth' },
);
export type ApiHealth = Type.Static<typeof ApiHealth>;

/** `GET /health`, for monitors. Latency in milliseconds, null when there was none to measure. */
export const Health = Type.Object(
  {
    status: Type.Enum(['healthy', 'degraded']),
    redis: Type.Object(
      {
        status: Type.Enum(['healthy', 'unhealthy', 'disabled']),
        latency: Type.Union([Type.Number(), Type.Null()]),
      },
      { additionalProperties: false },
    ),
    cache: Type.Object({ totalKeys: Type.Integer(), memoryUsage: Type.String() }, { additionalProperties: false }),
    database: Type.Object(
      {
        status: Type.Enum(['healthy', 'unhealthy']),
        latency: Type.Union([Type.Number(), Type.Null()]),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, title: 'Health' },
);
export type Health = Type.Static<typeof Health>;

const count = Type.Integer({ minimum: 0 });
/** Hits among hits and misses, 0 to 1. */
const HitRate = Type.Number({ minimum: 0, maximum: 1 });

/** `GET /api/admin/cache/stats`. Keys and memory are the store's; what is counted is this node's, since `since`. */
export const CacheStats = Type.Object(
  {
    keys: count,
    /** True: counted in a sample, for there are very many. */
    keysEstimated: Type.Boolean(),
    memoryUsage: Type.String(),
    memoryBytes: count,
    hits: count,
    misses: count,
    hitRate: HitRate,
    since: Time,
    /** Whether the store is in use: `open` while it is away, `half-open` while it is being tried. */
    breaker: Type.Enum(['closed', 'open', 'half-open']),
    /** This node's own copies. */
    l1: Type.Object({ keys: count, bytes: count }, { additionalProperties: false }),
    namespaces: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          keyPattern: Type.Union([Type.String(), Type.Null()]),
          keys: count, hits: count, misses: count, hitRate: HitRate, loads: count, bypasses: count, staleHits: count,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, title: 'CacheStats' },
);
export type CacheStats = Type.Static<typeof CacheStats>;

/** How many entries there were; null when the store was away and could not be asked. */
export const CacheCleared = Type.Object(
  { keys: Type.Union([count, Type.Null()]) },
  { additionalProperties: false, title: 'CacheCleared' },
);
export type CacheCleared = Type.Static<typeof CacheCleared>;
