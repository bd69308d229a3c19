{{ accepted_rows('teams', ref('typed_teams')) }}
