{#- Tickets share few combinations of attributes: each is matched with the rules once. An empty condition matches all. -#}
{% set attributes = ['channel', 'team', 'segment', 'product', 'priority', 'category', 'source'] %}
with combinations as (
    select distinct {{ attributes | join(', ') }}
    from {{ ref('int_tickets_described') }}
),

decided as (
    select
        {% for attribute in attributes %}
        combinations.{{ attribute }},
        {% endfor %}
        min_by(rules.schedule, rules.position) as schedule
    from combinations
    left join {{ ref('schedule_rules') }} as rules
        on
            {% for attribute in attributes %}
            {{ 'and ' if not loop.first }}coalesce(rules.{{ attribute }} = combinations.{{ attribute }}, rules.{{ attribute }} is null)
            {% endfor %}
    group by all
)

select
    tickets.ticket_key,
    decided.schedule
from {{ ref('int_tickets_described') }} as tickets
left join decided
    on
        {% for attribute in attributes %}
        {{ 'and ' if not loop.first }}tickets.{{ attribute }} = decided.{{ attribute }}
        {% endfor %}
