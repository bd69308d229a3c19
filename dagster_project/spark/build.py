"""Build every table on Spark from what a workspace has landed, as Parquet: `python -m dagster_project.spark`.

The same dbt project, layer by layer, with dbt's tests. Nothing is gated or published from here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from dagster_project.config import Settings
from dagster_project.dbt_build import DbtError, DbtTestError, NodeResult, build
from dagster_project.landing import LandingZone
from dagster_project.pseudonyms import pseudonym_key
from dagster_project.warehouse import Workspace

log = logging.getLogger(__name__)


class WarehouseFolderError(Exception):
    """The folder to build in cannot be used."""


def build_tables(settings: Settings, warehouse: Path, *, master: str, spark_settings: Mapping[str, str]) -> None:
    """Build all tables in a folder, `<schema>.db/<table>/*.parquet`.

    Args:
        settings: whose workspace holds what is landed; it is only read but for `dbt/`.
        warehouse: a folder that is missing or empty, which all workers see.
        master: Spark's, such as `local[2]` or `spark://host:7077`.
        spark_settings: see `session.spark_session`.

    Raises:
        WarehouseFolderError: the folder holds something.
        MappingError: a mapping cannot be used on Spark.
        DbtTestError: tests on the tables failed.
        DbtError: a table could not be built.
    """
    from dagster_project.spark.functions import register
    from dagster_project.spark.raw import create_raw_views
    from dagster_project.spark.session import spark_session
    from dagster_project.spark.texts import read_texts

    if warehouse.exists() and any(warehouse.iterdir()):
        raise WarehouseFolderError(f"{warehouse}: expected a missing or empty folder, found files; name another one")
    workspace = settings.warehouse
    zone = LandingZone(workspace.landing)
    streams = {(it.name, stream): zone.parts(it.name, stream) for it in settings.sources for stream in it.streams}
    with spark_session(master, warehouse, spark_settings) as spark:
        register(spark, pseudonym_key(settings))
        for warning in create_raw_views(spark, settings, streams):
            log.warning(warning)
        _layer(settings, workspace, "staging")
        read_texts(spark)
        _layer(settings, workspace, "core")
        _layer(settings, workspace, "kpi")


def _layer(settings: Settings, workspace: Workspace, layer: str) -> None:
    results = build(
        settings,
        workspace,
        ["--selector", layer],
        progress=lambda name: log.info("build %s: %s", layer, name),
        target="spark",
    )
    failed = [result for result in results if result.failed]
    if failed:
        kind = DbtTestError if all(result.resource_type == "test" for result in failed) else DbtError
        raise kind("\n".join(_sentence(result) for result in failed))


def _sentence(result: NodeResult) -> str:
    """Say what failed without Spark's plan of the statement, which takes pages."""
    return f"{result.unique_id}: {result.message.strip().split(chr(10) + chr(39))[0].split(chr(10) * 2)[0]}"
