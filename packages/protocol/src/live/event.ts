import type Type from 'typebox';

/** One event that clients send; each is acknowledged with `{success, data}` or problem details. */
export interface ClientEvent<B extends Type.TSchema = Type.TSchema, R extends Type.TSchema = Type.TSchema> {
  readonly name: string;
  readonly summary: string;
  readonly body: B;
  /** The schema of the acknowledgement's `data`. */
  readonly reply: R;
}

/** One event that the server sends. */
export interface ServerEvent<P extends Type.TSchema = Type.TSchema> {
  readonly name: string;
  readonly summary: string;
  readonly payload: P;
  /** What one turn brings to a channel goes out as one event: the others' `items` are appended to the first's. */
  readonly gathers?: boolean;
}

export const clientEvent = <B extends Type.TSchema, R extends Type.TSchema>(event: ClientEvent<B, R>): ClientEvent<B, R> => event;
export const serverEvent = <P extends Type.TSchema>(event: ServerEvent<P>): ServerEvent<P> => event;
