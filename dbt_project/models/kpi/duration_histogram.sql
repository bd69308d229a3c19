{#-
    Counts by bin add up over days and values of a dimension, as medians do not: what a page needs to re-aggregate.
-#}
{% set dimensions = ticket_dimensions() %}
{% set durations = {
    'first_response_minutes': 'true',
    'next_response_minutes': 'true',
    'first_resolution_minutes': 'true',
    'full_resolution_minutes': 'true',
    'requester_wait_minutes': 'is_solved',
    'queue_wait_minutes': 'true',
    'handle_minutes': "handle_basis = 'reported'",
} %}
{% set cases %}
    select
        created_on as counted_on,
        {% for dimension in dimensions %}
        {{ dimension }},
        {% endfor %}
        {% for kpi, condition in durations.items() %}
        case when {{ condition }} then {{ kpi }} end as {{ kpi }},
        {% endfor %}
        is_new
    from changed
    where is_counted
{% endset %}
{#- Of tickets that changed, an incremental build looks whether these did (macros/increment/periods.sql). -#}
{{ config(meta={'cases': cases, 'counted_on': 'created_on', 'day': 'date_day'}) }}
with durations as (
    {% for kpi, condition in durations.items() %}
    select
        '{{ kpi }}' as kpi,
        created_on as date_day,
        {{ dimensions | join(', ') }},
        {{ kpi }} as minutes
    from {{ ref('fct_ticket') }}
    where is_counted and {{ kpi }} is not null and {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

binned as (
    select
        durations.*,
        bins.position as bin
    from durations
    inner join {{ ref('duration_bins') }} as bins
        on bins.from_minutes <= durations.minutes and coalesce(durations.minutes < bins.to_minutes, true)
)

select
    counted.kpi,
    counted.date_day,
    counted.dimension,
    counted.dimension_value,
    counted.bin,
    bins.from_minutes,
    bins.to_minutes,
    counted.ticket_count
from (
    select
        kpi,
        date_day,
        {{ grouped_dimension(dimensions) }}
        bin,
        count(*) as ticket_count
    from binned
    group by grouping sets (
        (kpi, date_day, bin){% for dimension in dimensions %}, (kpi, date_day, bin, {{ dimension }}){% endfor %}
    )
) as counted
inner join {{ ref('duration_bins') }} as bins on counted.bin = bins.position
