-- What happened to accounts and sessions. No foreign keys: an event outlives whom it is about.
create table audit_events (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  action text not null,
  user_id integer,
  actor_id integer,
  session_id uuid,
  ip text,
  user_agent text,
  details jsonb not null default '{}'
);
create index audit_events_user_idx on audit_events (user_id, id desc) where user_id is not null;
create index audit_events_action_idx on audit_events (action, id desc);
create index audit_events_at_idx on audit_events (at);
