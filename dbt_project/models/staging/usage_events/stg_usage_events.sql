{{ accepted_rows('usage_events', ref('typed_usage_events')) }}
