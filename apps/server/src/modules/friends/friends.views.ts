import type { Person, FriendRequest, BlockedPerson } from '@watchparty/protocol';
import type { Static } from 'typebox';
import type { CachedFriend } from './friends.cache.ts';
import type { BlockRow } from './blocks.repo.ts';
import type { FriendRow, PersonRow } from './friends.repo.ts';
import type { ShownRequestRow } from './requests.repo.ts';

export const personView = ({ id, username, display_name, profile_picture }: PersonRow): Person => ({
  id, username, displayName: display_name, profilePicture: profile_picture,
});

export const friendView = (row: FriendRow): Static<typeof CachedFriend> => ({
  ...personView(row), since: row.since.toISOString(),
});

export const requestView = ({ id, from, to, status, created_at }: ShownRequestRow): FriendRequest => ({
  id, from: personView(from), to: personView(to), status, createdAt: created_at.toISOString(),
});

export const blockView = (row: BlockRow): BlockedPerson => ({ ...personView(row), blockedAt: row.blocked_at.toISOString() });
