"""The sample company as rows, delivered in files of any content and order, and built without the rest of a run.

Landing, raw views and dbt are the real ones. One workspace serves all deliveries of a process, so that the project is
parsed once.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

from dagster_project import increment
from dagster_project.config import PROJECT_ROOT, load_settings
from dagster_project.contract import ENTITIES
from dagster_project.dbt_build import NodeResult
from dagster_project.engine import DuckDB
from dagster_project.increment import Affected
from dagster_project.raw import create_raw_views
from dagster_project.sample import generate
from dagster_project.texts.store import read_texts
from dagster_project.warehouse import Workspace, connect
from tests.companies import configuration, landed

# Younger than every row of the sample.
FIRST_EXPORTED_AT = datetime(2026, 7, 2, tzinfo=UTC)
COMPARED_SCHEMAS = ("personal", "intermediate", "core", "kpi", "quality")
# What differs between builds by its purpose: results of gates, and lists of what was worked out again.
COMPARED_TABLES = "table_name <> 'gate_result' and not suffix(table_name, '_affected')"
# Of the marts, those that an incremental build knows: kpi_value, what it is made of, and the histogram.
SELECTIONS = {
    "staging": ("--selector", "staging"),
    "core": ("--selector", "core"),
    "kpi": ("--select", "+kpi_value,careloop.kpi", "duration_histogram"),
}


class Row(NamedTuple):
    """A row of an entity in the contract's columns, as text."""

    source: str
    entity: str
    values: tuple[tuple[str, str], ...]

    def value(self, column: str) -> str:
        return dict(self.values).get(column, "")

    def but(self, **changed: str) -> Row:
        return self._replace(values=tuple({**dict(self.values), **changed}.items()))


def sample_rows(folder: Path, tickets: int) -> list[Row]:
    """Generate a sample company, and read it through the mappings of the configuration it comes with."""
    generate(folder / "sample", tickets=tickets, seed=3)
    shutil.copy(PROJECT_ROOT / "careloop.yml", folder)
    settings = load_settings(folder / "careloop.yml")
    streams = landed(settings)
    connection = duckdb.connect()
    try:
        connection.execute("set TimeZone = 'UTC'")
        create_raw_views(connection, settings, streams)
        rows = []
        for entity in ENTITIES:
            result = connection.execute(f"select * from raw.{entity} order by _source, _file, _position, _mapping")
            names = [column[0] for column in result.description]
            for values in result.fetchall():
                row = dict(zip(names, values, strict=True))
                columns = ENTITIES[entity].columns
                filled = tuple((column, row[column]) for column in columns if row[column] is not None)
                rows.append(Row(row["_source"], entity, filled))
        return rows
    finally:
        connection.close()


def split(
    rows: Iterable[Row], *, share: float, seed: int, first: Sequence[str] = ("agents",)
) -> tuple[list[Row], list[Row]]:
    """Split rows: tickets stay together with their events; entities of few rows that have to do with many tickets, such
    as agents with a tenth of them each, come first; other rows go where chance sends them."""
    chance = random.Random(seed)
    drawn: dict[object, bool] = {}
    parts: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        of_ticket = row.entity in ("tickets", "ticket_events")
        unit = (row.source, row.value("ticket_id")) if of_ticket else row
        is_drawn = drawn.setdefault(unit, chance.random() < share)
        parts[not (is_drawn or row.entity in first)].append(row)
    return parts


