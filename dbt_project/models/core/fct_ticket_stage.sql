{% set stages = [
    ('contact and triage', 'created_at', 'first_assigned_at'),
    ('response', 'first_assigned_at', 'first_response_at'),
    ('resolution', 'first_response_at', 'first_solved_at'),
    ('follow-up', 'first_solved_at', 'followed_up_until_at'),
] %}
with tickets as (
    select * from {{ ref('int_tickets_timed') }}
),

stages as (
    {% for stage, start, end in stages %}
    select
        ticket_key,
        is_counted,
        created_at,
        '{{ stage }}' as stage,
        cast({{ loop.index }} as integer) as stage_number,
        {{ start }} as started_at,
        {{ end }} as ended_at,
        coalesce({{ end }}, as_of) as counted_until_at,
        {{ start }}_clock as start_clock,
        coalesce({{ end }}_clock, as_of_clock) as end_clock
    from tickets
    where {{ start }} <= {{ end }} or ({{ start }} <= as_of and {{ end }} is null and not is_solved)
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    ticket_key,
    is_counted,
    {{ reporting_date('created_at') }} as created_on,
    stage,
    stage_number,
    started_at,
    ended_at,
    ended_at is null as is_open,
    {{ minutes_between('started_at', 'counted_until_at') }} as stage_minutes,
    {{ business_minutes_between('start_clock', 'end_clock') }} as stage_business_minutes
from stages
