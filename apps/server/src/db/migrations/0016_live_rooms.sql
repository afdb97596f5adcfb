alter table rooms
  add column playback_control text not null default 'hosts' check (playback_control in ('hosts', 'everyone')),
  add column ready_gate boolean not null default false,
  add column wait_for_slow boolean not null default true,
  -- For whom the timeline's start lies ahead (a PlaybackWaiting); over when that start has come.
  add column playback_waiting jsonb,
  -- Commands that saw this version or a later one act on the timeline; what was before it is another's command ago.
  add column playback_commands_from bigint not null default 0,
  -- What players say of this version or a later one holds for the place in the film that it has now.
  add column playback_ready_from bigint not null default 0,
  -- Whose command the timeline is; null: the server's own doing, or somebody who is gone.
  add column playback_by integer,
  -- Server time, ms: when the film last went on after it had waited for somebody's player.
  add column playback_waited_until double precision not null default 0;

update rooms set playback_commands_from = playback_version, playback_ready_from = playback_version;

alter table room_participants
  -- Server times, ms, of the last few times that the film waited for this person's player.
  add column waited_at double precision[] not null default '{}';
