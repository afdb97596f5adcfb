import { afterAll, beforeAll, expect, test } from 'vitest';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { linkOf, type MailApp, startMailApp } from '../../../test/mail-app.ts';

let server: MailApp;
let make: ReturnType<typeof factoriesFor>;
let host: TestUser;
beforeAll(async () => {
  server = await startMailApp();
  make = factoriesFor(server);
  host = await make.user({ username: 'the-host' });
});
afterAll(() => server.close());

const invite = (roomId: number, body: object, { token }: TestUser = host) =>
  server.ask('POST', `/api/rooms/${roomId}/invitations`, { token, body });
const join = (roomId: number, { token }: TestUser, body: object = {}) => server.ask('POST', `/api/rooms/${roomId}/join`, { token, body });
const invitationsTo = (address: string) => server.mailsTo(address).filter(({ raw }) => /invite=/.test(raw));
const invitationTo = async (address: string) => {
  await expect.poll(() => invitationsTo(address).length, { message: `an invitation for ${address}` }).toBe(1);
  return invitationsTo(address)[0]!;
};

test('[RO14] [RO16] The mail of an invitation opens a private room, by address and by user', async () => {
  const room = await make.room(host, { name: 'Cinema «Заря»', isPrivate: true });
  const guest = await make.user();
  await server.ask('PATCH', '/api/auth/profile', { token: guest.token, body: { locale: 'ru' } });
  const byUser = await invite(room.id, { userId: guest.id });
  expect([byUser.status, byUser.body.data]).toEqual([201, {
    id: expect.any(String), roomId: room.id, userId: guest.id, email: null, createdAt: expect.any(String),
  }]);
  expect(JSON.stringify(byUser.body)).not.toContain(guest.email);
  const byAddress = await invite(room.id, { email: 'friend@example.org' });
  expect(byAddress.body.data).toMatchObject({ userId: null, email: 'friend@example.org' });

  const [russian, english] = [await invitationTo(guest.email), await invitationTo('friend@example.org')];
  expect(russian.mail.subject).toBe('the-host зовёт вас в комнату «Cinema «Заря»»');
  expect(english.mail.subject).toBe('the-host invites you to “Cinema «Заря»”');
  const { url, value } = linkOf(russian, 'invite');
  expect(url).toBe(`http://watchparty.test/rooms/${room.id}?invite=${value}`);
  const another = await make.user();
  expect((await join(room.id, another)).status).toBe(404);
  expect((await join(room.id, another, { invite: value })).status).toBe(200);
  const friend = await make.user({ email: 'friend@example.org' });
  expect((await join(room.id, friend, { invite: linkOf(english, 'invite').value })).status).toBe(200);
});

test('[RO14] Those who manage the room may invite, and nobody else', async () => {
  const room = await make.room(host);
  const hidden = await make.room(host, { isPrivate: true });
  const [viewer, stranger] = [await make.user(), await make.user()];
  await join(room.id, viewer);
  for (const [roomId, who, status, code] of [
    [room.id, viewer, 403, 'rooms.not_host'], [room.id, stranger, 403, 'rooms.not_host'], [hidden.id, stranger, 404, 'rooms.not_found'],
  ] as const) {
    const refused = await invite(roomId, { email: 'x@example.org' }, who);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  }
  await server.ask('PATCH', `/api/rooms/${room.id}/participants/${viewer.id}`, { token: host.token, body: { role: 'co-host' } });
  expect((await invite(room.id, { email: 'of-cohost@example.org' }, viewer)).status).toBe(201);
  for (const body of [{}, { email: 'a@example.org', userId: 1 }, { email: 'a@example.org, b@example.org' }, { email: 'Ann <a@example.org>' }]) {
    expect((await invite(room.id, body)).body.code, JSON.stringify(body)).toBe('request.invalid');
  }
});

test('[RO14] Who is in or banned is refused as a user, and gets no mail by address', async () => {
  const room = await make.room(host);
  const [member, outcast] = [await make.user(), await make.user()];
  await join(room.id, member);
  await server.ask('DELETE', `/api/rooms/${room.id}/participants/${outcast.id}?ban=true`, { token: host.token });
  const code = async (body: object) => (await invite(room.id, body)).body.code;
  expect([await code({ userId: member.id }), await code({ userId: outcast.id }), await code({ userId: 2_000_000_000 })]).toEqual([
    'rooms.invitee_is_in', 'rooms.invitee_banned', 'rooms.invitee_not_found',
  ]);
  const useless = () => server.lines.filter((line) => line.includes('No invitation is sent: of no use')).length;
  const before = useless();
  for (const { email } of [member, outcast]) {
    const answer = await invite(room.id, { email: email.toUpperCase() });
    expect([answer.status, answer.body.data.userId]).toEqual([201, null]);
  }
  await expect.poll(useless).toBe(before + 2);
  expect([...invitationsTo(member.email), ...invitationsTo(outcast.email)]).toEqual([]);
});

