-- Who was invited to a room by name or address; the mail's link is a row of room_invites. Kept for a week.
create table room_invitations (
  id uuid primary key,
  room_id integer not null references rooms (id) on delete cascade,
  invited_by integer not null references users (id) on delete cascade,
  -- One of the two: an account, or an address of whoever it is.
  user_id integer references users (id) on delete cascade,
  email text,
  created_at timestamptz not null default now(),
  check ((user_id is null) <> (email is null))
);
create index room_invitations_room_idx on room_invitations (room_id, created_at);
create index room_invitations_inviter_idx on room_invitations (invited_by, created_at);
create index room_invitations_user_idx on room_invitations (user_id) where user_id is not null;
create index room_invitations_created_at_idx on room_invitations (created_at);
