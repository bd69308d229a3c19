{#-
    CTEs that end in `awarded`: the rows of `shrunken` with a percentile per metric, star_score, stars and two ranks.

    A percentile is the share of the other ranked members of the group who do worse (share_doing_worse). star_score is the
    mean of the percentiles by the weights of seeds/award_weights.csv, over the metrics that the member has. Members under
    the KPI's minimum sample of solved tickets are compared with nobody and get no rank.

    shrunken: CTE with period_grain, period_start, member_key, group_key, tickets_solved and the metrics' columns
    metrics:  of each metric in the seed its column there
-#}
{% macro award(shrunken, kpi, metrics) %}
judged as (
    select
        shrunken.*,
        shrunken.member_key <> 'unknown' and shrunken.tickets_solved >= registry.minimum_sample as is_ranked
    from {{ shrunken }} as shrunken
    inner join {{ ref('kpis') }} as registry on registry.kpi = '{{ kpi }}'
),

results as (
    {% for metric, column in metrics.items() %}
    select
        period_grain,
        period_start,
        group_key,
        member_key,
        '{{ metric }}' as metric,
        round({{ column }}, 9) as value
    from judged
    where is_ranked and {{ column }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

compared as (
    select
        results.*,
        weights.weight,
        {{ share_doing_worse(
            'results.period_grain, results.period_start, results.group_key, results.metric',
            "case registry.direction when 'lower' then -results.value else results.value end"
        ) }} as percentile
    from results
    inner join {{ ref('award_weights') }} as weights on results.metric = weights.metric
    inner join {{ ref('kpis') }} as registry on results.metric = registry.kpi
),

scored as (
    select
        period_grain,
        period_start,
        member_key,
        {% for metric in metrics %}
        max(percentile) filter (where metric = '{{ metric }}') as {{ metric }}_percentile,
        {% endfor %}
        round({{ exact_sum('weight * percentile') }} / nullif({{ exact_sum('weight') }}, 0), 9) as star_score
    from compared
    group by period_grain, period_start, member_key
),

awarded as (
    select
        judged.*,
        {% for metric in metrics %}
        scored.{{ metric }}_percentile,
        {% endfor %}
        scored.star_score,
        case when scored.star_score is not null then cast(least(5, 1 + floor(5 * scored.star_score)) as bigint) end
            as stars,
        case when judged.is_ranked then 'ranked' else 'not ranked' end as ranking_status,
        case when scored.star_score is not null then cast(rank() over (
            partition by judged.period_grain, judged.period_start order by scored.star_score desc nulls last
        ) as bigint) end as {{ kpi }},
        case when scored.star_score is not null then cast(rank() over (
            partition by judged.period_grain, judged.period_start, judged.group_key
            order by scored.star_score desc nulls last
        ) as bigint) end as rank_in_group
    from judged
    left join scored
        on
            judged.period_grain = scored.period_grain
            and judged.period_start = scored.period_start
            and judged.member_key = scored.member_key
)
{% endmacro %}
