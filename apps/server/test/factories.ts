import { randomBytes } from 'node:crypto';
import type { ChatMessage, Movie, OwnProfile, Room } from '@watchparty/protocol';
import type { Answer, TestApp } from './app.ts';

export interface TestUser extends OwnProfile {
  readonly token: string;
  readonly refreshToken: string;
  readonly sessionId: string;
  readonly password: string;
}

/** One maker per noun, through the API: what a test does not say is filled in, unique and valid. */
export function factoriesFor({ ask }: Pick<TestApp, 'ask'>) {
  async function made<T>(answer: Promise<Answer>): Promise<T> {
    const { status, body } = await answer;
    if (status !== 201) throw new Error(`Expected 201, got ${status}: ${JSON.stringify(body)}`);
    return body.data as T;
  }

  return {
    async user(given: { username?: string; email?: string; password?: string } = {}): Promise<TestUser> {
      const username = given.username ?? `user-${randomBytes(5).toString('hex')}`;
      const password = given.password ?? 'correct horse';
      const signedIn = await made<{ user: OwnProfile; accessToken: string; refreshToken: string; sessionId: string }>(
        ask('POST', '/api/auth/register', { body: { email: `${username}@example.org`, ...given, username, password } }),
      );
      const { user, accessToken: token, refreshToken, sessionId } = signedIn;
      return { ...user, token, refreshToken, sessionId, password };
    },

    movie: (owner: TestUser, given: object = {}): Promise<Movie> =>
      made(ask('POST', '/api/movies', { token: owner.token, body: { title: 'A film', ...given } })),

    room: (owner: TestUser, given: object = {}): Promise<Room> =>
      made(ask('POST', '/api/rooms', { token: owner.token, body: { name: 'A room', ...given } })),

    message: (author: TestUser, roomId: number, given: object = {}): Promise<ChatMessage> =>
      made(ask('POST', `/api/chat/${roomId}/messages`, { token: author.token, body: { content: 'Hello', ...given } })),
  };
}
