select
    versions.agent_key,
    versions.valid_from,
    versions.valid_to,
    coalesce(versions.team_key, 'unknown') as team_key,
    coalesce(teams.team, 'unknown') as team,
    versions.tier,
    coalesce(versions.is_bot, false) as is_bot,
    versions.hired_at,
    versions.left_at
from {{ ref('int_agent_versions') }} as versions
left join {{ ref('dim_team') }} as teams on versions.team_key = teams.team_key
