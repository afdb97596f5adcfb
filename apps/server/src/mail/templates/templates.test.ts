import { expect, test } from 'vitest';
import { startBrowser } from '../../../test/browser.ts';
import { eventPromotedMail, passwordResetMail, roomInvitationMail, welcomeMail } from './index.ts';
import type { Words } from './letter.ts';

const ATTACK = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;`;
const URL = 'https://watchparty.test/rooms/5?invite=abc&x="y"';

const mails = (locale: 'en' | 'ru', name: string): Readonly<Record<string, Words>> => ({
  welcome: welcomeMail(locale, { username: name, publicUrl: 'https://watchparty.test' }),
  'password reset': passwordResetMail(locale, { username: name, url: URL }),
  'seat at an event': eventPromotedMail(locale, {
    title: name, startsAt: new Date('2026-11-21T18:00:00Z'), timeZone: 'Europe/Berlin', url: URL,
  }),
  invitation: roomInvitationMail(locale, { username: name, roomName: name, url: URL }),
});

test.each(['en', 'ru'] as const)('[ML10] In %s every mail has a subject, HTML and text in its language, with the link in both', (locale) => {
  for (const [name, { subject, html, text }] of Object.entries(mails(locale, 'ann'))) {
    for (const part of [subject, html.replace(/<style>[^]*<\/style>/, ''), text]) {
      expect(/[а-яё]{4}/i.test(part), `${name}: ${part}`).toBe(locale === 'ru');
    }
    expect(html).toContain(`<html lang="${locale}"`);
    expect(text).toContain('https://watchparty.test/rooms');
    expect(html).toContain('href="https://watchparty.test/rooms');
  }
});

test('[ML10] [ML11] In a real browser nothing inserted is markup, nothing is loaded, and both schemes have their colours', async () => {
  const browser = await startBrowser();
  try {
    for (const [colorScheme, paper] of [['light', 'rgb(244, 241, 236)'], ['dark', 'rgb(14, 15, 19)']] as const) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 900, height: 600 } });
      const asked: string[] = [];
      page.on('dialog', (dialog) => void asked.push(dialog.message()));
      page.on('request', (request) => void asked.push(request.url()));
      for (const [name, { html }] of Object.entries(mails('ru', ATTACK))) {
        await page.setContent(html);
        expect(await page.locator('h1').textContent(), name).toContain(name === 'password reset' ? 'пароль' : ATTACK);
        expect(await page.locator('script, img, link, iframe').count()).toBe(0);
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(paper);
        expect(await page.locator('meta[name=color-scheme]').getAttribute('content')).toBe('light dark');
        const link = await page.locator('a').first().getAttribute('href');
        expect([URL, 'https://watchparty.test/rooms']).toContain(link);
        expect((await page.locator('.panel').boundingBox())!.width).toBeLessThanOrEqual(600);
      }
      // A phone: nothing sticks out.
      await page.setViewportSize({ width: 320, height: 600 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      expect(asked).toEqual([]);
    }
  } finally {
    await browser.close();
  }
});

test('[ML10] A name is one line, and turns no letters around', () => {
  const { subject, text } = roomInvitationMail('en', { username: 'ann', roomName: 'Film\r\n\r\nnight\u202Egpj.exe\u2066', url: URL });
  expect(subject).toBe('ann invites you to “Film nightgpj.exe”');
  expect(text.startsWith('ann invites you to “Film nightgpj.exe”\n')).toBe(true);
});
