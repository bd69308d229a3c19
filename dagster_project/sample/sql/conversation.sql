-- From the first answer to the last: hand-over to another team, waiting on hold, and up to three more exchanges.
-- An anchor is the instant of the agent's latest word so far.

create table conversation as
with a as (
    -- a live contact goes on until it is hung up
    select *, coalesce(response_at + coalesce(talk + hold, 0), outreach_at) as anchor_a from response
),

moved as (
    select *, case when moves and not moves_early then advance(anchor_a, around(no, 'move', 2400, 0.8), always) end
        as moved_at
    from a
),

reassigned as (select *, advance(moved_at, around(no, 'taken', 1500, 0.8), always) as reassigned_at from moved),

taken_over as (
    select *, advance(reassigned_at, around(no, 'takes up', 3000, 0.8), always) as takeover_at from reassigned
),

b as (select *, coalesce(takeover_at, anchor_a) as anchor_b from taken_over),

-- Planted bottleneck: one team's tickets wait for the warehouse and the carrier
waited as (
    select
        *,
        case when anchor_b is not null and outreach_at is null and u(no, 'on hold')
            < case when team = 3 then getvariable('hold_share') when answered_at is null then 0.05 else 0.01 end
            then anchor_b + around(no, 'hold time', if(team = 3, getvariable('hold_seconds'), 14400.0), 0.7)
        end as hold_until
    from b
),

resumed as (select * exclude (hold_until), advance(hold_until, 60, always) as resumed_at from waited),

updated as (select *, advance(resumed_at, around(no, 'update', 1200, 0.7), always) as update_at from resumed),

round_0 as (
    select
        *,
        coalesce(update_at, anchor_b) as anchor_0,
        u(no, 'rounds') as r,
        case
            when outreach_at is not null then case when r < 0.4 then 0 when r < 0.85 then 1 else 2 end
            when answered_at is not null then case when r < 0.75 then 0 when r < 0.93 then 1 else 2 end
            else case when r < 0.45 then 0 when r < 0.77 then 1 when r < 0.93 then 2 else 3 end
        end as rounds
    from updated
),

asked_1 as (
    select *, case when rounds >= 1 then anchor_0 + 60 + around(no, 'customer 1', 16000, 1.2) end as asked_1_at
    from round_0
),

answered_1 as (
    select *, advance(asked_1_at, around(no, 'agent 1', 4500 * pace * slowness, 0.9), always) as answered_1_at
    from asked_1
),

asked_2 as (
    select
        *, coalesce(answered_1_at, anchor_0) as anchor_1,
        case when rounds >= 2 then answered_1_at + 60 + around(no, 'customer 2', 20000, 1.2) end as asked_2_at
    from answered_1
),

answered_2 as (
    select *, advance(asked_2_at, around(no, 'agent 2', 4500 * slowness, 0.9), always) as answered_2_at from asked_2
),

asked_3 as (
    select
        *, coalesce(answered_2_at, anchor_1) as anchor_2,
        case when rounds >= 3 then answered_2_at + 60 + around(no, 'customer 3', 24000, 1.2) end as asked_3_at
    from answered_2
),

answered_3 as (
    select *, advance(asked_3_at, around(no, 'agent 3', 4500 * slowness, 0.9), always) as answered_3_at from asked_3
),

last as (select *, coalesce(answered_3_at, anchor_2) as anchor_3 from answered_3)

select
    * exclude (r),
    -- the customer adds something before the agent has answered
    case when u(no, 'adds') < 0.2 and asked_1_at + 900 < answered_1_at
        then asked_1_at + 60 + floor(800 * u(no, 'added'))::bigint end as added_at,
    -- the agent sends another line after the last answer
    case when u(no, 'ps') < 0.08 then anchor_3 + 40 + floor(600 * u(no, 'ps at'))::bigint end as postscript_at
from last;
