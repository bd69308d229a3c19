{#-
    CTEs that end in `shrunken_minutes`: for each member of a group the median minutes, drawn towards the group's median by
    sample size, on logarithms, as times are skewed:

        exp((n x ln(1 + median) + strength x ln(1 + group median)) / (n + strength)) - 1

    strength = variance of logarithms within members / variance between them (Bühlmann's credibility: Bühlmann and Gisler,
    A Course in Credibility Theory, 2005, chapter 4), both by the analysis of variance of one random factor. Members who
    differ no more than by chance are drawn in with the greatest strength; too few members or one time each say nothing:
    the default strength. Bounds and default: seeds/csat_prior.csv.

    times: CTE with group_key, member_key, minutes (not NULL)
-#}
{% macro shrunken_minutes(times) %}
timed_members as (
    select
        group_key,
        member_key,
        count(*) as n,
        percentile_cont(0.5) within group (order by minutes) as median_minutes,
        {{ exact_mean('ln(1 + minutes)') }} as mean_log
    from {{ times }}
    group by group_key, member_key
),

timed_groups as (
    select
        group_key,
        percentile_cont(0.5) within group (order by minutes) as median_minutes,
        {{ exact_mean('ln(1 + minutes)') }} as mean_log
    from {{ times }}
    group by group_key
),

times_within as (
    select
        times.group_key,
        {{ exact_sum('power(ln(1 + times.minutes) - members.mean_log, 2)') }} as squares
    from {{ times }} as times
    inner join timed_members as members
        on times.group_key = members.group_key and times.member_key = members.member_key
    group by times.group_key
),

time_variances as (
    select
        members.group_key,
        count(*) as member_count,
        max(times_within.squares) / nullif(sum(members.n) - count(*), 0) as within_variance,
        {{ exact_sum('members.n * power(members.mean_log - timed_groups.mean_log, 2)') }}
            / nullif(count(*) - 1, 0) as mean_square,
        (sum(members.n) - sum(members.n * members.n) / sum(members.n)) / nullif(count(*) - 1, 0) as effective_n
    from timed_members as members
    inner join timed_groups on members.group_key = timed_groups.group_key
    inner join times_within on members.group_key = times_within.group_key
    group by members.group_key
),

time_strengths as (
    select
        variances.group_key,
        case
            when
                variances.member_count < settings.fewest_members
                or coalesce(variances.within_variance, 0) = 0 or variances.mean_square is null
                then settings.strength_default
            when variances.mean_square <= variances.within_variance then settings.strength_max
            else greatest(settings.strength_min, least(
                settings.strength_max,
                variances.within_variance * variances.effective_n / (variances.mean_square - variances.within_variance)
            ))
        end as strength
    from time_variances as variances
    cross join {{ ref('csat_prior') }} as settings
),

shrunken_minutes as (
    select
        members.group_key,
        members.member_key,
        members.n,
        members.median_minutes,
        timed_groups.median_minutes as group_median_minutes,
        strengths.strength,
        exp(
            (members.n * ln(1 + members.median_minutes) + strengths.strength * ln(1 + timed_groups.median_minutes))
            / (members.n + strengths.strength)
        ) - 1 as shrunken_median_minutes
    from timed_members as members
    inner join timed_groups on members.group_key = timed_groups.group_key
    inner join time_strengths as strengths on members.group_key = strengths.group_key
)
{% endmacro %}
