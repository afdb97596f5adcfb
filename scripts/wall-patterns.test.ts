import { describe, expect, it } from 'vitest';
import { looksLikeSql } from './wall-patterns.ts';

describe('what looks like SQL', () => {
  it.each([
    'select 1',
    'SELECT now()',
    'select * from rooms',
    'select id, "ownerId" from rooms where id = $1',
    'select r.id::text, count(*) as n\n  from rooms r join users u on u.id = r.owner_id',
    'SELECT ? FROM ?',
    'insert into outbox (id, kind) values ($1, $2)',
    'insert into outbox select 1',
    'update rooms set is_active = false',
    'UPDATE rooms AS r SET name = $1',
    'delete from rooms where id = $1',
    '-- why\ndelete from rooms using users',
    'create table if not exists rooms (id int)',
    'create unique index concurrently rooms_name on rooms (name)',
    'alter table rooms add column x int',
    'drop table rooms;',
    'with freed as (delete from seats returning id) select id from freed',
    'truncate table rooms',
    "set local statement_timeout = '5s'",
    'begin isolation level serializable',
    'lock table rooms in share mode',
  ])('%s', (text) => {
    expect(looksLikeSql(text)).toBe(true);
  });

  it.each([
    '',
    'select',
    'Select one from the list',
    'select one from the list',
    'Select * from this page',
    'select item(s)',
    'Delete from disk',
    'delete from disk',
    'Update the room, then set a password',
    'update your profile to set a picture',
    'Create table reservations for your guests',
    'create room',
    'insert into the playlist',
    'set session cookie',
    'With friends as guests',
    'begin',
    'drop the index card',
    'truncate text',
    'notify everyone',
    '/api/rooms',
  ])('not: %s', (text) => {
    expect(looksLikeSql(text)).toBe(false);
  });
});
