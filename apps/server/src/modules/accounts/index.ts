export { accountPolicies, USERNAMES_TAG } from './accounts.cache.ts';
export { type Accounts, type AccountsSettings, createAccounts } from './accounts.ts';
export { accountsRoutes } from './accounts.http.ts';
export { createPasswordRule } from './password-rule.ts';
export { createPasswords, defaultPasswordCost, type PasswordCost, type Passwords } from './passwords.ts';
export type { Client, SessionOpener, Tokens } from './sign-in.ts';
