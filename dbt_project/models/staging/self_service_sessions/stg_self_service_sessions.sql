{{ accepted_rows('self_service_sessions', ref('typed_self_service_sessions')) }}
