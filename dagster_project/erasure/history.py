"""A person's pseudonym in what is kept of earlier runs: gates name the keys of violating rows, logs repeat them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from dagster_project.quoting import identifier
from dagster_project.warehouse import Workspace
from dagster_project.warehouse.files import write_whole

IN_PLACE = "erased"


def forget(workspace: Workspace, pseudonym: str) -> None:
    """Take a pseudonym out of the logs of runs and out of Dagster's history."""
    for file in sorted(workspace.logs.glob("*.jsonl")):
        text = file.read_text(encoding="utf-8")
        if pseudonym in text:
            write_whole(file, text.replace(pseudonym, IN_PLACE))
    _forget_in_dagster(workspace.dagster, pseudonym)


def _forget_in_dagster(folder: Path, pseudonym: str) -> None:
    for file in sorted(folder.rglob("*.db")):
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
                for _, column, *_ in connection.execute(f"pragma table_info({identifier(table)})").fetchall():
                    name = identifier(column)
                    connection.execute(
                        f"update {identifier(table)} set {name} = replace({name}, ?, ?) "
                        f"where typeof({name}) = 'text' and instr({name}, ?)",
                        (pseudonym, IN_PLACE, pseudonym),
                    )
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
