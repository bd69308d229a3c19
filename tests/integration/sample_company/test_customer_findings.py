"""What was planted in the sample company is what the analyses about customers find."""

from __future__ import annotations

import duckdb


def test_what_was_planted_to_annoy_customers_lowers_satisfaction_and_what_was_not_does_not(
    sample_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    verdicts = dict(
        sample_warehouse.execute(
            "select driver, verdict from analysis.driver where segment = 'all' and driver_group = 'operation'"
        ).fetchall()
    )
    planted = ("first_response_minutes", "on_hold_minutes", "is_transferred", "is_escalated")
    assert {verdicts[driver] for driver in planted} == {"lowers"}
    assert {verdicts[driver] for driver in ("first_resolution_minutes", "agent_wait_minutes")} == {"inconclusive"}


def test_the_team_whose_tickets_are_put_on_hold_is_the_slowest_of_its_categories(
    sample_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    slowest = sample_warehouse.execute(
        "select category, max_by(team, full_resolution_minutes_rank) from kpi.team_category_fit "
        "where category in ('delivery', 'returns') group by category order by category"
    ).fetchall()
    assert slowest == [("delivery", "Logistics Care"), ("returns", "Logistics Care")]


def test_a_thousand_customers_are_too_few_to_predict_churn_and_that_is_said(
    sample_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    model = sample_warehouse.execute(
        "select verdict, training_churned < 100, reason like 'too few for training: % fell silent and % stayed; %' "
        "from analysis.churn_model"
    ).fetchall()
    assert model == [("refused", True, True)]
    assert sample_warehouse.execute("select count(*) from analysis.churn_risk").fetchall() == [(0,)]
