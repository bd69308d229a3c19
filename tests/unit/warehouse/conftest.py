from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.warehouse import Version, Workspace, audit, connect, make_candidate, publish
from tests.gate_results import LAYERS, PASSED


@pytest.fixture
def run_name() -> Callable[[int], str]:
    return lambda number: f"20260701T0400{number:02d}Z-ab12cd34"


@pytest.fixture
def workspace(built: Workspace, tmp_path: Path) -> Workspace:
    """A workspace whose build file has something in every kind of schema."""
    shutil.copytree(built.folder, tmp_path / "warehouse", symlinks=True)
    return Workspace(tmp_path / "warehouse", built.memory_limit)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("built") / "warehouse", memory_limit="500MB")
    workspace.create()
    connection = connect(workspace)
    connection.execute(
        """
        create schema raw; create schema staging; create schema personal;
        create schema core; create schema kpi; create schema quality;
        create table raw.customers as select 'Ada' as name;
        create table staging.stg_customers as select 1 as customer_id;
        create table personal.customer as select 1 as customer_id, 'Ada Lovelace' as name;
        create table core.fct_ticket (ticket_id integer primary key, channel varchar not null);
        insert into core.fct_ticket values (3, 'web'), (1, 'phone'), (2, 'chat');
        comment on table core.fct_ticket is 'One row per ticket; it''s the grain.';
        comment on column core.fct_ticket.channel is 'Channel "as it came".';
        create view kpi.tickets_by_channel as select channel, count(*) as tickets from core.fct_ticket group by all;
        comment on view kpi.tickets_by_channel is 'One row per channel.';
        comment on column kpi.tickets_by_channel.tickets is 'How many.';
        create table quality.row_account as select 'crm' as source, 3 as extracted;
        """
    )
    connection.close()
    return workspace


@pytest.fixture
def publish_run(workspace: Workspace, run_name: Callable[[int], str]) -> Callable[..., Version]:
    """Build, audit and publish a version that holds its own number in `core.version`."""

    def publish_number(number: int, full_build: str | None = None) -> Version:
        run = run_name(number)
        connection = connect(workspace)
        connection.execute(f"create or replace table core.version as select {number} as number")
        connection.close()
        candidate = make_candidate(workspace, run, full_build=full_build)
        record = audit(
            workspace, candidate, run=run, suites_sha256="suites", gate_results=PASSED, required_layers=LAYERS
        )
        pages = {"index.html": f"version {number}"}
        return publish(workspace, record, run=run, suites_sha256="suites", make_pages=lambda _: pages)

    return publish_number
