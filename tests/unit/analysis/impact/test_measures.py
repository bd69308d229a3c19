"""What the KPI models say of their cases."""

from __future__ import annotations

import csv

from dagster_project.analysis.impact.measures import measures
from dagster_project.config import PROJECT_ROOT


def test_a_rate_is_a_condition_and_a_value_of_one_or_nothing() -> None:
    csat = measures()["csat_rate"]
    assert csat.relation == "core.fct_survey_response"
    assert csat.counted_on == "responded_on"
    assert csat.condition == "is_counted and is_satisfied is not null"
    assert csat.value == "case when is_satisfied then 1 else 0 end"
    assert csat.statistic == "rate"


def test_a_duration_is_read_by_its_median() -> None:
    assert measures()["first_response_minutes"].statistic == "median"


def test_a_mart_stands_in_its_own_schema() -> None:
    assert measures()["close_the_loop_rate"].relation == "kpi.closed_loop"


def test_a_list_that_a_macro_hands_on_is_read() -> None:
    assert "'attitude'" in measures()["csat_dimension_mean"].condition
    assert measures()["sla_attainment_rate"].dimensions[-2:] == ("target_kind", "policy")


def test_ratios_of_two_counts_and_stocks_are_no_figures_over_cases() -> None:
    assert not {"self_service_score", "agent_throughput", "backlog", "contact_rate", "churn_rate"} & set(measures())


def test_the_dimensions_are_those_of_the_registry() -> None:
    with (PROJECT_ROOT / "seeds" / "kpis.csv").open(encoding="utf-8") as file:
        registered = {row["kpi"]: set(row["dimensions"].split()) for row in csv.DictReader(file)}
    assert {kpi: set(it.dimensions) for kpi, it in measures().items()} == {kpi: registered[kpi] for kpi in measures()}
