{% for grain in ['week', 'month', 'quarter'] %}
select
    '{{ grain }}' as period_grain,
    {{ grain }}_start as period_start,
    max(date_day) as last_day,
    row_number() over (order by {{ grain }}_start) as period_number,
    {{ grain }}_start + interval 1 {{ grain }} <= max(as_of.as_of_date) as is_complete
from {{ ref('dim_date') }}
cross join {{ ref('as_of') }} as as_of
group by {{ grain }}_start
{{ 'union all' if not loop.last }}
{% endfor %}
