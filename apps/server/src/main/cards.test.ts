import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../test/app.ts';
import { factoriesFor } from '../../test/factories.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp({}, { webPaths: ['/rooms/:id', '/movies/:id', '/events/:id'] });
});
afterAll(() => server.close());

async function cardOf(path: string): Promise<Record<string, string>> {
  const { status, body } = await server.ask('GET', path, { headers: { accept: 'text/html' } });
  expect(status).toBe(200);
  return Object.fromEntries([...String(body).matchAll(/<meta (?:name|property)="(og:\w+)" content="([^"]*)">/g)].map(([, name, content]) => [name!, content!]));
}

test('a film for all is shown with its year and poster; one for rooms only is not', async () => {
  const make = factoriesFor(server);
  const owner = await make.user();
  const film = await make.movie(owner, { title: 'Paper Boats', year: 2008, description: 'Two children & a river.', posterUrl: 'https://img.example.org/boats.jpg' });
  expect(await cardOf(`/movies/${film.id}`)).toMatchObject({
    'og:title': 'Paper Boats (2008)', 'og:description': 'Two children &amp; a river.', 'og:image': 'https://img.example.org/boats.jpg',
    'og:url': `http://watchparty.test/movies/${film.id}`,
  });
  const hidden = await make.movie(owner, { title: 'Only for us', visibility: 'rooms' });
  expect(await cardOf(`/movies/${hidden.id}`)).toEqual(await cardOf('/movies/999999'));
});

test('a public event is shown with its time there and its place; one for friends is not', async () => {
  const owner = await factoriesFor(server).user();
  const create = async (given: object): Promise<number> => {
    const { status, body } = await server.ask('POST', '/api/events', {
      token: owner.token,
      body: {
        title: 'Open air', description: 'Bring a blanket.', startsAt: '2035-07-06T18:30:00.000Z', timeZone: 'Europe/Berlin',
        location: { lat: 52.5, lng: 13.4, address: 'By the river' }, ...given,
      },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.data.id as number;
  };
  const open = await create({ visibility: 'public' });
  expect(await cardOf(`/events/${open}`)).toMatchObject({
    'og:title': 'Open air', 'og:description': expect.stringMatching(/^Friday,? 6 July 2035 at 20:30 · By the river · Bring a blanket\.$/),
    'og:url': `http://watchparty.test/events/${open}`,
  });
  for (const visibility of ['friends', 'private']) expect(await cardOf(`/events/${await create({ visibility })}`)).toEqual(await cardOf('/events/999999'));
});
