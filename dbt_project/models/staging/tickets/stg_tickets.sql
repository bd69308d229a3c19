{{ accepted_rows('tickets', ref('typed_tickets')) }}
