import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { decodeQR } from 'qr/decode.js';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { codeFor } from '../authenticator.ts';
import { startBrowser } from '../browser.ts';
import { factoriesFor, type TestUser } from '../factories.ts';
import { openVisitor, sees, type Visitor, watchFor } from './visitor.ts';

let browser: Browser;
let server: TestApp;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestApp()]);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function openProfile(user: TestUser): Promise<Visitor> {
  const visitor = await openVisitor(browser, server);
  await visitor.signIn(user);
  await visitor.goto('/profile');
  await sees(visitor.page, 'This device');
  return visitor;
}

/** Red, green and blue, each a third of its width. */
async function threeColours(): Promise<Buffer> {
  const stripe = (background: string) => sharp({ create: { width: 200, height: 200, channels: 3, background } }).png().toBuffer();
  const [left, middle, right] = await Promise.all(['#ff0000', '#00ff00', '#0000ff'].map(stripe));
  return sharp({ create: { width: 600, height: 200, channels: 3, background: '#000000' } })
    .composite([{ input: left!, left: 0, top: 0 }, { input: middle!, left: 200, top: 0 }, { input: right!, left: 400, top: 0 }]).png().toBuffer();
}

/** The picture that the account has now: its width, height and main colour. */
async function pictureOf(user: TestUser): Promise<{ readonly width: number; readonly height: number; readonly colour: string }> {
  const { body } = await server.ask('GET', `/api/users/${user.id}`, { token: user.token });
  const bytes = await (await fetch(`${server.url}${body.data.profilePicture.original}`)).arrayBuffer();
  const [{ width, height }, { channels }] = await Promise.all([sharp(bytes).metadata(), sharp(bytes).stats()]);
  const means = channels.slice(0, 3).map(({ mean }) => mean);
  return { width, height, colour: ['red', 'green', 'blue'][means.indexOf(Math.max(...means))]! };
}

const choose = async (page: Page): Promise<void> =>
  page.locator('input[type=file]').setInputFiles({ name: 'flag.png', mimeType: 'image/png', buffer: await threeColours() });

