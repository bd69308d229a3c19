{{ config(materialized='table', schema='personal') }}

{{ typed_rows(
    'ticket_events',
    parents={'tickets': ref('typed_tickets')},
    rules=[{'when': 'typed.occurred_at < parent_tickets.created_at', 'reason': 'occurred_at: before its ticket'}]
) }}
