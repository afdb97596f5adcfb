import { join } from 'node:path';
import type { MailConfig } from './config.ts';
import type { ConfigValues } from './keys.ts';
import { email } from './parser.ts';

const SMTPS_PORT = 465;

/** `SMTP_HOST` wins; else Gmail; else files in the outbox folder of `dataDir`. */
export function mailConfig(values: ConfigValues, dataDir: string): MailConfig {
  const { EMAIL_USER: gmailUser, EMAIL_PASSWORD: gmailPassword, SMTP_USER: user, SMTP_PASSWORD: password } = values;
  const { EMAIL_FROM, SMTP_HOST: host, SMTP_PORT: port } = values;
  const noReply = `no-reply@${new URL(values.PUBLIC_URL).hostname}`;
  if (host) {
    return {
      kind: 'smtp',
      from: EMAIL_FROM ?? (user && email.parse(user)) ?? noReply,
      host,
      port,
      secure: values.SMTP_SECURE ?? port === SMTPS_PORT,
      login: user && password ? { kind: 'password', user, password } : { kind: 'none' },
    };
  }
  if (gmailUser && gmailPassword) {
    return {
      kind: 'smtp',
      from: EMAIL_FROM ?? gmailUser,
      host: 'smtp.gmail.com',
      port: SMTPS_PORT,
      secure: true,
      // Google shows app passwords in groups of four letters; the spaces are no part of them.
      login: { kind: 'password', user: gmailUser, password: gmailPassword.replaceAll(' ', '') },
    };
  }
  return { kind: 'files', from: EMAIL_FROM ?? noReply, folder: join(dataDir, 'outbox') };
}
