"""Everything that the warehouse publishes of the sample company, against the second opinion, both ways.

A row on one side only fails as much as one that differs. Which KPIs there are is the registry's word, not ours.
"""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest

from dagster_project.config import PROJECT_ROOT
from tests.reference import process, scorecards
from tests.reference.agreement import Rows, assert_agree, rows
from tests.reference.conftest import BothSides
from tests.reference.customers import cohorts, customer_activity
from tests.reference.periods import percentile
from tests.reference.reading import read_seed
from tests.reference.sla import Target
from tests.reference.strata import Stratum
from tests.reference.trainings import training_effects
from tests.reference.value import Value, customer_values

REGISTRY = read_seed(PROJECT_ROOT / "seeds" / "kpis.csv")
KPIS = [row["kpi"] for row in REGISTRY if row["mart"] == "kpi_value"]


@pytest.mark.parametrize("kpi", KPIS)
def test_every_figure_of_the_kpi_agrees(both_sides: BothSides, kpi: str) -> None:
    assert_agree(both_sides.theirs.get(kpi, {}), both_sides.ours.get(kpi, {}))


def test_neither_side_has_a_kpi_that_the_registry_does_not_name(both_sides: BothSides) -> None:
    assert both_sides.theirs.keys() == set(KPIS)
    assert both_sides.ours.keys() == set(KPIS)


def test_every_service_level_target_agrees(both_sides: BothSides) -> None:
    columns = ", ".join(it.name for it in fields(Target))
    theirs = rows(both_sides.warehouse, "core.fct_sla_target", "ticket_key, target_kind, target_number", columns)
    assert_agree(theirs, {key: asdict(it) for key, it in both_sides.reference.sla_targets.items()})


def test_the_backlog_of_every_day_agrees_by_age(both_sides: BothSides) -> None:
    keys = "date_day, dimension, dimension_value"
    theirs = rows(both_sides.warehouse, "kpi.backlog_daily", keys, f"* exclude ({keys})")
    daily = both_sides.reference.backlog_daily
    assert_agree(theirs, {key: {"backlog": it.backlog, **it.by_band} for key, it in daily.items()})


def test_every_stage_of_every_ticket_agrees(both_sides: BothSides) -> None:
    columns = "started_at, ended_at, stage_minutes, stage_business_minutes, is_open"
    theirs = rows(both_sides.warehouse, "core.fct_ticket_stage", "ticket_key, stage", columns)
    ours = {}
    for key, life in both_sides.reference.lives.items():
        for stage in life.stages:
            both = life.both((stage.started_at, stage.ended_at or life.company.as_of))
            ours[key, stage.name] = {
                "started_at": stage.started_at,
                "ended_at": stage.ended_at,
                "stage_minutes": both.calendar,
                "stage_business_minutes": both.business,
                "is_open": stage.ended_at is None,
            }
    assert_agree(theirs, ours)


def test_every_stratum_and_its_weight_agree(both_sides: BothSides) -> None:
    columns = ", ".join(it.name for it in fields(Stratum))
    keys = "period_grain, period_start, stratification, stratum"
    theirs = rows(both_sides.warehouse, "kpi.survey_stratum", keys, columns)
    assert_agree(theirs, {key: asdict(it) for key, it in both_sides.reference.survey_strata.items()})


SCORES = {
    "agent_scorecard": ("agent_key", "agent_csat as csat, service_star_rank as rank, rank_in_team as rank_in_group"),
    "team_scorecard": ("team_key", "team_csat as csat, team_award_rank as rank"),
}
PERCENTILES = "first_contact_resolution_rate_percentile, first_response_minutes_percentile, agent_throughput_percentile"


@pytest.mark.parametrize("mart", SCORES)
def test_every_score_and_rank_agrees(both_sides: BothSides, mart: str) -> None:
    key, renamed = SCORES[mart]
    same = "tickets_solved, working_days, agent_throughput, answers, satisfied, prior_strength, star_score, stars"
    minutes = "first_contact_resolution_rate, first_response_minutes"
    columns = (
        f"{renamed}, {same}, {minutes}, {PERCENTILES}, {key.removesuffix('_key')}_csat_percentile as csat_percentile"
    )
    theirs = rows(both_sides.warehouse, f"kpi.{mart}", f"period_grain, period_start, {key}", columns)
    score = {"agent_scorecard": scorecards.agent_scorecard, "team_scorecard": scorecards.team_scorecard}[mart]
    found = score(both_sides.reference.company, both_sides.reference.outcomes)
    ours: Rows = {
        key: {**asdict(it), **{f"{metric}_percentile": it.percentiles.get(metric) for metric in scorecards.METRICS}}
        for key, it in found.items()
    }
    assert_agree(theirs, ours)


