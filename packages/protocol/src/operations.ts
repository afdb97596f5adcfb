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
