import type { AdminUser, OwnProfile, User } from '@watchparty/protocol';
import type { UserRow } from './accounts.repo.ts';
import type { AdministeredRow } from './administration.repo.ts';
import { shownEmail } from './email.ts';

/** What everybody may see of a user. */
export const publicUser = (
  row: Pick<UserRow, 'id' | 'username' | 'display_name' | 'role' | 'bio' | 'profile_picture' | 'created_at'>,
): User => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name,
  role: row.role,
  bio: row.bio,
  profilePicture: row.profile_picture,
  createdAt: row.created_at.toISOString(),
});

/** What users see of themselves. */
export const ownProfile = (row: UserRow): OwnProfile => ({
  ...publicUser(row), email: shownEmail(row.email), locale: row.locale, messagesFrom: row.messages_from,
});

/** What administrators see of users. */
export const adminUser = (row: AdministeredRow): AdminUser => ({
  ...ownProfile(row),
  disabledAt: row.disabled_at?.toISOString() ?? null,
  hasSecondFactor: row.second_factor_at !== null,
});
