import Type from 'typebox';

/** A line or passage of text: at least one visible character, at most `max` code points. */
export const Text = (max: number, description?: string) =>
  Type.String({ minLength: 1, maxLength: max, pattern: '\\S', ...(description && { description }) });

/** A passage that may be empty, at most `max` code points. */
export const OptionalText = (max: number) => Type.String({ maxLength: max });

/** ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const Time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });

/** Users, rooms, movies and events are numbered by PostgreSQL `integer` identities. */
export const Id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });

export const Uuid = Type.String({ format: 'uuid' });

/** A link that clients open; the server itself never fetches one. */
export const WebUrl = Type.String({ minLength: 8, maxLength: 2000, pattern: '^https?://[^\\s/?#]+[^\\s]*$' });

export const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
