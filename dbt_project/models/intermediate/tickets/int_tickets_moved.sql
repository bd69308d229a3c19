with states as (
    select * from {{ ref('int_ticket_states') }}
    where change in ('team_changed', 'assigned')
),

moves as (
    select
        states.*,
        states.change = 'team_changed' and states.previous_value <> 'unknown'
        and states.team_key <> states.previous_value as is_move,
        coalesce(teams.tier > 1 and teams.tier > previous_teams.tier, false) as is_to_higher_tier
    from states
    left join {{ ref('int_teams_united') }} as teams on states.team_key = teams.team_key
    left join {{ ref('int_teams_united') }} as previous_teams on states.previous_value = previous_teams.team_key
)

select
    ticket_key,
    min(started_at) filter (where change = 'assigned') as first_assigned_at,
    count(*) filter (where is_move and has_been_assigned) as transfer_count,
    count(*) filter (where is_move and is_to_higher_tier) > 0 as is_moved_to_higher_tier
from moves
group by ticket_key
