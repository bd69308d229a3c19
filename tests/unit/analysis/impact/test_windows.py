"""Which dates are compared, worked out by hand on calendars of a few initiatives."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import duckdb
import pandas as pd
import pytest

from dagster_project.analysis.impact.windows import DAYS, JUDGED, TEAMS, analyse

AS_OF = dt.date(2026, 6, 15)
FIRST = dt.date(2025, 1, 1)


def initiative(key: str, started_on: dt.date, **given: Any) -> dict[str, Any]:
    usual = {
        "initiative_key": key,
        "kpi": "first_response_minutes",
        "role": "target",
        "scope": '{"team": ["T1"]}',
        "as_of_date": AS_OF,
        "started_on": started_on,
        "ended_on": None,
        "is_registered": True,
        "settle_window_hours": 0,
        "most_weeks": 26,
    }
    return usual | given


def windows(
    *initiatives: dict[str, Any], first_on: dt.date = FIRST, last_on: dt.date = AS_OF
) -> dict[str, dict[str, Any]]:
    kpis = sorted({it["kpi"] for it in initiatives})
    days = pd.DataFrame({"kpi": kpis, "first_on": first_on, "last_on": last_on})
    teams = pd.DataFrame({"team_key": ["desk:T1", "desk:T2"], "team": ["First", "Second"]})
    found = analyse(pd.DataFrame(initiatives), teams, days)["initiative_window"]
    return {row["initiative_key"]: row for row in found.to_dict("records")}


def test_windows_are_the_longest_equal_ones_of_whole_weeks() -> None:
    # From 1 January to 9 March there are 67 days before 10 March: nine weeks.
    found = windows(initiative("a", dt.date(2025, 3, 10)))["a"]
    assert (found["weeks"], found["before_from"], found["after_to"]) == (9, dt.date(2025, 1, 6), dt.date(2025, 5, 12))
    assert pd.isna(found["refusal"])


def test_windows_end_on_the_day_before_the_as_of_date_or_the_end() -> None:
    # 34 days from 12 May to 14 June, the as-of day being incomplete; 39 days until the end on 1 July.
    assert windows(initiative("a", dt.date(2026, 5, 11)))["a"]["weeks"] == 4
    assert windows(initiative("a", dt.date(2025, 5, 22), ended_on=dt.date(2025, 7, 1)))["a"]["weeks"] == 5


def test_a_window_is_no_longer_than_the_registry_allows() -> None:
    assert windows(initiative("a", dt.date(2025, 10, 1)))["a"]["weeks"] == 26


def test_days_whose_cases_have_not_settled_are_no_part_of_a_window() -> None:
    # 62 days from 14 April to 14 June, less 14 in which a ticket may still be reopened.
    assert windows(initiative("a", dt.date(2026, 4, 13), settle_window_hours=336))["a"]["weeks"] == 6


@pytest.mark.parametrize(
    ("given", "refusal", "told"),
    [
        ({"started_on": dt.date(2026, 6, 15)}, "not started", "2026-06-15"),
        ({"started_on": dt.date(2026, 5, 25)}, "too few", "2 of the 4 whole weeks"),
        ({"kpi": "backlog"}, "not measurable", "backlog"),
        ({"kpi": "no_such_kpi"}, "not measurable", "no_such_kpi"),
        ({"is_registered": False}, "not measurable", "no registered figure"),
        ({"scope": '{"country": "DE"}'}, "not measurable", "scope names country"),
        ({"kpi": "deflection_rate"}, "not measurable", "cases of deflection_rate have no team"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_reason(given: dict[str, Any], refusal: str, told: str) -> None:
    found = windows(initiative("a", dt.date(2025, 10, 1)) | given)["a"]
    assert found["refusal"] == refusal
    assert told in found["reason"]


def test_a_kpi_without_cases_is_refused() -> None:
    days = pd.DataFrame({"kpi": ["first_response_minutes"], "first_on": [None], "last_on": [None]})
    asked = pd.DataFrame([initiative("a", dt.date(2025, 10, 1))])
    found = analyse(asked, pd.DataFrame({"team_key": [], "team": []}), days)["initiative_window"]
    assert found.loc[0, "refusal"] == "too few"


def test_windows_end_before_another_initiative_changes_all_the_cases() -> None:
    # Eight weeks and two days lie between the two starts.
    found = windows(initiative("a", dt.date(2025, 10, 1)), initiative("b", dt.date(2025, 11, 28)))
    assert [found[key]["weeks"] for key in "ab"] == [8, 8]
    assert found["a"]["reason"] == "shortened by b"
    assert json.loads(found["a"]["confounded_by"]) == []


def test_an_initiative_that_begins_before_and_ends_after_bounds_both_windows() -> None:
    # From 15 July to 30 September there are eleven weeks, from 2 October to 14 January fifteen.
    around = initiative("b", dt.date(2025, 7, 14), scope="{}", ended_on=dt.date(2026, 1, 15))
    assert windows(initiative("a", dt.date(2025, 10, 1)), around)["a"]["weeks"] == 11


def test_two_initiatives_at_once_in_the_same_scope_confound_each_other() -> None:
    found = windows(initiative("a", dt.date(2025, 10, 1)), initiative("b", dt.date(2025, 10, 15)))
    assert json.loads(found["a"]["confounded_by"]) == ["b"]
    assert found["a"]["weeks"] == 26


def test_what_another_initiative_changes_in_part_or_elsewhere_is_left_out() -> None:
    found = windows(
        initiative("a", dt.date(2025, 10, 1)),
        initiative("phone", dt.date(2025, 11, 1), scope='{"channel": "phone"}'),
        initiative("rest", dt.date(2025, 11, 1), scope='{"team": ["T2"]}'),
        initiative("later", dt.date(2026, 5, 1), scope='{"channel": "chat"}'),
        initiative("unreadable", dt.date(2025, 11, 1), scope="?"),
    )["a"]
    assert json.loads(found["left_out"]) == ["phone", "rest"]
    assert json.loads(found["confounded_by"]) == []
    assert found["weeks"] == 26


def test_days_are_those_of_the_reporting_time_zone(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into core.dim_initiative by name select 'a' as initiative_key, 'first_response_minutes' as kpi, "
        "timestamp '2025-09-30 22:30:00' as start_at"
    )
    warehouse.execute("insert into seed.initiative_guardrails values ('a', 'csat_rate'), ('b', 'csat_rate')")
    judged = warehouse.execute(f"from ({JUDGED}) order by all").df()
    assert judged[["kpi", "role"]].to_dict("records") == [
        {"kpi": "csat_rate", "role": "guardrail"},
        {"kpi": "first_response_minutes", "role": "target"},
    ]
    assert set(judged["started_on"]) == {pd.Timestamp("2025-10-01")}
    frames = {"teams": warehouse.execute(TEAMS).df(), "days": warehouse.execute(DAYS).df()}
    assert set(analyse(judged, **frames)["initiative_window"]["refusal"]) == {"too few"}


def test_a_company_without_initiatives_has_no_windows(warehouse: duckdb.DuckDBPyConnection) -> None:
    frames = [warehouse.execute(query).df() for query in (JUDGED, TEAMS, DAYS)]
    assert analyse(*frames)["initiative_window"].empty
