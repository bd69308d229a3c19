"""What explains an anomaly, worked out by hand."""

from __future__ import annotations

import datetime

import duckdb
import pytest

from dagster_project.analysis.anomaly_driver import DRIVERS

THE_DAY = datetime.date(2026, 3, 4)  # a Wednesday
WEDNESDAY, WEDNESDAY_BEFORE = datetime.date(2026, 2, 25), datetime.date(2026, 2, 18)
THURSDAY = datetime.date(2026, 2, 26)


def drivers(
    statistic: str, value: float, expected: float, figures: list[tuple[datetime.date, str, str, int, float]]
) -> dict[str, dict[str, object]]:
    """Return the drivers by dimension value, of one anomaly with usual days on two Wednesdays before it."""
    connection = duckdb.connect()
    connection.execute("create schema analysis; create schema kpi")
    connection.execute(
        "create table analysis.kpi_anomaly as select 'k' as kpi, ? as statistic, ?::date as date_day, "
        "?::double as value, ?::double as expected",
        [statistic, THE_DAY, value, expected],
    )
    connection.execute(
        "create table analysis.kpi_band as select 'k' as kpi, ? as statistic, unnest(?::date[]) as date_day, "
        "date_day = ?::date as is_anomaly, false as is_holiday",
        [statistic, [THE_DAY, WEDNESDAY, WEDNESDAY_BEFORE, THURSDAY], THE_DAY],
    )
    connection.execute(
        "create table kpi.kpi_value (kpi text, statistic text, period_grain text, period_start date, dimension text, "
        "dimension_value text, sample_size bigint, value double)"
    )
    connection.executemany(
        "insert into kpi.kpi_value values ('k', ?, 'day', ?, ?, ?, ?, ?)", [(statistic, *row) for row in figures]
    )
    result = connection.execute(DRIVERS)
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {row["dimension_value"]: row for row in rows}


def test_a_spike_of_a_count_is_the_channels_that_it_came_through() -> None:
    # Usually 30 phone and 10 chat; 44 were expected, so 33 and 11; there came 34 and 60.
    usual = [(day, "channel", name, count, count) for day in (WEDNESDAY, WEDNESDAY_BEFORE) for name, count in
             (("phone", 30), ("chat", 10))]  # fmt: skip
    found = drivers(
        "count",
        94,
        44,
        [
            *usual,
            (THURSDAY, "channel", "chat", 500, 500),  # another weekday says nothing
            (THE_DAY, "channel", "phone", 34, 34),
            (THE_DAY, "channel", "chat", 60, 60),
            *((day, "source", "desk", 40, 40) for day in (WEDNESDAY, WEDNESDAY_BEFORE, THE_DAY)),
        ],
    )
    assert set(found) == {"phone", "chat"}, "a dimension of one value explains nothing"
    assert (found["chat"]["usual_value"], found["chat"]["contribution"]) == (11, 49)
    assert (found["phone"]["usual_value"], found["phone"]["contribution"]) == (33, 1)
    assert found["chat"]["share_of_deviation"] == pytest.approx(0.98)
    assert (found["chat"]["driver_rank"], found["phone"]["driver_rank"]) == (1, 2)
    assert found["chat"]["usual_sample_size"] == 10


def test_the_deviation_of_a_rate_is_parted_into_mix_and_rate() -> None:
    # Usually 60 cases of a at 0.5 and 40 of b at 1.0: 0.7, as expected. On the day 40 of a at 0.3 and 60 of b at 1.0.
    usual = [(day, "team", name, cases, rate) for day in (WEDNESDAY, WEDNESDAY_BEFORE) for name, cases, rate in
             (("a", 60, 0.5), ("b", 40, 1.0))]  # fmt: skip
    found = drivers("rate", 0.72, 0.7, [*usual, (THE_DAY, "team", "a", 40, 0.3), (THE_DAY, "team", "b", 60, 1.0)])
    # mix of a: (0.4 - 0.6) x ((0.3 + 0.5) / 2 - (0.72 + 0.7) / 2) = -0.2 x -0.31; rate of a: 0.5 x (0.3 - 0.5)
    assert found["a"]["mix_contribution"] == pytest.approx(0.062)
    assert found["a"]["rate_contribution"] == pytest.approx(-0.1)
    assert found["b"]["mix_contribution"] == pytest.approx(0.2 * (1 - 0.71))
    assert found["b"]["rate_contribution"] == pytest.approx(0)
    assert sum(row["contribution"] for row in found.values()) == pytest.approx(0.02)
    assert found["b"]["driver_rank"] == 1


def test_a_value_that_is_new_brings_what_it_is_above_or_below_the_whole() -> None:
    usual = [(day, "product", name, 50, 0.8) for day in (WEDNESDAY, WEDNESDAY_BEFORE) for name in ("a", "b")]
    today = [(THE_DAY, "product", name, 50, 0.8) for name in ("a", "b")]
    found = drivers("rate", 0.6, 0.8, [*usual, *today, (THE_DAY, "product", "new", 50, 0.2)])
    assert found["new"]["usual_value"] is None
    assert found["new"]["driver_rank"] == 1
    assert found["new"]["usual_share"] == 0
    assert sum(row["contribution"] for row in found.values()) == pytest.approx(-0.2)


def test_parts_of_a_median_that_moved_the_other_way_explain_nothing() -> None:
    usual = [(day, "team", name, 10, 20.0) for day in (WEDNESDAY, WEDNESDAY_BEFORE) for name in ("a", "b")]
    found = drivers("median", 5.0, 20.0, [*usual, *((THE_DAY, "team", name, 10, 30.0) for name in ("a", "b"))])
    assert {row["share_of_deviation"] for row in found.values()} == {None}
    assert {row["driver_rank"] for row in found.values()} == {None}
