import { Problem } from './problem.ts';

export interface PageRequest {
  /** From 1. */
  readonly page: number;
  readonly limit: number;
}

export interface PageOf<T> {
  readonly items: T[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
}

/** The first page always exists, even empty; a page past the last one is refused, not answered with nothing. */
export function pageOf<T>(items: T[], total: number, { page, limit }: PageRequest): PageOf<T> {
  const last = Math.max(1, Math.ceil(total / limit));
  if (page > last) throw new Problem('page.past_end', { detail: `The last page is ${last}` });
  return { items, page, limit, total };
}
