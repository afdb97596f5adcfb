import { Problem } from '../../kernel/problem.ts';
import { normalPassword } from './passwords.ts';

/** Throws `accounts.password_weak` for a password that may not be set; `field` is where it stood in the request. */
export type PasswordRule = (password: string, field: string) => Promise<void>;

/** Outside production at least 6 characters; in production at least 8, and not one that everybody tries first. */
export function createPasswordRule({ production }: { readonly production: boolean }): PasswordRule {
  const minLength = production ? 8 : 6;
  let common: Promise<ReadonlySet<string>> | undefined;
  return async (password, field) => {
    // Counted as it is hashed, so that no composed letter counts twice.
    const { length } = Array.from(normalPassword(password));
    if (length < minLength) throw weak(field, `must have at least ${minLength} characters`);
    if (!production) return;
    // 2 MB of words: read when first asked, not at every start.
    common ??= loadCommonPasswords();
    if ((await common).has(normalPassword(password).toLowerCase())) throw weak(field, 'is one of the passwords that everybody tries first');
  };
}

const weak = (field: string, message: string): Problem =>
  new Problem('accounts.password_weak', {
    detail: `The password ${message}`,
    errors: [{ field, message }],
  });

async function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const passwords: unknown = dictionary['passwords-common'];
  return new Set(passwords as Iterable<string>);
}