test('[RO17] A user who is invited is told so, and comes in without a link for a week, unless banned', async () => {
  const room = await make.room(host, { name: 'Late show', isPrivate: true, password: 'secret' });
  const [guest, outcast, late] = [await make.user(), await make.user(), await make.user()];
  const noticesOf = async ({ token }: TestUser) => (await server.ask('GET', '/api/notices', { token })).body.data.items;
  for (const { id } of [guest, guest, outcast, late]) expect((await invite(room.id, { userId: id })).status).toBe(201);
  expect(await noticesOf(guest)).toEqual([{
    id: expect.any(String), kind: 'room_invitation', createdAt: expect.any(String), readAt: null, invitationId: expect.any(String),
    roomId: room.id, roomName: 'Late show', from: { userId: host.id, username: host.username },
  }]);
  await server.ask('DELETE', `/api/rooms/${room.id}/participants/${outcast.id}?ban=true`, { token: host.token });
  await server.db.database.kysely.updateTable('room_invitations').set({ created_at: new Date(Date.now() - 7 * 86_400_000) })
    .where('user_id', '=', late.id).execute();
  const codes = await Promise.all([outcast, late, await make.user()].map(async (who) => (await join(room.id, who)).body.code));
  expect(codes).toEqual(['rooms.not_found', 'rooms.not_found', 'rooms.not_found']);
  expect((await join(room.id, guest)).status).toBe(200);

  const addressed = await make.user();
  await invite(room.id, { email: addressed.email });
  expect([await noticesOf(addressed), (await join(room.id, addressed)).status]).toEqual([[], 404]);
});

test('[RO15] The same invitation within an hour is one, and one mail', async () => {
  const room = await make.room(host);
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) =>
    invite(room.id, { email: index % 2 === 0 ? 'twice@example.org' : 'Twice@Example.org' })));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
  await invitationTo('twice@example.org');
  const { kysely } = server.db.database;
  await kysely.updateTable('room_invitations').set({ created_at: new Date(Date.now() - 3_600_001) }).where('room_id', '=', room.id).execute();
  const later = await invite(room.id, { email: 'twice@example.org' });
  expect(later.body.data.id).not.toBe(answers[0]!.body.data.id);
  await expect.poll(() => invitationsTo('twice@example.org').length).toBe(2);
  const [first, second] = invitationsTo('twice@example.org');
  expect(first!.mail.messageId).not.toBe(second!.mail.messageId);
});

test('[RO15] Nobody sends more than 50 a day', async () => {
  const busy = await make.user();
  const room = await make.room(busy);
  for (let count = 0; count < 50; count += 1) {
    expect((await invite(room.id, { email: `crowd${count}@example.org` }, busy)).status).toBe(201);
  }
  const refused = await invite(room.id, { email: 'one-more@example.org' }, busy);
  expect([refused.status, refused.body.code]).toEqual([429, 'rooms.invitations_exhausted']);
  const retryAfter = Number(refused.headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(86_000);
  expect(retryAfter).toBeLessThanOrEqual(86_400);
  expect((await invite(room.id, { email: 'crowd0@example.org' }, busy)).status).toBe(201);
});

test('[RO16] A name full of markup and line breaks is text, in one line', async () => {
  const name = '<script>alert(1)</script>"\'\r\nBcc: eve@example.org\u202E';
  const room = await make.room(host, { name });
  await invite(room.id, { email: 'attacked@example.org' });
  const { mail, to } = await invitationTo('attacked@example.org');
  expect(to).toEqual(['attacked@example.org']);
  expect(mail.subject).toBe('the-host invites you to “<script>alert(1)</script>"\' Bcc: eve@example.org”');
  expect(mail.html).not.toContain('<script');
  expect(mail.headers.some(({ key }) => key === 'bcc')).toBe(false);
});

test('[RO16] The link’s token is in no table and in no log', async () => {
  const room = await make.room(host);
  await invite(room.id, { email: 'quiet@example.org' });
  const { value } = linkOf(await invitationTo('quiet@example.org'), 'invite');
  expect((await server.tables()).filter((content) => content.includes(value))).toEqual([]);
  expect(server.lines.filter((line) => line.includes(value))).toEqual([]);
});
