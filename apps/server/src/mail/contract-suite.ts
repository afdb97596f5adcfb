import PostalMime, { type Email } from 'postal-mime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Mail, type Mailer, MailerClosed, MailRefused } from './mailer.ts';

export interface MailerUnderTest {
  readonly mailer: Mailer;
  /** What has arrived, as it came. */
  received(): Promise<readonly string[]>;
}

export const SENDER = { from: 'Film, Night & Co <no-reply@watchparty.test>', host: 'watchparty.test' };

export const aMail = (given: Partial<Mail> = {}): Mail => ({
  to: 'ann@example.org', subject: 'Привет, Ann', html: '<p>Привет</p>', text: 'Привет\n', locale: 'ru', id: '0198-abc', ...given,
});

const parsed = (raw: string): Promise<Email> => PostalMime.parse(Buffer.from(raw, 'latin1'));
const header = (mail: Email, name: string): string | undefined => mail.headers.find(({ key }) => key === name)?.value;

/** The rules of SPEC.md that hold for every driver. */
export function describeMailer(name: string, create: () => Promise<MailerUnderTest>): void {
  const setUp = async (): Promise<MailerUnderTest & { one(): Promise<Email> }> => {
    const made = await create();
    onTestFinished(() => made.mailer.close());
    const one = async (): Promise<Email> => {
      const all = await made.received();
      expect(all).toHaveLength(1);
      return parsed(all[0]!);
    };
    return { ...made, one };
  };

  describe(`mailer contract: ${name}`, () => {
    test('[ML1] A mail arrives with both bodies and the headers of an automatic one', async () => {
      const { mailer, one } = await setUp();
      await mailer.send(aMail());
      const mail = await one();
      expect(mail).toMatchObject({
        subject: 'Привет, Ann', from: { name: 'Film, Night & Co', address: 'no-reply@watchparty.test' },
        to: [{ address: 'ann@example.org' }], messageId: '<0198-abc@watchparty.test>',
      });
      expect([mail.html?.trim(), mail.text?.trim()]).toEqual(['<p>Привет</p>', 'Привет']);
      expect([header(mail, 'auto-submitted'), header(mail, 'content-language')]).toEqual(['auto-generated', 'ru']);
      expect(mail.cc ?? mail.bcc ?? mail.replyTo).toBeUndefined();
    });

    test('[ML1] Every try of the same mail has the same Message-ID', async () => {
      const { mailer, received } = await setUp();
      await mailer.send(aMail());
      const [first] = await received();
      await mailer.send(aMail());
      const again = (await received()).at(-1)!;
      expect((await parsed(again)).messageId).toBe((await parsed(first!)).messageId);
    });

    test.each(['\r\nBcc: eve@example.org', '\nBcc: eve@example.org', '\rX: y', '\u2028Bcc: eve@example.org', '\r\n\r\n<b>body</b>'])(
      '[ML2] A subject with %j is one line',
      async (attack) => {
        const { mailer, one, received } = await setUp();
        await mailer.send(aMail({ subject: `Room${attack}` }));
        const mail = await one();
        expect(mail.subject).toBe(`Room${attack.replace(/[\r\n\u2028]+/g, ' ')}`);
        expect(mail.headers.map(({ key }) => key).filter((key) => key === 'bcc' || key === 'x')).toEqual([]);
        expect(mail.text?.trim()).toBe('Привет');
        expect((await received())[0]).not.toMatch(/^Bcc:/im);
      },
    );

    test.each([
      '', 'ann', 'ann@', '@example.org', 'ann@example.org, eve@example.org', 'ann@example.org\r\nBcc: eve@example.org',
      'Ann <ann@example.org>', '<ann@example.org>', '"ann eve@evil.test"@example.org', 'ann@[127.0.0.1]', 'ann@exa mple.org',
      'ann@evil.test@example.org', 'ann@example.org ', 'a..b@example.org', 'ann@-example.org', 'аня@example.org',
      `${'a'.repeat(65)}@example.org`, `a@${'b.'.repeat(125)}org`, 'ann@example.org/x', 'ann@ex%61mple.org', 'team: ann@example.org;',
    ])('[ML2] [ML3] %j is not one address, and refused for good', async (to) => {
      const { mailer, received } = await setUp();
      await expect(mailer.send(aMail({ to }))).rejects.toThrow(MailRefused);
      expect(await received()).toEqual([]);
    });

    test.each([
      ['anna@пример.рф', 'anna@xn--e1afmkfd.xn--p1ai'],
      ['Anna.B+film@EXAMPLE.org', 'Anna.B+film@example.org'],
      ["o'neil@bücher.example", "o'neil@xn--bcher-kva.example"],
    ])('[ML3] %s travels as %s', async (to, address) => {
      const { mailer, received } = await setUp();
      await mailer.send(aMail({ to }));
      const [raw] = await received();
      expect(/^To: (.*)\r$/m.exec(raw!)?.[1]).toBe(address);
    });

    test('[ML4] Closing waits for what is being sent, and later mails are refused', async () => {
      const { mailer, received } = await setUp();
      const sent = mailer.send(aMail());
      await mailer.close();
      expect(await received()).toHaveLength(1);
      await sent;
      await expect(mailer.send(aMail())).rejects.toThrow(MailerClosed);
      await mailer.close();
    });

    test('an aborted mail is not sent', async () => {
      const { mailer, received } = await setUp();
      await expect(mailer.send(aMail(), { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped');
      expect(await received()).toEqual([]);
    });
  });
}
