"""`python -m dagster_project.spark FOLDER`: build the tables on Spark; see build.py."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.config import ConfigError, load_settings
from dagster_project.dbt_build import DbtError
from dagster_project.mapping import MappingError
from dagster_project.spark.build import WarehouseFolderError, build_tables


def main(
    folder: Annotated[
        Path, typer.Argument(help="Where the tables are written; missing or empty, seen by all workers.")
    ],
    config: Annotated[Path | None, typer.Option(help="The configuration; else the one in force.")] = None,
    master: Annotated[str, typer.Option(help="Spark's master, such as spark://host:7077.")] = "local[*]",
    conf: Annotated[list[str] | None, typer.Option(help="A setting of Spark, name=value; may be repeated.")] = None,
) -> None:
    """Build every table on Apache Spark, as Parquet, from what the workspace has landed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        given = dict(setting.split("=", 1) for setting in conf or ())
        build_tables(load_settings(config), folder.absolute(), master=master, spark_settings=given)
    except (ConfigError, MappingError, WarehouseFolderError, DbtError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    typer.run(main)
