import type { OwnProfile } from '@watchparty/protocol';

/** What tabs of one browser tell each other, so that they agree. */
export type TabNews =
  | { readonly type: 'signed-in'; readonly userId: number }
  | { readonly type: 'signed-out' }
  | { readonly type: 'profile'; readonly user: OwnProfile }
  /** What the server gave for such a query is old. */
  | { readonly type: 'changed'; readonly queryKey: readonly unknown[] };

export interface Tabs {
  tell(news: TabNews): void;
  /** Calls for what other tabs tell; answers what ends that. */
  hear(listener: (news: TabNews) => void): () => void;
  close(): void;
}

export function createTabs(): Tabs {
  const channel = new BroadcastChannel('watchparty');
  return {
    tell: (news) => channel.postMessage(news),
    hear(listener) {
      const call = ({ data }: MessageEvent<TabNews>): void => listener(data);
      channel.addEventListener('message', call);
      return () => channel.removeEventListener('message', call);
    },
    close: () => channel.close(),
  };
}
