import type { NoticesPage, NoticesQuery, NoticesUnread, ReadNoticesBody } from '@watchparty/protocol';
import type { Caller, CallOptions } from './caller.ts';

export function noticeCalls({ data }: Caller) {
  return {
    /** The newest first. Pass over kinds that you do not know. */
    list: (query: NoticesQuery = {}, { signal }: CallOptions = {}): Promise<NoticesPage> =>
      data({ method: 'GET', path: '/api/notices', query: { ...query }, signal }),

    /** These, or this one and all that are older. */
    markRead: (which: ReadNoticesBody, { signal }: CallOptions = {}): Promise<NoticesUnread> =>
      data({ method: 'POST', path: '/api/notices/read', body: which, signal }),

    remove: (id: string, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: `/api/notices/${encodeURIComponent(id)}`, signal }),
  };
}
