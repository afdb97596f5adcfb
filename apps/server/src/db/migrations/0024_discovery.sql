-- Where an event is, as a cell of a grid: 720 bands of a quarter of a degree, each cut into so many cells that none is
-- much wider than high. The same rule stands in modules/events/discovery-grid.ts; a test compares the two.
create function event_place_cell(lat double precision, lng double precision) returns integer
  language sql immutable strict parallel safe as $$
    select band * 2048 + least(floor((lng + 180) / 360 * cells)::integer, cells - 1)
    from (select least(floor((lat + 90) * 4)::integer, 719) as band) as b,
      lateral (select case
        when band between 120 and 599 then 1440 when band between 60 and 659 then 720 when band between 30 and 689 then 360
        when band between 15 and 704 then 180 else 45 end as cells) as c
  $$;

-- The same with bands of three degrees: what is popular around somebody.
create function event_region(lat double precision, lng double precision) returns integer
  language sql immutable strict parallel safe as $$
    select band * 128 + least(floor((lng + 180) / 360 * cells)::integer, cells - 1)
    from (select least(floor((lat + 90) / 3)::integer, 59) as band) as b,
      lateral (select case when band between 10 and 49 then 120 when band between 5 and 54 then 60 else 20 end as cells) as c
  $$;

alter table events
  add column place_cell integer generated always as (event_place_cell(lat, lng)) stored,
  add column region integer generated always as (event_region(lat, lng)) stored;

-- Events nearby: those of a cell in the order of time. An answer to an event touches neither, so it stays a change of one
-- row (HOT). The few that take longer than a day are apart: for the others the start alone then bounds what is read.
create index events_nearby_idx on events (place_cell, starts_at) include (over_at, lat, lng, id)
  where visibility = 'public' and cancelled_at is null and place_cell is not null and over_at - starts_at <= interval '1 day';
create index events_nearby_long_idx on events (place_cell, over_at) include (starts_at, lat, lng, id)
  where visibility = 'public' and cancelled_at is null and place_cell is not null and over_at - starts_at > interval '1 day';

-- What is popular: one row for each public event that is to come and has answers. Apart from events, because its score
-- is in indexes and changes with every answer.
create table event_trends (
  event_id integer primary key references events (id) on delete cascade,
  -- Null: it has no place.
  region integer,
  over_at timestamptz not null,
  -- The binary logarithm of the sum over its people of weight × 2 ^ (half-lives between the epoch and their first answer).
  score double precision not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index event_trends_score_idx on event_trends (score desc, event_id);
create index event_trends_region_idx on event_trends (region, score desc, event_id) include (over_at) where region is not null;
create index event_trends_over_idx on event_trends (over_at);
