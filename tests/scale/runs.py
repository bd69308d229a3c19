"""Whole runs, on DuckDB and on Spark, as a user gives the command."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.companies import careloop_process

HUNG_AFTER_SECONDS = 3600

# Tables here are small: what takes time is compiling code, Spark's and Java's, and merging empty parts.
SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "3g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
}


def built_on_duckdb(config: Path) -> Path:
    """Run the job; return a copy of its build file, which has what is published and all else."""
    finish(careloop_process("run", config=config))
    build_file = config.parent / "built_on_duckdb.duckdb"
    shutil.copyfile(config.parent / "warehouse" / "build.duckdb", build_file)
    return build_file


def start_on_spark(config: Path, master: str, **settings: str) -> subprocess.Popen[str]:
    """Start the job on Spark, as the configuration then says."""
    say_where_spark_is(config, master, **settings)
    return careloop_process("run", "--target", "spark", config=config)


def say_where_spark_is(config: Path, master: str, **settings: str) -> None:
    """Write Spark's section into a configuration."""
    said: dict[str, Any] = yaml.safe_load(config.read_text(encoding="utf-8"))
    said["spark"] = {"master": master, "conf": {**SMALL, **settings}}
    config.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")


def finish(run: subprocess.Popen[str]) -> str:
    """Wait for a run, which must have published; returns its summary."""
    with run:
        summary, words = run.communicate(timeout=HUNG_AFTER_SECONDS)
    assert run.returncode == 0, words[-6000:]
    return summary
