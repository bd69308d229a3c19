"""Which module reads which kind of source: the one place where the kinds are told apart.

The readers of live systems are loaded when they are needed; a run over files does without them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dagster_project.config import Source
from dagster_project.landing import Batch, LandingZone
from dagster_project.source_config.files import FileSource
from dagster_project.source_config.rest import RestSource
from dagster_project.source_config.sql import SqlSource
from dagster_project.sources import files
from dagster_project.sources.preview import Preview

Check = Callable[[str, str, tuple[str, ...]], None]


def extract(source: Source, zone: LandingZone, *, config_folder: Path, check: Check) -> list[Batch]:
    """Land what is new in a source.

    Args:
        source: the source.
        zone: where to land.
        config_folder: files below it are named relative to it.
        check: called with stream, name and columns of what is read for the first time; raises where they do not do.

    Raises:
        SourceError: the source cannot be read; the message says what to do.
        LandingError: what was read is not what an independent count finds.
    """
    match source:
        case FileSource():
            return files.extract(source, zone, config_folder=config_folder, check=check)
        case SqlSource():
            from dagster_project.sources import sql

            return sql.extract(source, zone, check=check)
        case RestSource():
            from dagster_project.sources import rest

            return rest.extract(source, zone, check=check)


def preview(source: Source, zone: LandingZone, *, config_folder: Path) -> list[Preview]:
    """Say what a load of a source would find, without landing anything.

    Raises:
        SourceError: the source cannot be reached or read.
    """
    match source:
        case FileSource():
            return files.preview(source, zone, config_folder=config_folder)
        case SqlSource():
            from dagster_project.sources import sql

            return sql.preview(source, zone)
        case RestSource():
            from dagster_project.sources import rest

            return rest.preview(source, zone)
