"""Companies that DuckDB has built, to be built on Spark once more; skipped where the extra `spark` is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="Spark is an extra: `make scale` installs it")

# Tables here are small: what takes time is compiling code, Spark's and Java's, and merging empty parts.
SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "3g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


def start_build(config: Path, folder: Path, master: str, **settings: str) -> subprocess.Popen[str]:
    """Start `python -m dagster_project.spark` on a cluster; its words come on standard error."""
    confs = [f"--conf={name}={value}" for name, value in {**SMALL, **settings}.items()]
    command = [sys.executable, "-m", "dagster_project.spark", str(folder), f"--config={config}", f"--master={master}"]
    return subprocess.Popen([*command, *confs], stderr=subprocess.PIPE, text=True)
