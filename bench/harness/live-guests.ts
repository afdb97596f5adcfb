import { manyAtOnce } from '../programs/viewer.ts';

interface Wanted {
  readonly rooms: number;
  readonly guests: number;
}

let people = 0;

/**
 * Rooms with guests, evenly; a guest has a session like everybody else, and costs no hashing of passwords. One line for
 * each connection, "token roomId"; the first is the host of the first room.
 */
export async function admitGuests(url: string, { rooms, guests }: Wanted): Promise<string> {
  async function post<T>(path: string, body: object, token?: string): Promise<T> {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return ((await answer.json()) as { data: T }).data;
  }
  people += 1;
  const host = await post<{ accessToken: string }>('/api/auth/register', {
    email: `host${people}@example.org`, username: `host${people}`, password: 'correct horse battery',
  });
  const made = await Promise.all(Array.from({ length: rooms }, async () => {
    const room = await post<{ id: number }>('/api/rooms', { name: 'Many viewers', maxParticipants: 10_000 }, host.accessToken);
    const { invite } = await post<{ invite: string }>(`/api/rooms/${room.id}/invite-link`, {}, host.accessToken);
    return { roomId: room.id, invite };
  }));
  const lines = [`${host.accessToken} ${made[0]!.roomId}`];
  await manyAtOnce(guests - 1, 20, async (index) => {
    const { roomId, invite } = made[index % rooms]!;
    const { accessToken } = await post<{ accessToken: string }>('/api/auth/guest', { displayName: `Guest ${index}`, invite });
    lines.push(`${accessToken} ${roomId}`);
  });
  return `${lines.join('\n')}\n`;
}
