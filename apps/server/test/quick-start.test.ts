import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';
import { bash as runBash, commandsOf, ROOT } from './document.ts';

const FILM = join(ROOT, 'apps/server/src/main/demo/assets/sample-film.mp4');

let server: TestApp;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'watchparty-home-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const bash = (commands: readonly string[]) => runBash(commands, { HOME: home, WATCHPARTY: server.url });

/** The value of each variable at the end, after what the commands themselves have printed. */
const NAMES = ['KATE', 'LEO', 'MOVIE', 'ROOM', 'STREAM'] as const;
const TELL = `printf '\\n%s' ${NAMES.map((name) => `"$${name}"`).join(' ')}`;

test.each([
  ['docs/QUICK_START.md', ['You made it!', 'Shall we begin?']],
  ['docs/ru/QUICK_START.md', ['Ты добрался!', 'Начинаем?']],
] as const)('%s does what it says, pasted into bash', async (path, messages) => {
  server = await startTestApp();
  try {
    const commands = commandsOf(path);
    expect(commands.length).toBeGreaterThan(7);
    const { code, output, errors } = await bash([...commands, TELL]);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain('"message":"WatchParty API is running"');
    expect(output).toContain('\n206 100000\n');

    const values = output.split('\n').slice(-NAMES.length) as [string, string, string, string, string];
    const [kate, leo, movie, room, stream] = values;
    const ask = async (token: string, address: string) => (await server.ask('GET', address, { token })).body.data;
    expect(await ask(kate, '/api/auth/profile')).toMatchObject({ username: 'kate', role: 'admin' });
    expect(await ask(leo, `/api/movies/${movie}`)).toMatchObject({ hasFile: true, visibility: 'rooms' });
    expect(await ask(leo, `/api/rooms/${room}`)).toMatchObject({ isPrivate: true, participantCount: 2 });
    const { items } = await ask(leo, `/api/chat/${room}/messages`);
    expect((items as { content: string }[]).map(({ content }) => content)).toEqual(messages);
    const playback = await ask(leo, `/api/rooms/${room}/playback`);
    expect(playback).toMatchObject({ playing: true, version: 1, movieId: Number(movie) });
    const film = Buffer.from(await (await fetch(stream)).arrayBuffer());
    expect(film.equals(await readFile(FILM))).toBe(true);
  } finally {
    await server.close();
  }
});

test('the story of README.md does what it says, pasted into bash', async () => {
  server = await startTestApp();
  try {
    const { code, output, errors } = await bash(commandsOf('README.md'));
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain('"items":[{"id":1,"name":"Film night"');
  } finally {
    await server.close();
  }
});

test('both languages give the same commands, but for what people write', () => {
  const written = /"(title|name|content|displayName|locale)": "[^"]*"(, )?/g;
  const bare = (path: string) => commandsOf(path).map((block) => block.replaceAll(written, ''));
  expect(bare('docs/ru/QUICK_START.md')).toEqual(bare('docs/QUICK_START.md'));
});

test('a command that the server refuses ends the story with the reason', async () => {
  server = await startTestApp();
  try {
    const [helpers] = commandsOf('docs/QUICK_START.md');
    const refused = 'X=$(curl -sS "$WATCHPARTY/api/rooms/5" | field id)';
    const { code, output, errors } = await bash([helpers!, refused, 'echo reached']);
    expect(output).not.toContain('reached');
    expect({ code, errors }).toEqual({ code: 1, errors: 'rooms.not_found: There is no such room\n' });
  } finally {
    await server.close();
  }
});
