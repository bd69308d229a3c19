{% for grain, length in [('week', '1 week'), ('month', '1 month'), ('quarter', '3 month')] %}
select
    '{{ grain }}' as period_grain,
    dates.{{ grain }}_start as period_start,
    max(dates.date_day) as last_day,
    cast(row_number() over (order by dates.{{ grain }}_start) as bigint) as period_number,
    dates.{{ grain }}_start + interval {{ length }} <= max(as_of.as_of_date) as is_complete
from {{ ref('dim_date') }} as dates
cross join {{ ref('as_of') }} as as_of
group by dates.{{ grain }}_start
{{ 'union all' if not loop.last }}
{% endfor %}
