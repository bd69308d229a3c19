"""Who is needed when, on small companies worked out by hand."""

from __future__ import annotations

import datetime
from typing import Any

import duckdb
import pytest

from dagster_project.analysis.staffing import STAFFING

AS_OF = datetime.date(2026, 6, 29)  # a Monday; the eight weeks before it begin on 4 May
MONDAYS = [datetime.datetime.fromisoformat("2026-05-04") + datetime.timedelta(weeks=week) for week in range(8)]


@pytest.fixture
def company() -> duckdb.DuckDBPyConnection:
    """Open on Mondays and Tuesdays from 9 to 11; phone is live, e-mail is not; nothing has happened yet."""
    connection = duckdb.connect()
    connection.execute(
        f"""
        set TimeZone = 'UTC';
        create schema core; create schema seed; create schema analysis;
        create table core.as_of as
            select timestamp '{AS_OF}' as as_of, date '{AS_OF}' as as_of_date, 'UTC' as reporting_time_zone;
        create table core.dim_date as
            select day::date as date_day, isodow(day) as iso_day_of_week
            from range(date '2026-01-01', date '{AS_OF}', interval 1 day) as days(day);
        create table seed.schedules as select 'hours' as schedule, 'UTC' as time_zone;
        create table seed.schedule_hours as
            select 'hours' as schedule, unnest([1, 2]) as iso_day_of_week, '09:00' as opens_at, '11:00' as closes_at;
        create table seed.channels as from (values ('phone', true), ('email', false)) as channels(channel, is_live);
        create table seed.staffing as from (
            values ('phone', 0.8, 20, 1, 0.75, 6.0), ('email', null, null, 1, 0.75, 10.0)
        ) as staffing(
            channel, wanted_service_level, threshold_seconds, contacts_at_once, productive_rate, assumed_handle_minutes
        );
        create table core.dim_team as select 'T' as team_key, 'North' as team;
        create table core.dim_agent as select unnest(['ann', 'bob']) as agent_key, 'T' as team_key;
        create table core.fct_ticket (
            ticket_key text, team text, channel text, schedule text, handle_minutes double, handle_basis text,
            created_at timestamp, created_on date, is_counted boolean
        );
        create table core.fct_ticket_event (
            ticket_key text, agent_key text, is_human_agent boolean, occurred_at timestamp
        );
        create table analysis.kpi_forecast (
            kpi text, period_grain text, dimension text, dimension_value text, period_start date, value double
        );
        """
    )
    return connection


def contacts(
    company: duckdb.DuckDBPyConnection, channel: str, at: datetime.timedelta, each: int, minutes: float | None
) -> None:
    """Add so many contacts to each of the eight weeks, at a time after Monday midnight."""
    company.executemany(
        "insert into core.fct_ticket values (?, 'North', ?, 'hours', ?, ?, ?, ?::timestamp::date, true)",
        [
            (
                f"{channel} {monday + at} {n}",
                channel,
                minutes,
                "reported" if minutes else None,
                monday + at,
                monday + at,
            )
            for monday in MONDAYS
            for n in range(each)
        ],
    )


def requirement(company: duckdb.DuckDBPyConnection) -> dict[tuple[str, int, int], dict[str, Any]]:
    rows = STAFFING.run(company)["staffing_requirement"]
    return {(row["channel"], row["iso_day_of_week"], row["hour_of_day"]): row for row in rows.to_dict("records")}


def test_calls_are_staffed_by_erlang_c_in_the_hours_in_which_they_come(company: duckdb.DuckDBPyConnection) -> None:
    # 20 calls of 6 minutes on each Monday from 9 to 10: 2 erlangs, for which 4 agents answer 85.7 % within 20 seconds
    contacts(company, "phone", datetime.timedelta(hours=9, minutes=30), each=20, minutes=6.0)
    contacts(company, "phone", datetime.timedelta(hours=22), each=5, minutes=6.0)
    found = requirement(company)
    row = found["phone", 1, 9]
    assert (row["method"], row["contacts_per_hour"], row["handle_minutes"], row["handle_basis"]) == (
        "erlang_c", 20, 6, "reported",
    )  # fmt: skip
    # C(4, 2) = 4/23 by hand; 1 - 4/23 exp(-2 x 20 / 360)
    assert row["agents_busy"] == 4
    assert row["service_level"] == pytest.approx(1 - 4 / 23 * 2.718281828 ** (-1 / 9))
    assert row["agents_required"] == pytest.approx(4 / 0.75)
    assert {key for key in found if key[0] == "phone"} == {("phone", 1, 9)}, "nobody is needed when closed"


