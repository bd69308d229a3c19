{#- A condition that no row breaks; where it cannot be told, it holds. -#}
{% test holds_for_every_row(model, condition, column_name=none) %}
select *
from {{ model }}
where not ({{ condition }})
{% endtest %}
