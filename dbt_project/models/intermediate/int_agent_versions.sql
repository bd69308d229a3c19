{{ versions(ref('typed_agents'), 'agent_key', ['team_key', 'tier', 'is_bot', 'hired_at', 'left_at']) }}
