"""The whole job by stages; its build beside the same SQL run directly; a night with 1 % new events; the recipes."""

from __future__ import annotations

import statistics
import time
from typing import Any

import duckdb
from rich.console import Console

from dagster_project.pseudonyms import pseudonym_key
from dagster_project.summary import table
from dagster_project.warehouse import RunRecord, Workspace
from tests.bench.company import Company, build_cost, stage_cost
from tests.bench.measuring import CommandCost, Cost
from tests.bench.raw import manifest_of, run_directly
from tests.recipes import RECIPES

# Models that take less are summed up in one line.
SHOWN_FROM_SECONDS = 0.1


def measure(company: Company) -> None:
    """Run from scratch, run the SQL again by itself, run a night; print. One round: it is long."""
    generated = company.generate()
    whole, record = company.run_from_scratch()
    by_model = _dbt_seconds()
    workspace = company.workspace
    raw = run_directly(workspace, company.folder / "raw", pseudonym_key(company.settings))
    company.bring_night()
    night_whole, night = company.run()
    by_model_at_night = _dbt_seconds()
    assert night.tickets_affected is not None, "the second run was to be incremental"
    _print_stages("from scratch", record, {"generate the sample": generated, "whole run": whole})
    _print_stages("of the night", night, {"whole run": night_whole})
    _print_ratios(record, sum(raw.values(), Cost()), whole, night, night_whole)
    directly = {name: cost.seconds for name, cost in raw.items()}
    _print_models(manifest_of(workspace), by_model, directly, by_model_at_night)
    _print_recipes(workspace)


def _print_stages(which: str, record: RunRecord, commands: dict[str, CommandCost]) -> None:
    costs = {stage: stage_cost(record, stage) for stage in record.stage_seconds} | commands
    lines = [(stage, round(cost.seconds, 1), round(cost.cpu_seconds, 1)) for stage, cost in costs.items()]
    console = Console()
    console.print(f"rows extracted: {record.rows_extracted:,}; accepted: {record.rows_accepted:,}")
    console.print(table(f"Stages of the run {which}", ("stage", "seconds", "CPU seconds"), lines))


def _print_ratios(record: RunRecord, raw: Cost, whole: CommandCost, night: RunRecord, night_whole: CommandCost) -> None:
    build = build_cost(record)
    gates, publishing = stage_cost(record, "gates"), stage_cost(record, "audit") + stage_cost(record, "publish")
    pairs = {
        "build (dbt models and tests) / the same SQL run directly": (build, raw),
        "incremental build after 1 % new events / full build": (build_cost(night), build),
        "whole incremental run / whole run from scratch": (night_whole, whole),
        "gates / build": (gates, build),
        "audit and publishing / build": (publishing, build),
    }
    lines = [
        (
            what,
            *(round(it, 1) for it in (one.seconds, one.cpu_seconds, other.seconds, other.cpu_seconds)),
            f"{one.seconds / other.seconds:.2f}",
            f"{one.cpu_seconds / other.cpu_seconds:.2f}",
        )
        for what, (one, other) in pairs.items()
    ]
    headings = ("what", "seconds", "CPU", "of other", "CPU of other", "ratio", "CPU ratio")
    console = Console()
    console.print(table("Ratios, one round", headings, lines))
    console.print(
        f"peak memory: {whole.peak_bytes / 2**30:.2f} GiB, of the night {night_whole.peak_bytes / 2**30:.2f} GiB; "
        f"most spilled at a time: {whole.peak_folder_bytes / 2**30:.2f} GiB; "
        f"tickets of the night: {night.tickets_affected:,}"
    )


def _print_recipes(workspace: Workspace) -> None:
    """Ask the published file every recipe in turn, five times."""
    seconds: dict[str, list[float]] = {question: [] for question in RECIPES}
    with duckdb.connect(str(workspace.database_link), read_only=True) as connection:
        for _ in range(5):
            for question, recipe in RECIPES.items():
                start = time.perf_counter()
                connection.execute(recipe["sql"]).fetchall()
                seconds[question].append(time.perf_counter() - start)
    medians = [(question, round(1000 * statistics.median(taken), 1)) for question, taken in seconds.items()]
    Console().print(table("Recipes, medians of five", ("question", "milliseconds"), medians))


def _dbt_seconds() -> dict[str, float]:
    """Return dbt's seconds for each model and test, as the latest run recorded them in Dagster."""
    from dagster import DagsterEventType, DagsterInstance

    seconds = {}
    with DagsterInstance.get() as instance:
        (run,) = instance.get_runs(limit=1)
        of_type = {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_CHECK_EVALUATION}
        for entry in instance.all_logs(run.run_id, of_type=of_type):
            event = entry.get_dagster_event()
            if event.is_step_materialization:
                built = event.step_materialization_data.materialization
                name, metadata = built.asset_key.path[-1], built.metadata
            else:
                check = event.asset_check_evaluation_data
                name, metadata = check.check_name, check.metadata
            if "seconds" in metadata:
                seconds[name] = float(str(metadata["seconds"].value))
    return seconds


def _print_models(
    manifest: dict[str, Any], built: dict[str, float], raw: dict[str, float], night: dict[str, float]
) -> None:
    """Print a line a model, the longest first: dbt's seconds and those of its SQL, tests apart; dbt's of the night."""
    seconds: dict[str, list[float]] = {}
    for key, node in manifest["nodes"].items():
        if node["resource_type"] == "model" and node["name"] in raw:
            tests = [it["name"] for it in manifest["nodes"].values() if it.get("attached_node") == key]
            seconds[node["name"]] = [
                built.get(node["name"], 0.0),
                raw[node["name"]],
                sum(built.get(test, 0.0) for test in tests),
                sum(raw.get(test, 0.0) for test in tests),
                night.get(node["name"], 0.0),
            ]
    shown = sorted((it for it in seconds.items() if max(it[1]) >= SHOWN_FROM_SECONDS), key=lambda it: -sum(it[1]))
    others = [it for name, it in seconds.items() if name not in dict(shown)]
    shown.append((f"{len(others)} others", [sum(column) for column in zip(*others, strict=True)]))
    shown.append(("all", [sum(column) for column in zip(*seconds.values(), strict=True)]))
    lines = [
        (name, *(f"{it:.2f}" for it in (*each[:2], each[0] / each[1], *each[2:]))) for name, each in shown if any(each)
    ]
    headings = ("model", "dbt", "directly", "ratio", "tests", "tests directly", "dbt at night")
    Console().print(table("Models: dbt's seconds and those of the same SQL run directly", headings, lines))
