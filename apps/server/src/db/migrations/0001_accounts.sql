create table users (
  id integer generated always as identity primary key,
  email text not null,
  username text not null,
  display_name text not null,
  password_hash text not null,
  role text not null default 'user' check (role in ('user', 'admin')),
  bio text not null default '',
  locale text not null default 'en' check (locale in ('en', 'ru')),
  profile_picture jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- Addresses and names are unique without regard to case; sign-in looks them up the same way.
create unique index users_email_key on users (lower(email));
create unique index users_username_key on users (lower(username));

-- The one-time link that makes the first admin of a production server. One row at most is open.
create table setup_tokens (
  token_hash bytea primary key,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  used_by integer references users (id) on delete set null
);
