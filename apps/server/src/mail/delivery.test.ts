import { afterAll, beforeAll, expect, test } from 'vitest';
import { factoriesFor } from '../../test/factories.ts';
import { type MailApp, startMailApp } from '../../test/mail-app.ts';
import { smtpRefusal } from '../../test/smtp.ts';

let server: MailApp;
/** The Message-IDs of all tries, by recipient. */
const tries = new Map<string, (string | undefined)[]>();
/** What the mail server answers to each; otherwise it takes it. */
const answers = new Map<string, () => Error | undefined>();
beforeAll(async () => {
  server = await startMailApp({}, {
    beforeAnswer({ to: [to = ''], mail }) {
      tries.set(to, [...(tries.get(to) ?? []), mail.messageId]);
      const refusal = answers.get(to)?.();
      if (refusal !== undefined) throw refusal;
    },
  });
});
afterAll(() => server.close());

const register = (email: string) => factoriesFor(server).user({ email });
const failedOf = async (email: string) =>
  (await server.app.queues.failed()).find(({ payload }) => (payload as { email?: string }).email === email);

test('[ML12] A mail that fails twice comes at the third try, under the same Message-ID', async () => {
  const email = 'slow@example.org';
  answers.set(email, () => ((tries.get(email)?.length ?? 0) < 3 ? smtpRefusal(451, 'Come back later') : undefined));
  await register(email);
  const { mail } = await server.mailTo(email);
  expect(tries.get(email)).toEqual([mail.messageId, mail.messageId, mail.messageId]);
  expect(await failedOf(email)).toBeUndefined();
});

test('[ML12] A mail that is refused for good is tried once, kept, and can be retried', async () => {
  const email = 'refused@example.org';
  let knows = false;
  answers.set(email, () => (knows ? undefined : smtpRefusal(550, `No mailbox ${email} here`)));
  await register(email);
  await expect.poll(() => failedOf(email)).toBeDefined();
  expect(tries.get(email)).toHaveLength(1);
  const failed = (await failedOf(email))!;
  expect(failed.error).toContain('550');
  expect(failed.error).not.toContain(email);
  knows = true;
  expect(await server.app.queues.retry(failed.id)).toBe(true);
  await server.mailTo(email);
  expect(new Set(tries.get(email)).size).toBe(1);
});
