-- One row per step from one activity to the next, the twenty most frequent, with the places of both in the order in which
-- activities usually happen.
with steps as (
    select *
    from kpi.process_flow
    where
        not is_self_loop and from_activity <> 'start' and to_activity not in ('end', 'still open')
        and (dimension = 'overall' or (dimension, dimension_value) in (select dimension, value from largest))
    qualify row_number() over (
        partition by dimension, dimension_value order by transitions desc, from_activity, to_activity
    ) <= 20
),

places as (
    select
        dimension, dimension_value, activity,
        row_number() over (partition by dimension, dimension_value order by usual_place, activity) as position
    from (
        select dimension, dimension_value, from_activity as activity from steps
        union
        select dimension, dimension_value, to_activity from steps
    )
    inner join temp.usual_places using (activity)
)

select
    steps.dimension, steps.dimension_value, steps.from_activity, steps.to_activity,
    origin.position as from_position, target.position as to_position,
    steps.transitions, steps.share_of_from, steps.median_minutes, steps.p90_minutes,
    origin.position >= target.position as is_backward
from steps
inner join places as origin
    on
        steps.dimension = origin.dimension and steps.dimension_value = origin.dimension_value
        and steps.from_activity = origin.activity
inner join places as target
    on
        steps.dimension = target.dimension and steps.dimension_value = target.dimension_value
        and steps.to_activity = target.activity
order by steps.dimension, steps.dimension_value, steps.transitions desc, steps.from_activity, steps.to_activity
