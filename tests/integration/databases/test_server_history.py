"""On a server, Dagster keeps its history in PostgreSQL, as the files for a server say."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pytest
import yaml

from dagster_project.config import PROJECT_ROOT
from tests.databases import PostgresServer

DEPLOY = PROJECT_ROOT / "deploy"
VARIABLE = "DAGSTER_POSTGRES_URL"


@dg.asset
def landed() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 3})


def test_a_run_and_what_it_made_are_found_in_the_database_by_another_process_of_the_server(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    stated = compose["services"]["daemon"]["environment"][VARIABLE]
    # Its driver, and the server of the tests in the place of the container.
    monkeypatch.setenv(VARIABLE, f"{stated.partition('://')[0]}://{postgres.new_database().partition('://')[2]}")
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as web_server:
        run = dg.materialize([landed], instance=web_server)
    with dg.DagsterInstance.from_config(str(tmp_path)) as daemon:
        (record,) = daemon.get_run_records()
        assert (record.dagster_run.run_id, record.dagster_run.status) == (run.run_id, dg.DagsterRunStatus.SUCCESS)
        made = daemon.get_latest_materialization_event(landed.key)
        assert made is not None
        assert made.asset_materialization is not None
        assert made.asset_materialization.metadata["rows"].value == 3
    assert [path.name for path in tmp_path.iterdir()] == ["dagster.yaml"]