def test_mail_is_spread_over_the_opening_hours_and_that_of_a_closed_day_is_done_on_the_next_open_one(
    company: duckdb.DuckDBPyConnection,
) -> None:
    contacts(company, "email", datetime.timedelta(hours=3), each=2, minutes=None)
    contacts(company, "email", datetime.timedelta(days=5, hours=12), each=10, minutes=None)  # on Saturdays
    found = requirement(company)
    # 12 mails of 10 minutes in two hours on Mondays: one person, at 75 % productive time
    for hour in (9, 10):
        row = found["email", 1, hour]
        assert (row["method"], row["handle_basis"], row["contacts_per_hour"]) == ("workload", "assumed", 6)
        assert row["agents_busy"] == pytest.approx(1)
        assert row["agents_required"] == pytest.approx(1 / 0.75)
    assert {key for key in found if key[0] == "email"} == {("email", 1, 9), ("email", 1, 10)}


def test_the_forecast_of_the_channel_scales_what_came_lately(company: duckdb.DuckDBPyConnection) -> None:
    contacts(company, "email", datetime.timedelta(hours=9), each=4, minutes=None)
    contacts(company, "email", datetime.timedelta(days=1, hours=9), each=4, minutes=None)
    company.execute(
        "insert into analysis.kpi_forecast values ('tickets_created', 'day', 'channel', 'email', '2026-06-29', 6), "
        "('tickets_created', 'day', 'channel', 'email', '2026-07-06', 10)"
    )
    found = requirement(company)
    assert (found["email", 1, 9]["contacts_per_hour"], found["email", 1, 9]["forecast_basis"]) == (4, "forecast")
    assert (found["email", 2, 9]["contacts_per_hour"], found["email", 2, 9]["forecast_basis"]) == (2, "recent")


def test_who_was_there_is_counted_once_an_hour_and_compared_for_the_team_as_a_whole(
    company: duckdb.DuckDBPyConnection,
) -> None:
    contacts(company, "phone", datetime.timedelta(hours=9), each=1, minutes=3.0)
    contacts(company, "email", datetime.timedelta(hours=9), each=1, minutes=None)
    for number, monday in enumerate(MONDAYS):
        for channel in ("phone", "email"):
            for minute in (10, 20):
                ticket, at = (
                    f"{channel} {monday + datetime.timedelta(hours=9)} 0",
                    monday.replace(hour=9, minute=minute),
                )
                company.execute("insert into core.fct_ticket_event values (?, 'ann', true, ?)", [ticket, at])
                if number < 4:
                    company.execute("insert into core.fct_ticket_event values (?, 'bob', true, ?)", [ticket, at])
    found = requirement(company)
    assert found["phone", 1, 9]["agents_there"] == 1.5
    whole = found["all", 1, 9]
    assert whole["agents_there"] == 1.5, "who works on two channels is one person"
    assert whole["agents_required"] == pytest.approx(
        found["phone", 1, 9]["agents_required"] + found["email", 1, 9]["agents_required"]
    )
    assert whole["agents_missing"] == pytest.approx(whole["agents_required"] - 1.5)
    assert found["all", 1, 10]["agents_there"] == 0


def test_a_company_whose_source_tells_no_events_has_requirements_and_nobody_to_compare(
    company: duckdb.DuckDBPyConnection,
) -> None:
    assert requirement(company) == {}
    contacts(company, "phone", datetime.timedelta(hours=9), each=1, minutes=3.0)
    found = requirement(company)
    # 8 calls are fewer than say how long calls take
    assert (found["phone", 1, 9]["handle_basis"], found["phone", 1, 9]["handle_minutes"]) == ("assumed", 6)
    assert found["phone", 1, 9]["agents_busy"] == 1
    assert all(row["agents_there"] != row["agents_there"] for row in found.values()), "unknown, not 0"
