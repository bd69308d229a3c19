{{ accepted_rows('agents', ref('typed_agents')) }}
