export interface PageQuery {
  /** From 1. */
  readonly page?: number;
  /** 1 to 100; 10 by default. */
  readonly limit?: number;
}

export interface Page<T> {
  readonly items: T[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
}

/** Of a list without end: `nextCursor` says where to go on, null at the end. */
export interface CursorPage<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}
