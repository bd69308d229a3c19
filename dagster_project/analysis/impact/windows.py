"""Which dates are compared: `analysis.initiative_window`.

The longest equal windows of whole weeks before and after the day of the start, so that every weekday counts as often
on both sides. They end before another initiative changes all the cases of this one, where that leaves enough; what it
changes of them and of the rest only in part is left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.impact.measures import Measure, measures
from dagster_project.analysis.impact.scope import DIMENSIONS, Scope, ScopeError, read_scope

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "initiative_key", "kpi", "role", "started_on", "weeks", "before_from", "after_to", "teams", "channels", "segments",
    "products", "left_out", "confounded_by", "refusal", "reason",
]  # fmt: skip
# Below this the errors, robust to dependence within a week, are too small: docs/analysis-impact.md has the figures.
FEWEST_WEEKS = 4

# Each initiative with the KPIs it is judged by; its days in the reporting time zone.
JUDGED = """
    with judged as (
        select initiative_key, kpi, 'target' as role from core.dim_initiative
        union all
        select guardrails.initiative_key, guardrails.kpi, 'guardrail' as role
        from seed.initiative_guardrails as guardrails
        inner join core.dim_initiative as initiatives
            on guardrails.initiative_key = initiatives.initiative_key and guardrails.kpi <> initiatives.kpi
    )
    select judged.initiative_key, judged.kpi, judged.role, initiatives.scope, as_of.as_of_date,
        cast(timezone(as_of.reporting_time_zone, timezone('UTC', initiatives.start_at)) as date) as started_on,
        cast(timezone(as_of.reporting_time_zone, timezone('UTC', initiatives.end_at)) as date) as ended_on,
        registry.kpi is not null as is_registered, coalesce(registry.settle_window_hours, 0) as settle_window_hours,
        impact.settle_window_hours // 168 as most_weeks
    from judged
    inner join core.dim_initiative as initiatives on judged.initiative_key = initiatives.initiative_key
    cross join core.as_of as as_of
    inner join seed.kpis as impact on impact.kpi = 'initiative_impact'
    left join seed.kpis as registry on judged.kpi = registry.kpi
"""
TEAMS = "select team_key, team from core.dim_team"


def _days_of(measure: Measure) -> str:
    return f"""
        select '{measure.kpi}' as kpi, min({measure.counted_on}) as first_on, max({measure.counted_on}) as last_on
        from {measure.relation}
        where {measure.condition} and exists (
            select 1 from core.dim_initiative where kpi = '{measure.kpi}'
            union all select 1 from seed.initiative_guardrails where kpi = '{measure.kpi}'
        )"""


DAYS = " union all ".join(_days_of(measure) for measure in measures().values())


@dataclass(frozen=True)
class Initiative:
    """One initiative: where it acts and on which days that changes."""

    key: str
    started_on: dt.date
    ended_on: dt.date | None
    scope: Scope | ScopeError

    def changes(self) -> list[dt.date]:
        """Return the days on which something becomes different."""
        return [day for day in (self.started_on, self.ended_on) if day is not None]


def analyse(judged: pd.DataFrame, teams: pd.DataFrame, days: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Choose the windows of every initiative and KPI.

    Args:
        judged: see `JUDGED`.
        teams: team_key, team.
        days: kpi, first_on, last_on: between which days it has cases.

    Returns:
        `initiative_window`.
    """
    import pandas as pd

    names = dict(zip(teams["team_key"], teams["team"], strict=True))
    lasting = {row["kpi"]: (_day(row["first_on"]), _day(row["last_on"])) for row in days.to_dict("records")}
    asked = cast("list[dict[str, Any]]", judged.to_dict("records"))
    initiatives = {row["initiative_key"]: _initiative(row, names) for row in asked}
    rows = [
        dict.fromkeys(COLUMNS)
        | {"initiative_key": row["initiative_key"], "kpi": row["kpi"], "role": row["role"]}
        | {"started_on": _day(row["started_on"])}
        | _window(row, initiatives, lasting.get(row["kpi"], (None, None)))
        for row in asked
    ]
    return {"initiative_window": pd.DataFrame(rows, columns=COLUMNS)}


