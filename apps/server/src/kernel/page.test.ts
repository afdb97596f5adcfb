import { expect, it } from 'vitest';
import { pageOf } from './page.ts';

it('says what was asked for and how much there is', () => {
  expect(pageOf(['c'], 3, { page: 2, limit: 2 })).toEqual({ items: ['c'], page: 2, limit: 2, total: 3 });
});

it('always has a first page', () => {
  expect(pageOf([], 0, { page: 1, limit: 10 })).toEqual({ items: [], page: 1, limit: 10, total: 0 });
});

it.each([[0, 10, 1], [10, 10, 1], [11, 10, 2], [100, 1, 100]])('of %i things by %i ends with page %i', (total, limit, last) => {
  expect(pageOf([], total, { page: last, limit }).page).toBe(last);
  expect(() => pageOf([], total, { page: last + 1, limit })).toThrow(
    expect.objectContaining({ code: 'page.past_end', status: 404, detail: `The last page is ${last}` }),
  );
});
