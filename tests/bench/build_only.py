"""Land and build a company without gates, analyses and publishing: for sizes whose publications would fill the disk.

The record of such a run has its stages, and says that it failed, since nothing was published.
"""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

from dagster_project.config import load_settings
from dagster_project.dbt_build import build, prepare_manifest
from dagster_project.raw import create_raw_views
from dagster_project.run import begin
from dagster_project.texts.store import read_texts
from dagster_project.warehouse import connect
from tests.companies import landed


def main(config: Path) -> None:
    """Go through the stages of a run, up to the marts."""
    settings = load_settings(config)
    with begin(settings, str(uuid.uuid4()), full_refresh=True) as run:
        prepare_manifest(run.workspace)
        with run.stage("extract and land"):
            streams = landed(settings)
        with run.stage("map"), connect(run.workspace) as connection:
            create_raw_views(connection, settings, streams)
        for layer in ("staging", "core", "kpi"):
            if layer == "core":
                with run.stage("read texts"), connect(run.workspace) as connection:
                    read_texts(connection)
            with run.stage(f"build {layer}"):
                results = build(settings, run.workspace, ["--selector", layer], lambda _: None)
                assert [it.message for it in results if it.failed] == []


if __name__ == "__main__":
    main(Path(sys.argv[1]))
