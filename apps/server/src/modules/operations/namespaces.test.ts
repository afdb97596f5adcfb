import { expect, test } from 'vitest';
import { namespacesOf } from './namespaces.ts';

const of = namespacesOf([
  { name: 'rooms.list', key: 'cache:rooms:page:{page}:limit:{limit}' },
  { name: 'rooms.one', key: 'cache:room:{id}' },
  { name: 'accounts.profile', key: 'cache:user:{id}:profile' },
  { name: 'chat.messages', key: 'cache:chat:{roomId}:messages:{cursor}' },
]);

test.each([
  ['cache:rooms:page:1:limit:10', 'rooms.list'], ['cache:room:5', 'rooms.one'], ['cache:user:7:profile', 'accounts.profile'],
  ['cache:chat:7:messages:latest:50', 'chat.messages'], ['cache:user:7:friends', 'other'], ['cache:room:', 'other'],
  ['message:0190', 'other'], ['messages:1:2', 'other'],
  ['cache-tag:room:5', undefined], ['cache-epoch', undefined], ['session:1', undefined], ['xcache:room:5', undefined],
])('%s is of %s', (key, name) => expect(of(key)).toBe(name));
