{#- What became of every counted ticket at each stage; the fates add up to all tickets. Nobody drops out of the last. -#}
{% set dimensions = ['channel', 'team'] %}
{% set stages = [
    ('contact and triage', 'created_at', 'first_assigned_at'),
    ('response', 'first_assigned_at', 'first_response_at'),
    ('resolution', 'first_response_at', 'first_solved_at'),
    ('follow-up', 'first_solved_at', none),
] %}
with tickets as (
    select * from {{ ref('fct_ticket') }}
    where is_counted
),

owed as (
    {% for stage, start, end in stages %}
    select
        ticket_key,
        cast({{ loop.index }} as integer) as stage_number,
        '{{ stage }}' as stage,
        {{ dimensions | join(', ') }},
        is_solved,
        {{ start ~ ' is not null and ' ~ end ~ ' is null' if end else 'false' }} as is_unfinished,
        {{ start }} is not null or is_solved
        {%- for _, later_start, _ in stages[loop.index:] %} or {{ later_start }} is not null{% endfor %} as is_due
    from tickets
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

fates as (
    select
        owed.*,
        stages.stage_minutes,
        case
            when stages.is_open then 'open'
            when stages.ticket_key is not null then 'completed'
            when owed.is_unfinished and owed.is_solved then 'dropped out'
            when owed.is_due then 'skipped'
            else 'not yet reached'
        end as fate
    from owed
    left join {{ ref('fct_ticket_stage') }} as stages
        on owed.ticket_key = stages.ticket_key and owed.stage = stages.stage
),

grouped as (
    select
        fates.stage_number,
        fates.stage,
        {{ grouped_dimension(dimensions) }}
        count(*) as tickets,
        {% for fate in ['completed', 'open', 'dropped out', 'skipped', 'not yet reached'] %}
        sum(case when fates.fate = '{{ fate }}' then 1 else 0 end) as {{ fate | replace(' ', '_') }}_tickets,
        {% endfor %}
        {{ median_and_p90("case when fates.fate = 'completed' then fates.stage_minutes end") }} as percentiles
    from fates
    group by grouping sets (
        (fates.stage_number, fates.stage){% for dimension in dimensions %},
        (fates.stage_number, fates.stage, {{ dimension }}){% endfor %}
    )
)

select
    stage_number,
    stage,
    dimension,
    dimension_value,
    cast(tickets as bigint) as tickets,
    cast(completed_tickets + open_tickets + dropped_out_tickets as bigint) as reached_tickets,
    cast(completed_tickets as bigint) as completed_tickets,
    cast(open_tickets as bigint) as open_tickets,
    cast(dropped_out_tickets as bigint) as dropped_out_tickets,
    cast(skipped_tickets as bigint) as skipped_tickets,
    cast(not_yet_reached_tickets as bigint) as not_yet_reached_tickets,
    cast(dropped_out_tickets as double)
    / cast(nullif(completed_tickets + open_tickets + dropped_out_tickets, 0) as double) as drop_out_rate,
    {{ list_element('percentiles', 1) }} as median_minutes,
    {{ list_element('percentiles', 2) }} as p90_minutes
from grouped
