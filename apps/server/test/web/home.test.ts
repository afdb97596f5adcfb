import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor } from '../factories.ts';
import { openVisitor } from './visitor.ts';

let browser: Browser;
let server: TestApp;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

test('home shows what is coming up: what one goes to, not what one has declined or what does not take place', { timeout: 60_000 }, async () => {
  const make = factoriesFor(server);
  const [host, user] = [await make.user(), await make.user()];
  const room = await make.room(host, { name: 'Late show' });
  const ask = async (method: string, path: string, { token }: { readonly token: string }, body?: object) => {
    const answer = await server.ask(method, path, { token, body });
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer.body.data;
  };
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  for (const [title, status, given] of [
    ['In the park', 'going', { location: { lat: 1, lng: 2, address: 'Under the old oak' } }],
    ['In the room', 'interested', { roomId: room.id }],
    ['Elsewhere', 'declined', { online: true }],
    ['Never', 'going', { online: true }],
  ] as const) {
    const { id } = await ask('POST', '/api/events', host, { title, startsAt: inDays(3), timeZone: 'UTC', visibility: 'public', ...given });
    await ask('POST', `/api/events/${id}/rsvp`, user, { status });
    if (title === 'Never') await ask('POST', `/api/events/${id}/cancel`, host);
  }
  const { page, signIn, complaints } = await openVisitor(browser, server);
  await signIn(user);
  const upcoming = page.getByRole('region', { name: 'Coming up' });
  const lines = upcoming.getByRole('listitem');
  await lines.first().waitFor();
  const texts = await lines.allInnerTexts();
  expect(texts).toHaveLength(2);
  expect(texts.find((text) => text.includes('In the park'))).toMatch(/Under the old oak · you are going/);
  expect(texts.find((text) => text.includes('In the room'))).toMatch(/you may go/);
  await upcoming.getByRole('link', { name: 'To its room' }).click();
  await page.getByRole('heading', { name: 'Late show' }).waitFor();
  expect(complaints).toEqual([]);
});
