-- Answers to creating requests that carried an Idempotency-Key, kept for a day.
create table idempotency_keys (
  -- SHA-256 over who asked, the route and the key itself; the key is not stored.
  id bytea primary key,
  request_hash bytea not null,
  -- Null while the first request is under way. Encrypted: an answer may hold tokens.
  response bytea,
  locked_until timestamptz not null,
  created_at timestamptz not null default now()
);
create index idempotency_keys_created_at_idx on idempotency_keys (created_at);
