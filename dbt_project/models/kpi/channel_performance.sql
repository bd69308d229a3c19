{#- A page of kpi.kpi_value, read across: nothing is computed here. -#}
{% set figures = [
    ('tickets_created', 'tickets_created', 'count'),
    ('tickets_solved', 'tickets_solved', 'count'),
    ('first_response_minutes_median', 'first_response_minutes', 'median'),
    ('full_resolution_minutes_median', 'full_resolution_minutes', 'median'),
    ('handle_minutes_mean', 'handle_minutes', 'mean'),
    ('first_contact_resolution_rate', 'first_contact_resolution_rate', 'rate'),
    ('csat_rate', 'csat_rate', 'rate'),
    ('reopen_rate', 'reopen_rate', 'rate'),
    ('abandonment_rate', 'abandonment_rate', 'rate'),
    ('service_level', 'service_level', 'rate'),
] %}
with figures as (
    select * from {{ ref('kpi_value') }}
    where period_grain = 'month' and dimension = 'channel'
),

by_channel as (
    select
        period_start,
        dimension_value as channel,
        {% for column, kpi, statistic in figures %}
        max(value) filter (where kpi = '{{ kpi }}' and statistic = '{{ statistic }}') as {{ column }},
        {% endfor %}
        max(sample_size) filter (where kpi = 'csat_rate' and statistic = 'rate') as csat_answers
    from figures
    where kpi in ({% for column, kpi, statistic in figures %}'{{ kpi }}'{{ ', ' if not loop.last }}{% endfor %})
    group by period_start, dimension_value
)

select
    by_channel.period_start as month_start,
    by_channel.channel,
    coalesce(channels.name, by_channel.channel) as name,
    {% for column, kpi, statistic in figures %}
    by_channel.{{ column }},
    {% endfor %}
    by_channel.csat_answers
from by_channel
left join {{ ref('dim_channel') }} as channels on by_channel.channel = channels.channel
