-- What must happen after a commit. A row lives from its transaction's commit until its effect is applied.
create table outbox (
  id uuid primary key,
  -- Order of rows with the same key: they are written under the lock that orders their transactions.
  seq bigint generated always as identity,
  kind text not null,
  -- Rows with the same key are applied one after another, in order of seq; null: in any order.
  key text,
  payload jsonb not null,
  attempts integer not null default 0,
  -- Until then the process that committed the row has it to itself; after that any node's relay may take it.
  available_at timestamptz not null,
  created_at timestamptz not null default now(),
  last_error text,
  -- Set aside: tried often enough, or unreadable. Counted, kept, and no longer in anybody's way.
  failed_at timestamptz
);
create index outbox_due_idx on outbox (kind, available_at) where failed_at is null;
create index outbox_key_idx on outbox (key, seq) where key is not null and failed_at is null;
create index outbox_failed_idx on outbox (failed_at) where failed_at is not null;
