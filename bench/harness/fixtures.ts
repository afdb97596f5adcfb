import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Context } from './bench.ts';

export interface Sizes {
  readonly rooms: number;
  readonly movies: number;
  readonly messages: number;
}

/** Over how many rooms the messages are spread. */
const CHATTING_ROOMS = 1000;

/** Users sign up at the server, as people do; a file with one access token per line. */
export async function signUp(url: string, count: number, { folder }: Context): Promise<string> {
  const tokens: string[] = [];
  for (let user = 1; user <= count; user += 1) {
    const answer = await fetch(`${url}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: `anna${user}@example.org`, username: `anna${user}`, password: 'correct horse battery',
      }),
    });
    if (!answer.ok) throw new Error(`Nobody can sign up: ${await answer.text()}`);
    const { data } = (await answer.json()) as { data: { accessToken: string } };
    tokens.push(data.accessToken);
  }
  const file = join(folder, 'tokens');
  writeFileSync(file, tokens.map((token) => `${token}\n`).join(''));
  return file;
}

/** Fills the tables of a server that has made them, with user 1 as everybody. */
export async function fillTables(databaseUrl: string, { rooms, movies, messages }: Sizes): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into movies (title, description, year, duration_seconds, url, owner_id)
       select 'Film ' || n, 'What happens in film ' || n, 1950 + n % 75, 5400 + n % 3600,
              'https://films.example.org/' || n || '.mp4', 1
       from generate_series(1, $1::integer) n`,
      [movies],
    );
    await client.query(
      `insert into rooms (name, description, movie_id, owner_id, participant_count, max_participants)
       select 'Room ' || n, 'We watch what the last one here has chosen.', 1 + n % $2::integer, 1, 1, 50
       from generate_series(1, $1::integer) n`,
      [rooms, movies],
    );
    await client.query(`insert into room_participants (room_id, user_id, role) select id, 1, 'host' from rooms`);
    const chatting = Math.min(CHATTING_ROOMS, rooms);
    await client.query(
      `insert into chat_messages (id, room_id, seq, user_id, content, playback_position_seconds)
       select gen_random_uuid(), 1 + n % $2::integer, 1 + n / $2::integer, 1, 'What was said as number ' || n, n % 5400
       from generate_series(0, $1::integer - 1) n`,
      [messages, chatting],
    );
    await client.query(
      `insert into chat_counters (room_id, last_seq)
       select room_id, max(seq) from chat_messages group by room_id`,
    );
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}
