"""The very statements that dbt compiled, models and tests, run directly in DuckDB.

In dbt's order and with the same settings, into a build file of their own.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.pseudonyms import hand_over
from dagster_project.quoting import literal
from dagster_project.warehouse import Workspace, engine_settings
from tests.bench.measuring import Cost, timed

Node = dict[str, Any]


def manifest_of(workspace: Workspace) -> dict[str, Any]:
    """Read dbt's manifest of the workspace's last build."""
    manifest: dict[str, Any] = json.loads((workspace.dbt / "target" / "manifest.json").read_bytes())
    return manifest


def run_directly(workspace: Workspace, folder: Path, key: str) -> dict[str, Cost]:
    """Build a copy of the build file that holds the raw views and seeds only; what each model and test took.

    Args:
        workspace: of a finished run; only read.
        folder: where the copy goes.
        key: of pseudonyms.
    """
    manifest = manifest_of(workspace)
    shutil.rmtree(folder, ignore_errors=True)
    copy = Workspace(folder, workspace.memory_limit)
    copy.create()
    # Compiled statements name the database, which is called after its file.
    shutil.copy(workspace.build_file, copy.build_file)
    costs = {}
    # Not the connection of a run, which reads nothing outside of its workspace: the raw views read the original's.
    with duckdb.connect(str(copy.build_file)) as connection:
        for name, value in engine_settings(copy).items():
            connection.execute(f"set {name} = {literal(value)}")
        hand_over(key, connection.execute)
        for schema in sorted({node["schema"] for node in _of_type(manifest, "model").values()}):
            connection.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
        connection.execute("checkpoint")
        for node, sql in statements(manifest, workspace.dbt / "target"):
            with timed() as costs[node["name"]]:
                _run(connection, node, sql)
    return costs


def _run(connection: duckdb.DuckDBPyConnection, node: Node, sql: str) -> None:
    if node["resource_type"] == "test":
        connection.execute(f"select count(*) from ({sql})").fetchall()
    else:
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        connection.execute(f"create {kind} {node['schema']}.{node['name']} as {sql}")


def statements(manifest: dict[str, Any], target: Path) -> Iterator[tuple[Node, str]]:
    """Yield models and their tests with their compiled SQL, parents first."""
    nodes = _of_type(manifest, "model", "test")
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


def _of_type(manifest: dict[str, Any], *types: str) -> dict[str, Node]:
    return {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in types}
