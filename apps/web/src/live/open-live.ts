import { createLiveClient, createNoticeFeed, type HttpClient, type LiveClient, type NoticeFeed, type TokenStore } from '@watchparty/client';
import { createFriendNews, type FriendNews } from './friend-news.ts';

export interface OpenLive {
  readonly live: LiveClient;
  readonly notices: NoticeFeed;
  readonly friends: FriendNews;
  close(): void;
}

/** One connection for the whole app, and what concerns whoever is signed in. Heavy: comes after the first paint. */
export function openLive({ http, tokens }: { readonly http: HttpClient; readonly tokens: TokenStore }): OpenLive {
  const live = createLiveClient({ baseUrl: '', tokens, http });
  const notices = createNoticeFeed({ http, live });
  return {
    live, notices, friends: createFriendNews(live),
    close() {
      notices.close();
      live.close();
    },
  };
}
