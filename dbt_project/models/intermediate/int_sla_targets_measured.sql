{#-
    A target is decided in the first stretch by whose end its elapsed time reaches what is allowed, else in its last one.
    Its clock gets to the due instant at the reading of that stretch's end plus what is still missing then (less what is
    too much). Where a change of terms uses it up, the due instant is that of the change.
-#}
with stretches as (
    select
        *,
        target_microseconds <= elapsed_microseconds as is_used_up,
        target_microseconds <= elapsed_before_microseconds as is_used_up_before,
        end_clock + target_microseconds - elapsed_microseconds as due_clock
    from {{ ref('int_sla_targets_clocked') }}
)

select
    ticket_key,
    target_kind,
    target_number,
    max(schedule) as schedule,
    min_by(policy, stretch_number) as policy,
    max_by(policy, stretch_number) as policy_in_force,
    max_by(is_business, stretch_number) as is_business,
    max_by(is_running, stretch_number) as is_running,
    max_by(target_microseconds, stretch_number) as target_microseconds,
    max_by(elapsed_microseconds, stretch_number) as elapsed_microseconds,
    count(*) filter (where is_retargeted) as retarget_count,
    count(*) filter (where is_used_up) > 0 as is_used_up,
    {% for column in ['due_clock', 'is_business', 'is_used_up_before', 'started_at'] %}
    coalesce(min_by({{ column }}, stretch_number) filter (where is_used_up), max_by({{ column }}, stretch_number))
        as {{ 'due_clock' if column == 'due_clock' else 'decided_in_' ~ column }},
    {% endfor %}
    min_by(greatest(elapsed_before_microseconds, target_microseconds), stretch_number) filter (where is_used_up)
        as elapsed_when_used_up_microseconds
from stretches
group by ticket_key, target_kind, target_number
having max_by(target_microseconds, stretch_number) is not null
