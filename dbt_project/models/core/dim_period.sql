{% for grain in ['week', 'month', 'quarter'] %}
select
    '{{ grain }}' as period_grain,
    dates.{{ grain }}_start as period_start,
    max(dates.date_day) as last_day,
    row_number() over (order by dates.{{ grain }}_start) as period_number,
    dates.{{ grain }}_start + interval 1 {{ grain }} <= max(as_of.as_of_date) as is_complete
from {{ ref('dim_date') }} as dates
cross join {{ ref('as_of') }} as as_of
group by dates.{{ grain }}_start
{{ 'union all' if not loop.last }}
{% endfor %}
