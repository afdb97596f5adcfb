import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '@watchparty/protocol';
import { builtApp, pagePaths } from '@watchparty/web';
import { type Credentials, FILM, type Persona, PERSONAS, type Things, type World } from './authorization-matrix-world.ts';

/** The status of what is served, or the code of what is refused. */
export type Outcome = number | ErrorCode;
export type Row = Readonly<Record<Persona, Outcome>>;

export interface Asking {
  readonly things: Things;
  readonly as: Persona;
  /** Undefined: nobody's. */
  readonly own: Credentials | undefined;
  readonly world: World;
}

export interface Asked {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Case {
  readonly title: string;
  readonly ask: (asking: Asking) => Asked;
  readonly row: Row;
  /** Comes before, for everybody, and is no part of what is judged. */
  readonly prepare?: (asking: Asking) => Promise<unknown>;
  /** How the things are left: not as they were, or such that not even the next can ask for the same. */
  readonly leaves?: 'changed' | 'spent';
}

type Outcomes = Partial<Row> & { readonly guests?: Outcome; readonly others?: Outcome };

/** `guests`: both. `others`: all with an account that are not named. */
function rowOf(base: Outcomes, given: Outcomes): Row {
  const all = { ...base, ...given };
  return Object.fromEntries(PERSONAS.map((persona): [Persona, Outcome] => {
    const group = persona === 'guest' || persona === 'otherGuest' ? all.guests : all.others;
    const outcome = given[persona] ?? (persona === 'anonymous' || persona === 'disabled' ? all[persona] : (all[persona] ?? group));
    if (outcome === undefined) throw new Error(`Nothing is said of ${persona}`);
    return [persona, outcome];
  })) as Row;
}

/** Whoever has a token that no longer holds is told so, wherever a token counts. */
const ENDED = { disabled: 'auth.token_invalid' } as const;
const open = (given: Outcomes = {}): Row => rowOf({ anonymous: 200, ...ENDED, guests: 200, others: 200 }, given);
/** Where no token counts. */
const blind = (given: Outcomes = {}): Row => rowOf({ anonymous: 200, disabled: 200, guests: 200, others: 200 }, given);
const signedIn = (given: Outcomes = {}): Row =>
  rowOf({ anonymous: 'auth.required', ...ENDED, guests: 'auth.guest_forbidden', others: 200 }, given);
const adminOnly = (admin: Outcome = 200): Row => signedIn({ others: 'auth.forbidden', admin });

/** Reading what belongs to the private room: for others it is not there. */
const inRoom = (given: Outcomes = {}): Row =>
  open({ anonymous: 'rooms.not_found', otherGuest: 'rooms.not_found', stranger: 'rooms.not_found', ...given });
/** Changing it: those inside are told what they may not. */
const changingRoom = (refusal: ErrorCode, served: number): Row =>
  signedIn({ stranger: 'rooms.not_found', member: refusal, owner: refusal, host: served, admin: served });
/** The private movie: its people are its owner's, administrators, and who is where it plays. */
const seeingMovie = (served: number): Row =>
  open({ anonymous: 'movies.not_found', otherGuest: 'movies.not_found', stranger: 'movies.not_found', guest: served, others: served });
const changingMovieWith = (served: Outcome): Row =>
  signedIn({ others: served, stranger: 'movies.not_found', member: 'movies.not_owner', host: 'movies.not_owner' });
const TUS = { 'tus-resumable': '1.0.0' };
const changingMovie = signedIn({ stranger: 'movies.not_found', member: 'movies.not_owner', host: 'movies.not_owner' });

type Path = (things: Things, world: World) => string;

const of = (title: string, row: Row, path: string | Path, more: Omit<Asked, 'path'> | ((asking: Asking) => Omit<Asked, 'path'>) = {}): Case => ({
  title, row,
  ask: (asking) => ({
    path: typeof path === 'string' ? path : path(asking.things, asking.world),
    ...(typeof more === 'function' ? more(asking) : more),
  }),
});
const one = (...given: [row: Row, path: string | Path, more?: Parameters<typeof of>[3]]): readonly Case[] => [of('', ...given)];

const leaving = (leaves: 'changed' | 'spent', cases: readonly Case[]): readonly Case[] => cases.map((line) => ({ ...line, leaves }));

const PASSWORD = 'correct horse';
const nameOf = ({ as, world }: Asking): string =>
  as in world.people ? world.people[as as keyof World['people']].username : 'nobody-of-this-name';
const credentials = (asking: Asking) => ({ body: { username: nameOf(asking), password: PASSWORD } });
const fromOwnPage = { 'sec-fetch-site': 'same-origin' };
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');
const form = (field: string, file = PIXEL) => ({
  headers: { 'content-type': 'multipart/form-data; boundary=b' },
  body: Buffer.concat([Buffer.from(`--b\r\ncontent-disposition: form-data; name="${field}"\r\n\r\n`), file, Buffer.from('\r\n--b--\r\n')]),
});
const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

const accounts: Record<string, readonly Case[]> = {
  register: one(blind({ anonymous: 201, disabled: 201, guests: 201, others: 201 }), '/api/auth/register', ({ as }) => ({
    body: { email: `new-${as}@example.org`, username: `new-${as}`, password: PASSWORD },
  })),
  login: one(
    blind({ anonymous: 'auth.credentials_wrong', guests: 'auth.credentials_wrong', disabled: 'auth.account_disabled' }),
    '/api/auth/login', credentials),
  reauthenticate: one(signedIn(), '/api/auth/reauthenticate', { body: { password: PASSWORD } }),
  admitGuest: one(
    blind({ anonymous: 201, disabled: 201, guests: 201, others: 201 }), '/api/auth/guest',
    ({ things }) => ({ body: { displayName: 'Somebody', invite: things.invite } })),
  getProfile: one(signedIn(), '/api/auth/profile'),
  patchProfile: one(signedIn(), '/api/auth/profile', { body: { bio: 'Changed' } }),
  putProfile: one(signedIn(), '/api/auth/profile', { body: { displayName: 'Changed' } }),
  changePassword: leaving('changed', one(signedIn(), '/api/auth/change-password', { body: { currentPassword: PASSWORD, newPassword: PASSWORD } })),
  forgotPassword: one(
    blind({ anonymous: 202, disabled: 202, guests: 202, others: 202 }), '/api/auth/forgot-password', { body: { email: 'nobody@example.org' } }),
  resetPassword: one(
    rowOf({}, Object.fromEntries(PERSONAS.map((persona) => [persona, 'accounts.reset_token_invalid']))),
    '/api/auth/reset-password', { body: { token: 'guessed', password: PASSWORD } }),
  getSecondFactor: one(signedIn(), '/api/auth/second-factor'),
  setUpSecondFactor: one(signedIn(), '/api/auth/second-factor'),
  confirmSecondFactor: [{
    title: 'with a wrong code',
    row: signedIn({ others: 'auth.code_wrong' }),
    prepare: ({ own, world: { server } }) => server.ask('POST', '/api/auth/second-factor', { token: own?.token }),
    ask: () => ({ path: '/api/auth/second-factor/confirm', body: { code: 'not-a-number' } }),
  }],
  makeRecoveryCodes: one(signedIn({ others: 'accounts.second_factor_missing' }), '/api/auth/second-factor/recovery-codes'),
  disableSecondFactor: one(signedIn({ others: 'accounts.second_factor_missing' }), '/api/auth/second-factor'),
  uploadProfilePicture: one(signedIn(), '/api/auth/upload-profile-picture', form('profilePicture')),
  deleteProfilePicture: one(signedIn(), '/api/auth/profile-picture'),
  uploadImage: one(signedIn({ others: 201 }), '/api/uploads/images', form('image')),
  getPicture: one(
    rowOf({}, Object.fromEntries(PERSONAS.map((persona) => [persona, 'images.not_found']))), '/uploads/0123456789abcdef0123456789abcdef.png'),
  listUsers: one(adminOnly(), '/api/admin/users'),
  getUserAsAdmin: one(adminOnly(), (_, { people }) => `/api/admin/users/${people.owner.id}`),
  changeUser: one(adminOnly(), (_, { people }) => `/api/admin/users/${people.bystander.id}`, { body: { role: 'admin' } }),
  removeSecondFactorOf: one(
    adminOnly('accounts.second_factor_missing'), (_, { people }) => `/api/admin/users/${people.bystander.id}/second-factor`),
  listAuditEvents: one(adminOnly(), '/api/admin/audit'),
};

const sessions: Record<string, readonly Case[]> = {
  refresh: one(
    blind({ anonymous: 'auth.refresh_token_invalid', guests: 'auth.refresh_token_invalid', disabled: 'auth.refresh_token_invalid' }),
    '/api/auth/refresh', ({ own }) => ({ body: own?.refreshToken === undefined ? {} : { refreshToken: own.refreshToken } })),
  logout: leaving('changed', one(signedIn({ guests: 200 }), '/api/auth/logout')),
  listSessions: one(signedIn(), '/api/auth/sessions'),
  endSession: leaving('changed', [
    of('of the owner', signedIn({ others: 'sessions.not_found', owner: 200 }), ({ session }) => `/api/auth/sessions/${session}`),
    { title: 'that is one’s own', row: signedIn(), ask: ({ own }) => ({ path: `/api/auth/sessions/${own?.sessionId || UNKNOWN_ID}` }) },
  ]),
  endOtherSessions: leaving('changed', one(signedIn(), '/api/auth/sessions')),
  sessionStats: one(adminOnly(), '/api/admin/sessions/stats'),
};

const notices: Record<string, readonly Case[]> = {
  listNotices: one(signedIn(), '/api/notices'),
  readNotices: one(signedIn(), '/api/notices/read', { body: { upTo: UNKNOWN_ID } }),
  removeNotice: one(signedIn({ others: 'notices.not_found' }), `/api/notices/${UNKNOWN_ID}`),
};

const movies: Record<string, readonly Case[]> = {
  createMovie: one(signedIn({ others: 201 }), '/api/movies', { body: { title: 'Another' } }),
  listMovies: [
    of('', open(), '/api/movies'),
    of('of one’s own', open({ anonymous: 'auth.required' }), '/api/movies?mine=true'),
  ],
  getMovie: one(seeingMovie(200), ({ movie }) => `/api/movies/${movie}`),
  getMovieStreamUrl: one(seeingMovie(200), ({ movie }) => `/api/movies/${movie}/stream-url`),
  streamMovie: [
    of('', seeingMovie(206), ({ movie }) => `/api/movies/${movie}/stream`, { headers: { range: 'bytes=0-9' } }),
    of(
      'with an address that nobody signed', open({ anonymous: 'movies.stream_url_invalid', guests: 'movies.stream_url_invalid', others: 'movies.stream_url_invalid' }),
      ({ movie }, { people }) => `/api/movies/${movie}/stream?user=${people.owner.id}&expires=9999999999&signature=guessed`),
  ],
  patchMovie: leaving('changed', one(changingMovie, ({ movie }) => `/api/movies/${movie}`, { body: { title: 'Changed' } })),
  putMovie: leaving('changed', one(changingMovie, ({ movie }) => `/api/movies/${movie}`, { body: { title: 'Changed' } })),
  uploadMovieFile: one(changingMovie, ({ movie }) => `/api/movies/${movie}/file`, { body: FILM, headers: { 'content-type': 'video/mp4' } }),
  listMovieUploads: one(signedIn(), '/api/movies/uploads'),
  createMovieUpload: leaving('changed', one(
    changingMovieWith(201), ({ movie }) => `/api/movies/${movie}/uploads`, { headers: { ...TUS, 'upload-length': '100' } })),
  getMovieUpload: one(changingMovieWith('movies.upload_not_found'), ({ movie }) => `/api/movies/${movie}/uploads/${UNKNOWN_ID}`, { headers: TUS }),
  sendMovieUpload: one(changingMovieWith('movies.upload_not_found'), ({ movie }) => `/api/movies/${movie}/uploads/${UNKNOWN_ID}`, {
    body: FILM, headers: { ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
  }),
  cancelMovieUpload: one(changingMovieWith('movies.upload_not_found'), ({ movie }) => `/api/movies/${movie}/uploads/${UNKNOWN_ID}`, { headers: TUS }),
  uploadMoviePoster: leaving('changed', one(changingMovie, ({ movie }) => `/api/movies/${movie}/poster`, form('poster'))),
  deleteMoviePoster: leaving('changed', one(changingMovie, ({ movie }) => `/api/movies/${movie}/poster`)),
  listSubtitles: one(seeingMovie(200), ({ movie }) => `/api/movies/${movie}/subtitles`),
  addSubtitles: leaving('changed', one(
    changingMovieWith(201), ({ movie }) => `/api/movies/${movie}/subtitles?language=en&label=English`,
    form('subtitles', Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nHello\n')))),
  getSubtitles: one(
    open({ anonymous: 'movies.not_found', otherGuest: 'movies.not_found', stranger: 'movies.not_found', guest: 'movies.subtitles_not_found', others: 'movies.subtitles_not_found' }),
    ({ movie }) => `/api/movies/${movie}/subtitles/2000000000`),
  deleteSubtitles: one(changingMovieWith('movies.subtitles_not_found'), ({ movie }) => `/api/movies/${movie}/subtitles/2000000000`),
  deleteMovie: leaving('spent', one(changingMovie, ({ movie }) => `/api/movies/${movie}`)),
};

const ofRoom = (rest = ''): Path => ({ room }) => `/api/rooms/${room}${rest}`;
const ofPublicRoom = (rest = ''): Path => ({ publicRoom }) => `/api/rooms/${publicRoom}${rest}`;
const readingRoom = (rest: string): readonly Case[] => [
  of('of a private room', inRoom(), ofRoom(rest)), of('of a public room', open(), ofPublicRoom(rest)),
];
const onPerson = (name: 'bystander' | 'banned', folder: string): Path => ({ room }, { people }) => `/api/rooms/${room}/${folder}/${people[name].id}`;
/** Joined by those who are in already; administrators see rooms, but keys are for everybody. */
const joining = signedIn({ guest: 200, stranger: 'rooms.not_found', admin: 'rooms.password_wrong' });
const commanding = signedIn({
  guest: 'rooms.playback_not_controller', member: 'rooms.playback_not_controller', owner: 'rooms.playback_not_controller',
  stranger: 'rooms.not_found', admin: 'rooms.playback_not_controller',
});

const rooms: Record<string, readonly Case[]> = {
  createRoom: one(signedIn({ others: 201 }), '/api/rooms', { body: { name: 'Another' } }),
  listRooms: [of('', open(), '/api/rooms'), of('of one’s own', open({ anonymous: 'auth.required' }), '/api/rooms?mine=true')],
  getRoom: readingRoom(''),
  listParticipants: readingRoom('/participants'),
  getPlayback: readingRoom('/playback'),
  patchRoom: leaving('changed', one(changingRoom('rooms.not_host', 200), ofRoom(), { body: { description: 'Changed' } })),
  putRoom: leaving('changed', one(changingRoom('rooms.not_host', 200), ofRoom(), { body: { name: 'Changed', isPrivate: true } })),
  deleteRoom: leaving('spent', one(changingRoom('rooms.not_owner', 200), ofRoom())),
  joinRoom: leaving('changed', [
    of('that is private, without a key', joining, ofRoom('/join')),
    of('that is private, with an invitation', signedIn({ guest: 200 }), ofRoom('/join'), ({ things }) => ({ body: { invite: things.invite } })),
    of('that is public', signedIn(), ofPublicRoom('/join')),
  ]),
  leaveRoom: leaving('spent', one(signedIn({ guest: 200, stranger: 'rooms.not_found' }), ofRoom('/leave'))),
  createInviteLink: one(changingRoom('rooms.not_host', 201), ofRoom('/invite-link')),
  inviteToRoom: one(changingRoom('rooms.not_host', 201), ofRoom('/invitations'), ({ as }) => ({ body: { email: `invited-by-${as}@example.org` } })),
  setParticipantRole: leaving('changed', one(changingRoom('rooms.not_host', 200), onPerson('bystander', 'participants'), { body: { role: 'co-host' } })),
  removeParticipant: leaving('spent', one(changingRoom('rooms.not_host', 200), onPerson('bystander', 'participants'))),
  liftBan: leaving('spent', one(changingRoom('rooms.not_host', 200), onPerson('banned', 'bans'))),
  commandPlayback: leaving('spent', one(commanding, ofRoom('/playback'), { body: { version: 0, action: 'play' } })),
};

const messages = (rest = ''): Path => ({ room }) => `/api/chat/${room}/messages${rest}`;
const theMessage: Path = ({ room, message }) => `/api/chat/${room}/messages/${message}`;
const reactionOn: Path = ({ room, message }) => `/api/chat/${room}/messages/${message}/reactions/${encodeURIComponent('👍')}`;
const reacting = signedIn({ guest: 200, stranger: 'rooms.not_found', admin: 'rooms.not_participant' });
/** Writing is for those inside; `refusal`: theirs who are not the message's author. */
const changingMessage = (refusal: ErrorCode, given: Outcomes): Row =>
  signedIn({ guest: refusal, stranger: 'rooms.not_found', member: refusal, ...given });

const chat: Record<string, readonly Case[]> = {
  listChatMessages: [
    of('of a private room', signedIn({ guest: 200, stranger: 'rooms.not_found' }), messages()),
    of('of a public room', signedIn(), ({ publicRoom }) => `/api/chat/${publicRoom}/messages`),
  ],
  listChatChanges: [
    of('of a private room', signedIn({ guest: 200, stranger: 'rooms.not_found' }), messages('/changes?after=0')),
    of('of a public room', signedIn(), ({ publicRoom }) => `/api/chat/${publicRoom}/messages/changes?after=0`),
  ],
  sendChatMessage: [
    of(
      'in a private room', signedIn({ guest: 201, others: 201, stranger: 'rooms.not_found', admin: 'rooms.not_participant' }),
      messages(), { body: { content: 'Hello' } }),
    of(
      'in a public room', signedIn({ others: 201, stranger: 'rooms.not_participant', admin: 'rooms.not_participant' }),
      ({ publicRoom }) => `/api/chat/${publicRoom}/messages`, { body: { content: 'Hello' } }),
  ],
  editChatMessage: leaving('changed', one(
    changingMessage('chat.not_author', { host: 'chat.not_author', admin: 'chat.not_author' }), theMessage, { body: { content: 'Changed' } })),
  addChatReaction: leaving('changed', one(reacting, reactionOn)),
  removeChatReaction: leaving('changed', one(reacting, reactionOn)),
  deleteChatMessage: leaving('changed', [
    of('in a private room', changingMessage('chat.may_not_delete', {}), theMessage),
    of(
      'of a private room, looked for in a public one', signedIn({ others: 'chat.message_not_found' }),
      ({ publicRoom, message }) => `/api/chat/${publicRoom}/messages/${message}`),
  ]),
};

const withPerson = (name: keyof World['people'], rest = ''): Path => (_things, { people }) => `/api/messages/${people[name].id}${rest}`;
const inConversation = (name: 'owner' | 'member', rest = ''): Path => ({ directMessage }, { people }) =>
  `/api/messages/${people[name].id}/${directMessage}${rest}`;
const ofTheTwo = (given: Outcomes): Row => signedIn({ others: 'messages.not_found', ...given });
const thumb = `/reactions/${encodeURIComponent('👍')}`;

const directMessages: Record<string, readonly Case[]> = {
  listConversations: one(signedIn(), '/api/messages'),
  searchMessages: one(signedIn(), '/api/messages/search?q=known'),
  sendMessage: [
    of('', signedIn({ others: 201 }), '/api/messages/send', ({ world }) => ({ body: { receiverId: world.people.bystander.id, content: 'Hello' } })),
    of(
      'to a disabled account', signedIn({ others: 'accounts.not_found' }), '/api/messages/send',
      ({ world }) => ({ body: { receiverId: world.people.disabled.id, content: 'Hello' } })),
    of(
      'in answer to others’', ofTheTwo({ others: 'messages.reply_not_found', owner: 201, member: 'messages.self' }), '/api/messages/send',
      ({ world, things }) => ({ body: { receiverId: world.people.member.id, content: 'Hello', replyToId: things.directMessage } })),
  ],
  listMessages: one(signedIn({ member: 'messages.self' }), withPerson('member')),
  getConversation: one(signedIn({ member: 'messages.self' }), withPerson('member', '/conversation')),
  listMessageChanges: one(signedIn({ member: 'messages.self' }), withPerson('member', '/changes?after=0')),
  readMessages: one(signedIn({ member: 'messages.self' }), withPerson('member', '/read'), { body: { seq: 1 } }),
  editMessage: leaving('changed', [
    of('with whom it went to', ofTheTwo({ owner: 200, member: 'messages.self' }), inConversation('member'), { body: { content: 'Changed' } }),
    of('with its sender', ofTheTwo({ owner: 'messages.self', member: 'messages.not_sender' }), inConversation('owner'), { body: { content: 'Changed' } }),
  ]),
  addMessageReaction: leaving('changed', one(ofTheTwo({ owner: 'messages.self', member: 200 }), inConversation('owner', thumb))),
  removeMessageReaction: leaving('changed', one(ofTheTwo({ owner: 'messages.self', member: 200 }), inConversation('owner', thumb))),
  deleteMessage: leaving('changed', [
    of('with whom it went to', ofTheTwo({ owner: 200, member: 'messages.self' }), inConversation('member')),
    of('with its sender', ofTheTwo({ owner: 'messages.self', member: 'messages.not_sender' }), inConversation('owner')),
  ]),
};

const ofPlaylist = (rest = ''): Path => ofRoom(`/playlist${rest}`);
const inPlaylist = signedIn({ guest: 200, stranger: 'rooms.not_found', admin: 'rooms.not_participant' });
const hostsPlaylist = (served: Outcome): Row => signedIn({
  guest: 'playlist.not_host', stranger: 'rooms.not_found', member: 'playlist.not_host', owner: 'playlist.not_host', host: served,
  admin: 'rooms.not_participant',
});
const ofNothing = (refusal: Outcome): Row =>
  signedIn({ guest: refusal, stranger: 'rooms.not_found', others: refusal, admin: 'rooms.not_participant' });

const playlists: Record<string, readonly Case[]> = {
  getPlaylist: one(signedIn({ guest: 200, stranger: 'rooms.not_found' }), ofPlaylist()),
  addToPlaylist: leaving('changed', one(
    signedIn({ guest: 201, others: 201, stranger: 'rooms.not_found', admin: 'rooms.not_participant' }), ofPlaylist(),
    ({ things }) => ({ body: { movieId: things.movie } }))),
  changePlaylist: leaving('changed', one(hostsPlaylist(200), ofPlaylist(), { body: { playlistOrder: 'votes' } })),
  movePlaylistItem: one(hostsPlaylist('playlist.item_not_found'), ofPlaylist(`/${UNKNOWN_ID}`), { body: { beforeId: null } }),
  removePlaylistItem: one(inPlaylist, ofPlaylist(`/${UNKNOWN_ID}`)),
  voteForPlaylistItem: one(ofNothing('playlist.item_not_found'), ofPlaylist(`/${UNKNOWN_ID}/vote`)),
  takeBackPlaylistVote: one(ofNothing('playlist.item_not_found'), ofPlaylist(`/${UNKNOWN_ID}/vote`)),
};

const ofEvent = (rest = ''): Path => ({ event }) => `/api/events/${event}${rest}`;
/** The private event: its people are its owner, administrators, and who has answered. */
const seeingEvent = open({ anonymous: 'events.not_found', guests: 'events.not_found', stranger: 'events.not_found' });
const inEvent = (given: Outcomes = {}): Row => signedIn({ stranger: 'events.not_found', ...given });
const changingEvent = (served: Outcome = 200): Row =>
  signedIn({ stranger: 'events.not_found', member: 'events.not_owner', owner: 'events.not_owner', others: served });
const inAWeek = (): string => new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();

const events: Record<string, readonly Case[]> = {
  createEvent: one(signedIn({ others: 201 }), '/api/events', () => ({ body: { title: 'Once', startsAt: inAWeek() } })),
  listEvents: [
    of('public ones', open(), '/api/events'),
    of('of one’s own', open({ anonymous: 'auth.required' }), '/api/events?scope=mine'),
  ],
  getEvent: one(seeingEvent, ofEvent()),
  patchEvent: leaving('changed', one(changingEvent(), ofEvent(), { body: { title: 'Changed' } })),
  putEvent: leaving('changed', one(changingEvent(), ofEvent(), () => ({ body: { title: 'Changed', startsAt: inAWeek(), visibility: 'private' } }))),
  cancelEvent: leaving('changed', one(changingEvent(), ofEvent('/cancel'))),
  deleteEvent: leaving('spent', one(changingEvent(), ofEvent())),
  listNearbyEvents: [
    of('public ones', open(), '/api/events/nearby?lat=1&lng=2'),
    of('all that one may see', open({ anonymous: 'auth.required', guests: 'auth.guest_forbidden' }), '/api/events/nearby?lat=1&lng=2&scope=visible'),
  ],
  listTrendingEvents: one(open(), '/api/events/trending'),
  listEventsOfUser: one(signedIn(), (_, { people }) => `/api/users/${people.host.id}/events`),
  answerEvent: leaving('changed', one(inEvent(), ofEvent('/rsvp'), { body: { status: 'interested' } })),
  getEventAnswer: one(inEvent(), ofEvent('/rsvp')),
  withdrawEventAnswer: leaving('changed', one(inEvent(), ofEvent('/rsvp'))),
  listEventAttendees: one(inEvent(), ofEvent('/attendees')),
  inviteToEvent: one(changingEvent('events.not_friend'), ofEvent('/invitations'), ({ world }) => ({ body: { userIds: [world.people.bystander.id] } })),
  listEventInvitations: one(changingEvent(), ofEvent('/invitations')),
  takeBackEventInvitation: one(changingEvent(), (things, world) => `${ofEvent('/invitations')(things, world)}/${world.people.bystander.id}`),
  getEventCalendar: one(seeingEvent, ofEvent('.ics')),
  getCalendarFeed: one(
    open({ anonymous: 'events.calendar_not_found', guests: 'events.calendar_not_found', others: 'events.calendar_not_found' }),
    `/api/calendar/${'A'.repeat(43)}.ics`),
  getCalendarFeedState: one(signedIn(), '/api/calendar'),
  createCalendarFeed: one(signedIn({ others: 201 }), '/api/calendar'),
  deleteCalendarFeed: one(signedIn(), '/api/calendar'),
};

/** The board asks for a cookie of its own; a token opens none of it. */
const byCookie = (outcome: Outcome): Row => blind({ anonymous: outcome, disabled: outcome, guests: outcome, others: outcome });

const GONE = 2_000_000_000;
const friends: Record<string, readonly Case[]> = {
  listFriends: one(signedIn(), '/api/friends'),
  getFriendStanding: one(signedIn(), (_, { people }) => `/api/friends/${people.bystander.id}`),
  removeFriend: one(signedIn({ others: 'friends.not_friends' }), (_, { people }) => `/api/friends/${people.bystander.id}`),
  listMutualFriends: one(signedIn(), (_, { people }) => `/api/friends/mutual/${people.bystander.id}`),
  listFriendRequests: one(signedIn(), '/api/friends/requests'),
  sendFriendRequest: one(signedIn({ others: 201 }), '/api/friends/requests', ({ world }) => ({ body: { userId: world.people.bystander.id } })),
  acceptFriendRequest: one(signedIn({ others: 'friends.request_not_found' }), `/api/friends/requests/${GONE}/accept`),
  rejectFriendRequest: one(signedIn({ others: 'friends.request_not_found' }), `/api/friends/requests/${GONE}/reject`),
  cancelFriendRequest: one(signedIn({ others: 'friends.request_not_found' }), `/api/friends/requests/${GONE}`),
  listBlocks: one(signedIn(), '/api/friends/blocks'),
  blockPerson: one(signedIn({ others: 201 }), (_, { people }) => `/api/friends/blocks/${people.banned.id}`),
  unblockPerson: one(signedIn({ others: 'friends.not_blocking' }), (_, { people }) => `/api/friends/blocks/${people.bystander.id}`),
  searchPeople: one(signedIn(), '/api/users/search?q=owner'),
  getUser: one(signedIn(), (_, { people }) => `/api/users/${people.bystander.id}`),
  getUserAnalytics: one(
    signedIn({ others: 'auth.forbidden', owner: 200, admin: 200 }), (_, { people }) => `/api/users/${people.owner.id}/analytics`),
};

const operations: Record<string, readonly Case[]> = {
  apiHealth: one(blind(), '/api/health'),
  health: one(blind(), '/health'),
  ready: one(blind(), '/health/ready'),
  metrics: [
    of('from this machine', open(), '/metrics'),
    of(
      'through a proxy', open({ anonymous: 'auth.required', guests: 'auth.forbidden', others: 'auth.forbidden', admin: 200 }),
      '/metrics', { headers: { 'x-forwarded-for': '203.0.113.5' } }),
  ],
  figures: one(adminOnly(), '/api/admin/figures'),
  cacheStats: one(adminOnly(), '/api/admin/cache/stats'),
  clearCache: one(adminOnly(), '/api/admin/cache/clear'),
  queueStats: one(adminOnly(), '/api/queues/stats'),
  startCleanup: one(adminOnly(202), '/api/queues/cleanup', { body: { daysInactive: 3650 } }),
  startReport: one(adminOnly(202), '/api/queues/report'),
  listReports: one(adminOnly(), '/api/queues/reports'),
  getReport: one(adminOnly('queues.report_not_found'), `/api/queues/reports/${UNKNOWN_ID}`),
  listFailedJobs: one(adminOnly(), '/api/queues/failed?queue=email'),
  retryFailedJob: one(adminOnly('queues.job_not_found'), `/api/queues/failed/${UNKNOWN_ID}/retry`),
  queueBoardScript: one(blind(), '/admin/queues/sign-in.js'),
  signInToQueueBoard: [
    of(
      'from its own page',
      blind({
        anonymous: 'auth.credentials_wrong', guests: 'auth.credentials_wrong', disabled: 'auth.account_disabled',
        others: 'auth.forbidden', admin: 200,
      }),
      '/admin/queues/sign-in', (asking) => ({ headers: fromOwnPage, body: { name: nameOf(asking), password: PASSWORD } })),
    of(
      'from elsewhere', byCookie('auth.forbidden'), '/admin/queues/sign-in',
      (asking) => ({ headers: { 'sec-fetch-site': 'cross-site' }, body: { name: nameOf(asking), password: PASSWORD } })),
  ],
  queueBoardSignOutPage: one(blind(), '/admin/queues/sign-out'),
  signOutOfQueueBoard: one(blind(), '/admin/queues/sign-out', { headers: fromOwnPage, body: {} }),
  queueBoard: one(byCookie(401), '/admin/queues'),
  queueBoardHome: one(byCookie(401), '/admin/queues/'),
  queueBoardParts: one(byCookie('auth.required'), '/admin/queues/api/queues'),
};

/** The web app's own, whoever asks: what it shows them it asks the API for. */
const APP_FILES = [
  '/theme.js', '/favicon.svg', '/manifest.webmanifest', '/service-worker.js', '/offline.html', '/offline.css', '/offline.js', '/card.png',
  '/icon-192.png', '/icon-512.png', '/icon-maskable-512.png', '/apple-touch-icon.png',
];
const ASSET = readdirSync(join(builtApp, 'assets')).find((name) => name.endsWith('.js'))!;
const pages: Record<string, readonly Case[]> = {
  openapi: one(blind(), '/api/openapi.json'),
  reference: one(blind(), '/api/docs'),
  errorCodes: one(blind(), '/api/docs/errors'),
  asyncapi: one(blind(), '/api/asyncapi.json'),
  liveReference: one(blind(), '/api/docs/live'),
  referenceScript: one(blind(), '/api/docs/reference.js'),
  ...Object.fromEntries(pagePaths.map((path) => [`page:${path}`, one(blind(), path.replace(':id', '1'))])),
  ...Object.fromEntries(APP_FILES.map((path) => [`file:${path}`, one(blind(), path)])),
  asset: one(blind(), `/assets/${ASSET}`),
  robots: one(blind(), '/robots.txt'),
};

/** By route: who gets what. A route that has no line here fails the tests. */
export const MATRIX: Readonly<Record<string, readonly Case[]>> = {
  ...accounts, ...sessions, ...notices, ...friends, ...movies, ...rooms, ...chat, ...directMessages, ...playlists, ...events, ...operations, ...pages,
};