test('a picture is cut by keyboard, by hand and from a drop, and its smaller sizes come by themselves', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const { page, complaints } = await openProfile(user);
  await choose(page);
  const box = page.getByRole('application', { name: 'The part of the picture that is taken' });
  await box.focus();
  // From the middle to the left end, which is the red third.
  for (let step = 0; step < 30; step += 1) await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Use this picture' }).click();
  await sees(page, 'All sizes are ready.');
  expect(await pictureOf(user)).toEqual({ width: 200, height: 200, colour: 'red' });
  const shown: string[] = await page.evaluate(`[...document.querySelectorAll('.sizes img')].map((image) => image.src)`);
  expect(shown[0]).toMatch(/-medium\.jpg$/);
  expect(shown[1]).toMatch(/-thumbnail\.jpg$/);

  // By hand, from a drop, zoomed.
  const bytes = (await threeColours()).toString('base64');
  await page.evaluate(`(() => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob('${bytes}'), (one) => one.charCodeAt(0))], 'flag.png', { type: 'image/png' }));
    for (const type of ['dragover', 'drop']) document.querySelector('.picture-row').dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  })()`);
  await page.getByRole('dialog').waitFor();
  await page.getByLabel('Zoom').fill('2');
  const { x, y } = (await box.boundingBox())!;
  await page.mouse.move(x + 200, y + 140);
  await page.mouse.down();
  for (const to of [20, 200, 20, 200, 20]) await page.mouse.move(x + to, y + 140, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(x + 260, y + 140);
  await page.mouse.down();
  await page.mouse.move(x - 1500, y + 140, { steps: 6 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Use this picture' }).click();
  await expect.poll(() => pictureOf(user)).toEqual({ width: 100, height: 100, colour: 'blue' });
  expect(complaints).toEqual([]);
});

test('a picture that is none is told so, and one that could not be sent is sent again without choosing it anew', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const { page } = await openProfile(user);
  await page.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await sees(page, 'Your browser cannot open this picture.');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.route('**/upload-profile-picture', (route) => route.abort());
  await choose(page);
  await page.getByRole('button', { name: 'Use this picture' }).click();
  await sees(page, 'The server did not answer.');
  await page.unroute('**/upload-profile-picture');
  await page.getByRole('button', { name: 'Try again' }).click();
  await sees(page, 'Choose another');
  expect((await pictureOf(user)).colour).toBe('green');
});

/** The text of the QR code on the page, as a camera would read it. */
async function readCode(page: Page): Promise<string> {
  const shot = await page.locator('.qr-code').screenshot();
  const { data, info } = await sharp(shot).ensureAlpha().resize({ width: 600 }).raw().toBuffer({ resolveWithObject: true });
  return decodeQR({ width: info.width, height: info.height, data: new Uint8Array(data) });
}

const forgetSteps = (userId: number) =>
  server.db.database.kysely.updateTable('second_factors').set({ last_step: 0 }).where('user_id', '=', userId).execute();
const age = (userId: number) =>
  server.db.database.kysely.updateTable('sessions').set({ authenticated_at: new Date(Date.now() - 16 * 60_000) }).where('user_id', '=', userId).execute();

test('a second factor is set up by a code one can photograph, asked for at sign-in, and turned off by a code', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const visitor = await openProfile(user);
  const { page, context } = visitor;
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByRole('img', { name: 'QR code with the secret below' }).waitFor();
  const uri = await readCode(page);
  expect(uri).toMatch(new RegExp(`^otpauth://totp/WatchParty:${user.username}\\?secret=[A-Z2-7]{32}&`));
  const secret = new URL(uri).searchParams.get('secret')!;
  expect((await page.locator('.secret code').innerText()).replaceAll(' ', '')).toBe(secret);

  // A wrong code is told beside the form, and stays there.
  await page.getByLabel('The code the app shows').fill('12345');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await sees(page, 'A code has six digits');
  await page.getByLabel('The code the app shows').fill(codeFor(secret));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByRole('heading', { name: 'Keep these codes' }).waitFor();
  const codes = await page.locator('.recovery-codes code').allInnerTexts();
  expect(new Set(codes).size).toBe(10);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const file = await (await downloading).path();
  expect(await readFile(file, 'utf8')).toBe(`${codes.join('\n')}\n`);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await sees(page, 'Copied');
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(codes.join('\n'));
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await sees(page, '10 recovery codes left.');
  // Shown this once.
  await page.reload();
  await sees(page, '10 recovery codes left.');
  expect(await page.locator('body').innerText()).not.toContain(codes[0]!);

  const elsewhere = await openVisitor(browser, server);
  await elsewhere.goto('/login');
  await elsewhere.page.getByLabel('E-mail or username').fill(user.username);
  await elsewhere.page.getByLabel('Password', { exact: true }).fill(user.password);
  await elsewhere.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await elsewhere.page.getByLabel('Code').fill(codes[1]!);
  await elsewhere.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await elsewhere.page.getByRole('heading', { name: /^Good to see you/ }).waitFor();

  await page.getByRole('button', { name: 'Turn it off' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Code').fill('not-a-code');
  await dialog.getByRole('button', { name: 'Turn it off' }).click();
  await dialog.getByText('This code is wrong').waitFor();
  expect(await dialog.getByLabel('Code').inputValue()).toBe('not-a-code');
  await forgetSteps(user.id);
  await dialog.getByLabel('Code').fill(codeFor(secret));
  await dialog.getByRole('button', { name: 'Turn it off' }).click();
  await page.getByRole('button', { name: 'Set it up' }).waitFor();
  // What a refused code says in the console is the browser's own.
  expect(visitor.complaints.filter((text) => !/status of 401/.test(text))).toEqual([]);
});

test('who signed in a while ago proves who they are before other devices are signed out, and before a second factor', { timeout: 60_000 }, async () => {
  const user = await factoriesFor(server).user();
  const { page } = await openProfile(user);
  await age(user.id);
  await page.getByRole('button', { name: 'Sign out others' }).click();
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  await dialog.getByLabel('Password', { exact: true }).fill('not this one');
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await dialog.getByText('This is not your present password.').first().waitFor();
  await dialog.getByLabel('Password', { exact: true }).fill(user.password);
  const told = await watchFor(page, 'All other devices are signed out.');
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await told();
  expect((await server.ask('GET', '/api/auth/profile', { token: user.token })).status).toBe(401);

  await age(user.id);
  await page.getByRole('button', { name: 'Set it up' }).click();
  await dialog.getByLabel('Password', { exact: true }).fill(user.password);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('img', { name: 'QR code with the secret below' }).waitFor();
});
