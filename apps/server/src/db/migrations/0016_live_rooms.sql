alter table rooms
  add column playback_control text not null default 'hosts' check (playback_control in ('hosts', 'everyone')),
  add column ready_gate boolean not null default false,
  add column wait_for_slow boolean not null default true,
  -- For whom the timeline's start lies ahead (a PlaybackWaiting); over when that start has come.
  add column playback_waiting jsonb,
  -- Whose command the timeline is; null: the server's own doing, or somebody who is gone.
  add column playback_by integer,
  -- Server time, ms: when the film last went on after it had waited for somebody's player.
  add column playback_waited_until double precision not null default 0;

alter table room_participants
  -- Server times, ms, of the last few times that the film waited for this person's player.
  add column waited_at double precision[] not null default '{}';
