"""Exports: a version as Parquet files, for readers without DuckDB, with a list of their hashes (`sha256sum --check`).

What belongs here: writing them. They hold what the version's database file holds; only 128-bit integers, which Parquet
does not know, become floating point, so models that sum integers cast the result. A table that the audit found to be
what the version before holds shares that version's file, so that publishing costs what changed. A large table, which
the database does not hold, is a folder of files in the place of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import duckdb

from dagster_project.quoting import literal
from dagster_project.warehouse.build import attach_read_only
from dagster_project.warehouse.errors import PublishError
from dagster_project.warehouse.files import appearing, fsync, sha256
from dagster_project.warehouse.hashes import read_hashes, write_hashes
from dagster_project.warehouse.records import AuditRecord
from dagster_project.warehouse.relations import Relation, published_relations
from dagster_project.warehouse.versions import Version
from dagster_project.warehouse.workspace import Workspace


def export_tables(
    workspace: Workspace,
    database: Path,
    folder: Path,
    *,
    record: AuditRecord,
    before: Version | None,
    large_tables: Mapping[str, Path] = MappingProxyType({}),
) -> None:
    """Write every table of a database file to `<folder>/<schema>/<table>.parquet`; the folder appears when complete.

    Call it with the run lock held, under which new files are private.

    Args:
        workspace: whose engine writes.
        database: the file.
        folder: where the exports go.
        record: the audit's of the file.
        before: the version whose files may be shared.
        large_tables: folders of Parquet files by schema.table. Their files, which nobody changes, are linked into a
            folder where a table's file would be, for the build keeps them.

    Raises:
        PublishError: a table cannot be written; nothing is left behind.
    """
    shared = _shared(record, before) if before else {}
    with appearing(folder) as unfinished:
        hashes = _write(workspace, database, unfinished, shared)
        for table, files in large_tables.items():
            hashes |= _link(files, unfinished, _name(*table.split(".")))
        write_hashes(unfinished, hashes)


def _shared(record: AuditRecord, before: Version) -> dict[str, Path]:
    """Find files of a version that hold what this one's tables hold, by their names below the exports' folder.

    Checksums are comparable within one version of DuckDB. A file that is not the one that was written is not shared.
    """
    if before.record.duckdb_version != record.duckdb_version:
        return {}
    written = read_hashes(before.export)
    known = {figures.table: figures for figures in before.record.tables}
    shared = {}
    for figures in record.tables:
        name = _name(*figures.table.split("."))
        file = before.export / name
        if known.get(figures.table) == figures and file.is_file() and sha256(file) == written.get(name):
            shared[name] = file
    return shared


def _write(workspace: Workspace, database: Path, folder: Path, shared: Mapping[str, Path]) -> dict[str, str]:
    """Write or share every table's file, and return their hashes."""
    hashes = {}
    connection = attach_read_only(workspace, database, "version")
    try:
        # Files in the table's own order, so that the same data gives the same bytes.
        connection.execute("set preserve_insertion_order = true")
        for relation in published_relations(connection, "version"):
            name = _name(relation.schema, relation.name)
            (folder / relation.schema).mkdir(exist_ok=True)
            if name in shared:
                (folder / name).hardlink_to(shared[name])
            else:
                _copy(connection, relation, folder / name)
            hashes[name] = sha256(folder / name)
        for schema_folder in folder.iterdir():
            fsync(schema_folder)
    finally:
        connection.close()
    return hashes


def _copy(connection: duckdb.DuckDBPyConnection, relation: Relation, file: Path) -> None:
    source, target = relation.within("version"), literal(str(file))
    try:
        connection.execute(f"copy {source} to {target} (format parquet, compression zstd)")
    except duckdb.Error as error:
        raise PublishError(f"{file}: {relation} cannot be exported: {str(error).splitlines()[0]}") from None
    fsync(file)


def _link(files: Path, exports: Path, name: str) -> dict[str, str]:
    """Link a large table's files, and return their hashes."""
    hashes = {}
    folder = exports / name
    folder.mkdir(parents=True)
    for file in files.glob("*.parquet"):
        (folder / file.name).hardlink_to(file)
        fsync(file)
        hashes[f"{name}/{file.name}"] = sha256(file)
    fsync(folder)
    fsync(folder.parent)
    return hashes


def _name(schema: str, table: str) -> str:
    return f"{schema}/{table}.parquet"
