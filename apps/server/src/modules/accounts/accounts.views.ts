import type { OwnProfile, User } from '@watchparty/protocol';
import type { UserRow } from './accounts.repo.ts';
import { shownEmail } from './email.ts';

/** What everybody may see of a user. */
export const publicUser = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name,
  role: row.role,
  bio: row.bio,
  profilePicture: row.profile_picture,
  createdAt: row.created_at.toISOString(),
});

/** What users see of themselves. */
export const ownProfile = (row: UserRow): OwnProfile => ({ ...publicUser(row), email: shownEmail(row.email), locale: row.locale });
