select
    team_key,
    source,
    team,
    tier,
    department,
    has_profile
from {{ ref('int_teams_united') }}
