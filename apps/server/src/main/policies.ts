import type { CachePolicyDeclaration } from '../kernel/cache-policy.ts';
import { accountPolicies, peoplePolicies } from '../modules/accounts/index.ts';
import { chatPolicies } from '../modules/chat/index.ts';
import { friendPolicies } from '../modules/friends/index.ts';
import { discoveryPolicies, eventPolicies } from '../modules/events/index.ts';
import { messagePolicies } from '../modules/messages/index.ts';
import { moviePolicies } from '../modules/movies/index.ts';
import { noticePolicies } from '../modules/notices/index.ts';
import { playlistPolicies } from '../modules/playlist/index.ts';
import { roomPolicies } from '../modules/rooms/index.ts';
import { sessionPolicies } from '../modules/sessions/index.ts';

/** Everything that is cached; docs/CACHE.md shows it. */
export const cachePolicies: readonly CachePolicyDeclaration[] =
  [accountPolicies, peoplePolicies, sessionPolicies, noticePolicies, friendPolicies, moviePolicies, eventPolicies, discoveryPolicies, roomPolicies, chatPolicies, messagePolicies, playlistPolicies].flatMap((ofModule) => Object.values<CachePolicyDeclaration>(ofModule));
