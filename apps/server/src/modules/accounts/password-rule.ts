import { Problem } from '../../kernel/problem.ts';

/** Throws `accounts.password_weak` for a password that may not be set. */
export type PasswordRule = (password: string) => Promise<void>;

/** Outside production at least 6 characters; in production at least 8, and not one that everybody tries first. */
export function createPasswordRule({ production }: { readonly production: boolean }): PasswordRule {
  const minLength = production ? 8 : 6;
  let common: Promise<ReadonlySet<string>> | undefined;
  return async (password) => {
    if ([...password].length < minLength) throw weak(`must have at least ${minLength} characters`);
    if (!production) return;
    // 2 MB of words: read when first asked, not at every start.
    common ??= loadCommonPasswords();
    if ((await common).has(password.toLowerCase())) throw weak('is one of the passwords that everybody tries first');
  };
}

const weak = (message: string): Problem =>
  new Problem('accounts.password_weak', {
    detail: `The password ${message}`,
    errors: [{ field: '/body/password', message }],
  });

async function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const passwords: unknown = dictionary['passwords-common'];
  return new Set(passwords as Iterable<string>);
}
