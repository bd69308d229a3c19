"""`make bench`: a large sample company through the whole job, and its build against the same SQL run directly.

Prints tables from one run: the wall time of each stage and the whole, peak memory, ratios, and for each model dbt's
seconds beside those of its SQL run directly. It asserts nothing: speed is read, not tested. The raw side runs the very
statements that dbt compiled, models and tests, in the same order and with the same settings, into a build file of its
own. Then the recipes of docs/sql-recipes.md are asked, and a database is read, beside a plain COPY (bench_sql.py).
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from rich.console import Console

from dagster_project.config import PROJECT_ROOT, load_settings
from dagster_project.launch import prepare_instance
from dagster_project.pseudonyms import hand_over, pseudonym_key
from dagster_project.quoting import literal
from dagster_project.summary import table
from dagster_project.warehouse import RunRecord, Workspace, engine_settings
from tests.bench_sql import measure
from tests.recipes import RECIPES

NIGHT = "helpdesk/events/events_night.jsonl.zst"
LAYERS = ("build staging", "build core", "build kpi")
# Models that take less are summed up in one line.
SHOWN_FROM_SECONDS = 0.1


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=PROJECT_ROOT / "warehouse" / "bench")
    parser.add_argument("--only", choices=("job", "sql"), help="measure one thing alone")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    if arguments.only != "sql":
        _measure_job(folder, arguments.tickets)
    if arguments.only != "job":
        measure(folder / "sql")


def _measure_job(folder: Path, tickets: int) -> None:
    """Generate, run, run the SQL again by itself, print."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "careloop.yml"
    shutil.copy(PROJECT_ROOT / "careloop.yml", config)
    shutil.rmtree(folder / "warehouse", ignore_errors=True)
    seconds = {
        "generate the sample": _careloop(*("sample", str(folder / "sample"), "--tickets", str(tickets), "--if-missing"))
    }
    (folder / "sample" / NIGHT).unlink(missing_ok=True)
    seconds["whole run"] = _careloop("run", "--config", str(config))
    peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    settings = load_settings(config)
    workspace = prepare_instance(settings)
    record = RunRecord.model_validate_json(sorted(workspace.runs.glob("*.json"))[-1].read_bytes())
    raw = _raw_seconds(workspace, folder / "raw", pseudonym_key(settings))
    build, by_model = _build_seconds(record), _dbt_seconds()
    _bring_night(folder / "sample")
    seconds["run with 1 % new events"] = _careloop("run", "--config", str(config))
    night = RunRecord.model_validate_json(sorted(workspace.runs.glob("*.json"))[-1].read_bytes())
    assert night.tickets_affected is not None, "the second run was to be incremental"
    _print({**seconds, **record.stage_seconds}, build, sum(raw.values()), record, night, peak_bytes)
    _print_models(_manifest(workspace), by_model, raw)
    _print_recipes(workspace)


def _build_seconds(record: RunRecord) -> float:
    return sum(record.stage_seconds[layer] for layer in LAYERS)


