select
    runs.ticket_key,
    runs.asked_at,
    runs.replied_at,
    {{ minutes_between('runs.asked_at', 'runs.replied_at') }} as reply_minutes,
    {{ business_minutes_between(
        business_clock('runs.asked_at', 'asked'), business_clock('runs.replied_at', 'replied')
    ) }} as reply_business_minutes
from {{ ref('int_customer_message_runs') }} as runs
inner join {{ ref('int_tickets_scheduled') }} as scheduled on runs.ticket_key = scheduled.ticket_key
left join {{ ref('int_business_days') }} as asked
    on {{ on_business_day('scheduled.schedule', 'runs.asked_at', 'asked') }}
left join {{ ref('int_business_days') }} as replied
    on {{ on_business_day('scheduled.schedule', 'runs.replied_at', 'replied') }}
where runs.replied_at is not null
