"""Small companies for tests: files of text, and a configuration that maps each column to itself."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import yaml

from dagster_project.config import CONFIG_VARIABLE, Settings, load_settings
from dagster_project.dbt_build import build, prepare_manifest
from dagster_project.landing import LandingZone
from dagster_project.raw import Streams, create_raw_views
from dagster_project.sources.extraction import extract
from dagster_project.texts.store import read_texts
from dagster_project.warehouse import Workspace, connect
from dagster_project.warehouse.lock import PRIVATE_UMASK

# Files are older than the tests and younger than every row in them.
EXPORTED_AT = datetime(2026, 7, 1, tzinfo=UTC)
HUNG_AFTER_SECONDS = 900


def write_csv(path: Path, header: str, *rows: str, exported_at: datetime = EXPORTED_AT) -> Path:
    """Write a comma-separated file that was exported at a stated instant."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header.replace(" ", ""), *rows]) + "\n", encoding="utf-8")
    os.utime(path, (exported_at.timestamp(), exported_at.timestamp()))
    return path


def source(folder: Path, name: str, entities: dict[str, list[str]], **settings: Any) -> dict[str, Any]:
    """Write one CSV file an entity, header first, and describe them as a source that maps each column to itself."""
    described: dict[str, Any] = {"name": name, "kind": "files", "files": {}, "entities": {}, **settings}
    for entity, (header, *rows) in entities.items():
        path = write_csv(folder / name / f"{entity}.csv", header, *rows)
        described["files"][entity] = {"path": str(path), "format": "csv"}
        columns = {column: column for column in header.replace(" ", "").split(",")}
        described["entities"][entity] = {"from": entity, "columns": columns}
    return described


def configuration(folder: Path, sources: list[dict[str, Any]], **settings: Any) -> Path:
    """Write a configuration with a workspace of its own."""
    path = folder / "careloop.yml"
    path.write_text(yaml.safe_dump({"workspace": "warehouse", **settings, "sources": sources}), encoding="utf-8")
    return path


def built(config: Path) -> duckdb.DuckDBPyConnection:
    """Land and build a company without the rest of a run; return its build file, read-only."""
    settings = load_settings(config)
    workspace = Workspace(settings.workspace_folder, memory_limit=settings.memory_limit)
    workspace.create()
    streams = landed(settings)
    with connect(workspace) as connection:
        create_raw_views(connection, settings, streams)
    for layer in ("staging", "core", "kpi"):
        if layer == "core":
            with connect(workspace) as connection:
                read_texts(connection)
        results = build(settings, workspace, ["--selector", layer], lambda _: None)
        assert [it.message for it in results if it.failed] == []
    return connect(workspace, read_only=True)


def landed(settings: Settings) -> Streams:
    """Land what the sources have; return the parts in force."""
    zone = LandingZone(settings.workspace_folder / "landing")
    for each in settings.sources:
        extract(each, zone, config_folder=settings.config_file.parent, check=lambda *_: None)
    return {(each.name, stream): zone.parts(each.name, stream) for each in settings.sources for stream in each.streams}


def careloop(
    *arguments: str, config: Path | None = None, environment: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does; what takes a quarter of an hour has hung."""
    with careloop_process(*arguments, config=config, environment=environment) as process:
        try:
            output, errors = process.communicate(timeout=HUNG_AFTER_SECONDS)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def careloop_process(
    *arguments: str,
    config: Path | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
    command: Sequence[str] = (str(Path(sys.executable).with_name("careloop")),),
) -> subprocess.Popen[str]:
    """Start the command line, to be waited for or disturbed; the environment adds to that of the tests."""
    if config and "run" in arguments:
        bring_parsed_project(Workspace(config.parent / "warehouse"))
    inherited = {name: value for name, value in os.environ.items() if name not in (CONFIG_VARIABLE, "DAGSTER_HOME")}
    return subprocess.Popen(
        [*command, *arguments, *(["--config", str(config)] if config else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**inherited, "COLUMNS": "200", **environment},
    )


def bring_parsed_project(workspace: Workspace) -> None:
    """Bring a new workspace what its first run would parse for eight seconds; a project that differs is parsed anew."""
    target = workspace.dbt / "target"
    if not target.exists():
        workspace.create()
        shutil.copytree(_parsed_project(), target)


@cache
def _parsed_project() -> Path:
    """Parse the dbt project, once a process, into a folder that is gone with it."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    workspace = Workspace(Path(folder))
    workspace.create()
    mask = os.umask(PRIVATE_UMASK)
    try:
        return prepare_manifest(workspace).parent
    finally:
        os.umask(mask)