def _bring_night(sample: Path) -> None:
    """Bring new events of the tickets that were at work last: a fifth of the last of 18 months, about 1 %."""
    last = max((sample / "helpdesk" / "events").glob("events_2*"))
    lines = pa.input_stream(str(last)).read().splitlines()
    new = [line.replace(b'"id":"', b'"id":"night-', 1) for line in lines[-len(lines) // 5 :]]
    with pa.output_stream(str(sample / NIGHT), compression="zstd") as file:
        file.write(b"\n".join(new) + b"\n")


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
    Console().print(table("Recipes", ("question", "milliseconds"), medians))


def _careloop(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([str(Path(sys.executable).with_name("careloop")), *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _manifest(workspace: Workspace) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((workspace.dbt / "target" / "manifest.json").read_bytes())
    return manifest


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


def _raw_seconds(workspace: Workspace, folder: Path, key: str) -> dict[str, float]:
    """Run what dbt compiled on a copy of the build file that holds the raw views and seeds only."""
    manifest = _manifest(workspace)
    shutil.rmtree(folder, ignore_errors=True)
    copy = Workspace(folder, workspace.memory_limit)
    copy.create()
    # Compiled statements name the database, which is called after its file.
    shutil.copy(workspace.build_file, copy.build_file)
    seconds = {}
    # Not the connection of a run, which reads nothing outside of its workspace: the raw views read the original's.
    connection = duckdb.connect(str(copy.build_file))
    for name, value in engine_settings(copy).items():
        connection.execute(f"set {name} = {literal(value)}")
    hand_over(key, connection.execute)
    for schema in sorted({node["schema"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}):
        connection.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
    connection.execute("checkpoint")
    for node, sql in _statements(manifest, workspace.dbt / "target"):
        start = time.perf_counter()
        if node["resource_type"] == "test":
            connection.execute(f"select count(*) from ({sql})").fetchall()
        else:
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            connection.execute(f"create {kind} {node['schema']}.{node['name']} as {sql}")
        seconds[node["name"]] = time.perf_counter() - start
    connection.close()
    return seconds


def _statements(manifest: dict[str, Any], target: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield models and their tests with their compiled SQL, parents first."""
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "test")}
    done: set[str] = set()
    while len(done) < len(nodes):
        for key, node in nodes.items():
            if key not in done and all(it in done or it not in nodes for it in node["depends_on"]["nodes"]):
                done.add(key)
                path = target / "compiled" / "careloop" / node["original_file_path"]
                # A generic test is compiled into a folder that is called after the file it is declared in.
                path = path / node["path"] if path.suffix == ".yml" else path
                if path.exists():
                    yield node, path.read_text(encoding="utf-8")


def _print(
    seconds: dict[str, float], build: float, raw: float, record: RunRecord, night: RunRecord, peak_bytes: int
) -> None:
    console = Console()
    console.print(f"rows extracted: {record.rows_extracted:,}; accepted: {record.rows_accepted:,}")
    console.print(table("Wall time", ("stage", "seconds"), [(name, round(it, 1)) for name, it in seconds.items()]))
    ratios = [
        ("build (dbt models and tests)", f"{build:.1f} s"),
        ("the same SQL run directly", f"{raw:.1f} s"),
        ("build / raw SQL", f"{build / raw:.2f}"),
        ("incremental build after 1 % new events / full build", f"{_build_seconds(night) / build:.2f}"),
        ("tickets that it worked out again", f"{night.tickets_affected:,}"),
        ("gates / build", f"{record.stage_seconds['gates'] / build:.2f}"),
        ("peak memory of the run", f"{peak_bytes / 2**30:.2f} GiB"),
    ]
    console.print(table("Ratios", ("what", "measured"), ratios))


def _print_models(manifest: dict[str, Any], built: dict[str, float], raw: dict[str, float]) -> None:
    """Print a line a model, the longest first: dbt's seconds and those of its SQL run directly, its tests apart."""
    seconds: dict[str, list[float]] = {}
    for key, node in manifest["nodes"].items():
        if node["resource_type"] == "model" and node["name"] in raw:
            tests = [it["name"] for it in manifest["nodes"].values() if it.get("attached_node") == key]
            seconds[node["name"]] = [
                built.get(node["name"], 0.0),
                raw[node["name"]],
                sum(built.get(test, 0.0) for test in tests),
                sum(raw.get(test, 0.0) for test in tests),
            ]
    shown = sorted((it for it in seconds.items() if max(it[1]) >= SHOWN_FROM_SECONDS), key=lambda it: -sum(it[1]))
    others = [it for name, it in seconds.items() if name not in dict(shown)]
    shown.append((f"{len(others)} others", [sum(column) for column in zip(*others, strict=True)]))
    shown.append(("all", [sum(column) for column in zip(*seconds.values(), strict=True)]))
    lines = [
        (name, *(f"{it:.2f}" for it in (*each[:2], each[0] / each[1], *each[2:]))) for name, each in shown if any(each)
    ]
    headings = ("model", "dbt", "directly", "ratio", "tests", "tests directly")
    Console().print(table("Models: dbt's seconds and those of the same SQL run directly", headings, lines))


if __name__ == "__main__":
    main()
