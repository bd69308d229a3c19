"""Reaching a database: its address from the environment, a transaction that only reads, errors without secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from dagster_project.source_config.sql import SqlSource
from dagster_project.sources.errors import SourceError
from dagster_project.sources.sql.databases import Database
from dagster_project.sources.sql.mysql import MySQL
from dagster_project.sources.sql.postgresql import PostgreSQL
from dagster_project.sources.sql.sqlite import SQLite
from dagster_project.sources.sql.sqlserver import SQLServer

DATABASES: dict[str, Database] = {
    "postgresql": PostgreSQL(),
    "mysql": MySQL(),
    "mariadb": MySQL(),
    "mssql": SQLServer(),
    "sqlite": SQLite(),
}
"""SQLAlchemy's name of a kind of database → that kind."""

_EXAMPLE = "postgresql+psycopg://reader:secret@host/crm"
_IS_SECRET = re.compile(r"pass|pwd|secret|token|key|odbc_connect", re.IGNORECASE)


@contextmanager
def reading(source: SqlSource) -> Iterator[tuple[Database, sa.Connection]]:
    """Open a transaction on the source's database that only reads, and end it without a trace.

    Raises:
        SourceError: there is no address, it cannot be used, or the database refuses or fails.
    """
    where = f"source {source.name!r}"
    url = _url(source, where)
    database = DATABASES.get(url.get_backend_name())
    if database is None:
        raise SourceError(
            f"{where}: ${source.url_variable} names a database of kind {url.get_backend_name()!r}; "
            f"allowed are {', '.join(DATABASES)}{'; write postgresql://' if url.drivername == 'postgres' else ''}"
        )
    with _told(where, url, f"check address, user and password in ${source.url_variable}, and that it is reachable"):
        try:
            engine = sa.create_engine(_read_only(url), poolclass=sa.NullPool, hide_parameters=True)
        except (ImportError, NoSuchModuleError) as error:
            name = getattr(error, "name", None) or url.drivername
            raise SourceError(
                f"{where}: no driver for {url.drivername!r}: {name!r} is not installed; install it beside Careloop, "
                f"or name another in ${source.url_variable}"
            ) from None
        connection = engine.connect()
    try:
        with _told(where, url, "check what the database says"):
            database.begin(connection)
        yield database, connection
    finally:
        connection.invalidate()  # also where it is lost, or in the midst of rows
        connection.close()


@contextmanager
def telling(source: SqlSource, stream: str, relation: object) -> Iterator[None]:
    """Turn the database's errors about one stream into the one error of unusable input, without secrets."""
    advice = f"check the {relation} in the configuration, and that the database's user may read it"
    with _told(f"source {source.name!r}, stream {stream!r}", _url(source, ""), advice):
        yield


def _url(source: SqlSource, where: str) -> sa.URL:
    text = os.environ.get(source.url_variable)
    if not text:
        raise SourceError(
            f"{where}: the environment variable {source.url_variable} is not set; "
            f"set it to the database's SQLAlchemy URL, such as {_EXAMPLE}"
        )
    try:
        return sa.make_url(text)
    except (ArgumentError, ValueError):
        raise SourceError(
            f"{where}: the environment variable {source.url_variable} does not hold a SQLAlchemy URL such as "
            f"{_EXAMPLE}; write special characters of a password as %40 for @, and so on"
        ) from None


def _read_only(url: sa.URL) -> sa.URL:
    """Have SQLite open an existing file for reading; other databases are told when a transaction begins."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith(("file:", ":memory:")):
        return url
    path = quote(str(Path(url.database).resolve()))
    return url.set(database=f"file:{path}", query={**url.query, "mode": "ro", "uri": "true"})


@contextmanager
def _told(where: str, url: sa.URL, advice: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, pa.ArrowException, UnicodeDecodeError, OSError) as error:
        found = error.orig if isinstance(error, DBAPIError) else error
        reason = (str(found).strip().splitlines() or [type(found).__name__])[0]
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            reason, advice = f"the connection was lost: {reason}", "nothing of this load was landed; run again"
        raise SourceError(f"{where}: {_masked(reason, url)}; {advice}") from None


def _masked(text: str, url: sa.URL) -> str:
    secrets = [url.password] if url.password else []
    for name, value in url.query.items():
        if _IS_SECRET.search(name):
            secrets += [value] if isinstance(value, str) else value
    for secret in sorted(map(str, secrets), key=len, reverse=True):
        for written in (secret, quote(secret), quote(secret, safe="")):
            text = text.replace(written, "***")
    return text
