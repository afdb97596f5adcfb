// What is read of an API description; JSON Schema is as deep as it likes to be.
// oxlint-disable-next-line no-explicit-any
export type Json = any;

export interface Operation {
  /** As the description names it. */
  readonly id: string;
  readonly method: string;
  /** `/api/rooms/{id}`. */
  readonly path: string;
  readonly parameters: readonly Json[];
  /** By content type; undefined where there is none. */
  readonly content: Readonly<Record<string, Json>> | undefined;
  /** Status → codes of problems with that status; none for successes. */
  readonly answers: ReadonlyMap<number, readonly string[]>;
}

/** The operations of an API description. */
export function operationsOf(description: Json): Operation[] {
  return Object.entries<Json>(description.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters,
      content: operation.requestBody?.content,
      answers: new Map(
        Object.entries<Json>(operation.responses).map(([status, { 'x-codes': codes }]) => [
          Number(status),
          codes ?? [],
        ]),
      ),
    })),
  );
}
