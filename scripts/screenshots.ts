/**
 * `npm run screenshots [-- <part of a name>]`: a server with a few people, films and rooms on an empty folder, and every
 * screen of the web app in both themes and two widths into docs/screenshots.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createHttpClient, createLiveClient, createMemoryTokenStore } from '@watchparty/client';
import { startBrowser } from '../apps/server/test/browser.ts';
import { startOwnServer } from '../examples/own-server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'docs/screenshots');
const FILM = join(ROOT, 'apps/server/src/main/demo/assets/sample-film.mp4');
const PICTURE = join(ROOT, 'docs/screenshots/room-wide-dark.png');
const PASSWORD = 'popcorn and rain';
const ADMIN_SECTIONS = ['', '/jobs', '/cache', '/live', '/limits', '/sessions', '/reports', '/users', '/audit'] as const;
const WIDTHS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

const NO_LIMITS = { RATE_LIMIT_AUTH_MAX: '0', RATE_LIMIT_ANONYMOUS_MAX: '0', RATE_LIMIT_USER_MAX: '0' };

async function createPerson(baseUrl: string, username: string) {
  const tokens = createMemoryTokenStore();
  const http = createHttpClient({ baseUrl, tokens });
  const { user } = await http.accounts.register({ username, email: `${username}@example.org`, password: PASSWORD });
  return { http, user, live: () => createLiveClient({ baseUrl, http, tokens }) };
}

/** People, films and a conversation such as there are on any evening. */
async function furnish(baseUrl: string) {
  const ann = await createPerson(baseUrl, 'ann');
  const [ben, mia] = [await createPerson(baseUrl, 'ben'), await createPerson(baseUrl, 'mia')];
  const film = await ann.http.movies.create({ title: 'The Long Way Home', year: 2019, description: 'A road, a dog and a radio.' });
  await ann.http.movies.upload(film.id, new Uint8Array(await readFile(FILM)));
  for (const [title, year] of [['Night Train to Tbilisi', 2021], ['Small Hours', 1998], ['Paper Boats', 2008], ['Где кончается река', 1976]] as const) {
    await ann.http.movies.create({ title, year, durationSeconds: 60 * (80 + title.length), url: 'https://films.example.org/film.mp4' });
  }
  const room = await ann.http.rooms.create({ name: 'Friday film night', description: 'Popcorn is your own business.', movieId: film.id });
  const old = await ben.http.rooms.create({ name: 'Old films, slow talk', description: 'Black and white, mostly.', password: 'secret' });
  const russian = await mia.http.rooms.create({ name: 'Кино на русском', playbackControl: 'everyone' });
  await ben.http.rooms.invite(old.id, { userId: ann.user.id });
  await ben.http.rooms.join(room.id);
  await mia.http.rooms.join(room.id);
  const say = (who: typeof ann, content: string) => who.http.chat.send(room.id, { content });
  await say(ben, 'Evening! Is this the one with the dog?');
  const yes = await say(ann, '@ben it is. He is fine, I checked.');
  await say(mia, 'Then I am in. https://example.org/dog-survives');
  await ben.http.chat.addReaction(room.id, yes.id, '❤️');
  await mia.http.chat.send(room.id, { content: 'Two minutes, getting tea', replyToId: yes.id });
  for (const { title, id } of (await ann.http.movies.list({ limit: 100 })).items) {
    if (title !== film.title && id % 2 === 0) await ann.http.playlists.add(room.id, id);
  }
  await say(mia, '@ann the sound is a little low on my side');
  await ann.http.queues.report({ days: 30 });
  const { invite } = await ann.http.rooms.createInviteLink(room.id);
  const gathered = await gather({ ann, ben, mia }, room.id);
  await befriend(baseUrl, { ann, ben, mia });
  const live = [ben.live(), mia.live()] as const;
  live[1].joinRoom(russian.id);
  const goHome = (): void => live.forEach((connection) => connection.close());
  return { room, invite, ...gathered, annId: ann.user.id, benId: ben.user.id, goHome };
}

