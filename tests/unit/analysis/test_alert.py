"""Which findings become alerts, and what they say."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from dagster_project.analysis.alert import ALERT

RULES = [
    ("negative_spike", "anomaly", "complaint_share", "day", 7, None, None, "high"),
    ("anomaly", "anomaly", None, "day", 7, None, None, "medium"),
    ("target_missed", "target_missed", None, "month", None, None, None, "medium"),
    ("promise_about_to_break", "promise_due", "sla_attainment_rate", "day", None, 60, 1, "high"),
]


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    """What the rules look at, in the evening of 30 June 2026, with nothing found yet."""
    connection = duckdb.connect()
    connection.execute(
        """
        create schema core; create schema seed; create schema analysis; create schema kpi;
        create table core.as_of as select timestamp '2026-06-30 21:00:00' as as_of, date '2026-06-30' as as_of_date;
        create table seed.alert_rules (
            rule text, kind text, kpi text, period_grain text, lookback_days integer, due_within_minutes integer,
            allowed integer, severity text
        );
        create table seed.kpis as from (values
            ('complaint_share', 'Complaints', 'rate'), ('tickets_created', 'Tickets created', 'tickets'),
            ('first_response_minutes', 'First response time', 'minutes')
        ) as kpis(kpi, name, unit);
        create table analysis.kpi_anomaly (
            kpi text, statistic text, date_day date, value double, expected double, band_low double, band_high double,
            side text, is_worse boolean
        );
        create table analysis.kpi_anomaly_driver (
            kpi text, statistic text, date_day date, dimension text, dimension_value text, share_of_deviation double,
            driver_rank bigint
        );
        create table kpi.scorecard (
            kpi text, statistic text, name text, unit text, period_grain text, period_start date, dimension text,
            dimension_value text, value double, target_value double, direction text, status text
        );
        create table core.fct_sla_target (
            ticket_key text, status text, is_paused boolean, team text, policy_in_force text, due_at timestamp,
            target_kind text, remaining_minutes double
        );
        """
    )
    connection.executemany("insert into seed.alert_rules values (?, ?, ?, ?, ?, ?, ?, ?)", RULES)
    return connection


def alerts(warehouse: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    return {row["alert_key"]: row for row in ALERT.run(warehouse)["alert"].to_dict("records")}


def test_nothing_found_is_no_alert(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert alerts(warehouse) == {}


def test_a_recent_anomaly_on_the_worse_side_is_told_once_with_what_explains_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        """
        insert into analysis.kpi_anomaly values
            ('tickets_created', 'count', '2026-06-28', 154, 47.4, 20, 84, 'above', true),
            ('tickets_created', 'count', '2026-06-20', 154, 47.4, 20, 84, 'above', true),
            ('tickets_created', 'count', '2026-06-29', 2, 47.4, 20, 84, 'below', false),
            ('first_response_minutes', 'median', '2026-06-29', 300, 40, 10, 90, 'above', true);
        insert into analysis.kpi_anomaly_driver values
            ('tickets_created', 'count', '2026-06-28', 'product', 'Kettle', 0.9, 1),
            ('tickets_created', 'count', '2026-06-28', 'channel', 'email', 0.8, 2),
            ('first_response_minutes', 'median', '2026-06-29', 'team', 'North', null, null),
            ('first_response_minutes', 'median', '2026-06-29', 'team', 'South', null, null);
        """
    )
    found = alerts(warehouse)
    assert {key: row["message"] for key, row in found.items()} == {
        "anomaly|tickets_created|count|overall|all|2026-06-28": "Tickets created was 154 tickets on 2026-06-28, above "
        "the band that ends at 84 tickets (expected 47.4 tickets); product Kettle explains 90% of it",
        "anomaly|first_response_minutes|median|overall|all|2026-06-29": "First response time (median) was 300 minutes "
        "on 2026-06-29, above the band that ends at 90 minutes (expected 40 minutes)",
    }


def test_a_kpi_with_a_rule_of_its_own_is_told_by_that_rule_alone(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into analysis.kpi_anomaly values "
        "('complaint_share', 'rate', '2026-06-28', 0.6, 0.2, 0.1, 0.35, 'above', true)"
    )
    (row,) = alerts(warehouse).values()
    assert (row["rule"], row["severity"]) == ("negative_spike", "high")
    assert (row["value"], row["allowed"]) == (0.6, 0.35)
    assert "was 60.0% on 2026-06-28" in row["message"]


def test_a_missed_target_names_its_scope_and_its_query_shows_the_numbers(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        """
        insert into kpi.scorecard values
            ('csat_rate', 'rate', 'Satisfaction', 'rate', 'month', '2026-05-01', 'team', 'O''Hara', 0.68, 0.8, 'higher',
                'off'),
            ('csat_rate', 'rate', 'Satisfaction', 'rate', 'month', '2026-05-01', 'team', 'North', 0.79, 0.8, 'higher',
                'near'),
            ('csat_rate', 'rate', 'Satisfaction', 'rate', 'week', '2026-06-22', 'team', 'North', 0.1, 0.8, 'higher',
                'off');
        create table kpi.kpi_value as select *, 40 as sample_size from kpi.scorecard;
        """
    )
    ((key, row),) = alerts(warehouse).items()
    assert key == "target_missed|csat_rate|rate|team|O'Hara|2026-05-01"
    assert row["message"] == (
        "Satisfaction of team O'Hara was 68.0% in the month from 2026-05-01; the target is at least 80.0%"
    )
    assert [figures[1:] for figures in warehouse.execute(row["numbers_query"]).fetchall()] == [(0.68, 40)]


def test_promises_that_fall_due_within_the_hour_are_counted_by_team(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        """
        insert into core.fct_sla_target values
            ('a', 'active', false, 'North', 'high', '2026-06-30 21:30:00', 'resolution', 30),
            ('b', 'active', false, 'North', 'high', '2026-06-30 22:00:00', 'resolution', 60),
            ('c', 'active', false, 'North', 'low', '2026-06-30 21:05:00', 'first_response', 5),
            ('later', 'active', false, 'North', 'high', '2026-06-30 22:01:00', 'resolution', 61),
            ('waits for the customer', 'active', true, 'North', 'high', '2026-06-30 21:30:00', 'resolution', 30),
            ('kept', 'met', false, 'North', 'high', '2026-06-30 21:30:00', 'resolution', 0),
            ('one is allowed', 'active', false, 'South', 'high', '2026-06-30 21:30:00', 'resolution', 30);
        """
    )
    ((key, row),) = alerts(warehouse).items()
    assert key == "promise_about_to_break|sla_attainment_rate|count|team|North|2026-06-30T21"
    assert (row["value"], row["allowed"]) == (3, 1)
    assert row["message"] == (
        "Promises of North that fall due within 60 minutes of 2026-06-30 21:00 UTC: 3 (high 2, low 1)"
    )
    assert [ticket for ticket, *_ in warehouse.execute(row["numbers_query"]).fetchall()] == ["c", "a", "b"]
