import type { Notice } from '@watchparty/protocol';
import type { Speaker } from '../i18n/speaker.ts';
import type { IconName } from '../ui/icons.tsx';

export interface NoticeWords {
  readonly icon: IconName;
  readonly text: string;
  /** What was said, or when it is. */
  readonly detail?: string;
  /** Where one goes on, and the route of that screen. */
  readonly path: string;
  readonly route: '/rooms/$roomId' | '/friends' | '/people/$userId' | '/events/$eventId';
}

/** A notice in plain words; undefined: of a kind that this version does not know. */
export function wordsFor(notice: Notice, { t, moment }: Pick<Speaker, 't' | 'moment'>): NoticeWords | undefined {
  const from = (key: 'notice.mention' | 'notice.friendRequest' | 'notice.friendAccepted', { from: { username: name } }: { readonly from: { readonly username: string } }) =>
    t(key, { name });
  const ofEvent = (text: string): NoticeWords | undefined =>
    'eventId' in notice ? { icon: 'calendar', text, detail: moment(notice.startsAt), path: `/events/${notice.eventId}`, route: '/events/$eventId' } : undefined;

  switch (notice.kind) {
    case 'mention': return { icon: 'chat', text: from('notice.mention', notice), detail: notice.excerpt, path: `/rooms/${notice.roomId}`, route: '/rooms/$roomId' };
    case 'room_invitation':
      return { icon: 'film', text: t('notice.roomInvitation', { name: notice.from.username, room: notice.roomName }), path: `/rooms/${notice.roomId}`, route: '/rooms/$roomId' };
    case 'friend_request': return { icon: 'people', text: from('notice.friendRequest', notice), path: '/friends', route: '/friends' };
    case 'friend_accepted': return { icon: 'people', text: from('notice.friendAccepted', notice), path: `/people/${notice.from.userId}`, route: '/people/$userId' };
    case 'event_invitation': return ofEvent(t('notice.eventInvitation', { name: notice.from.username, title: notice.title }));
    case 'event_promoted': return ofEvent(t('notice.eventPromoted', { title: notice.title }));
    case 'event_reminder': return ofEvent(t('notice.eventReminder', { title: notice.title }));
    case 'event_cancelled': return ofEvent(t('notice.eventCancelled', { title: notice.title }));
    case 'event_changed': {
      const [only] = notice.changes.length === 1 ? notice.changes : [];
      const key = only === 'time' ? 'notice.eventNewTime' : only === 'place' ? 'notice.eventNewPlace' : 'notice.eventChanged';
      return ofEvent(t(key, { title: notice.title }));
    }
    case 'event_started': {
      const { pathname, search } = new URL(notice.url, location.origin);
      return { icon: 'play', text: t('notice.eventStarted', { title: notice.title }), path: `${pathname}${search}`, route: '/rooms/$roomId' };
    }
    default: return undefined;
  }
}
