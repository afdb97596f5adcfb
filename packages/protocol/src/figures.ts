import Type from 'typebox';
import { QueueName } from './queues.ts';
import { Time, Uuid } from './text.ts';

const count = Type.Integer({ minimum: 0 });
const counts = Type.Array(count);
/** Null where it could not be found out, or there was nothing to measure. */
const measured = Type.Array(Type.Union([Type.Number({ minimum: 0 }), Type.Null()]));
const closed = { additionalProperties: false } as const;

/** `after` counts only for the node that said it: another one tells all it knows. */
export const FiguresQuery = Type.Object(
  {
    node: Type.Optional(Uuid),
    after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'The last of `at` that is known already' })),
  },
  closed,
);
export type FiguresQuery = Type.Static<typeof FiguresQuery>;

/**
 * `GET /api/admin/figures`: one node's last hour. All lists are as long as `at`, and each of their values is of the time up
 * to the one of `at` in the same place: counts since the one before, or how it was just then.
 */
export const Figures = Type.Object(
  {
    node: Type.Unsafe<string>({ ...Uuid, description: 'The node that answers; a new name with each start' }),
    host: Type.String(),
    startedAt: Time,
    intervalSeconds: Type.Number({ description: 'What lies between two of `at`, about' }),
    spanSeconds: Type.Number({ description: 'How long figures are kept' }),
    at: Type.Array(Type.Integer({ minimum: 0 }), { description: 'In ms since 1970, in order' }),
    http: Type.Object(
      { requests: counts, failures: Type.Unsafe<number[]>({ ...counts, description: 'Answered with 5xx' }), p50Ms: measured, p95Ms: measured, p99Ms: measured },
      closed,
    ),
    cache: Type.Object(
      {
        memoryBytes: Type.Unsafe<(number | null)[]>({ ...measured, description: 'Of the whole store' }),
        l1Bytes: counts,
        namespaces: Type.Array(
          Type.Object({ name: Type.String(), hits: counts, misses: counts, loads: counts, bypasses: counts, staleHits: counts }, closed),
          { description: 'Those in which something happened' },
        ),
      },
      closed,
    ),
    limits: Type.Array(
      Type.Object(
        { policy: Type.String(), allowed: counts, refused: counts, local: Type.Unsafe<number[]>({ ...counts, description: 'Of both, those decided without Redis' }) },
        closed,
      ),
    ),
    live: Type.Object(
      {
        connections: counts, rooms: Type.Unsafe<number[]>({ ...counts, description: 'That somebody has open on this node' }),
        reports: Type.Unsafe<number[]>({ ...counts, description: 'What players said of themselves' }),
        driftP50Ms: measured, driftP95Ms: measured, roundTripP50Ms: measured, roundTripP95Ms: measured,
      },
      closed,
    ),
    queues: Type.Array(Type.Object({ queueName: QueueName, waiting: measured, active: measured, delayed: measured }, closed)),
    process: Type.Object(
      { residentBytes: counts, cpu: Type.Unsafe<(number | null)[]>({ ...measured, description: '1: one core all the time' }) }, closed,
    ),
  },
  { ...closed, title: 'Figures' },
);
export type Figures = Type.Static<typeof Figures>;