def test_every_course_s_effect_agrees(both_sides: BothSides) -> None:
    names = [f"{who}_{when}{n}" for who in ("trained", "untrained") for when in ("before", "after") for n in ("", "_n")]
    columns = ", ".join(["trained_agents", "untrained_agents", *names, "training_effect"])
    theirs = rows(both_sides.warehouse, "kpi.training_effect", "course, cohort_month, team_key, kpi", columns)
    assert_agree(theirs, training_effects(both_sides.reference.company, both_sides.reference.outcomes))


def test_customers_of_every_period_agree(both_sides: BothSides) -> None:
    columns = "active_customers, active_before, retained_customers, new_customers"
    relation = "kpi.customer_activity where dimension = 'overall'"
    theirs = rows(both_sides.warehouse, relation, "period_grain, period_start", columns)
    assert_agree(theirs, customer_activity(both_sides.reference.company, both_sides.reference.counted))


def test_every_cohort_agrees(both_sides: BothSides) -> None:
    theirs = rows(both_sides.warehouse, "kpi.customer_cohort", "cohort_month, months_since", "customers, retained")
    assert_agree(theirs, cohorts(both_sides.reference.company, both_sides.reference.counted))


def test_every_customer_s_value_agrees(both_sides: BothSides) -> None:
    columns = ", ".join(it.name for it in fields(Value))
    theirs = rows(both_sides.warehouse, "kpi.customer_value", "customer_key", columns)
    assert_agree(theirs, {key: asdict(it) for key, it in customer_values(both_sides.reference.company).items()})


def test_what_follows_what_agrees(both_sides: BothSides) -> None:
    columns = "transitions, tickets, share_of_from, median_minutes, p90_minutes, rework_transitions"
    keys = "dimension, dimension_value, from_activity, to_activity"
    theirs = rows(both_sides.warehouse, "kpi.process_flow", keys, columns)
    flow = process.process_flow(both_sides.reference.company, both_sides.reference.counted)
    ours = {
        key: {**{name: getattr(it, name) for name in columns.split(", ")}, "tickets": len(it.tickets)}
        for key, it in flow.items()
    }
    assert_agree(theirs, ours)


def test_the_paths_of_tickets_agree(both_sides: BothSides) -> None:
    theirs = rows(both_sides.warehouse, "kpi.process_variant where variant <> 'other'", "variant", "tickets")
    variants = process.process_variants(both_sides.reference.company, both_sides.reference.counted)
    assert_agree(theirs, {(variant,): {"tickets": count} for variant, count in variants.items()})


def test_where_tickets_drop_out_agrees(both_sides: BothSides) -> None:
    became = [f"{name}_tickets" for name in ("completed", "open", "dropped_out", "skipped", "not_yet_reached")]
    keys = "stage, dimension, dimension_value"
    theirs = rows(both_sides.warehouse, "kpi.process_stage", keys, ", ".join(["tickets", *became]))
    assert_agree(theirs, process.process_stages(both_sides.reference.counted))


def test_where_customers_wait_agrees(both_sides: BothSides) -> None:
    columns = "tickets, visits, waiting_minutes, waiting_business_minutes, median_visit_minutes"
    theirs = rows(both_sides.warehouse, "kpi.bottleneck", "period_grain, period_start, team, status", columns)
    found = process.bottlenecks(both_sides.reference.company, both_sides.reference.counted)
    ours = {
        key: {
            "tickets": len(it.tickets),
            "visits": len(it.visits),
            "waiting_minutes": sum(it.visits),
            "waiting_business_minutes": it.waiting_business_minutes,
            "median_visit_minutes": percentile(sorted(it.visits), 0.5),
        }
        for key, it in found.items()
    }
    assert_agree(theirs, ours)
