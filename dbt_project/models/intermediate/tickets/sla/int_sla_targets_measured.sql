{{ config(materialized='view') }}
{#-
    A target is decided in the first stretch by whose end its elapsed time reaches what is allowed, else in its last one.
    Its clock gets to the due instant at the reading of that stretch's end plus what is still missing then (less what is
    too much).
-#}
{% set target = 'partition by ticket_key, target_kind, target_number order by started_at' %}
with stretches as (
    select *
    from {{ ref('int_sla_targets_clocked') }}
    where adds_something
),

accumulated as (
    select
        *,
        cast(
            sum(run_microseconds) over ({{ target }} rows between unbounded preceding and current row) as bigint
        ) as elapsed_microseconds
    from stretches
    where not is_whole
),

-- the first stretch that uses the target up comes first, else the last one
ranked as (
    select
        *,
        ended_clock + target_microseconds - elapsed_microseconds as due_clock,
        elapsed_microseconds - run_microseconds as elapsed_before_microseconds,
        case
            when target_microseconds <= elapsed_microseconds then {{ microseconds_of('started_at') }}
            else 9000000000000000000 - {{ microseconds_of('started_at') }}
        end as deciding_rank
    from accumulated
)

select
    ticket_key,
    target_kind,
    target_number,
    schedule,
    fulfilled_at,
    started_at,
    policy_position as first_position,
    policy_position as last_position,
    cast(0 as bigint) as retarget_count,
    is_running,
    run_microseconds as elapsed_microseconds,
    policy_position as deciding_position,
    started_at as decided_from_at,
    cast(0 as bigint) as elapsed_before_microseconds,
    ended_clock + target_microseconds - run_microseconds as due_clock
from stretches
where is_whole

union all

select
    ticket_key,
    target_kind,
    target_number,
    max(schedule) as schedule,
    max(fulfilled_at) as fulfilled_at,
    min(started_at) as started_at,
    min_by(policy_position, started_at) as first_position,
    max_by(policy_position, started_at) as last_position,
    cast(count(*) filter (where is_retargeted) as bigint) as retarget_count,
    max_by(is_running, started_at) as is_running,
    max(elapsed_microseconds) as elapsed_microseconds,
    min_by(policy_position, deciding_rank) as deciding_position,
    min_by(started_at, deciding_rank) as decided_from_at,
    min_by(elapsed_before_microseconds, deciding_rank) as elapsed_before_microseconds,
    min_by(due_clock, deciding_rank) as due_clock
from ranked
group by ticket_key, target_kind, target_number
