import type { Notice, NoticesPage } from '@watchparty/protocol';
import { expect, test } from 'vitest';
import { NoticeBook } from './notice-book.ts';

const idOf = (nth: number): string => `01890a5d-ac96-774b-bcce-${String(nth).padStart(12, '0')}`;
const AT = '2030-01-01T00:00:00.000Z';
const noticeOf = (nth: number, given: { readonly readAt?: string; readonly roomName?: string } = {}): Notice => ({
  id: idOf(nth), kind: 'room_invitation', createdAt: AT, readAt: null, invitationId: idOf(nth), roomId: nth, roomName: `Room ${nth}`,
  from: { userId: 1, username: 'host' }, ...given,
});
/** Of those from `newest` down to `oldest`, all unread; `unread`: of all there are. */
function pageOf(newest: number, oldest: number, unread: number): NoticesPage {
  const items = Array.from({ length: newest - oldest + 1 }, (_, at) => noticeOf(newest - at));
  return { items, nextCursor: oldest === 1 ? null : idOf(oldest), unread };
}
const shown = ({ seen: { items, unread, hasMore } }: NoticeBook) => [items.map(({ id }) => Number(id.slice(-4))), unread, hasMore];

test('[LC17] What was told while a page was under way stays, whether it is on the page or not', () => {
  const book = new NoticeBook();
  book.asking();
  book.told(noticeOf(4));
  book.told(noticeOf(5));
  book.begin(pageOf(4, 3, 4));
  expect(shown(book)).toEqual([[5, 4, 3], 5, true]);
  book.goOn(pageOf(2, 1, 5));
  expect(shown(book)).toEqual([[5, 4, 3, 2, 1], 5, false]);
  book.told(noticeOf(5));
  expect(shown(book)).toEqual([[5, 4, 3, 2, 1], 5, false]);
});

test('[LC17] What has been read or removed stays so, also on a page of the moment before', () => {
  const book = new NoticeBook();
  book.asking();
  book.read([idOf(3), idOf(1)], AT);
  expect(book.remove([idOf(2)])).toBe(true);
  book.begin(pageOf(4, 1, 4));
  expect(shown(book)).toEqual([[4, 3, 1], 1, false]);
  expect(book.seen.items.map(({ readAt }) => readAt)).toEqual([null, AT, AT]);
  book.told(noticeOf(3, { roomName: 'In other words' }));
  expect(book.seen.items[1]).toEqual(noticeOf(3, { roomName: 'In other words', readAt: AT }));
});

test('[LC17] Unread are counted that were never fetched, each once', () => {
  const book = new NoticeBook();
  book.asking();
  book.begin(pageOf(30, 21, 25));
  expect(shown(book)[1]).toBe(25);
  book.read([idOf(30), idOf(5), idOf(5)], AT);
  book.read([idOf(30), idOf(5)], AT);
  expect(shown(book)[1]).toBe(23);
  book.told(noticeOf(4, { roomName: 'Old, in other words' }));
  expect(shown(book)[1]).toBe(23);
  expect(book.remove([idOf(29)])).toBe(true);
  expect(shown(book)[1]).toBe(22);
  expect(book.remove([idOf(3)])).toBe(false);
  book.read(Array.from({ length: 30 }, (_, nth) => idOf(nth + 1)), AT);
  expect(shown(book)[1]).toBe(0);
});

test('[LC17] What the server did not take is as it was', () => {
  const book = new NoticeBook();
  book.asking();
  book.begin(pageOf(2, 1, 2));
  book.read([idOf(2)], AT);
  book.remove([idOf(1)]);
  expect(shown(book)).toEqual([[2], 0, false]);
  book.unread([idOf(2)]);
  book.putBack([idOf(1)]);
  expect(shown(book)).toEqual([[2, 1], 2, false]);
});

test('[LC17] Kinds that nobody knows are passed over; what is fetched anew replaces what was', () => {
  const book = new NoticeBook();
  book.asking();
  book.begin({ ...pageOf(3, 2, 2), items: [noticeOf(3), { ...noticeOf(2), kind: 'of_tomorrow' } as never] });
  expect(shown(book)[0]).toEqual([3]);
  book.asking();
  book.begin(pageOf(6, 5, 6));
  expect(shown(book)).toEqual([[6, 5], 6, true]);
});
