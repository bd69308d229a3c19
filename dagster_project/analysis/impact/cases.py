"""The cases that are compared: their sums by week for the estimate, and the KPI's values for the reader. SQL only."""

from __future__ import annotations

from dagster_project.analysis.exact import exact_mean, exact_sum
from dagster_project.analysis.impact.measures import Measure, measures
from dagster_project.analysis.impact.scope import DIMENSIONS

# What the mix of cases consists of, and what stands for it where cases have other names for it.
MIX = {"channel": ("channel", "platform", "kind"), "category": ("category", "topic"), "priority": ("priority",)}
# A duration is compared by its logarithm, which a duration of nothing does not have; sources tell seconds.
SHORTEST_MINUTES = 1 / 60
MIXES = ", ".join(f"mix_{part}" for part in MIX)


def _scope_struct(table: str) -> str:
    return "{" + ", ".join(f"'{name}s': from_json({table}.{name}s, '[\"VARCHAR\"]')" for name in DIMENSIONS) + "}"


def _covers(scope: str) -> str:
    return " and ".join(
        f"coalesce({scope}.{name}s is null or list_contains({scope}.{name}s, cases.{name}), false)"
        for name in DIMENSIONS
    )


def _cases_of(measure: Measure) -> str:
    dimensions = ", ".join(
        name if name in measure.dimensions else f"cast(null as varchar) as {name}" for name in DIMENSIONS
    )
    parts = {part: next((it for it in names if it in measure.dimensions), "'all'") for part, names in MIX.items()}
    mix = ", ".join(f"{column} as mix_{part}" for part, column in parts.items())
    return f"""
        select '{measure.kpi}' as kpi, {measure.counted_on} as counted_on, {dimensions},
            {mix},
            cast({measure.value} as double) as value
        from {measure.relation}
        where {measure.condition} and exists (
            select 1 from analysis.initiative_window where kpi = '{measure.kpi}' and refusal is null
        )"""


COMPARED = f"""
    with scopes as (
        select initiative_key, any_value({_scope_struct("windows")}) as scope
        from analysis.initiative_window as windows
        group by initiative_key
    ),

    windows as (
        select windows.initiative_key, windows.kpi, windows.started_on, windows.before_from, windows.after_to,
            any_value(own.scope) as scope,
            coalesce(list(others.scope) filter (where others.scope is not null), []) as others
        from analysis.initiative_window as windows
        inner join scopes as own on windows.initiative_key = own.initiative_key
        left join scopes as others
            on list_contains(from_json(windows.left_out, '["VARCHAR"]'), others.initiative_key)
        where windows.refusal is null
        group by all
    ),

    cases as ({" union all ".join(_cases_of(measure) for measure in measures().values())}),

    paired as (
        select windows.initiative_key, windows.kpi, {MIXES}, cases.value,
            {_covers("windows.scope")} as in_scope,
            len(list_filter(windows.others, lambda other: {_covers("other")})) > 0 as is_left_out,
            date_diff('day', windows.started_on, cases.counted_on) as day
        from windows
        inner join cases
            on windows.kpi = cases.kpi and cases.counted_on between windows.before_from and windows.after_to
    ),

    placed as (
        select *, case when day > 0 then (day - 1) // 7 else -1 - (-1 - day) // 7 end as week
        from paired
        where day <> 0
    )
"""

WEEKLY = f"""{COMPARED}
    select initiative_key, kpi, in_scope, week, {MIXES}, count(*) as n,
        {exact_sum("value")} as total,
        {exact_sum(f"ln(greatest(value, {SHORTEST_MINUTES}))")} as log_total,
        count(*) filter (where value <= 0) as nothings
    from placed
    where not is_left_out
    group by all
"""

VALUES = f"""{COMPARED}
    select initiative_key, kpi, in_scope, week >= 0 as is_after, count(*) as n,
        {exact_mean("value")} as mean, median(value) as median
    from placed
    where not is_left_out
    group by all
"""
