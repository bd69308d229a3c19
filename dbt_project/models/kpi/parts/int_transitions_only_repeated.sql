{#- Apart from kpi.process_flow, whose percentiles hold every value in memory and left too little for these joins. -#}
{% set dimensions = ['channel', 'team'] %}
with repeated as (
    select distinct
        ticket_key,
        previous_activity as from_activity,
        activity as to_activity
    from {{ ref('fct_ticket_activity') }}
    where is_repeat
)

select
    {{ grouped_dimension(dimensions) }}
    repeated.from_activity,
    repeated.to_activity,
    count(*) as tickets
from repeated
inner join {{ ref('fct_ticket') }} as tickets on repeated.ticket_key = tickets.ticket_key
left join {{ ref('fct_ticket_activity') }} as firsts
    on
        repeated.ticket_key = firsts.ticket_key
        and repeated.from_activity = firsts.previous_activity
        and repeated.to_activity = firsts.activity
        and not firsts.is_repeat
where firsts.ticket_key is null
group by grouping sets (
    (repeated.from_activity, repeated.to_activity){% for dimension in dimensions %},
    (repeated.from_activity, repeated.to_activity, {{ dimension }}){% endfor %}
)
