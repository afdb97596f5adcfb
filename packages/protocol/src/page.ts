import Type from 'typebox';

/** `page` and `limit` of a list that is read page by page. */
export const PageQuery = Type.Object(
  {
    page: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, default: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 })),
  },
  { additionalProperties: false },
);

export const Page = <T extends Type.TSchema>(item: T) =>
  Type.Object(
    { items: Type.Array(item), page: Type.Integer(), limit: Type.Integer(), total: Type.Integer() },
    { additionalProperties: false },
  );

/** A list that grows without end: `nextCursor` is what to send next to go on, null at the end. */
export const CursorPage = <T extends Type.TSchema>(item: T) =>
  Type.Object(
    { items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) },
    { additionalProperties: false },
  );