type Person = Awaited<ReturnType<typeof createPerson>>;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Friends, and what they have on in the next days around Berlin. */
async function gather({ ann, ben, mia }: Readonly<Record<'ann' | 'ben' | 'mia', Person>>, roomId: number) {
  for (const other of [ben, mia]) {
    const { id } = await ann.http.friends.ask(other.user.id);
    await other.http.friends.accept(id);
  }
  const at = (inDays: number, clock: string): string => `${new Date(Date.now() + inDays * DAY_MS).toISOString().slice(0, 10)}T${clock}`;
  const berlin = { timeZone: 'Europe/Berlin', visibility: 'public' } as const;
  const lake = await ben.http.events.create({
    ...berlin, title: 'Open-air cinema at the lake', startsAtLocal: at(5, '21:00'), endsAtLocal: at(5, '23:30'), capacity: 3,
    description: 'Two short films and a long one, as soon as it is dark.\n\nBring a blanket. If it rains we meet under the bridge.',
    location: { lat: 52.4183, lng: 13.1747, address: 'Strandbad Wannsee, Berlin' },
  });
  for (const who of [ben, mia, ann]) await who.http.events.answer(lake.id, { status: 'going' });
  const piano = await ann.http.events.create({
    ...berlin, title: 'Silent films with a piano', startsAtLocal: at(9, '19:30'), endsAtLocal: at(9, '21:30'), capacity: 2,
    location: { lat: 52.5309, lng: 13.3847, address: 'Chausseestraße, Berlin' },
  });
  await ben.http.events.answer(piano.id, { status: 'interested' });
  await ann.http.events.create({ ...berlin, title: 'Friday film night, the whole evening', startsAtLocal: at(3, '20:00'), online: true, roomId, opensRoom: true });
  const secret = await ann.http.events.create({
    title: 'Surprise party for Chloe', startsAtLocal: at(12, '18:00'), timeZone: 'Asia/Tbilisi', visibility: 'private', capacity: 1,
    description: 'Not a word to her.', location: { lat: 41.7151, lng: 44.8271, address: 'Rustaveli Avenue, Tbilisi' },
  });
  await ann.http.events.invite(secret.id, [ben.user.id, mia.user.id]);
  for (const who of [ben, mia]) await who.http.events.answer(secret.id, { status: 'going' });
  for (const [title, lat, lng] of [['Breakfast and a documentary', 52.4986, 13.4034], ['Short films in a backyard', 52.5, 13.42], ['Кино у моря', 53.8, 12.2], ['Rooftop screening', 51.34, 12.37]] as const) {
    await mia.http.events.create({ ...berlin, title, startsAtLocal: at(7, '20:00'), location: { lat, lng, address: '' } });
  }
  const off = await mia.http.events.create({ ...berlin, title: 'Night of the long takes', startsAtLocal: at(6, '20:00'), online: true });
  await ann.http.events.answer(off.id, { status: 'going' });
  await mia.http.events.cancel(off.id);
  return { lake, secret, off };
}

/** Ann's friends, and those who are not yet. */
async function befriend(baseUrl: string, { ann, ben, mia }: Readonly<Record<'ann' | 'ben' | 'mia', Person>>) {
  const others: Person[] = [];
  for (const [username, displayName, bio] of [
    ['leo', 'Leo Marsh', 'Westerns, mostly.'], ['nadia', 'Надя Орлова', 'Люблю старое кино и тихие комнаты.'], ['theo', 'Theodora Lind', ''], ['benno', 'Benno Falk', ''],
  ] as const) {
    const person = await createPerson(baseUrl, username);
    await person.http.accounts.patchProfile({ displayName, bio });
    others.push(person);
  }
  await ben.http.accounts.patchProfile({ displayName: 'Ben Okafor', bio: 'Brings the popcorn. Talks during the credits only.' });
  await mia.http.accounts.patchProfile({ displayName: 'Mia' });
  const [leo, nadia, theo, benno] = others as [Person, Person, Person, Person];
  const ask = (from: Person, to: Person) => from.http.friends.ask(to.user.id);
  for (const [a, b] of [[ann, leo], [ben, mia], [ben, leo]] as const) {
    await ask(a, b);
    await ask(b, a);
  }
  await ask(nadia, ann);
  await ask(ann, theo);
  await ask(ben, benno);
}

