-- From contact to the first answer: triage, perhaps another team, and the reply.

create table response as
with paced as (
    select
        *,
        case first_priority when 'urgent' then 0.3 when 'high' then 0.6 when 'normal' then 1
            else 1.6 end * factor as pace,
        [1.0, 1.4, 1.2, 1.5, 0.9, 0.5][team]::double
        * case channel when 'email' then 1.3 when 'web' then 1.2 when 'app' then 0.8 when 'social' then 0.7
            when 'in_person' then 0.2 else 1 end as slowness,
        bot_solved_at is null and given_up_at is null and (is_normal or u(no, 'touched') < 0.5) as needs_people,
        coalesce(abandoned_at, handover_at, moment) as ready_at,
        agent_for(first_team, month, u(no, 'agent')) as first_agent,
        agent_for(team, month, u(topic_no, 'specialist')) as specialist
    from contact
),

assigned as (
    select
        *,
        case
            when not needs_people then null
            when opened_by = 'agent' then moment
            when answered_at is not null then answered_at
            else advance(ready_at, around(no, 'triage', 720 * pace, 0.8), always)
        end as assigned_at,
        is_normal and first_team <> team and needs_people and not is_ignored as moves,
        answered_at is null and opened_by <> 'agent' and u(no, 'moves early') < 0.5 as may_move_early
    from paced
),

moved as (
    select
        * exclude (may_move_early, specialist),
        moves and may_move_early as moves_early,
        case when moves then specialist else first_agent end as agent,
        case when moves and may_move_early then advance(assigned_at, around(no, 'move', 1500 * pace, 0.8), always) end
            as moved_early_at
    from assigned
),

reassigned as (
    select *, advance(moved_early_at, around(no, 'taken', 600 * pace, 0.8), always) as reassigned_early_at from moved
),

held as (select *, coalesce(reassigned_early_at, assigned_at) as held_at from reassigned),

handled as (
    select
        *,
        case
            when not is_normal or assigned_at is null or is_ignored or opened_by = 'agent' then null
            when answered_at is not null then answered_at + 2
            else advance(held_at, around(no, 'answer', 2700 * pace * slowness, 0.95), always)
        end as handled_at
    from held
)

select
    *,
    case when not is_silent then handled_at end as response_at,
    case when is_silent then handled_at end as silently_solved_at,
    -- an agent who opens a ticket writes first
    case when opened_by = 'agent' and is_normal then moment end as outreach_at,
    handled_at is not null
    and u(no, 'escalated') < case when first_priority = 'urgent' then 0.15 when first_team = 4 then 0.07 else 0.025 end
        as is_escalated
from handled;
