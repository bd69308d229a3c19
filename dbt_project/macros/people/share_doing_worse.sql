{#-
    Share of the other members of a group who do worse: percent_rank, (rank - 1) / (n - 1), equals alike; who is alone in
    the group gets 0.5.

    worst_first: what members are ordered by, the worst first
-#}
{% macro share_doing_worse(group, worst_first) %}
case
            when count(*) over (partition by {{ group }}) = 1 then 0.5
            else percent_rank() over (partition by {{ group }} order by {{ worst_first }})
        end
{%- endmacro %}
