{{ config(post_hook='{{ take_affected() }}') }}
{#- A promise goes on until it is kept, also on a ticket of which nothing else does. -#}
-- depends_on: {{ ref('int_as_of') }}
select ticket_key from {{ ref('int_tickets_affected') }}
{% if builds_incrementally() %}

union distinct

select targets.ticket_key
from {{ before('fct_sla_target') }} as targets
cross join {{ increment_relation('plan') }} as plan
cross join {{ ref('int_as_of') }} as now
where
    {# beyond the calendar, which grows, it is not known when it is due #}
    targets.due_at is null
    or (targets.fulfilled_at is null and now.as_of > plan.as_of_before)
{% endif %}
