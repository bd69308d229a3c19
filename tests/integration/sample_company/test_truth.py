"""The sample company through the whole job: the marts against truth.json, which is computed from what was generated.

truth.json comes from the generator's own tables, before they are written in odd shapes and dirtied, and by other SQL.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

Connection = duckdb.DuckDBPyConnection


def by_month(sample_warehouse: Connection, kpi: str, statistic: str) -> dict[str, dict[str, Any]]:
    """Return the monthly figures of a KPI: month → numerator, denominator, value, sample_size."""
    result = sample_warehouse.execute(
        "select strftime(period_start, '%Y-%m'), numerator, denominator, value, sample_size from kpi.kpi_value "
        "where kpi = ? and statistic = ? and period_grain = 'month' and dimension = 'overall'",
        [kpi, statistic],
    )
    names = ("numerator", "denominator", "value", "sample_size")
    return {month: dict(zip(names, figures, strict=True)) for month, *figures in result.fetchall()}


def test_every_row_became_what_it_was_planted_to_become(sample_warehouse: Connection, truth: dict[str, Any]) -> None:
    accounts = sample_warehouse.execute(
        "select entity, sum(extracted_rows), sum(accepted_rows), sum(quarantined_rows), sum(superseded_rows), "
        "sum(duplicate_rows), sum(unaccounted_rows) from quality.row_account group by entity"
    ).fetchall()
    names = ("extracted", "accepted", "quarantined", "superseded", "duplicate")
    assert {entity: counts for entity, *counts in accounts} == {
        entity: [*(planted[name] for name in names), 0] for entity, planted in truth["entities"].items()
    }


def test_every_planted_reason_is_found_as_often_as_it_was_planted(
    sample_warehouse: Connection, truth: dict[str, Any]
) -> None:
    found = {
        (entity, reason): count
        for entity, reason, count in sample_warehouse.execute(
            "select entity, split_part(reason, ': ', 2), count(*) "
            "from (select entity, unnest(string_split(reasons, '; ')) as reason from quality.quarantine) group by all"
        ).fetchall()
    }
    not_quarantined = {"exact copy", "older version", "local time that occurs twice", "broken JSON"}
    not_quarantined |= {"missing field", "unclosed quote"}
    planted = {
        (entity, reason): figures["rows"]
        for entity, it in truth["entities"].items()
        for reason, figures in it["by_reason"].items()
        if reason not in not_quarantined
    }
    assert found == planted


def test_lines_that_cannot_be_parsed_are_counted_by_file(sample_warehouse: Connection, truth: dict[str, Any]) -> None:
    # One file feeds several entities, so the lines of a load are looked at once.
    found = sample_warehouse.execute(
        "select sum(lines) from "
        "(select load_id, max(rejected_lines) as lines from quality.row_account group by load_id)"
    ).fetchone()
    planted = {
        file: figures["rows"] for it in truth["entities"].values() for file, figures in it["rejected_by_file"].items()
    }
    assert found == (sum(planted.values()),)


@pytest.mark.parametrize(
    ("kpi", "statistic", "column", "planted"),
    [
        ("tickets_created", "count", "value", "tickets_created"),
        ("first_response_minutes", "mean", "sample_size", "first_response_count"),
        ("first_response_minutes", "mean", "value", "first_response_mean_minutes"),
        ("first_response_minutes", "median", "value", "first_response_median_minutes"),
        ("full_resolution_minutes", "median", "value", "full_resolution_median_minutes"),
    ],
)
def test_tickets_created_in_each_month(
    sample_warehouse: Connection, truth: dict[str, Any], kpi: str, statistic: str, column: str, planted: str
) -> None:
    expected = truth["figures"]["tickets"]["by_month_created"]
    found = by_month(sample_warehouse, kpi, statistic)
    assert len(expected) == 18
    assert {month: it[column] for month, it in found.items()} == {
        month: pytest.approx(it[planted], abs=1e-6) for month, it in expected.items()
    }


def test_tickets_solved_and_reopened_in_each_month(sample_warehouse: Connection, truth: dict[str, Any]) -> None:
    expected = truth["figures"]["solves"]["by_month_first_solved"]
    solved = by_month(sample_warehouse, "tickets_solved", "count")
    reopened = by_month(sample_warehouse, "reopen_rate", "rate")
    for month, it in expected.items():
        assert solved[month]["value"] == it["tickets_solved"], month
        if it["reopen_denominator"]:
            assert reopened[month]["numerator"] == it["reopen_numerator"], month
            assert reopened[month]["denominator"] == it["reopen_denominator"], month


def test_backlog_at_the_end_of_each_month(sample_warehouse: Connection, truth: dict[str, Any]) -> None:
    found = dict(
        sample_warehouse.execute(
            "select cast(date_day as varchar), backlog from kpi.backlog_daily where dimension = 'overall'"
        ).fetchall()
    )
    expected = {day: it["unsolved_at_its_end"] for day, it in truth["figures"]["backlog"].items()}
    assert {day: found[day] for day in expected} == expected


def test_satisfaction_in_each_month(sample_warehouse: Connection, truth: dict[str, Any]) -> None:
    csat, nps = by_month(sample_warehouse, "csat_rate", "rate"), by_month(sample_warehouse, "nps", "index")
    for month, it in truth["figures"]["csat"]["by_month_answered"].items():
        assert (csat[month]["numerator"], csat[month]["denominator"]) == (it["numerator"], it["denominator"]), month
    for month, it in truth["figures"]["nps"]["by_month_answered"].items():
        assert nps[month]["numerator"] == it["promoters"] - it["detractors"], month
        assert nps[month]["sample_size"] == it["answers"], month


def test_invitations_delivered_and_answered(sample_warehouse: Connection, truth: dict[str, Any]) -> None:
    found = by_month(sample_warehouse, "survey_response_rate", "rate").values()
    surveys = truth["figures"]["survey_response"].values()
    assert sum(it["denominator"] for it in found) == sum(it["delivered"] for it in surveys)
    assert sum(it["numerator"] for it in found) == sum(it["answered"] for it in surveys)


def test_mentions_in_each_month(sample_warehouse: Connection, truth: dict[str, Any]) -> None:
    found = by_month(sample_warehouse, "mention_volume", "count")
    expected = truth["figures"]["mentions"]["by_month"]
    assert {month: it["value"] for month, it in found.items()} == {m: it["posts"] for m, it in expected.items()}


@pytest.mark.parametrize("dimension", ["channel", "team", "segment", "product", "priority", "category", "source"])
def test_a_dimensions_values_add_up_to_the_whole(sample_warehouse: Connection, dimension: str) -> None:
    apart = sample_warehouse.execute(
        "select period_grain, period_start, sum(value) from kpi.kpi_value "
        "where kpi = 'tickets_created' and dimension = ? group by all order by all",
        [dimension],
    ).fetchall()
    overall = sample_warehouse.execute(
        "select period_grain, period_start, value from kpi.kpi_value "
        "where kpi = 'tickets_created' and dimension = 'overall' order by all"
    ).fetchall()
    assert len(overall) > 500
    assert apart == overall


def test_the_scorecard_compares_the_last_complete_month(sample_warehouse: Connection) -> None:
    card = sample_warehouse.execute(
        "select value, previous_value, year_before_value, target_value, status from kpi.scorecard "
        "where kpi = 'csat_rate' and period_grain = 'month' and dimension = 'overall'"
    ).fetchone()
    csat = {month: it["value"] for month, it in by_month(sample_warehouse, "csat_rate", "rate").items()}
    # The newest instant is on 30 June, so May is the last month that is over.
    assert card is not None
    assert card[:4] == (csat["2026-05"], csat["2026-04"], csat["2025-05"], 0.8)
    assert card[4] in ("on target", "near", "off", "too few")


def test_columns_are_described_in_the_published_file(sample_warehouse: Connection) -> None:
    undescribed = sample_warehouse.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where schema_name in ('core', 'kpi', 'quality') and coalesce(comment, '') = ''"
    ).fetchall()
    assert undescribed == []


def test_the_longest_wait_on_hold_is_the_planted_bottleneck(
    sample_warehouse: Connection, truth: dict[str, Any]
) -> None:
    planted = truth["effects"]["bottleneck"]
    found = sample_warehouse.execute(
        "select replace(team_key, 'helpdesk:', ''), tickets, waiting_minutes from kpi.bottleneck "
        "join core.dim_team using (team) where period_grain = 'all' and status = 'on_hold' order by bottleneck_rank"
    ).fetchall()
    assert found[0][0] == planted["team"]
    assert {team: (tickets, minutes) for team, tickets, minutes in found} == {
        it["team"]: (it["tickets"], pytest.approx(it["minutes"])) for it in planted["on_hold_by_team"]
    }


def test_a_planted_improvement_is_found_within_its_interval_and_what_was_never_done_is_not(
    sample_warehouse: Connection, truth: dict[str, Any]
) -> None:
    faster = truth["effects"]["faster_first_response"]
    found = {
        key: (verdict, low, high)
        for key, verdict, low, high in sample_warehouse.execute(
            "select replace(initiative_key, 'hr:', ''), verdict, impact_low, impact_high "
            "from analysis.initiative_impact where role = 'target'"
        ).fetchall()
    }
    verdict, low, high = found[faster["initiative_id"]]
    assert verdict == "improved"
    assert low <= faster["times_until_first_response_multiplied_by"] - 1 <= high
    assert found[truth["effects"]["no_effect"]["initiative_id"]][0] == "inconclusive"
    assert (found["IN-4"][0], found["IN-5"][0]) == ("too few", "not started")


def test_each_risk_of_an_initiative_stands_beside_the_verdict_on_its_target(sample_warehouse: Connection) -> None:
    verdict = sample_warehouse.execute(
        "select verdict from analysis.initiative_impact where initiative_key = 'hr:IN-3' and role = 'target'"
    ).fetchall()
    register = sample_warehouse.execute(
        "select area, verdict from analysis.initiative_risk where initiative_key = 'hr:IN-3' order by area"
    ).fetchall()
    assert register == [(area, *verdict[0]) for area in ("customers", "data", "people")]


def test_a_course_of_three_agents_is_not_judged(sample_warehouse: Connection, truth: dict[str, Any]) -> None:
    # This company is a fifth of the default one, in which the course is found to help: docs/analysis-impact.md.
    course = truth["effects"]["training"]
    assert len(course["trained_agents"]) == 3
    found = sample_warehouse.execute(
        "select distinct verdict from analysis.training_effect_test where course = ?", [course["course"]]
    ).fetchall()
    assert found == [("too few",)]
