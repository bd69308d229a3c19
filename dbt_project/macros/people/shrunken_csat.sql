{#-
    CTEs that end in `shrunken`: the rows of `members` with csat_rate, group_csat_rate, prior_strength and shrunken_csat,
    the member's rate drawn towards the group's (empirical Bayes, beta-binomial; Efron and Morris 1975, Casella 1985):

        (satisfied + strength x group rate) / (answers + strength)

    strength = 1 / rho - 1, where rho is the correlation of two answers about the same member, by the method of moments
    with answers as weights (Kleinman 1973, J. Am. Stat. Assoc. 68:46-54). With k members, n_i answers, N in all, shares
    p_i, group rate p and S = sum n_i (p_i - p)^2 = sum x_i^2 / n_i - N p^2:

        rho = (S / (p (1 - p)) - (k - 1)) / (N - sum n_i^2 / N - (k - 1))

    Members who differ no more than by chance (rho <= 0) are drawn in with the greatest strength. Too few members, one
    answer each, or answers all alike say nothing about rho: the default strength. Bounds and default: seeds/csat_prior.csv.

    members: CTE with period_grain, period_start, group_key, answers, satisfied
-#}
{% macro shrunken_csat(members) %}
pools as (
    select
        period_grain,
        period_start,
        group_key,
        count(*) filter (where answers > 0) as member_count,
        cast(sum(answers) as double) as answers,
        cast(sum(satisfied) as double) / nullif(sum(answers), 0) as rate,
        cast(sum(answers * answers) as double) / nullif(sum(answers), 0) as answers_weighted,
        {{ exact_sum('cast(satisfied as double) * satisfied / nullif(answers, 0)') }} as sum_of_squares
    from {{ members }}
    group by period_grain, period_start, group_key
),

correlated as (
    select
        *,
        ((sum_of_squares - answers * rate * rate) / nullif(rate * (1 - rate), 0) - (member_count - 1))
        / nullif(answers - answers_weighted - (member_count - 1), 0) as correlation
    from pools
),

priors as (
    select
        pools.period_grain,
        pools.period_start,
        pools.group_key,
        pools.rate,
        case
            when pools.correlation is null or pools.member_count < settings.fewest_members
                then settings.strength_default
            when pools.correlation <= 0 then settings.strength_max
            else greatest(settings.strength_min, least(settings.strength_max, 1 / pools.correlation - 1))
        end as strength
    from correlated as pools
    cross join {{ ref('csat_prior') }} as settings
),

shrunken as (
    select
        members.*,
        cast(members.satisfied as double) / nullif(members.answers, 0) as csat_rate,
        priors.rate as group_csat_rate,
        priors.strength as prior_strength,
        (members.satisfied + priors.strength * priors.rate) / (members.answers + priors.strength) as shrunken_csat
    from {{ members }} as members
    inner join priors
        on
            members.period_grain = priors.period_grain
            and members.period_start = priors.period_start
            and members.group_key = priors.group_key
)
{% endmacro %}
