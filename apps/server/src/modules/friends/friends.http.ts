import Type from 'typebox';
import {
  BlockedPerson, CursorPage, Friend, FriendRequest, FriendRequestBody, FriendRequestsQuery, FriendsPageQuery, FriendsQuery,
  FriendStanding, Id, Person,
} from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import { friendPolicies } from './friends.cache.ts';
import type { Friends } from './friends.ts';

const ofUser = Type.Object({ userId: Id }, { additionalProperties: false });
const ofRequest = Type.Object({ id: Id }, { additionalProperties: false });
const common = { tag: 'Friends', access: 'user' } as const;

export function friendsRoutes(friends: Friends): Route[] {
  return [
    jsonRoute({
      ...common, method: 'GET', path: '/api/friends', id: 'listFriends', summary: 'One’s friends, the newest first',
      description: 'With whether they are online; `friends:presence` tells of changes to that.',
      query: FriendsQuery, response: CursorPage(Friend),
      handle: ({ actor, query }) => friends.list(actor.userId, query),
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/friends/requests', id: 'listFriendRequests',
      summary: 'Open requests to and from oneself, newest first', query: FriendRequestsQuery, response: CursorPage(FriendRequest),
      cached: {
        policy: friendPolicies.requests,
        params: ({ actor, query: { direction, cursor, limit = 50 } }) =>
          direction === undefined && cursor === undefined && limit === 50 ? { id: actor.userId } : undefined,
      },
      handle: ({ actor, query }) => friends.listRequests(actor.userId, query),
    }),
    jsonRoute({
      ...common, method: 'POST', path: '/api/friends/requests', id: 'sendFriendRequest', summary: 'Ask somebody to be one’s friend',
      description: 'Whoever is asked already stays asked. If they have asked too, the two are friends: `status` is `accepted`.',
      body: FriendRequestBody, response: FriendRequest, status: 201, idempotent: true,
      errors: [
        'accounts.not_found', 'friends.self', 'friends.already', 'friends.blocking', 'friends.full', 'friends.request_too_soon',
        'friends.requests_exhausted', 'friends.request_not_found',
      ],
      handle: ({ write, actor, body }) => friends.send(write, actor, body.userId),
    }),
    jsonRoute({
      ...common, method: 'POST', path: '/api/friends/requests/:id/accept', id: 'acceptFriendRequest', summary: 'Be friends',
      params: ofRequest, response: FriendRequest, errors: ['friends.request_not_found', 'friends.full'],
      handle: ({ write, actor, params: { id } }) => friends.accept(write, actor, id),
    }),
    jsonRoute({
      ...common, method: 'POST', path: '/api/friends/requests/:id/reject', id: 'rejectFriendRequest', summary: 'Be no friends',
      description: 'Who asked may ask again after 30 days.',
      params: ofRequest, response: FriendRequest, errors: ['friends.request_not_found'],
      handle: ({ write, actor, params: { id } }) => friends.reject(write, actor, id),
    }),
    jsonRoute({
      ...common, method: 'DELETE', path: '/api/friends/requests/:id', id: 'cancelFriendRequest', summary: 'Take one’s request back',
      params: ofRequest, response: FriendRequest, errors: ['friends.request_not_found'],
      handle: ({ write, actor, params: { id } }) => friends.cancel(write, actor, id),
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/friends/mutual/:userId', id: 'listMutualFriends', summary: 'Friends that one has in common with somebody',
      params: ofUser, query: FriendsPageQuery, response: CursorPage(Person), errors: ['accounts.not_found', 'friends.blocking'],
      cached: {
        policy: friendPolicies.mutual,
        params: ({ actor, params: { userId }, query: { cursor, limit = 50 } }) =>
          cursor === undefined && limit === 50 ? { a: actor.userId, b: userId } : undefined,
        authorize: ({ actor, params: { userId } }) => friends.requireVisible(actor.userId, userId),
      },
      async handle({ actor, params: { userId }, query }) {
        // Pages that are not cached come without `authorize`.
        await friends.requireVisible(actor.userId, userId);
        return friends.mutual(actor.userId, userId, query);
      },
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/friends/blocks', id: 'listBlocks', summary: 'Whom one has blocked',
      query: FriendsPageQuery, response: CursorPage(BlockedPerson),
      handle: ({ actor, query }) => friends.listBlocks(actor.userId, query),
    }),
    jsonRoute({
      ...common, method: 'POST', path: '/api/friends/blocks/:userId', id: 'blockPerson', summary: 'Block somebody',
      description:
        'Ends friendship and requests between the two. Until the block is lifted neither finds, invites, asks or writes to the ' +
        'other, or sees whether they are online. For who is blocked there is no such person; nobody tells them why.',
      params: ofUser, response: BlockedPerson, status: 201, idempotent: true, errors: ['accounts.not_found', 'friends.self'],
      handle: ({ write, actor, params: { userId } }) => friends.block(write, actor, userId),
    }),
    jsonRoute({
      ...common, method: 'DELETE', path: '/api/friends/blocks/:userId', id: 'unblockPerson', summary: 'Lift a block',
      params: ofUser, response: Type.Null(), errors: ['friends.not_blocking'],
      handle: ({ write, actor, params: { userId } }) => friends.unblock(write, actor, userId),
    }),
    jsonRoute({
      ...common, method: 'GET', path: '/api/friends/:userId', id: 'getFriendStanding', summary: 'How one stands with somebody',
      params: ofUser, response: FriendStanding, errors: ['accounts.not_found', 'friends.self', 'friends.blocking'],
      async handle({ actor, params: { userId } }) {
        await friends.requireVisible(actor.userId, userId);
        return friends.standing(actor, userId);
      },
    }),
    jsonRoute({
      ...common, method: 'DELETE', path: '/api/friends/:userId', id: 'removeFriend', summary: 'Be friends no more',
      params: ofUser, response: Type.Null(), errors: ['friends.not_friends'],
      handle: ({ write, actor, params: { userId } }) => friends.remove(write, actor, userId),
    }),
  ];
}