interface Screen {
  readonly name: string;
  readonly path: string;
  readonly signedIn?: boolean;
  /** Brings the screen into the state that is to be seen. */
  readonly act?: (page: Page) => Promise<void>;
}

function screensOf({ room, invite, lake, secret, off, annId, benId }: Awaited<ReturnType<typeof furnish>>): Screen[] {
  const roomPath = `/rooms/${room.id}`;
  const inRoom = async (page: Page): Promise<void> => {
    await page.getByText('getting tea').waitFor();
    await page.evaluate(`new Promise((ready) => {
      const video = document.querySelector('video');
      if (video.readyState >= 3) ready();
      else video.addEventListener('canplay', ready, { once: true });
    })`);
  };
  /** Those of the first points, where there are any on the page. */
  const hasFigures = async (page: Page): Promise<void> => {
    await page.getByText('The first figures come in a few seconds.').waitFor({ state: 'detached', timeout: 15_000 });
  };
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
  return [
    { name: 'welcome', path: '/' },
    { name: 'login', path: '/login' },
    { name: 'register', path: '/register', act: async (page) => {
      await page.getByRole('textbox', { name: 'Username' }).fill('a');
      await page.getByRole('button', { name: 'Create my account' }).click();
    } },
    { name: 'forgot-password', path: '/forgot-password' },
    { name: 'reset-password', path: '/reset-password?token=abc' },
    { name: 'invitation', path: `${roomPath}?invite=${invite}` },
    { name: 'not-found', path: '/nothing/here' },
    { name: 'home', path: '/', signedIn: true },
    { name: 'notices', path: '/', signedIn: true, act: async (page) => {
      await page.getByRole('button', { name: /^Notices/ }).click();
      await page.getByRole('dialog').getByText('ben invites you').waitFor();
    } },
    { name: 'rooms', path: '/rooms', signedIn: true },
    { name: 'create-room', path: '/rooms/new', signedIn: true },
    { name: 'movies', path: '/movies', signedIn: true },
    { name: 'film-details', path: '/movies', signedIn: true, act: async (page) => {
      await page.getByRole('button', { name: 'What to do with The Long Way Home' }).click();
      await page.getByRole('menuitem', { name: 'Details' }).click();
      await page.getByRole('heading', { name: 'Subtitles' }).waitFor();
    } },
    { name: 'add-film', path: '/movies', signedIn: true, act: (page) => press(page, 'Add a film') },
    { name: 'event-invitation', path: `/events/${lake.id}` },
    { name: 'events', path: '/events', signedIn: true },
    { name: 'events-nearby-asks', path: '/events?tab=nearby', signedIn: true, act: (page) => press(page, 'Choose a place instead') },
    { name: 'events-nearby', path: '/events?tab=nearby&place=52.52,13.4&radius=250', signedIn: true },
    { name: 'events-trending', path: '/events?tab=trending', signedIn: true },
    { name: 'event', path: `/events/${lake.id}`, signedIn: true },
    { name: 'event-own', path: `/events/${secret.id}`, signedIn: true },
    { name: 'event-guests', path: `/events/${secret.id}`, signedIn: true, act: (page) => press(page, 'Guests') },
    { name: 'event-cancelled', path: `/events/${off.id}`, signedIn: true },
    { name: 'event-new', path: '/events/new', signedIn: true },
    { name: 'event-edit', path: `/events/${secret.id}/edit`, signedIn: true, act: (page) => page.getByLabel('Address').scrollIntoViewIfNeeded() },
    { name: 'calendar', path: '/calendar', signedIn: true },
    { name: 'calendar-month', path: '/calendar?view=month', signedIn: true },
    { name: 'friends', path: '/friends', signedIn: true, act: async (page) => {
      await page.getByRole('region', { name: /^Online now/ }).getByRole('link', { name: 'Mia' }).waitFor();
    } },
    { name: 'friends-search', path: '/friends?q=beno', signedIn: true, act: (page) => page.getByText('Benno Falk').waitFor() },
    { name: 'friends-invite', path: '/friends', signedIn: true, act: async (page) => {
      await press(page, 'What to do about Ben Okafor');
      await page.getByRole('menuitem', { name: 'Invite to watch' }).click();
      await page.getByRole('button', { name: 'Invite to “Friday film night”' }).waitFor();
    } },
    { name: 'person', path: `/people/${benId}`, signedIn: true, act: (page) => page.getByText('Open-air cinema').waitFor() },
    { name: 'person-own', path: `/people/${annId}`, signedIn: true, act: async (page) => {
      await page.getByRole('img', { name: /^Rooms joined/ }).waitFor();
    } },
    { name: 'profile', path: '/profile', signedIn: true },
    ...ADMIN_SECTIONS.map((section): Screen => ({ name: `admin${section.replace('/', '-')}`, path: `/admin${section}`, signedIn: true, act: hasFigures })),
    { name: 'profile-picture', path: '/profile', signedIn: true, act: async (page) => {
      await page.locator('input[type=file]').setInputFiles(PICTURE);
      await page.getByLabel('Zoom').waitFor();
    } },
    { name: 'profile-second-factor', path: '/profile', signedIn: true, act: async (page) => {
      await press(page, 'Set it up');
      await page.getByRole('img', { name: /QR code/ }).waitFor();
    } },
    { name: 'offline', path: '/offline.html' },
    { name: 'room', path: roomPath, signedIn: true, act: inRoom },
    { name: 'room-people', path: roomPath, signedIn: true, act: async (page) => {
      await inRoom(page);
      await page.getByRole('tab', { name: /People/ }).click();
    } },
    { name: 'room-playlist', path: roomPath, signedIn: true, act: async (page) => {
      await inRoom(page);
      await page.getByRole('tab', { name: 'Playlist' }).click();
      await page.getByRole('button', { name: /Vote for/ }).first().waitFor();
    } },
    { name: 'room-invite', path: roomPath, signedIn: true, act: async (page) => {
      await inRoom(page);
      await press(page, 'Invite');
      await page.getByRole('button', { name: 'Copy' }).waitFor();
    } },
    { name: 'room-settings', path: roomPath, signedIn: true, act: async (page) => {
      await inRoom(page);
      await press(page, 'Room settings');
    } },
  ];
}

