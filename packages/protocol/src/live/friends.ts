import Type from 'typebox';
import { Id } from '../text.ts';
import { serverEvent } from './event.ts';

/** Of one's friends alone. Of what was fetched before it came, the event is the newer. */
export const friendsPresence = serverEvent({
  name: 'friends:presence',
  summary: 'Friends have come online, or gone; gathered for a second or two',
  payload: Type.Object(
    { items: Type.Array(Type.Object({ userId: Id, online: Type.Boolean() }, { additionalProperties: false })) },
    { additionalProperties: false, title: 'FriendsPresence' },
  ),
  gathers: true,
});

export const friendsChanged = serverEvent({
  name: 'friends:changed',
  summary: 'How one stands with these people has changed: friends, requests, blocks. Fetch again what shows it',
  payload: Type.Object(
    { items: Type.Array(Type.Object({ userId: Id }, { additionalProperties: false })) },
    { additionalProperties: false, title: 'FriendsChanged' },
  ),
  gathers: true,
});
