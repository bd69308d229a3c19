"""A database of its own for each test, on servers that run as long as the tests do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.landing import LandingZone
from tests.databases import Crm, MariaDbServer, PostgresServer, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running(PostgresServer) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDbServer]:
    with running(MariaDbServer) as server:
        yield server


@pytest.fixture
def zone(tmp_path: Path) -> LandingZone:
    return LandingZone(tmp_path / "landing")


def _in_force(url: str, zone: LandingZone, monkeypatch: pytest.MonkeyPatch) -> Crm:
    monkeypatch.setenv("CRM_URL", url)
    return Crm(url, zone)


@pytest.fixture
def postgres_crm(postgres: PostgresServer, zone: LandingZone, monkeypatch: pytest.MonkeyPatch) -> Crm:
    return _in_force(postgres.new_database(), zone, monkeypatch)


@pytest.fixture
def mariadb_crm(mariadb: MariaDbServer, zone: LandingZone, monkeypatch: pytest.MonkeyPatch) -> Crm:
    return _in_force(mariadb.new_database(), zone, monkeypatch)


@pytest.fixture
def sqlite_crm(tmp_path: Path, zone: LandingZone, monkeypatch: pytest.MonkeyPatch) -> Crm:
    return _in_force(f"sqlite:///{tmp_path / 'crm.db'}", zone, monkeypatch)


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def crm(request: pytest.FixtureRequest) -> Crm:
    crm: Crm = request.getfixturevalue(f"{request.param}_crm")
    return crm
