"""Where an anomaly comes from: `analysis.kpi_anomaly_driver`, all of it arithmetic over published aggregates.

A count's deviation is the sum of the deviations of its parts. A rate or mean is a weighted mean of its parts, so its
deviation has two sources: another mix of the cases, and parts that do better or worse (Kitagawa 1955, Components of a
difference between two rates, Journal of the American Statistical Association 50); each is weighed with the mean of the
day's and the usual figures, so that nothing is left over. A median is treated as if it were a mean of its parts'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.exact import exact_sum

if TYPE_CHECKING:
    import pandas as pd

DRIVERS = f"""
    with anomalies as (
        select kpi, statistic, date_day, value as whole, expected as whole_expected from analysis.kpi_anomaly
    ),

    -- what is usual: the same weekday of the eight weeks before, without holidays and other anomalies
    compared_days as (
        select kpi, statistic, date_day, date_day as compared_day, true as is_the_day from anomalies
        union all
        select anomalies.kpi, anomalies.statistic, anomalies.date_day, kpi_band.date_day, false
        from anomalies
        inner join analysis.kpi_band as kpi_band
            on anomalies.kpi = kpi_band.kpi and anomalies.statistic = kpi_band.statistic
            and kpi_band.date_day between anomalies.date_day - interval 56 day and anomalies.date_day - interval 7 day
            and isodow(kpi_band.date_day) = isodow(anomalies.date_day)
        where not kpi_band.is_anomaly and not kpi_band.is_holiday
    ),

    usual_days as (
        select kpi, statistic, date_day, count(*) as usual_days from compared_days where not is_the_day group by all
    ),

    parts as (
        select days.kpi, days.statistic, days.date_day, figures.dimension, figures.dimension_value,
            coalesce(sum(figures.sample_size) filter (where days.is_the_day), 0) as cases,
            max(figures.value) filter (where days.is_the_day) as part,
            coalesce(sum(figures.sample_size) filter (where not days.is_the_day), 0) as usual_cases,
            {exact_sum("figures.sample_size * figures.value", "filter (where not days.is_the_day)")}
                / nullif(sum(figures.sample_size) filter (where not days.is_the_day), 0) as usual_part
        from compared_days as days
        inner join kpi.kpi_value as figures
            on days.kpi = figures.kpi and days.statistic = figures.statistic
            and days.compared_day = figures.period_start and figures.period_grain = 'day'
        where figures.dimension <> 'overall' and figures.value is not null
        group by all
    ),

    weighed as (
        select parts.*, whole, whole_expected, usual_cases / usual_days as usual_sample_size,
            count(*) over by_dimension as parts_of_dimension,
            cases / nullif(sum(cases) over by_dimension, 0) as case_share,
            usual_cases / nullif(sum(usual_cases) over by_dimension, 0) as usual_share,
            -- the usual days shifted as a whole to what was expected of this one
            whole_expected - {exact_sum("usual_cases * usual_part", "over by_dimension")}
                / sum(usual_cases) over by_dimension as shift
        from parts
        inner join anomalies using (kpi, statistic, date_day)
        inner join usual_days using (kpi, statistic, date_day)
        window by_dimension as (partition by parts.kpi, parts.statistic, parts.date_day, parts.dimension)
    ),

    -- who is new has no usual figure but the whole's, and who has no case today does as usual
    compared as (
        select *, coalesce(usual_part + shift, whole_expected) as before, coalesce(part, usual_part + shift) as after
        from weighed
        where parts_of_dimension > 1 and usual_share is not null and case_share is not null
    ),

    contributions as (
        select *,
            case when statistic <> 'count'
                then (case_share - usual_share) * (after + before - whole - whole_expected) / 2 end as mix_contribution,
            case when statistic <> 'count'
                then (case_share + usual_share) / 2 * (after - before) end as rate_contribution,
            case when statistic = 'count' then cases - usual_share * whole_expected
                else mix_contribution + rate_contribution end as contribution
        from compared
    ),

    explained as (
        select *,
            -- parts of medians may add up to the opposite of what happened: then they explain nothing
            case when sign({exact_sum("contribution", "over by_dimension")}) = sign(whole - whole_expected)
                then contribution / {exact_sum("contribution", "over by_dimension")} end as share_of_deviation
        from contributions
        window by_dimension as (partition by kpi, statistic, date_day, dimension)
    )

    select kpi, statistic, date_day, dimension, dimension_value,
        case when statistic = 'count' then cases else part end as value,
        case when statistic = 'count' then usual_share * whole_expected else usual_part end as usual_value,
        cases as sample_size, usual_sample_size, contribution, mix_contribution, rate_contribution,
        share_of_deviation, usual_share,
        case when share_of_deviation is not null then row_number() over (
            partition by kpi, statistic, date_day
            order by share_of_deviation - usual_share desc nulls last, dimension, dimension_value
        ) end as driver_rank
    from explained
"""


def analyse(drivers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return `kpi_anomaly_driver` as SQL has worked it out; no statistics are left to do."""
    return {"kpi_anomaly_driver": drivers}


ANOMALY_DRIVER = Analysis(
    "anomaly_driver",
    "The values of dimensions from which each anomaly comes.",
    {"drivers": DRIVERS},
    ("kpi_anomaly_driver",),
    analyse,
)
