{{ versions('agents', ref('typed_agents'), ['team_key', 'tier', 'is_bot', 'hired_at', 'left_at']) }}
