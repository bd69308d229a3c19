{{ config(schema='personal') }}

{{ quarantined_rows('ticket_events', ref('typed_ticket_events')) }}
