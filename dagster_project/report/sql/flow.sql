-- One row per step from one activity to the next, the twenty most frequent, in the order in which activities happen.
with positions as (
    select activity, row_number() over (order by avg(activity_number), activity) as position
    from core.fct_ticket_activity
    group by activity
)

select
    flow.dimension, flow.dimension_value, flow.from_activity, flow.to_activity,
    from_position.position as from_position, to_position.position as to_position,
    flow.transitions, flow.share_of_from, flow.median_minutes, flow.p90_minutes,
    from_position.position >= to_position.position as is_backward
from kpi.process_flow as flow
inner join positions as from_position on flow.from_activity = from_position.activity
inner join positions as to_position on flow.to_activity = to_position.activity
where
    not flow.is_self_loop
    and (flow.dimension = 'overall' or (flow.dimension, flow.dimension_value) in (select dimension, value from largest))
qualify row_number() over (
    partition by flow.dimension, flow.dimension_value order by flow.transitions desc, flow.from_activity, flow.to_activity
) <= 20
order by flow.dimension, flow.dimension_value, flow.transitions desc, flow.from_activity, flow.to_activity
