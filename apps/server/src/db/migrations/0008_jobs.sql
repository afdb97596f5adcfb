-- Work that no answer waits for. A row is committed with the change that needs it, and lives until its effect is
-- recorded: the queues in Redis may be lost, and are filled again from here.
create table jobs (
  -- The id of the outbox row that hands it over, and of the job in its queue.
  id uuid primary key,
  queue text not null,
  name text not null,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  -- Not before; null: at once.
  run_at timestamptz,
  -- Recorded in its handler's own transaction; about to be counted and removed.
  done_at timestamptz,
  -- All attempts have failed: kept until it is retried or removed.
  failed_at timestamptz,
  last_error text
);
create index jobs_failed_idx on jobs (failed_at) where failed_at is not null;

-- Counted with the recorded effect, and kept when the jobs are removed.
create table job_totals (
  queue text primary key,
  completed bigint not null default 0,
  failed bigint not null default 0
);

-- One row: which state of the queues' store holds all open jobs. Another one has lost some.
create table job_store (
  only_one boolean primary key default true check (only_one),
  loss_mark text not null
);

-- The last time of each schedule that has been seen to, so that none is seen to twice.
create table job_schedules (
  name text primary key,
  last_firing text not null
);
