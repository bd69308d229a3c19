"""The same landed data, built on DuckDB and on a Spark cluster of this machine: every table is equal."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.config import PROJECT_ROOT
from dagster_project.sample import generate
from tests.companies import careloop_process
from tests.scale.cluster import cluster
from tests.scale.comparing import differences
from tests.scale.conftest import start_build

pytestmark = pytest.mark.scale
HUNG_AFTER_SECONDS = 3600


def built_on_duckdb(config: Path) -> Path:
    """Run the job; return the build file, in which nothing has been left out as it is in what is published."""
    with careloop_process("run", config=config) as run:
        _, words = run.communicate(timeout=HUNG_AFTER_SECONDS)
    assert run.returncode == 0, words
    return config.parent / "warehouse" / "build.duckdb"


def finish(build: subprocess.Popen[str]) -> None:
    _, words = build.communicate(timeout=HUNG_AFTER_SECONDS)
    assert build.returncode == 0, words[-4000:]


def test_the_sample_company_is_equal_also_where_a_worker_is_lost_in_mid_build(tmp_path: Path) -> None:
    generate(tmp_path / "sample", tickets=500)
    config = tmp_path / "careloop.yml"
    config.write_text((PROJECT_ROOT / "careloop.yml").read_text(encoding="utf-8"), encoding="utf-8")
    build_file = built_on_duckdb(config)
    tables = tmp_path / "tables"
    with cluster(tmp_path) as running:
        build = start_build(config, tables, running.master)
        # The facts are being made of what both workers wrote.
        while build.poll() is None and not (tables / "intermediate.db" / "int_ticket_states").exists():
            time.sleep(0.5)
        running.lose_a_worker()
        finish(build)
        assert running.workers_alive == 1
    assert list(differences(build_file, tables)) == []


def test_the_real_incident_log_is_equal(tmp_path: Path, shared_data: Path) -> None:
    config: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "examples" / "incidents.yml").read_text(encoding="utf-8"))
    config["workspace"] = "warehouse"
    for files in config["sources"][0]["files"].values():
        files["path"] = str(shared_data / Path(files["path"]).relative_to("../../shared/data"))
    path = tmp_path / "careloop.yml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    build_file = built_on_duckdb(path)
    tables = tmp_path / "tables"
    with cluster(tmp_path) as running:
        finish(start_build(path, tables, running.master))
    assert list(differences(build_file, tables)) == []