class Company:
    """A company whose systems export files: `deliver` adds one of each entity, `build` builds what is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        sample = load_settings(PROJECT_ROOT / "careloop.yml")
        sources = [
            {
                "name": source.name,
                "kind": "files",
                "time_zone": source.time_zone,
                "references": source.references,
                "files": {entity: {"path": f"{source.name}/{entity}/*.csv", "format": "csv"} for entity in entities},
                "entities": {
                    entity: {"from": entity, "columns": {column: column for column in ENTITIES[entity].columns}}
                    for entity in entities
                },
            }
            for source in sample.sources
            for entities in [list(source.entities)]
        ]
        self.config = configuration(
            folder, sources, reporting_time_zone="Europe/Berlin", public_data=True, max_quarantined_rate=1
        )
        self.settings = load_settings(self.config)
        self.workspace = Workspace(self.settings.workspace_folder, memory_limit=self.settings.memory_limit)
        self.begin_anew([])

    def begin_anew(self, rows: Iterable[Row]) -> None:
        """Forget all files and all that is landed and built; every entity has at least an empty file."""
        self.files = 0
        shutil.rmtree(self.workspace.landing, ignore_errors=True)
        self.workspace.build_file.unlink(missing_ok=True)
        self.workspace.create()
        for source in self.settings.sources:
            shutil.rmtree(self.folder / source.name, ignore_errors=True)
            for entity in source.entities:
                self._write(source.name, entity, [])
        self.deliver(rows)

    def deliver(self, rows: Iterable[Row]) -> None:
        """Export one more file of each entity that has rows; later files are exported later."""
        files: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            files.setdefault((row.source, row.entity), []).append(row)
        for (source, entity), of_file in files.items():
            self._write(source, entity, of_file)

    def _write(self, source: str, entity: str, rows: Sequence[Row]) -> None:
        self.files += 1
        path = self.folder / source / entity / f"{self.files:06d}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(ENTITIES[entity].columns))
            writer.writeheader()
            writer.writerows(dict(row.values) for row in rows)
        exported_at = (FIRST_EXPORTED_AT + timedelta(minutes=self.files)).timestamp()
        os.utime(path, (exported_at, exported_at))

    def build(self, *, in_full: bool = False) -> Affected:
        """Land what is new and build facts and KPIs.

        Raises:
            RuntimeError: a model failed.
        """
        self.plan(in_full=in_full)
        for layer in SELECTIONS:
            self.build_layer(layer)
        connection = connect(self.workspace)
        try:
            return increment.complete(connection)
        finally:
            connection.close()

    def plan(self, *, in_full: bool = False) -> bool:
        streams = landed(self.settings)
        connection = connect(self.workspace)
        try:
            create_raw_views(connection, self.settings, streams)
            if in_full:
                increment.forget(connection)
            return increment.plan(connection, self.settings, increment.landed_parts(streams))
        finally:
            connection.close()

    def build_layer(self, layer: str) -> list[NodeResult]:
        if layer == "core":
            connection = connect(self.workspace)
            try:
                read_texts(connection)
            finally:
                connection.close()
        # The tests on models are the business of other tests.
        selection = [*SELECTIONS[layer], "--exclude-resource-type", "test"]
        results = DuckDB(self.settings, self.workspace).build(selection, lambda _: None)
        failed = [it for it in results if it.failed]
        if failed:
            raise RuntimeError("\n".join(f"{it.unique_id}: {it.message}" for it in failed))
        return results

    def save(self) -> None:
        """Remember files, landing zone and build file as they are, for `restore`."""
        self.saved_files = self.files
        for path in self._state():
            saved = self.folder / "saved" / path.relative_to(self.folder)
            saved.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, saved) if path.is_file() else shutil.copytree(path, saved)

    def restore(self) -> None:
        self.files = self.saved_files
        for path in self._state():
            saved = self.folder / "saved" / path.relative_to(self.folder)
            if path.is_dir():
                shutil.rmtree(path)
                shutil.copytree(saved, path)
            else:
                shutil.copy2(saved, path)

    def _state(self) -> list[Path]:
        sources = [self.folder / source.name for source in self.settings.sources]
        return [*sources, self.workspace.landing, self.workspace.build_file]

    def keep_copy(self, name: str) -> Path:
        copy = self.folder / f"{name}.duckdb"
        shutil.copy(self.workspace.build_file, copy)
        return copy


def differences(left: Path, right: Path) -> Mapping[str, int]:
    """Count, of every compared table, the rows that only one of two build files has, as often as it has them."""
    connection = duckdb.connect()
    try:
        for name, path in (("l", left), ("r", right)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = {
            name: connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = ? "
                f"and schema_name in {COMPARED_SCHEMAS} and {COMPARED_TABLES} order by all",
                [name],
            ).fetchall()
            for name in ("l", "r")
        }
        assert tables["l"] == tables["r"]
        assert tables["l"]
        counts = {}
        for schema, table in tables["l"]:
            row = connection.execute(
                f"select (select count(*) from (from l.{schema}.{table} except all from r.{schema}.{table})) "
                f"+ (select count(*) from (from r.{schema}.{table} except all from l.{schema}.{table}))"
            ).fetchone()
            counts[f"{schema}.{table}"] = int(row[0]) if row else 0
        return {table: count for table, count in counts.items() if count}
    finally:
        connection.close()
