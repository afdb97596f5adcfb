-- Nodes say here which jobs they have been running for a while: asked before a job is begun that may be running still,
-- since its queue was lost and filled again, or its node has fallen silent there.
create table job_runs (
  id uuid primary key,
  beat_at timestamptz not null
);
