"""A person's pseudonym in what is kept of earlier runs: results of gates name the keys of violating rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from dagster_project.quoting import identifier

IN_PLACE = "erased"


def forget_in_dagster(folder: Path, pseudonym: str) -> None:
    """Take a pseudonym out of every text in Dagster's SQLite files below a folder, and the bytes it leaves behind."""
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
