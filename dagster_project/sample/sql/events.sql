-- What happened to each ticket, one row per event, written out from the plan. `ord` numbers the steps of a ticket and
-- orders events of the same second; an event without an instant, or after the company's last day, did not happen.

create table event as
with life as (
    select
        *,
        -- where between assignment and answer something happens, in quarters
        held_at + (handled_at - held_at) // 4 as early_at,
        held_at + (handled_at - held_at) // 2 as midway_at,
        case opened_by when 'customer' then customer when 'agent' then first_agent when 'bot' then 2 end as opener,
        if(moves_early, agent, first_agent) as responder,
        case when needs_people then 'Open' else 'New' end as untouched
    from ending
),

contact_and_triage as (
    select no, 1 as ord, moment, 'created' as type, opened_by as actor, opener as who, null as old, null as new,
        true as public
    from life
    union all
    select no, 2, moment, 'message', 'customer', customer, null, null, true from life
    where opened_by in ('customer', 'bot') and channel <> 'phone'
    union all select no, 3, moment, 'team_changed', 'system', null, null, team_key(first_team), false from life
    union all select no, 4, bot_at, 'message', 'bot', 1, null, null, true from life
    union all select no, 5, bot_solved_at, 'status_changed', 'bot', 1, 'New', 'Solved', false from life
    union all select no, 6, handover_at, 'bot_handover', 'bot', if(opened_by = 'bot', 2, 1), null, null, false from life
    union all select no, 7, abandoned_at, 'other', 'customer', customer, null, 'abandoned', false from life
    union all select no, 8, given_up_at, 'status_changed', 'system', null, 'New', 'Solved', false from life
    union all select no, 9, assigned_at, 'assigned', 'system', null, null, agent_key(first_agent), false from life
    union all select no, 10, assigned_at, 'status_changed', 'agent', first_agent, 'New', 'Open', false from life
    union all
    select no, 11, moved_early_at, 'team_changed', 'agent', first_agent, team_key(first_team), team_key(team), false
    from life
    union all
    select no, 12, reassigned_early_at, 'assigned', 'system', null, agent_key(first_agent), agent_key(agent), false
    from life
),

response as (
    select no, 13, early_at, 'category_changed', 'agent', responder, first_category, category, false
    from life where first_category <> category
    union all
    select no, 14, early_at, 'priority_changed', 'agent', responder, first_priority, priority, false
    from life where first_priority <> priority
    union all
    select no, 15, midway_at, 'note', 'agent', responder, null, null, false
    from life where u(no, 'note') < 0.4
    union all
    select no, 16, midway_at, 'escalated', 'agent', responder, null, null, false from life where is_escalated
    union all
    select no, 20, coalesce(response_at, outreach_at), 'message', 'agent', responder, null, null, true from life
    union all
    select no, 21, silently_solved_at, 'status_changed', 'agent', responder, 'Open', 'Solved', false from life
),

resolution as (
    select no, 22, moved_at, 'team_changed', 'agent', first_agent, team_key(first_team), team_key(team), false from life
    union all
    select no, 23, reassigned_at, 'assigned', 'system', null, agent_key(first_agent), agent_key(agent), false from life
    union all select no, 24, takeover_at, 'message', 'agent', agent, null, null, true from life
    union all
    select no, 25, anchor_b + 1, 'status_changed', 'agent', agent, 'Open', 'On-hold', false from life
    where resumed_at is not null
    union all select no, 26, resumed_at, 'status_changed', 'agent', agent, 'On-hold', 'Open', false from life
    union all select no, 27, update_at, 'message', 'agent', agent, null, null, true from life
    union all
    select no, 28, anchor_0 + 1, 'status_changed', 'agent', agent, 'Open', 'Pending', false from life where rounds >= 1
    union all select no, 29, asked_1_at, 'message', 'customer', customer, null, null, true from life
    union all select no, 30, asked_1_at, 'status_changed', 'customer', customer, 'Pending', 'Open', false from life
    union all select no, 31, added_at, 'message', 'customer', customer, null, null, true from life
    union all select no, 32, answered_1_at, 'message', 'agent', agent, null, null, true from life
    union all
    select no, 33, anchor_1 + 1, 'status_changed', 'agent', agent, 'Open', 'Pending', false from life where rounds >= 2
    union all select no, 34, asked_2_at, 'message', 'customer', customer, null, null, true from life
    union all select no, 35, asked_2_at, 'status_changed', 'customer', customer, 'Pending', 'Open', false from life
    union all select no, 36, answered_2_at, 'message', 'agent', agent, null, null, true from life
    union all
    select no, 37, anchor_2 + 1, 'status_changed', 'agent', agent, 'Open', 'Pending', false from life where rounds >= 3
    union all select no, 38, asked_3_at, 'message', 'customer', customer, null, null, true from life
    union all select no, 39, asked_3_at, 'status_changed', 'customer', customer, 'Pending', 'Open', false from life
    union all select no, 40, answered_3_at, 'message', 'agent', agent, null, null, true from life
    union all select no, 41, postscript_at, 'message', 'agent', agent, null, null, true from life
),

ending_and_return as (
    select no, 43, last_word_at + 1, 'status_changed', 'agent', agent, 'Open', 'Pending', false from life
    where ending_mode in ('silence', 'never')
    union all
    select no, 44, solve_1_at, 'status_changed', if(ending_mode = 'silence', 'system', 'agent'),
        if(ending_mode = 'silence', null, agent), if(ending_mode = 'silence', 'Pending', 'Open'), 'Solved', false
    from life where last_word_at is not null
    union all select no, 46, reopen_1_at, 'message', 'customer', customer, null, null, true from life
    union all select no, 47, reopen_1_at, 'status_changed', 'customer', customer, 'Solved', 'Open', false from life
    union all select no, 48, reanswered_1_at, 'message', 'agent', agent, null, null, true from life
    union all
    select no, 49, reanswered_1_at, 'status_changed', 'agent', agent, 'Open', if(solve_2_at is null, 'Pending', 'Solved'),
        false
    from life
    union all select no, 50, reopen_2_at, 'message', 'customer', customer, null, null, true from life
    union all select no, 51, reopen_2_at, 'status_changed', 'customer', customer, 'Solved', 'Open', false from life
    union all select no, 52, solve_3_at, 'message', 'agent', agent, null, null, true from life
    union all select no, 53, solve_3_at, 'status_changed', 'agent', agent, 'Open', 'Solved', false from life
    union all select no, 60, follow_up.moment, 'message', 'agent', agent, null, null, true from follow_up
    union all
    select no, 61, closed_at - 1, if(kind = 'merged', 'merged', 'other'), if(assigned_at is null, 'system', 'agent'),
        if(assigned_at is null, null, first_agent), null, if(kind = 'merged', ticket_key(topic_no), kind), false
    from life where not is_normal
    union all
    select no, 62, closed_at, 'status_changed', if(is_normal or assigned_at is null, 'system', 'agent'),
        if(is_normal or assigned_at is null, null, first_agent), if(is_normal, 'Solved', untouched), 'Closed', false
    from life
)

select no::int as no, ord::tinyint as ord, moment, type, actor, who::int as who, old, new, public
from (
    from contact_and_triage union all from response union all from resolution union all from ending_and_return
)
where moment < getvariable('stop');
