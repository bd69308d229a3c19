"""`make bench`: a large sample company through the whole job, and its build against the same SQL run directly.

Prints one table from one run: the wall time of each stage and the whole, peak memory, and ratios. It asserts nothing:
speed is read, not tested. The raw side runs the very statements that dbt compiled, models and tests, in the same
order and with the same settings, into a build file of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from dagster_project.config import PROJECT_ROOT, load_settings
from dagster_project.summary import table
from dagster_project.warehouse import RunRecord, Workspace, connect

LAYERS = ("build staging", "build core", "build kpi")
BUILT_SCHEMAS = ("personal", "staging", "quality", "intermediate", "core", "kpi")


def main() -> None:
    """Generate, run, run the SQL again by itself, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=PROJECT_ROOT / "warehouse" / "bench")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "careloop.yml"
    shutil.copy(PROJECT_ROOT / "careloop.yml", config)
    shutil.rmtree(folder / "warehouse", ignore_errors=True)
    seconds = {
        "generate the sample": _careloop(
            *("sample", str(folder / "sample"), "--tickets", str(arguments.tickets), "--if-missing")
        )
    }
    seconds["whole run"] = _careloop("run", "--config", str(config))
    peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    settings = load_settings(config)
    workspace = Workspace(settings.workspace_folder, settings.memory_limit)
    record = RunRecord.model_validate_json(sorted(workspace.runs.glob("*.json"))[-1].read_bytes())
    raw = _raw_seconds(workspace, folder / "raw")
    build = sum(record.stage_seconds[layer] for layer in LAYERS)
    _print({**seconds, **record.stage_seconds}, build, sum(raw.values()), record, peak_bytes)
    slowest = sorted(raw.items(), key=lambda it: -it[1])[:15]
    Console().print(
        table("Slowest statements, run directly", ("statement", "seconds"), [(n, round(s, 2)) for n, s in slowest])
    )


def _careloop(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([str(Path(sys.executable).with_name("careloop")), *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _raw_seconds(workspace: Workspace, folder: Path) -> dict[str, float]:
    """Run what dbt compiled on a copy of the build file that holds the raw views and seeds only."""
    target = workspace.dbt / "target"
    manifest = json.loads((target / "manifest.json").read_bytes())
    shutil.rmtree(folder, ignore_errors=True)
    copy = Workspace(folder, workspace.memory_limit)
    copy.create()
    # Compiled statements name the database, which is called after its file.
    shutil.copy(workspace.build_file, copy.build_file)
    seconds = {}
    connection = connect(copy)
    for schema in BUILT_SCHEMAS:
        connection.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
    connection.execute("checkpoint")
    for node, sql in _statements(manifest, target):
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
                path = path / node["path"] if node["resource_type"] == "test" else path
                if path.exists():
                    yield node, path.read_text(encoding="utf-8")


def _print(seconds: dict[str, float], build: float, raw: float, record: RunRecord, peak_bytes: int) -> None:
    console = Console()
    console.print(f"rows extracted: {record.rows_extracted:,}; accepted: {record.rows_accepted:,}")
    console.print(table("Wall time", ("stage", "seconds"), [(name, round(it, 1)) for name, it in seconds.items()]))
    ratios = [
        ("build (dbt models and tests)", f"{build:.1f} s"),
        ("the same SQL run directly", f"{raw:.1f} s"),
        ("build / raw SQL", f"{build / raw:.2f}"),
        ("gates / build", f"{record.stage_seconds['gates'] / build:.2f}"),
        ("peak memory of the run", f"{peak_bytes / 2**30:.2f} GiB"),
    ]
    console.print(table("Ratios", ("what", "measured"), ratios))


if __name__ == "__main__":
    main()
