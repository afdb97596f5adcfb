/** All that shows how one stands with people. */
export const FRIENDS = ['friends'] as const;
export const FRIEND_LIST = ['friends', 'list'] as const;
export const FRIENDS_ONLINE = ['friends', 'online'] as const;
export const INCOMING = ['friends', 'requests', 'incoming'] as const;
export const OUTGOING = ['friends', 'requests', 'outgoing'] as const;
export const BLOCKED = ['friends', 'blocks'] as const;
export const standingOf = (userId: number) => ['friends', 'standing', userId] as const;
export const mutualWith = (userId: number) => ['friends', 'mutual', userId] as const;

/** Profiles and what a search finds: blocks change who is there. */
export const PEOPLE = ['people'] as const;
export const profileOf = (userId: number) => ['people', 'profile', userId] as const;
export const found = (text: string) => ['people', 'search', text] as const;
