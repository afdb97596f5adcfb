export { accountPolicies, USERNAMES_TAG } from './accounts.cache.ts';
export { type Accounts, type AccountsSettings, createAccounts } from './accounts.ts';
export { accountsRoutes } from './accounts.http.ts';
export { createPasswordRule } from './password-rule.ts';
export { createPasswords, defaultPasswordCost, type PasswordCost, type Passwords } from './passwords.ts';
export { picturesRoutes } from './pictures.http.ts';
export { deleteOldAvatar, optimizeAvatar, pictureJobs } from './pictures.jobs.ts';
export { createPictures, type Pictures } from './pictures.ts';
export type { Client, SessionOpener, Tokens } from './sign-in.ts';