def _initiative(row: Mapping[str, Any], team_names: Mapping[str, str]) -> Initiative:
    started_on = _day(row["started_on"])
    assert started_on is not None
    try:
        scope: Scope | ScopeError = read_scope(row["scope"], team_names)
    except ScopeError as error:
        scope = error
    return Initiative(row["initiative_key"], started_on, _day(row["ended_on"]), scope)


def _window(
    row: Mapping[str, Any], initiatives: Mapping[str, Initiative], days: tuple[dt.date | None, dt.date | None]
) -> dict[str, Any]:
    own = initiatives[row["initiative_key"]]
    as_of = _day(row["as_of_date"])
    first_on, last_on = days
    measure = measures().get(row["kpi"])
    assert as_of is not None
    if isinstance(own.scope, ScopeError):
        return {"refusal": "not measurable", "reason": str(own.scope)}
    covered = {f"{dimension}s": own.scope.listed(dimension) for dimension in DIMENSIONS}
    if measure is None or not row["is_registered"]:
        reason = f"{row['kpi']} is no registered figure over cases that have a scope"
        return covered | {"refusal": "not measurable", "reason": reason}
    missing = sorted(own.scope.filters.keys() - set(measure.dimensions))
    if missing:
        return covered | {"refusal": "not measurable", "reason": f"cases of {row['kpi']} have no {', '.join(missing)}"}
    if own.started_on >= as_of:
        return covered | {"refusal": "not started", "reason": f"starts on {own.started_on}"}
    if first_on is None or last_on is None:
        return covered | {"refusal": "too few", "reason": f"{row['kpi']} has no cases"}
    settled_on = as_of - dt.timedelta(days=1 + -(-int(row["settle_window_hours"]) // 24))
    ends = [settled_on, last_on] + ([own.ended_on - dt.timedelta(days=1)] if own.ended_on else [])
    return covered | _chosen(own, own.scope, list(initiatives.values()), first_on, min(ends), int(row["most_weeks"]))


def _chosen(
    own: Initiative,
    own_scope: Scope,
    initiatives: list[Initiative],
    first_on: dt.date,
    last_on: dt.date,
    most_weeks: int,
) -> dict[str, Any]:
    start = own.started_on
    # What an unreadable scope covers is anybody's guess; its own row says so.
    scopes = {it.key: it.scope for it in initiatives if it.key != own.key and isinstance(it.scope, Scope)}
    others = [it for it in initiatives if it.key in scopes]
    covering = [it for it in others if own_scope.lies_within(scopes[it.key])]
    changes = [(on, it.key) for it in covering for on in it.changes()]
    before = max((change for change in changes if change[0] < start), default=None)
    after = min((change for change in changes if change[0] > start), default=None)
    free = _weeks(start, first_on, last_on, most_weeks)
    # How far either neighbour lets the windows reach.
    reach = [((abs((on - start).days) - 1) // 7, key) for on, key in filter(None, (before, after))]
    bounded = min([free, *(reached for reached, _ in reach)])
    weeks = bounded if bounded >= FEWEST_WEEKS else free
    if weeks < FEWEST_WEEKS:
        reason = f"{weeks} of the {FEWEST_WEEKS} whole weeks that are needed on each side of the start"
        return {"refusal": "too few", "reason": reason}
    before_from, after_to = start - dt.timedelta(weeks=weeks), start + dt.timedelta(weeks=weeks)
    within = {it.key for it in others if any(before_from <= on <= after_to for on in it.changes())}
    bounds = sorted({key for reached, key in reach if weeks == reached < free})
    return {
        "weeks": weeks,
        "before_from": before_from,
        "after_to": after_to,
        "left_out": json.dumps(sorted(within - {it.key for it in covering})),
        "confounded_by": json.dumps(sorted(within & {it.key for it in covering})),
        "reason": f"shortened by {', '.join(bounds)}" if bounds else None,
    }


def _weeks(start: dt.date, first_on: dt.date, last_on: dt.date, most: int) -> int:
    return max(0, min((start - first_on).days // 7, (last_on - start).days // 7, most))


def _day(value: Any) -> dt.date | None:
    import pandas as pd

    return None if pd.isna(value) else pd.Timestamp(value).date()


WINDOWS = Analysis(
    "initiative_window",
    "Which dates and cases show what an initiative did.",
    {"judged": JUDGED, "teams": TEAMS, "days": DAYS},
    ("initiative_window",),
    analyse,
)
