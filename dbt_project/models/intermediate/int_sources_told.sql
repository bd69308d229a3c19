select
    source,
    count(*) filter (where event_type = 'message') > 0 as tells_messages
from {{ ref('stg_ticket_events') }}
group by source
