"""Audit and publish: the last step of a run, which fails closed."""

from datetime import timedelta
from typing import NamedTuple

import dagster as dg

from dagster_project.alerts import tell_or_warn
from dagster_project.defs.analysis import analysis_assets
from dagster_project.defs.gates import EXPECTATIONS, GATED_LAYERS
from dagster_project.defs.ingest import PUBLISHED
from dagster_project.defs.resources import RunResource
from dagster_project.defs.transform import layer_assets
from dagster_project.quality.suites import suites_sha256
from dagster_project.report import make_report
from dagster_project.report.datasets import fact_queries
from dagster_project.run import Run
from dagster_project.warehouse import AuditRefused, abandon, audit, connect, load_run_records, make_candidate, publish

# A missed nightly run shows the next morning; one that finds nothing new says so of this asset.
DAILY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))
PUBLISHED_SCHEMAS = ("core", "kpi", "analysis", "quality")
_published_tables = [
    key for assets in (*layer_assets, *analysis_assets) for key in assets.keys if key.path[0] in PUBLISHED_SCHEMAS
]


class _GateResult(NamedTuple):
    layer: str
    table: str
    check: str
    severity: str
    outcome: str


@dg.asset(
    key=PUBLISHED,
    deps=sorted(_published_tables),
    group_name="published",
    owners=["team:data-engineering"],
    kinds={"duckdb", "parquet"},
    freshness_policy=DAILY,
)
def published_careloop(careloop: RunResource) -> dg.MaterializeResult[None]:
    """Publish the audited version of the warehouse: one DuckDB file, its tables as Parquet, and its report."""
    run = careloop.run
    suites = suites_sha256(EXPECTATIONS)
    large_tables = run.engine.large_tables()
    try:
        with run.stage("audit"):
            gate_results = _recorded(run)
            full_build = run.affected.full_build if run.affected else None
            candidate = make_candidate(run.workspace, run.name, full_build=full_build)
            record = audit(
                run.workspace,
                candidate,
                run=run.name,
                suites_sha256=suites,
                gate_results=gate_results,
                required_layers=GATED_LAYERS,
                inputs_sha256=run.inputs_sha256,
                large_tables=large_tables,
            )
        with run.stage("publish") as timing:
            answers = run.engine.answers(fact_queries())
            run.version = publish(
                run.workspace,
                record,
                run=run.name,
                suites_sha256=suites,
                make_pages=lambda it: make_report(it, run.name, cache=run.workspace.cache, answers=answers),
                large_tables=large_tables,
            )
    except BaseException as error:
        run.refused = isinstance(error, AuditRefused)
        abandon(run.workspace, run.name)
        raise
    told = tell_or_warn(run.workspace, run.version.file)
    return dg.MaterializeResult(
        metadata={
            "version": run.version.run,
            "size_bytes": record.size_bytes,
            "sha256": record.sha256,
            "dagster/row_count": sum([*(table.rows for table in record.tables), *record.large_tables.values()]),
            "tables": len(record.tables) + len(record.large_tables),
            "gates_passed": record.gates_passed,
            "gates_warned": record.gates_warned,
            "alerts_told": told,
            "seconds": timing.seconds,
        }
    )


def _recorded(run: Run) -> list[_GateResult]:
    """Read what this run's gates recorded, and bring the history of runs into the file."""
    connection = connect(run.workspace)
    try:
        load_run_records(run.workspace, connection)
        rows = connection.execute(
            "select layer, table_name, check_name, severity, outcome from quality.gate_result where run_id = ?",
            [run.name],
        ).fetchall()
    finally:
        connection.close()
    return [_GateResult(*row) for row in rows]
