"""What somebody should be told: `analysis.alert`, by the rules in seeds/alert_rules.csv.

An alert's key is the same in every run that finds it, so that it is told once (dagster_project/alerts.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster_project.analysis.analysis import Analysis
from dagster_project.quoting import literal

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "alert_key", "rule", "severity", "kpi", "statistic", "dimension", "dimension_value", "period_grain", "period_start",
    "value", "allowed", "message", "numbers_query",
]  # fmt: skip

ANOMALIES = """
    with drivers as (
        select * from analysis.kpi_anomaly_driver where driver_rank = 1
    ),

    own_rules as (
        select kpi from seed.alert_rules where kind = 'anomaly' and kpi is not null
    )

    select rule, severity, anomaly.kpi, anomaly.statistic, name, unit, anomaly.date_day as period_start, anomaly.value,
        side, case when side = 'above' then band_high else band_low end as allowed, expected,
        drivers.dimension as driver_dimension, drivers.dimension_value as driver_value, share_of_deviation
    from analysis.kpi_anomaly as anomaly
    inner join seed.kpis as kpis on anomaly.kpi = kpis.kpi
    cross join core.as_of as as_of
    -- the rule for all is not for KPIs that have rules of their own
    inner join seed.alert_rules as rules
        on coalesce(rules.kpi = anomaly.kpi, anomaly.kpi not in (select kpi from own_rules))
    left join drivers
        on anomaly.kpi = drivers.kpi and anomaly.statistic = drivers.statistic and anomaly.date_day = drivers.date_day
    where rules.kind = 'anomaly' and is_worse and anomaly.date_day >= as_of_date - to_days(lookback_days)
"""

MISSED = """
    select rule, severity, scorecard.kpi, statistic, name, unit, scorecard.period_grain, period_start, dimension,
        dimension_value, value, target_value as allowed, direction
    from kpi.scorecard
    inner join seed.alert_rules as rules
        on scorecard.period_grain = rules.period_grain and coalesce(rules.kpi, scorecard.kpi) = scorecard.kpi
    where rules.kind = 'target_missed' and status = 'off'
"""

DUE = """
    with due as (
        select rule, severity, rules.kpi, team, policy_in_force, due_within_minutes, allowed, as_of, as_of_date,
            as_of + to_minutes(due_within_minutes) as due_until, count(*) as promises
        from core.fct_sla_target
        cross join core.as_of
        cross join seed.alert_rules as rules
        where rules.kind = 'promise_due' and status = 'active' and not is_paused
            and due_at >= as_of and due_at <= as_of + to_minutes(due_within_minutes)
        group by all
    )

    select * exclude (policy_in_force, promises), sum(promises)::double as value,
        string_agg(policy_in_force || ' ' || promises, ', ' order by promises desc, policy_in_force) as policies
    from due
    group by all
    having value > allowed
"""


def analyse(anomalies: pd.DataFrame, missed: pd.DataFrame, due: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Put every finding that a rule names into words.

    Args:
        anomalies: rule, severity, kpi, statistic, name, unit, period_start, value, side, allowed, expected, and the
            strongest driver: driver_dimension, driver_value, share_of_deviation.
        missed: rule, severity, kpi, statistic, name, unit, period_grain, period_start, dimension, dimension_value,
            value, allowed, direction.
        due: rule, severity, kpi, team, due_within_minutes, allowed, as_of, as_of_date, due_until, value, policies.

    Returns:
        `alert`.
    """
    import pandas as pd

    rows = [
        write({str(name): value for name, value in found.items()})
        for write, findings in ((_anomaly, anomalies), (_missed, missed), (_due, due))
        for found in findings.to_dict("records")  # a handful, each a sentence
    ]
    return {"alert": pd.DataFrame(rows, columns=COLUMNS)}


def _anomaly(found: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd

    day = f"{found['period_start']:%Y-%m-%d}"
    driven = ""
    if pd.notna(found["share_of_deviation"]):
        driven = (
            f"; {found['driver_dimension']} {found['driver_value']} explains {found['share_of_deviation']:.0%} of it"
        )
    shown = {name: _shown(found[name], found["unit"]) for name in ("value", "allowed", "expected")}
    return _alert(
        found | {"dimension": "overall", "dimension_value": "all", "period_grain": "day"},
        day,
        f"{_named(found)} was {shown['value']} on {day}, {found['side']} the band that ends at "
        f"{shown['allowed']} (expected {shown['expected']}){driven}",
        f"select * from analysis.kpi_anomaly_driver where {_equal(found, ['kpi', 'statistic'])} "
        f"and date_day = date {literal(day)} order by driver_rank",
    )


def _missed(found: dict[str, Any]) -> dict[str, Any]:
    start = f"{found['period_start']:%Y-%m-%d}"
    of = "" if found["dimension"] == "overall" else f" of {found['dimension']} {found['dimension_value']}"
    bound = "at least" if found["direction"] == "higher" else "at most"
    return _alert(
        found,
        start,
        f"{_named(found)}{of} was {_shown(found['value'], found['unit'])} in the "
        f"{found['period_grain']} from {start}; the target is {bound} {_shown(found['allowed'], found['unit'])}",
        f"select period_start, value, sample_size from kpi.kpi_value where {_equal(found, _SERIES)} order by 1 desc",
    )


def _due(found: dict[str, Any]) -> dict[str, Any]:
    return _alert(
        found
        | {"statistic": "count", "dimension": "team", "dimension_value": found["team"], "period_grain": "day"}
        | {"period_start": found["as_of_date"]},
        f"{found['as_of']:%Y-%m-%dT%H}",  # other promises are due an hour later
        f"Promises of {found['team']} that fall due within {found['due_within_minutes']} minutes of "
        f"{found['as_of']:%Y-%m-%d %H:%M} UTC: {found['value']:.0f} ({found['policies']})",
        "select ticket_key, target_kind, policy_in_force, due_at, remaining_minutes from core.fct_sla_target "
        f"where status = 'active' and not is_paused and team = {literal(found['team'])} "
        f"and due_at between timestamp {literal(str(found['as_of']))} and timestamp {literal(str(found['due_until']))} "
        "order by due_at",
    )


def _alert(found: dict[str, Any], period: str, message: str, numbers_query: str) -> dict[str, Any]:
    named = [found[column] for column in ("rule", "kpi", "statistic", "dimension", "dimension_value")]
    made = {"alert_key": "|".join([*named, period]), "message": message, "numbers_query": numbers_query}
    return {column: found.get(column) for column in COLUMNS} | made


_SERIES = ["kpi", "statistic", "period_grain", "dimension", "dimension_value"]


def _equal(found: dict[str, Any], columns: list[str]) -> str:
    return " and ".join(f"{column} = {literal(found[column])}" for column in columns)


def _named(found: dict[str, Any]) -> str:
    plain = found["statistic"] in ("count", "rate", "index")
    return str(found["name"]) if plain else f"{found['name']} ({found['statistic']})"


def _shown(value: float, unit: str) -> str:
    if unit == "rate":
        return f"{value:.1%}"
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:.3g} {unit}"


ALERT = Analysis(
    "alert",
    "What somebody should be told, by the owner's rules.",
    {"anomalies": ANOMALIES, "missed": MISSED, "due": DUE},
    ("alert",),
    analyse,
)
