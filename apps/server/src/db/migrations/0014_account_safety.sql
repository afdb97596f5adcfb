-- Guests: people let into one room for some hours. They have no address and no password, and cannot sign in.
alter table users
  alter column email drop not null,
  alter column password_hash drop not null,
  add column guest_of integer references rooms (id) on delete cascade,
  add column guest_until timestamptz,
  add column disabled_at timestamptz,
  add constraint users_guest_check check (
    case when guest_of is null then email is not null and password_hash is not null and guest_until is null
    else email is null and password_hash is null and guest_until is not null and role = 'user' end);
create index users_guest_of_idx on users (guest_of) where guest_of is not null;
create index users_guest_until_idx on users (guest_until) where guest_until is not null;
create index users_admins_idx on users (id) where role = 'admin';

-- Ends then, however often it is refreshed: a guest's.
alter table sessions add column ends_at timestamptz;

create table second_factors (
  user_id integer primary key references users (id) on delete cascade,
  -- What the authenticator app and we share (RFC 6238).
  secret bytea not null,
  -- Null: set up, and not asked for until a code has confirmed it.
  confirmed_at timestamptz,
  -- The last half-minute whose code was taken: it and those before are taken no more.
  last_step bigint not null default 0,
  created_at timestamptz not null
);

create table recovery_codes (
  user_id integer not null references second_factors (user_id) on delete cascade,
  -- SHA-256: a code has 120 random bits.
  code_hash bytea not null,
  primary key (user_id, code_hash)
);
