"""From cases to a verdict: a small company worked out by hand, through the SQL."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pandas as pd
import pytest

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.impact.impact import IMPACT
from dagster_project.analysis.impact.risks import RISKS
from dagster_project.analysis.impact.windows import WINDOWS
from dagster_project.analysis.tables import TABLES, write_table

STARTED_ON = dt.date(2026, 3, 2)
WEEKS = 10
Rows = dict[str, dict[str, Any]]


def run(warehouse: duckdb.DuckDBPyConnection, *analyses: Analysis) -> Rows:
    """Run the analyses and return the last one's rows by KPI."""
    for analysis in analyses:
        for table, frame in analysis.run(warehouse).items():
            write_table(warehouse, table, frame)
    found = warehouse.execute(f"select * from analysis.{analyses[-1].tables[0]}").df()
    return {row["kpi"]: row for row in found.to_dict("records")}


def initiative(warehouse: duckdb.DuckDBPyConnection, key: str = "a", **given: Any) -> None:
    row = {
        "initiative_key": key,
        "name": "Faster",
        "kpi": "first_response_minutes",
        "scope": '{"team": "T1"}',
        "started_on": STARTED_ON,
        "target_value": 5.0,
    }
    given_row = pd.DataFrame([row | given])  # noqa: F841 - DuckDB reads it by name
    warehouse.execute(
        "insert into core.dim_initiative by name "
        "select * exclude (started_on), started_on::timestamp + interval 8 hour as start_at from given_row"
    )


