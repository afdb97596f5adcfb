import Type from 'typebox';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

/** Every JSON success: the data, and where it came from when it was served by the cache. */
export const Success = <T extends Type.TSchema>(data: T) =>
  Type.Object(
    {
      success: Type.Literal(true),
      data,
      _cached: Type.Optional(Type.Literal(true)),
      _cacheKey: Type.Optional(Type.String()),
    },
    { additionalProperties: false },
  );

/** RFC 9457 problem details, sent as `application/problem+json`, with our own members. */
export const ProblemDetails = Type.Object(
  {
    success: Type.Literal(false),
    type: Type.String({ description: 'A link to what this code means' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Enum(Object.keys(ERROR_CODES) as ErrorCode[], { description: 'Stable; see docs/ERRORS.md' }),
    errors: Type.Array(
      Type.Object({ field: Type.String(), message: Type.String() }, { additionalProperties: false }),
    ),
    requestId: Type.String(),
  },
  { additionalProperties: false, title: 'ProblemDetails' },
);
export type ProblemDetails = Type.Static<typeof ProblemDetails>;
