{{ config(post_hook='{{ take_affected() }}') }}
-- depends_on: {{ ref('int_as_of') }}, {{ ref('int_business_days') }}, {{ ref('kpis') }}
{#-
    Beside tickets that changed and those of the same customers and categories: those with a figure that goes on until the
    as-of instant, which moved; all, where it moved back or the calendar changed. In doubt a ticket is affected.
#}
select ticket_key from {{ ref('int_followed_tickets_affected') }}
{% if builds_incrementally() %}
{#- What is unsettled changes once its window has elapsed; see int_tickets_judged. -#}
{% set windows = [
    ('repeat_contact_rate', 'is_repeat_settled', 'created_at'),
    ('reopen_rate', 'is_reopen_settled', 'first_solved_at'),
    ('first_contact_resolution_rate', 'is_first_contact_settled', 'first_solved_at'),
] %}

union distinct

select tickets.ticket_key
from {{ before('fct_ticket') }} as tickets
cross join {{ increment_relation('plan') }} as plan
cross join {{ ref('int_as_of') }} as now
cross join (
    select
        {% for kpi, _, _ in windows %}
        60 * max(case when kpi = '{{ kpi }}' then settle_window_hours end) as {{ kpi }}_minutes{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('kpis') }}
) as windows
where
    now.as_of > plan.as_of_before
    and (
        not tickets.is_solved
        {% for kpi, settled, since in windows %}
        or (
            not tickets.{{ settled }}
            and {{ minutes_between('tickets.' ~ since, 'now.as_of') }} >= windows.{{ kpi }}_minutes
        )
        {% endfor %}
    )

union distinct

-- the calendar grows at its end every night; anything else moves every clock
select united.ticket_key
from {{ before('int_tickets_united') }} as united
cross join {{ increment_relation('plan') }} as plan
cross join {{ ref('int_as_of') }} as now
where
    now.as_of < plan.as_of_before
    or (select count(*) from {{ changed_rows('int_business_days') }} where not is_new) > 0
{% endif %}