def tickets(warehouse: duckdb.DuckDBPyConnection, minutes: dict[tuple[str, str, bool], float], a_week: int = 6) -> None:
    """Tickets of ten weeks before and after; by team, channel and whether it was after, with these median minutes."""
    warehouse.execute("insert into core.dim_team by name select 'desk:T1' as team_key, 'First' as team")
    rows = [
        {
            "ticket_key": f"{team}-{channel}-{day}-{number}",
            "is_counted": True,
            "created_on": STARTED_ON + dt.timedelta(days=day),
            "team": team,
            "channel": channel,
            "category": "all",
            "priority": "all",
            # Weeks differ a little, in each team otherwise: of what repeats itself exactly no error can be estimated.
            "first_response_minutes": typical
            * (1 + 0.2 * (-1) ** number)
            * (1.1 if day % 3 else 0.9)
            * (1 + 0.01 * ((7 * week + 3 * len(team)) % 5 - 2)),
        }
        for (team, channel, is_after), typical in minutes.items()
        for week in range(WEEKS)
        for number in range(a_week)
        for day in [(1 if is_after else -1) * (1 + 7 * week + 6 * number // (a_week - 1))]
    ]
    made = pd.DataFrame(rows)  # noqa: F841 - DuckDB reads it by name
    warehouse.execute("insert into core.fct_ticket by name select * from made")


HALVED = {
    ("First", "email", False): 60.0,
    ("First", "email", True): 30.0,
    ("Second", "email", False): 40.0,
    ("Second", "email", True): 40.0,
}


def test_a_halved_time_is_found_with_its_figures(warehouse: duckdb.DuckDBPyConnection) -> None:
    initiative(warehouse)
    tickets(warehouse, HALVED)
    found = run(warehouse, WINDOWS, IMPACT)["first_response_minutes"]
    assert (found["verdict"], found["weeks"], found["scale"], found["statistic"]) == ("improved", 10, "ratio", "median")
    assert [found[f"{side}_n"] for side in ("scope_before", "scope_after", "control_before", "control_after")] == [
        60
    ] * 4
    medians = warehouse.execute(
        "select median(first_response_minutes) from (select *, created_on > ? as is_after from core.fct_ticket) "
        "group by team, is_after order by team, is_after",
        [STARTED_ON],
    ).fetchall()
    assert [found[it] for it in ("scope_before", "scope_after", "control_before", "control_after")] == [
        pytest.approx(it) for (it,) in medians
    ]
    assert found["raw_impact"] == pytest.approx(-0.5, abs=0.02)
    assert found["is_mix_adjusted"] is False
    assert found["target_value"] == 5.0


def test_the_day_of_the_start_counts_on_neither_side(warehouse: duckdb.DuckDBPyConnection) -> None:
    initiative(warehouse)
    tickets(warehouse, HALVED)
    warehouse.execute(
        "insert into core.fct_ticket by name select * replace (? as created_on, 1e6 as first_response_minutes) "
        "from core.fct_ticket where team = 'First'",
        [STARTED_ON],
    )
    assert run(warehouse, WINDOWS, IMPACT)["first_response_minutes"]["scope_after_n"] == 60


def test_cases_that_another_initiative_changes_are_compared_on_neither_side(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    initiative(warehouse)
    initiative(warehouse, "b", kpi="csat_rate", scope='{"channel": ["phone"]}', started_on=dt.date(2026, 3, 20))
    on_the_phone = {("First", "phone", False): 60.0, ("First", "phone", True): 600.0, ("Second", "phone", True): 1.0}
    tickets(warehouse, HALVED | on_the_phone)
    found = run(warehouse, WINDOWS, IMPACT)["first_response_minutes"]
    assert (found["scope_after_n"], found["control_after_n"]) == (60, 60)
    assert found["verdict"] == "improved"
    assert found["reason"].endswith("; without cases of b")


def test_without_a_control_before_and_after_are_told_but_nothing_is_claimed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    initiative(warehouse, scope="{}")
    tickets(warehouse, HALVED)
    found = run(warehouse, WINDOWS, IMPACT)["first_response_minutes"]
    assert found["verdict"] == "inconclusive"
    assert "nothing to compare with" in found["reason"]
    assert found["difference"] == pytest.approx(0.5**0.5 - 1, abs=0.02)
    assert pd.isna(found["initiative_impact"])


def test_too_few_cases_make_no_verdict(warehouse: duckdb.DuckDBPyConnection) -> None:
    initiative(warehouse)
    tickets(warehouse, HALVED, a_week=2)
    found = run(warehouse, WINDOWS, IMPACT)["first_response_minutes"]
    assert found["verdict"] == "too few"
    assert found["reason"] == "20 cases in 10 weeks before in scope; 30 in 4 are needed"


def test_times_that_are_mostly_nothing_are_compared_by_their_mean(warehouse: duckdb.DuckDBPyConnection) -> None:
    initiative(warehouse)
    tickets(warehouse, HALVED)
    warehouse.execute("update core.fct_ticket set first_response_minutes = 0 where day(created_on) < 8")
    found = run(warehouse, WINDOWS, IMPACT)["first_response_minutes"]
    assert (found["statistic"], found["scale"]) == ("mean", "difference")
    values = [found[it] for it in ("scope_after", "scope_before", "control_after", "control_before")]
    assert found["raw_impact"] == pytest.approx((values[0] - values[1]) - (values[2] - values[3]))


def test_a_risk_stands_beside_the_verdict_and_what_got_worse(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"{it.name} {it.data_type}" for it in TABLES["initiative_impact"].columns)
    warehouse.execute(f"create table analysis.initiative_impact ({columns})")
    initiative(warehouse)
    warehouse.execute(
        "insert into analysis.initiative_impact by name select * from (values "
        "('a', 'first_response_minutes', 'target', 'improved, but a guardrail got worse'), "
        "('a', 'csat_rate', 'guardrail', 'worse'), ('a', 'nps', 'guardrail', 'inconclusive')"
        ") as made (initiative_key, kpi, role, verdict)"
    )
    warehouse.execute(
        "insert into seed.initiative_risks by name select 'a' as initiative_key, 'people' as area, 'leave' as risk, "
        "'low' as likelihood, 'high' as effect, 'ask' as counter_measure, 'Ann' as owner"
    )
    found = run(warehouse, RISKS)["first_response_minutes"]
    assert (found["verdict"], found["guardrails_worse"]) == ("improved, but a guardrail got worse", "csat_rate")


def test_a_company_without_initiatives_has_no_verdicts(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert run(warehouse, WINDOWS, IMPACT) == {}
