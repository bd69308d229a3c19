"""The semantic metrics against the marts: each is computed here from its own definition, by month and by channel.

MetricFlow, which would do that, is no dependency of the project. What its compiler does with the kinds of metrics that
are used is little: aggregate a measure's expression over its model's rows by time, divide, or put into an expression.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_project.config import PROJECT_ROOT

Connection = duckdb.DuckDBPyConnection
METRICS = [
    metric
    for path in sorted((PROJECT_ROOT / "dbt_project" / "models" / "metrics").glob("*.yml"))
    for metric in yaml.safe_load(path.read_text(encoding="utf-8"))["metrics"]
]
COMPARED = {metric["name"]: metric["config"]["meta"] for metric in METRICS if "config" in metric}
AGGREGATES = {"sum": "sum({})", "average": "avg({})", "median": "median({})"}


@pytest.fixture(scope="module")
def semantics(sample_folder: Path) -> dict[str, Any]:
    """What dbt makes of the definitions, as other tools read it."""
    path = sample_folder / "warehouse" / "dbt" / "target" / "semantic_manifest.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def measure_sql(semantics: dict[str, Any], name: str, dimension: str | None) -> str:
    """Select month, dimension_value and value of a measure."""
    ((model, measure),) = [
        (model, measure)
        for model in semantics["semantic_models"]
        for measure in model["measures"]
        if measure["name"] == name
    ]
    time_name = measure["agg_time_dimension"] or model["defaults"]["agg_time_dimension"]
    columns = {it["name"]: it["expr"] or it["name"] for it in model["dimensions"]}
    relation = f"{model['node_relation']['schema_name']}.{model['node_relation']['alias']}"
    value = AGGREGATES[measure["agg"]].format(measure["expr"])
    dimension_value = columns[dimension] if dimension else "'all'"
    return (
        f"select date_trunc('month', {columns[time_name]})::date as month, "
        f"{dimension_value} as dimension_value, {value}::double as value "
        f"from {relation} where {columns[time_name]} is not null group by all"
    )


def metric_sql(semantics: dict[str, Any], name: str, dimension: str | None) -> str:
    """Select month, dimension_value and value of a metric."""
    (metric,) = [it for it in semantics["metrics"] if it["name"] == name]
    assert metric["filter"] is None, "this test knows no filters"
    parameters = metric["type_params"]
    match metric["type"]:
        case "simple":
            return measure_sql(semantics, parameters["measure"]["name"], dimension)
        case "ratio":
            parts = [parameters["numerator"]["name"], parameters["denominator"]["name"]]
            expression = f"{parts[0]} / nullif({parts[1]}, 0)"
        case "derived":
            parts, expression = [it["name"] for it in parameters["metrics"]], parameters["expr"]
        case kind:
            pytest.fail(f"say how to compute a metric of type {kind}")
    united = " union all ".join(
        f"select month, dimension_value, '{part}' as part, value from ({metric_sql(semantics, part, dimension)})"
        for part in parts
    )
    columns = ", ".join(f"max(value) filter (where part = '{part}') as {part}" for part in parts)
    return (
        f"select month, dimension_value, {expression} as value "
        f"from (select month, dimension_value, {columns} from ({united}) group by all)"
    )


def test_the_ten_most_used_kpis_are_metrics() -> None:
    assert len(COMPARED) >= 10
    assert {"tickets_created", "first_response_minutes", "reopen_rate", "csat_rate", "nps", "sla_attainment_rate"} <= {
        meta["kpi"] for meta in COMPARED.values()
    }


@pytest.mark.parametrize("dimension", [None, "channel"], ids=["overall", "by channel"])
@pytest.mark.parametrize("name", COMPARED)
def test_a_metric_equals_the_mart_in_every_month(
    sample_warehouse: Connection, semantics: dict[str, Any], name: str, dimension: str | None
) -> None:
    found = {
        (month, value_of): value
        for month, value_of, value in sample_warehouse.execute(metric_sql(semantics, name, dimension)).fetchall()
    }
    expected = {
        (month, value_of): value
        for month, value_of, value in sample_warehouse.execute(
            "select period_start, dimension_value, value from kpi.kpi_value "
            "where kpi = ? and statistic = ? and period_grain = 'month' and dimension = ?",
            [COMPARED[name]["kpi"], COMPARED[name]["statistic"], dimension or "overall"],
        ).fetchall()
    }
    assert len(expected) >= 12
    assert {key: found[key] for key in expected} == {
        key: pytest.approx(value, abs=1e-9, rel=1e-9) for key, value in expected.items()
    }
    # The mart has no row where no case counts; a metric has nothing to say there either.
    assert not any(value for key, value in found.items() if key not in expected)


def test_metrics_can_be_joined_to_every_day(sample_warehouse: Connection, semantics: dict[str, Any]) -> None:
    (spine,) = semantics["project_configuration"]["time_spines"]
    relation = f"{spine['node_relation']['schema_name']}.{spine['node_relation']['alias']}"
    column = spine["primary_column"]["name"]
    missing = sample_warehouse.execute(
        f"select count(*) from core.fct_ticket anti join {relation} as days on created_on = days.{column}"
    ).fetchone()
    assert missing == (0,)
