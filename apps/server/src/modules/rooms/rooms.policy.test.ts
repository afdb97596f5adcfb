import { describe, expect, test } from 'vitest';
import {
  mayChangeRoleOf, mayControl, mayGiveRoles, mayManage, mayRemovePerson, mayRemoveRoom, maySee, type Standing, takesPart,
} from './rooms.policy.ts';

const OWNER = 1;
const ME = 2;
const HIM = 3;
type Role = Standing['role'];
const as = (role: Role, userId = ME, serverRole: 'user' | 'admin' = 'user'): Standing => ({
  actor: { userId, role: serverRole }, role, ownerId: OWNER, isPrivate: true,
});

/** Everybody who can meet a private room. The owner may have gone out of it. */
const WHO = {
  nobody: { ...as(undefined), actor: undefined },
  stranger: as(undefined),
  viewer: as('viewer'),
  'co-host': as('co-host'),
  host: as('host'),
  owner: as('host', OWNER),
  'owner outside': as(undefined, OWNER),
  'admin outside': as(undefined, ME, 'admin'),
  'admin as viewer': as('viewer', ME, 'admin'),
} as const satisfies Record<string, Standing>;

const ACTIONS: Record<string, (standing: Standing) => boolean> = {
  'see it': maySee,
  'take part': takesPart,
  'change it': mayManage,
  'control playback': (standing) => mayControl(standing, 'hosts'),
  'control what everyone may': (standing) => mayControl(standing, 'everyone'),
  'give roles': mayGiveRoles,
  'remove it': mayRemoveRoom,
  'kick a stranger (ban)': (standing) => mayRemovePerson(standing, { userId: HIM, role: undefined }),
  'kick a viewer': (standing) => mayRemovePerson(standing, { userId: HIM, role: 'viewer' }),
  'kick a co-host': (standing) => mayRemovePerson(standing, { userId: HIM, role: 'co-host' }),
  'kick a host': (standing) => mayRemovePerson(standing, { userId: HIM, role: 'host' }),
  'kick the owner': (standing) => mayRemovePerson(standing, { userId: OWNER, role: 'host' }),
  'change a co-host’s role': (standing) => mayGiveRoles(standing) && mayChangeRoleOf(standing, { userId: HIM, role: 'co-host' }),
  'change a host’s role': (standing) => mayGiveRoles(standing) && mayChangeRoleOf(standing, { userId: HIM, role: 'host' }),
};

/** One column per action above, in that order; `x`: may. */
const TABLE: Record<keyof typeof WHO, string> = {
  //                 see part change control (everyone) give remove | kick: stranger viewer co-host host owner | role of: co-host host
  nobody:            '.    .    .      .       .       .    .           .        .      .      .    .              .      .',
  stranger:          '.    .    .      .       .       .    .           .        .      .      .    .              .      .',
  viewer:            'x    x    .      .       x       .    .           .        .      .      .    .              .      .',
  'co-host':         'x    x    x      x       x       .    .           x        x      .      .    .              .      .',
  host:              'x    x    x      x       x       x    .           x        x      x      .    .              x      .',
  owner:             'x    x    x      x       x       x    x           x        x      x      x    .              x      x',
  'owner outside':   'x    .    x      .       .       x    x           x        x      x      x    .              x      x',
  'admin outside':   'x    x    x      .       .       x    x           x        x      x      x    .              x      x',
  'admin as viewer': 'x    x    x      .       x       x    x           x        x      x      x    .              x      x',
};

describe.each(Object.keys(WHO) as (keyof typeof WHO)[])('[RO1] [RO2] [RO3] In a private room %s', (who) => {
  const cells = TABLE[who].split(/\s+/);
  test.each(Object.keys(ACTIONS).map((action, index) => ({ action, may: cells[index] === 'x' })))('may $action: $may', ({ action, may }) => {
    expect(cells).toHaveLength(Object.keys(ACTIONS).length);
    expect(ACTIONS[action]!(WHO[who])).toBe(may);
  });
});

test('[RO1] A public room is seen by anyone', () => {
  for (const standing of Object.values(WHO)) expect(maySee({ ...standing, isPrivate: false })).toBe(true);
});

test('[RO3] A host may step down', () => {
  expect(mayChangeRoleOf(WHO.host, { userId: ME, role: 'host' })).toBe(true);
});
