{#-
    A target's time, cut where the ticket's priority changes and where it becomes or ceases to be pending or solved. A
    stretch has the policy that matches its priority and, for the rest, what held when the target started. Most targets
    are never cut, and few tickets ever change their priority: the models behind this one make use of both.
-#}
with states as (
    select
        ticket_key,
        state_number,
        started_at,
        change,
        priority,
        previous_value,
        status = 'pending' as is_pending,
        previous_value = 'pending' as was_pending,
        status in ('solved', 'closed') as is_solved,
        previous_value in ('solved', 'closed') as was_solved
    from {{ ref('int_ticket_states') }}
),

spans as (
    select
        ticket_key,
        started_at,
        priority,
        is_pending,
        is_solved,
        lead(started_at) over (partition by ticket_key order by state_number) as next_started_at
    from states
    where
        change = 'created'
        or (change = 'priority_changed' and priority <> previous_value)
        or (change = 'status_changed' and (is_solved <> was_solved or is_pending <> was_pending))
),

-- Not asked of the CTEs above: one that is read twice is held whole.
prioritized_anew as (
    select distinct ticket_key
    from {{ ref('int_ticket_states') }}
    where change = 'priority_changed' and priority <> previous_value
)

select
    targets.ticket_key,
    targets.target_kind,
    targets.target_number,
    targets.fulfilled_at,
    targets.schedule,
    greatest(spans.started_at, targets.started_at) as started_at,
    least(spans.next_started_at, targets.ended_at) as ended_at,
    spans.started_at <= targets.started_at and coalesce(targets.ended_at <= spans.next_started_at, true) as is_whole,
    spans.started_at <= targets.started_at or coalesce(targets.ended_at <= spans.next_started_at, true) as is_at_an_end,
    prioritized_anew.ticket_key is not null as has_priority_changes,
    spans.is_pending,
    spans.is_solved,
    matched.policy_position
from {{ ref('int_sla_targets_started') }} as targets
inner join spans
    on
        targets.ticket_key = spans.ticket_key
        and coalesce(spans.started_at < spans.next_started_at, true)
        and coalesce(targets.started_at < spans.next_started_at, true)
        and (targets.started_at >= spans.started_at or targets.ended_at > spans.started_at)
left join {{ ref('int_sla_policies_matched') }} as matched
    on
        targets.channel = matched.channel
        and targets.product = matched.product
        and targets.segment = matched.segment
        and spans.priority = matched.priority
left join prioritized_anew on targets.ticket_key = prioritized_anew.ticket_key