async function shoot(browser: Browser, url: string, screens: readonly Screen[]): Promise<void> {
  for (const [size, viewport] of Object.entries(WIDTHS)) {
    for (const colorScheme of ['dark', 'light'] as const) {
      const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce', hasTouch: size === 'phone' });
      let signedIn = false;
      for (const { name, path, signedIn: needed = false, act } of screens) {
        const page = await context.newPage();
        if (needed && !signedIn) {
          await page.goto(`${url}/login`);
          await page.getByLabel('E-mail or username').fill('ann');
          await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
          await page.getByRole('button', { name: 'Sign in', exact: true }).click();
          await page.getByRole('heading', { name: /Good to see you/ }).waitFor();
          signedIn = true;
        }
        await page.goto(`${url}${path}`);
        await page.locator('main [aria-busy=true]').waitFor({ state: 'detached' });
        await page.waitForLoadState('networkidle');
        await act?.(page);
        // Whatever moves has arrived.
        await page.evaluate('Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))');
        await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
        await page.close();
      }
      await context.close();
    }
  }
}

const wanted = process.argv[2] ?? '';
await mkdir(FOLDER, { recursive: true });
const [server, browser] = await Promise.all([startOwnServer(NO_LIMITS), startBrowser()]);
try {
  const furnished = await furnish(server.url);
  const screens = screensOf(furnished).filter(({ name }) => name.includes(wanted));
  await shoot(browser, server.url, screens);
  furnished.goHome();
} finally {
  await browser.close();
  await server.close();
}
