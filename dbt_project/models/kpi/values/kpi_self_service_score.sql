{#- Sessions and tickets are the cases; a company without self-service has no score, not one of 0. -#}
{% set sessions_and_tickets %}
(
    select
        started_on as counts_on,
        segment,
        1 as sessions,
        0 as tickets
    from {{ ref('fct_self_service_session') }}

    union all

    select
        created_on as counts_on,
        segment,
        0 as sessions,
        1 as tickets
    from {{ ref('fct_ticket') }}
    where is_counted and exists (select 1 from {{ ref('fct_self_service_session') }})
) as cases
{% endset %}
{{ kpi_values(
    'self_service_score', sessions_and_tickets, on_date='counts_on', numerator='sessions', denominator='tickets',
    statistics=['mean'], dimensions=['segment']
) }}
