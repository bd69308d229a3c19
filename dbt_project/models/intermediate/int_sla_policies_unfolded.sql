{% for kind in ['first_response', 'next_response', 'resolution'] %}
select
    '{{ kind }}' as target_kind,
    position as policy_position,
    policy,
    is_business,
    pauses_while_pending,
    cast({{ kind }}_minutes as bigint) * 60000000 as target_microseconds
from {{ ref('sla_policies') }}
where {{ kind }}_minutes is not null
{{ 'union all' if not loop.last }}
{% endfor %}
